"""Reading many reports: JSON lines in, JSON lines out, one for one and in order.

Each text is taken in as every other report is (:mod:`dateline.intake`): wrapped lines are joined, front matter comes off. The offsets in
an answer are those of the text as the line has it. A line that cannot be read becomes an error that says which line and why; the rest is
read.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from dateline.errors import DatelineError, EmptyReport, ReportError, TooLong
from dateline.geoparsing.annotation_schemes import DEFAULT, Policy
from dateline.intake.draft import as_article
from dateline.intake.extraction import of_text
from dateline.intake.plain_text import Alignment
from dateline.limits import MAX_CHARACTERS
from dateline.reading import Reader, read
from dateline.records import Article, ReadArticle
from dateline.records import Reading as _Reading
from dateline.workshop import Workshop

MAX_LINE_BYTES = 16_000_000
"""A longer line is not even parsed."""


Spans = list[tuple[int, int]]


def read_lines(lines: Iterable[bytes], reader: Reader | Workshop, policy: Policy = DEFAULT) -> Iterator[dict[str, Any]]:
    """Yield one answer a line, in order.

    Args:
        lines: JSON objects ``{"id", "title", "text"}``, UTF-8; with ``"spans": [[start, end], ...]`` only these are read.
        reader: from :func:`~dateline.reading.load_reader`; or a workshop, which reads each in a child process with limits.
        policy: what counts as a mention.

    Yields:
        ``{"id", "toponyms": [...]}`` or ``{"id", "error"}``; ids are passed on as they are, None where there is none.
    """
    for number, line in enumerate(lines, start=1):
        name: object = None
        try:
            document = _parsed(line, number)
            name = document.get("id")
            yield {"id": name, "toponyms": _toponyms(document, number, reader, policy)}
        except DatelineError as error:
            yield {"id": name, "error": str(error)}


def _parsed(line: bytes, number: int) -> dict[str, Any]:
    if len(line) > MAX_LINE_BYTES:
        msg = f"line {number} has {len(line) / 1e6:.0f} MB; the limit is {MAX_LINE_BYTES / 1e6:.0f} MB. Split the report."
        raise TooLong(msg)
    if not line.strip():
        msg = f"line {number} is empty; every line must be a JSON object with id and text."
        raise EmptyReport(msg)
    try:
        document = json.loads(line.decode("utf-8-sig" if number == 1 else "utf-8"), parse_constant=_no_number, parse_float=_finite)
    except (ValueError, RecursionError) as error:
        why = error.reason if isinstance(error, UnicodeDecodeError) else error  # the rest of that message quotes the line
        msg = f"line {number} is not JSON in UTF-8: {why}. Write one object a line: {{'id': ..., 'text': ...}}."
        raise ReportError(msg) from None
    if not isinstance(document, dict):
        msg = f"line {number} is JSON but no object: it is a {type(document).__name__}. Write {{'id': ..., 'text': ...}}."
        raise ReportError(msg)
    return document


def _no_number(name: str) -> float:
    msg = f"{name} is no JSON"
    raise ValueError(msg)


def _finite(digits: str) -> float:
    number = float(digits)
    return number if math.isfinite(number) else _no_number(digits[:20])


def _toponyms(document: dict[str, Any], number: int, reader: Reader | Workshop, policy: Policy) -> list[dict[str, Any]]:
    where = f"line {number} (id {document.get('id')!r})"
    text = document.get("text")
    if not isinstance(text, str):
        msg = f"{where} has no text: 'text' must be a string."
        raise ReportError(msg)
    if len(text) > MAX_CHARACTERS:
        msg = f"{where}: the text has {len(text):,} characters; the limit is {MAX_CHARACTERS:,}. Split it into several reports."
        raise TooLong(msg)
    spans = _spans(document["spans"], text, where) if document.get("spans") is not None else None
    title = document.get("title")
    try:
        draft = of_text(text, where)
    except EmptyReport:  # a text without places, in a row of many
        return []
    article = replace(as_article(draft, where), title=title if isinstance(title, str) and title else draft.title)
    at = Alignment(text, article.text)
    if spans is None:
        return [_toponym(r, text, at.to_given(r.mention.start, r.mention.end)) for r in _read(article, reader, policy, None).readings]
    asked = {span: inside for span in spans if (inside := at.to_read(*span)) is not None}
    done = {(r.mention.start, r.mention.end): r for r in _read(article, reader, policy, sorted(set(asked.values()))).readings}
    return [_toponym(done[asked[span]], text, span) for span in spans if asked.get(span) in done]


def _read(article: Article, reader: Reader | Workshop, policy: Policy, given: Spans | None) -> ReadArticle:
    return reader.read(article, given, policy=policy)[0] if isinstance(reader, Workshop) else read(article, reader, policy, given)


def _spans(spans: object, text: str, where: str) -> list[tuple[int, int]]:
    """Return the spans asked for; overlapping ones are each read by themselves, doubled ones once.

    Raises:
        ReportError: they are no list of pairs of offsets into the text.
    """
    if not isinstance(spans, list):
        msg = f"{where}: 'spans' must be a list of [start, end], not {str(spans)[:40]!r}."
        raise ReportError(msg)
    for span in spans:
        whole = isinstance(span, list) and len(span) == 2 and all(isinstance(n, int) and not isinstance(n, bool) for n in span)
        if not whole or not 0 <= span[0] < span[1] <= len(text):
            msg = f"{where}: the span {str(span)[:40]!r} is not [start, end] with 0 <= start < end <= {len(text)}, the length of the text."
            raise ReportError(msg)
    return sorted({(start, end) for start, end in spans})


def toponyms(done: ReadArticle) -> list[dict[str, Any]]:
    """Return the readings of a report as plain values, in the order of the text."""
    return [_toponym(r, done.article.text, (r.mention.start, r.mention.end)) for r in done.readings]


def _toponym(reading: _Reading, text: str, span: tuple[int, int]) -> dict[str, Any]:
    choice, place = reading.choice, reading.choice.place
    return {
        "start": span[0], "end": span[1], "name": text[span[0] : span[1]],
        "place_id": place.id if place else None, "place_name": place.name if place else None,
        "lat": place.lat if place else None, "lon": place.lon if place else None,
        "country": place.country if place else None, "feature": place.feature if place else None,
        "kind": reading.kind.value, "kind_reason": reading.kind.reason, "reference": reading.reference.value,
        "confidence": choice.confidence, "place_reason": choice.reason,
    }  # fmt: skip
