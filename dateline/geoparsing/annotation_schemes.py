"""Annotation schemes: what counts as a mention, and where its span ends.

Corpora disagree on that (is *Ukrainian* a place? *Paris* in *Paris Police*? is it *the Hague*?), so that a reading can
only be compared with one of them under its own habits. A policy changes what is listed, never which place is meant or
what is said of it.
"""

from __future__ import annotations

from dataclasses import dataclass

INCLUDABLE = ("literal", "modifier", "metonym", "demonym", "embedded")
_ALL = frozenset(INCLUDABLE)


@dataclass(frozen=True, slots=True)
class Policy:
    """Whose habits decide where a name begins and ends, and which uses of names are listed."""

    schemes: tuple[str, ...] = ("marked",)
    """Whose habits decide; of several, the mean of what the encoder has learned of them. The first is that of our own marked documents."""
    include: frozenset[str] = _ALL


DEFAULT = Policy()
PROFILES = {
    "lgl": Policy(("lgl",), _ALL | {"not_a_place"}),
    "trnews": Policy(("trnews",), _ALL | {"not_a_place"}),
    "geovirus": Policy(("geovirus",), _ALL | {"not_a_place"}),
    "geowebnews": Policy(("geowebnews",), _ALL | {"not_a_place"}),
    "news": Policy(("geovirus", "geowebnews"), _ALL - {"demonym"}),
    "wotr": Policy(("wotr",), _ALL | {"not_a_place"}),
}
"""Ready policies for the habits of public corpora. There the spans alone decide: the encoder has learned from each
corpus what it counts, so that no use is left out again."""
