"""Reading a report from end to end: text in, readings out. Pure but for the gazetteer's look-ups."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from dateline import weights
from dateline.choosing import choose
from dateline.cues import flat
from dateline.errors import TooLong
from dateline.gazetteer import Gazetteer
from dateline.geoparsing.annotation_schemes import DEFAULT, Policy
from dateline.geoparsing.classification import classify
from dateline.geoparsing.encoder import Encoder
from dateline.geoparsing.recognition import everyday_words, recognise
from dateline.limits import MAX_MENTIONS, too_many
from dateline.packs import open_gazetteer
from dateline.passages import passage_at, passages, sentence_starts
from dateline.ranking import Ranker
from dateline.records import Article, Candidate, ReadArticle, Reading

ENGINE_VERSION = "3"
"""Changes whenever the same text may be read differently; stored readings carry it."""


@dataclass(frozen=True)
class Reader:
    """What reading needs, loaded once a process and shared: the weights and the gazetteer."""

    encoder: Encoder
    ranker: Ranker
    gazetteer: Gazetteer


def load_reader(packs: Sequence[Path] | None = None) -> Reader:
    """Return the reader with the weights and the core gazetteer that ship with Dateline, and gazetteer packs beside it.

    Args:
        packs: by default the installed ones, as on the screen; ``()`` for the core alone.

    Raises:
        DataError: one of the files is missing or damaged.
    """
    return Reader(Encoder(), Ranker(), open_gazetteer() if packs is None else Gazetteer(packs=packs))


def made_by(gazetteer: Gazetteer) -> str:
    """Return what a reading was made by: the engine's version, a digest of the weights, and the gazetteer's files."""
    return f"{ENGINE_VERSION}-{weights.digest()} {gazetteer.version}"


def read(
    article: Article, reader: Reader, policy: Policy = DEFAULT, given: Iterable[tuple[int, int]] | None = None,
    progress: Callable[[float], None] = lambda _: None,
) -> ReadArticle:  # fmt: skip
    """Return ``article`` with every place name found, placed, typed and explained.

    Args:
        article: the report.
        reader: weights and gazetteer, from :func:`load_reader`.
        policy: what counts as a mention.
        given: spans (start, end) to read instead of finding any; other names still count as evidence for them.
        progress: told the share done, 0 to 1, after each step; the shares are those of a long report.

    Raises:
        TooLong: it has more words or names than are read at once (:data:`~dateline.limits.MAX_PIECES`, ``MAX_MENTIONS``).
    """
    text, name = article.text, article.title or article.id
    encoded = reader.encoder.encode(text, reader.gazetteer, policy.schemes, name)
    progress(0.75)
    cut = passages(text, sentence_starts(encoded.words))
    asked = None if given is None else frozenset(given)
    mentions, others = recognise(encoded, reader.encoder, asked or ())
    if len(mentions) > MAX_MENTIONS:
        raise TooLong(too_many(name, len(mentions), MAX_MENTIONS, "names"))
    listed = {}
    seen: dict[tuple[str, str], tuple[Candidate, ...]] = {}
    for mention in mentions:
        key = (mention.text, mention.form)
        if key not in seen:
            seen[key] = reader.gazetteer.listed(mention)
        listed[mention.id] = seen[key]
    progress(0.85)
    classified = classify(encoded, mentions, cut, reader.encoder)
    choices = choose(
        flat(text), mentions, listed, classified.chances, everyday_words(encoded, mentions), reader.gazetteer.country_names, reader.ranker,
        asked or (),
    )  # fmt: skip
    return ReadArticle(
        article,
        cut,
        tuple(
            Reading(mention, passage_at(cut, mention.start), choices[mention.id], kind, use)
            for mention, kind, use in zip(mentions, classified.kinds, classified.references, strict=True)
            if ((mention.start, mention.end) in asked if asked is not None else use.value in policy.include)
        ),
        others,
    )
