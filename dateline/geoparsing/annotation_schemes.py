"""Policies: what counts as a mention, and where its span ends.

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

    domains: tuple[str, ...] = ("marked", "marked", "geowebnews")
    """Whose habits decide, on average. Our own marked documents name hardly anybody but places, so they do not decide alone."""
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
"""Ready policies for the habits of public corpora. There the spans alone decide: the network has learned from each
corpus what it counts, so that no use is left out again."""
