"""PDF, through pypdf: the text of its pages, the lines of a paragraph joined again."""

from __future__ import annotations

import io
import re
import statistics
from collections import Counter
from collections.abc import Sequence

import pypdf
from pypdf.errors import LimitReachedError, PyPdfError

from dateline.errors import EmptyReport, TooDemanding, TooLong, Unreadable
from dateline.intake.draft import Draft, iso_date, one_line
from dateline.limits import MAX_CHARACTERS, MAX_PDF_PAGES

_PAGE_NUMBER = re.compile(r"(?:page\s+)?[-–—]?\s*\d{1,4}\s*[-–—]?(?:\s*(?:of|/)\s*\d{1,4})?", re.I)
_SENTENCE_END = re.compile(r"[.!?:…][\"'”’)\]]*$")
_BULLET = re.compile(r"^(?:[-–—•▪◦*]|\d{1,3}[.)])\s")
_HYPHEN = re.compile(r"(?<=[a-z])[-\u00ad]$")
_SPACES = re.compile(r"[ \t\xa0]+")
_SHORT = 0.72
"""A line of less than this part of the usual length ends its paragraph, where a sentence ends with it."""
_REPEATED = 0.5
"""A first or last line that stands on more than this part of the pages is a running head."""
_HEAD_LINES = 2


def draft(content: bytes, name: str) -> Draft:
    """Return the text of a PDF. Pictures are left out, running heads and page numbers too.

    Raises:
        TooLong: over :data:`~dateline.limits.MAX_PDF_PAGES` pages.
        Unreadable: locked with a password, or damaged.
        TooDemanding: a stream of it unpacks to more than pypdf allows.
        EmptyReport: a scan: pages that are pictures.
    """
    try:
        reader = pypdf.PdfReader(io.BytesIO(content))
        if reader.is_encrypted and not reader.decrypt(""):
            msg = f"{name!r} is locked with a password. Open it, print or save it without one, and add that."
            raise Unreadable(msg)
        count = len(reader.pages)
        if count > MAX_PDF_PAGES:
            msg = f"{name!r} has {count:,} pages; the limit is {MAX_PDF_PAGES}. Split it into several reports."
            raise TooLong(msg)
        pages, length = [], 0
        for page in reader.pages:
            pages.append(page.extract_text())
            length += len(pages[-1])
            if length > 2 * MAX_CHARACTERS:
                msg = f"{name!r} has more than {MAX_CHARACTERS:,} characters, the limit. Split it into several reports."
                raise TooLong(msg)
        facts = reader.metadata
    except LimitReachedError as error:
        msg = f"{name!r} unpacks to far more than a report holds, and was given up. Print it to a new PDF, or save it as plain text."
        raise TooDemanding(msg) from error
    except PyPdfError as error:
        msg = f"{name!r} is not a whole PDF ({type(error).__name__}). Ask for it again, or print it to a new PDF."
        raise Unreadable(msg) from error
    empty = [number for number, page in enumerate(pages, start=1) if not page.strip()]
    if len(empty) == len(pages):
        msg = f"{name!r} has no text: its pages are pictures (a scan). Run text recognition (OCR) first."
        raise EmptyReport(msg)
    notes = [f"Taken from {count} page{'s' if count > 1 else ''} of PDF: pictures, running heads and page numbers were left out."]
    if empty:
        notes.append(f"Page{'s' if len(empty) > 1 else ''} without text (pictures?): {', '.join(map(str, empty[:10]))}.")
    title = one_line(facts.title) if facts else ""
    return Draft(
        reflow(pages), "" if _machine_made(title) else title, _author(facts),
        date=_created(facts), notes=tuple(notes),
    )  # fmt: skip


def _author(facts: pypdf.DocumentInformation | None) -> str:
    author = one_line(facts.author) if facts else ""
    return "" if author.strip("()").lower() in ("anonymous", "unknown", "admin", "user") else author


def _machine_made(title: str) -> bool:
    return title.lower().startswith(("microsoft word", "untitled", "document", "(anonymous", "anonymous")) or title.lower().endswith(
        (".doc", ".docx", ".indd", ".pdf")
    )


def _created(facts: pypdf.DocumentInformation | None) -> str:
    try:
        return iso_date(facts.creation_date) if facts else ""
    except ValueError:  # a date that is none
        return ""


def reflow(pages: Sequence[str]) -> str:
    """Return the text of pages as paragraphs, one a line, with an empty line between.

    A PDF holds lines, and names break over them ("Chasiv / Yar"): the lines of a paragraph are joined again, words that a hyphen
    parts at a line's end too. A paragraph ends at an empty line, before a bullet, and after a short line that ends a sentence.
    """
    split = [[_SPACES.sub(" ", line).strip() for line in page.split("\n")] for page in pages]
    lines = [line for page in _without_running_heads(split) for line in page]
    lengths = [len(line) for line in lines if len(line) > 30]
    usual = statistics.quantiles(lengths, n=4)[2] if len(lengths) > 3 else 80.0
    paragraphs: list[str] = []
    joined = ""
    for line in lines:
        if not line or (joined and _BULLET.match(line)):
            if joined:
                paragraphs.append(joined)
            joined = line
            continue
        if joined and _HYPHEN.search(joined) and line[:1].islower():
            joined = joined[:-1] + line
        elif joined.endswith("-") and line[:1].isupper():
            joined += line  # Ivano- / Frankivsk
        else:
            joined = f"{joined} {line}" if joined else line
        if len(line) < _SHORT * usual and (_SENTENCE_END.search(line) or len(joined) == len(line)):
            paragraphs.append(joined)
            joined = ""
    if joined:
        paragraphs.append(joined)
    return "\n\n".join(paragraphs)


def _without_running_heads(pages: list[list[str]]) -> list[list[str]]:
    """Return the pages without page numbers and without the lines that most of them begin or end with."""
    trimmed = [_trimmed(page) for page in pages]
    for _ in range(_HEAD_LINES):
        for end in (0, -1):
            seen = Counter(_bare(page[end]) for page in trimmed if page)
            heads = {line for line, count in seen.items() if count > max(2, _REPEATED * len(pages)) and len(line) < 120}
            trimmed = [_trimmed(page[1:] if end == 0 else page[:-1]) if page and _bare(page[end]) in heads else page for page in trimmed]
    return trimmed


def _trimmed(page: list[str]) -> list[str]:
    """Return a page without empty lines and page numbers at its ends; a number in its midst is the report's."""
    while page and (not page[0] or _PAGE_NUMBER.fullmatch(page[0])):
        page = page[1:]
    while page and (not page[-1] or _PAGE_NUMBER.fullmatch(page[-1])):
        page = page[:-1]
    return page


def _bare(line: str) -> str:
    return re.sub(r"\d+", "#", line)
