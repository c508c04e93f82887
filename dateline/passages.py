"""Cutting a report into passages: its sentences, grouped by paragraph. Spans, never copies."""

from __future__ import annotations

import bisect
import itertools
import re
from collections.abc import Iterable, Sequence

from dateline.records import Passage
from dateline.words import Words

MAX_PASSAGE_CHARACTERS = 1_200
"""A longer "sentence" (a table, a list without full stops) is cut at its line ends or spaces."""
_ENDS = frozenset(".!?…。؟") | {"...", ".."}
_CLOSERS = frozenset("'\"’”»)]")
_LINE = re.compile(r"[^\n]+")


def sentence_starts(words: Words) -> list[int]:
    """Return the offsets at which sentences begin: after a full stop, a question or exclamation mark and what closes with it."""
    starts, ended = [], True
    for start, form in zip(words.starts, words.forms, strict=True):
        if ended and form not in _CLOSERS and form not in _ENDS:
            starts.append(start)
            ended = False
        if form in _ENDS:
            ended = True
        elif form not in _CLOSERS:
            ended = False
    return starts


def passages(text: str, starts: Iterable[int]) -> tuple[Passage, ...]:
    """Return the passages of ``text`` in order, without white space at their ends.

    A line is a paragraph and always starts a passage; within one, ``starts`` (offsets, from
    :func:`sentence_starts`) do. Together the passages cover every
    character that is not white space.
    """
    begins = sorted(set(starts))
    found: list[Passage] = []
    for paragraph, line in enumerate(m for m in _LINE.finditer(text) if m[0].strip()):
        inside = begins[bisect.bisect_right(begins, line.start()) : bisect.bisect_left(begins, line.end())]
        cuts = [line.start(), *inside, line.end()]
        for start, end in itertools.pairwise(cuts):
            for piece_start, piece_end in _short(text, start, end):
                found.append(Passage(len(found), piece_start, piece_end, paragraph))
    return tuple(found)


def _short(text: str, start: int, end: int) -> Iterable[tuple[int, int]]:
    while True:
        while start < end and text[start].isspace():
            start += 1
        if start == end:
            return
        cut = end
        if end - start > MAX_PASSAGE_CHARACTERS:
            cut = text.rfind(" ", start + 1, start + MAX_PASSAGE_CHARACTERS)
            cut = cut if cut > start else start + MAX_PASSAGE_CHARACTERS
        stop = cut
        while text[stop - 1].isspace():
            stop -= 1
        yield start, stop
        start = cut


def passage_at(found: Sequence[Passage], offset: int) -> Passage:
    """Return the passage that holds the character at ``offset`` (or the last one before it)."""
    index = bisect.bisect_right(found, offset, key=lambda p: p.start) - 1
    return found[max(index, 0)]
