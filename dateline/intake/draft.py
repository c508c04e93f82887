"""What a format's reader hands back: the text and what the source says of itself, before it is a report."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from dateline.records import Article
from dateline.reports import web_address

_SPACES = re.compile(r"\s+")
_ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
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
    """Return a field's value as one line of at most :data:`MAX_FIELD` characters."""
    return _SPACES.sub(" ", str(value or "")).strip()[:MAX_FIELD]


def iso_date(value: object) -> str:
    """Return the plain date at the head of ``value`` (a datetime or text), or "" where there is none."""
    found = _ISO_DATE.match(str(value or ""))
    return found[0] if found else ""


def address(value: object) -> str:
    """Return a web address, or "" for anything else."""
    return web_address(str(value or "").strip())


def as_article(draft: Draft, report: str) -> Article:
    """Return a draft as the report with this id."""
    return Article(report, draft.title, draft.text, draft.date, draft.byline, draft.outlet, draft.source, draft.language)
