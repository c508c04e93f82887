"""What a format's reader hands back: the text and what the source says of itself, before it is a report."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from dateline.characters import UNSAFE
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
    """Return a web address, or "" for anything else."""
    return web_address(str(value or "").strip())


def as_article(draft: Draft, report: str) -> Article:
    """Return a draft as the report with this id."""
    return Article(report, draft.title, draft.text, draft.date, draft.byline, draft.outlet, draft.source, draft.language)


_WRAPPED = (40, 100)
"""Lengths of the lines of a text that was wrapped by hand or by a mail program."""
_MARKUP = re.compile(r"^(?:[-–—•*+#>|]|\d{1,3}[.)])\s?|^\s{4,}|\t")
_GLUE = re.compile(r"[\w’'][-‐]$")


def unwrapped(text: str) -> str:
    """Return a text that was wrapped at a fixed width as paragraphs, one a line; any other text as it is.

    Names break over lines ("Chasiv / Yar"). A text counts as wrapped where the lines that another line follows directly are mostly
    of a wrapped length, and there are several of them; lists, tables, quotes and headings stay as they are.
    """
    blocks = re.split(r"\n[ \t]*\n", text)
    inner = [len(line) for block in blocks for line in block.split("\n")[:-1] if line.strip()]
    low, high = _WRAPPED
    if len(inner) < 2 or sum(low <= length <= high for length in inner) < 0.65 * len(inner):
        return text
    return "\n\n".join(_joined(block) for block in blocks)


def _joined(block: str) -> str:
    lines = block.split("\n")
    low, high = _WRAPPED
    if any(_MARKUP.match(line) for line in lines) or not all(low <= len(line) <= high for line in lines[:-1]):
        return block
    text = lines[0].rstrip()
    for line in lines[1:]:
        text += line.strip() if _GLUE.search(text) else f" {line.strip()}"
    return text
