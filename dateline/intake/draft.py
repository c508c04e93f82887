"""What a format's reader hands back: the text and what the source says of itself, before it is a report."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

from dateline.characters import UNSAFE
from dateline.errors import ReportError, TooLong
from dateline.limits import MAX_FILE_MB, MB
from dateline.records import Article

_SPACES = re.compile(r"\s+")
_ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_ADDRESS = re.compile(r"https?://[^\s<>\"']+$")
MAX_FIELD = 300
"""Characters of a title, byline or outlet."""


@dataclass(frozen=True, slots=True)
class Draft:
    """The text of a source, exactly as extracted, and what the source says of itself, as far as it does."""

    text: str
    title: str = ""
    byline: str = ""
    outlet: str = ""
    date: str = ""
    """Plain ISO date, or empty."""
    source: str = ""
    language: str = ""
    """ISO 639-1 code, or empty where it could not be told."""
    notes: tuple[str, ...] = field(default=())
    """What the reader of the report should know: what was left out, or guessed."""


def one_line(value: object) -> str:
    """Return a field's value as one line of at most :data:`MAX_FIELD` characters, none of which is more than a character.

    Control characters, what turns the direction of writing round and lone surrogates are left out: a title goes to lists, file names
    and terminals.
    """
    return _SPACES.sub(" ", UNSAFE.sub("", _SPACES.sub(" ", str(value or "")))).strip()[:MAX_FIELD]


def iso_date(value: object) -> str:
    """Return the plain date at the head of ``value`` (a datetime or text), or "" where there is none."""
    found = _ISO_DATE.match(str(value or ""))
    return found[0] if found else ""


def address(value: object) -> str:
    """Return a web address as it is, and "" for anything else (``javascript:``): only web addresses become links."""
    found = str(value or "").strip()
    return found if _ADDRESS.match(found) else ""


def check_size(size_bytes: int, name: str) -> None:
    """Raise :class:`~dateline.errors.TooLong` where a file is over :data:`~dateline.limits.MAX_FILE_MB`."""
    if size_bytes > MAX_FILE_MB * MB:
        msg = f"{name!r} has {size_bytes / MB:.1f} MB; the limit is {MAX_FILE_MB} MB. Split it into several reports."
        raise TooLong(msg)


def content_of(path: Path) -> bytes:
    """Return the bytes of a file that is not too large.

    Raises:
        ReportError: it cannot be read, or is too large.
    """
    try:
        check_size(path.stat().st_size, path.name)  # before reading: never load a huge file to refuse it
        return path.read_bytes()
    except (OSError, ValueError) as error:  # the second where the name is no file's
        msg = f"{path.name!r} cannot be read: {getattr(error, 'strerror', None) or error}. Check that the file is there and readable."
        raise ReportError(msg) from error


def as_article(draft: Draft, report: str) -> Article:
    """Return a draft as the report with this id."""
    return Article(report, draft.title, draft.text, draft.date, draft.byline, draft.outlet, draft.source, draft.language)
