"""Plain text and Markdown: bytes to text, front matter off, wrapped lines joined. What every other format's text goes through too.

A report is shown exactly as read. It may begin with front matter::

    ---
    title: What the fall of Bakhmut would open
    date: 2023-03-07
    byline: ...
    outlet: ...
    source: https://...
    ---

Offsets count from the first code point after the front matter.
"""

from __future__ import annotations

import bisect
import codecs
import re

import charset_normalizer

from dateline.errors import EmptyReport, NotText
from dateline.intake.draft import Draft, address, check_size, iso_date, one_line

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_INVISIBLE = dict.fromkeys(map(ord, "\u00ad\u200b\u2060\ufeff"))
"""Soft hyphens and zero-width marks stand inside names copied from the web, where no reader sees them."""
_COMMONEST = ("cp1252", "cp1251", "cp1250", "cp1256", "cp1254")
_EQUAL_COHERENCE = 0.05
_MAX_CONTROL_SHARE = 0.002
"""Text has tabs and line ends, but hardly any other control character."""
_FIELD = re.compile(r"^(title|date|byline|outlet|source|language)\s*:\s*(.*?)\s*$", re.IGNORECASE)
_HEADING = re.compile(r"^#{1,6}\s+(.{1,200}?)\s*#*\s*$")
_SURROGATE = re.compile("[\ud800-\udfff]")
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f]")
_BINARY = re.compile("[\x00-\x08\x0e-\x1f\x7f\ud800-\udfff]")
"""What texts hardly have: control characters other than tabs, line ends and page breaks, and halves of characters."""
_WRAPPED = (40, 100)
"""Lengths of the lines of a text that was wrapped by hand or by a mail program."""
_MARKUP = re.compile(r"^(?:[-–—•*+#>|]|\d{1,3}[.)])\s?|^\s{4,}|\t")
_GLUE = re.compile(r"[\w’'][-‐]$")


def draft(content: bytes, name: str) -> Draft:
    """Return the text of a file of plain text or Markdown, and what its front matter or first heading says of it.

    Raises:
        ReportError: see :func:`decode`.
    """
    return draft_of(decode(content, name), name)


def draft_of(text: str, name: str) -> Draft:
    """Return the same of a text that is no bytes any more: pasted, or a line's of many.

    Raises:
        EmptyReport: there is front matter and nothing after it.
    """
    fields, body = _front_matter(readable(text))
    body = body.strip("\n")
    if fields and not body.strip():
        msg = f"{name!r} has no text after its front matter. Add the report below the second '---'."
        raise EmptyReport(msg)
    joined = unwrapped(body)
    return Draft(
        joined, one_line(fields.get("title")) or _first_heading(body), one_line(fields.get("byline")), one_line(fields.get("outlet")),
        iso_date(fields.get("date")), address(fields.get("source")), one_line(fields.get("language"))[:2],
        ("Lines that were wrapped at a fixed width were joined to paragraphs.",) if joined != body else (),
    )  # fmt: skip


def decode(content: bytes, name: str, *, keep_invisible: bool = False) -> str:
    """Return the text of a file, made :func:`readable`.

    UTF-8 first, then byte order marks, then the best guess of charset-normalizer. Zero-width marks go, unless ``keep_invisible``.

    Raises:
        EmptyReport: nothing but white space.
        NotText: pictures, archives, programs.
        TooLong: over :data:`~dateline.limits.MAX_FILE_MB`.
    """
    check_size(len(content), name)
    text = _decoded(content, name).replace("\r\n", "\n")
    if len(_BINARY.findall(text)) > 1 + len(text) * _MAX_CONTROL_SHARE:
        raise NotText(_not_text(name))
    text = readable(text, keep_invisible=keep_invisible)
    if not text.strip():
        msg = f"{name!r} is empty: there is no text in it. Choose another file."
        raise EmptyReport(msg)
    return text


def readable(text: str, *, keep_invisible: bool = False) -> str:
    """Return text whose line ends are ``\\n``, without zero-width marks, control characters and halves of characters.

    Control characters would be invisible in the text and stop the tokenizer: they become spaces. A lone surrogate, which no encoding can
    hold, becomes U+FFFD.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if not keep_invisible:
        text = text.translate(_INVISIBLE)
    return encodable(_CONTROL.sub(" ", text))


def encodable(text: str) -> str:
    """Return text with U+FFFD for every lone surrogate: as long as it was, and one that can be stored."""
    return _SURROGATE.sub("\ufffd", text)


def _not_text(name: str) -> str:
    return f"{name!r} is not a text file (it looks like a picture, an archive or a program). Save the report as .txt or .md."


def _decoded(content: bytes, name: str) -> str:
    for mark, encoding in _BOMS:
        if content.startswith(mark):
            return content.decode(encoding, errors="replace")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        pass
    if b"\0" in content:
        raise NotText(_not_text(name))
    matches = list(charset_normalizer.from_bytes(content))
    if not matches:
        raise NotText(_not_text(name))
    # of guesses that fit as well, take the commonest encoding: cp1252 and cp1250 differ in a few letters only
    best = matches[0]
    equals = [m for m in matches if m.chaos == best.chaos and best.coherence - m.coherence < _EQUAL_COHERENCE]
    return str(min(equals, key=lambda m: _COMMONEST.index(m.encoding) if m.encoding in _COMMONEST else len(_COMMONEST)))


def _front_matter(text: str) -> tuple[dict[str, str], str]:
    lines = text.lstrip("\n").split("\n")
    if lines[0].strip() != "---":
        return {}, text
    for end, line in enumerate(lines[1:], start=1):
        if line.strip() == "---":
            found = (_FIELD.match(field) for field in lines[1:end])
            return {m[1].lower(): m[2] for m in found if m}, "\n".join(lines[end + 1 :])
    return {}, text


def _first_heading(body: str) -> str:
    heading = _HEADING.match(body.split("\n", 1)[0])
    return heading[1] if heading else ""


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


class Alignment:
    """Which characters of a text as it was given are those of the text as it is read.

    What becomes of a text on the way in takes off its head (front matter), and takes out and changes white space and marks that nobody
    sees; every other character stays, in its order. So the n-th such character from the end is the same in both.
    """

    def __init__(self, given: str, read: str) -> None:
        """Align a text with what :func:`draft_of` made of it."""
        self._same = given == read
        if not self._same:
            self._given, self._read = _solid(given), _solid(read)
            self._ahead = len(self._given) - len(self._read)

    def to_read(self, start: int, end: int) -> tuple[int, int] | None:
        """Return where a span of the given text stands in the read one; None where nothing of it is left there."""
        if self._same:
            return start, end
        inside = [i - self._ahead for i in range(_first(self._given, start), _first(self._given, end))]
        inside = [i for i in inside if i >= 0]
        return (self._read[inside[0]], self._read[inside[-1]] + 1) if inside else None

    def to_given(self, start: int, end: int) -> tuple[int, int]:
        """Return where a span of the read text, which begins and ends with a visible character, stands in the given one."""
        if self._same:
            return start, end
        first, last = _first(self._read, start), _first(self._read, end) - 1
        return self._given[first + self._ahead], self._given[last + self._ahead] + 1


def _solid(text: str) -> list[int]:
    """Return the offsets of the characters that a reader sees."""
    return [i for i, ch in enumerate(text) if not ch.isspace() and ch >= " " and ord(ch) not in _INVISIBLE]


def _first(offsets: list[int], at: int) -> int:
    """Return how many of the ascending ``offsets`` are below ``at``."""
    return bisect.bisect_left(offsets, at)
