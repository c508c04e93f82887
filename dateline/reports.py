"""Opening reports: bytes to an :class:`~dateline.records.Article`, or a clear refusal.

A report is plain text or Markdown, shown exactly as written. It may begin with front matter::

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

import codecs
import re
from collections.abc import Collection
from pathlib import Path

import charset_normalizer

from dateline.errors import EmptyReport, NotText, ReportError, TooLong
from dateline.limits import MAX_CHARACTERS, MAX_FILE_MB, MB
from dateline.records import Article

SUFFIXES = (".txt", ".md")

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


def decode(content: bytes, name: str, *, keep_invisible: bool = False) -> str:
    """Return the text of a file, its line ends as ``\\n``.

    UTF-8 first, then byte order marks, then the best guess of charset-normalizer. Zero-width marks go, unless ``keep_invisible``.

    Raises:
        EmptyReport: nothing but white space.
        NotText: pictures, archives, programs.
        TooLong: over :data:`~dateline.limits.MAX_FILE_MB`.
    """
    check_size(len(content), name)
    text = _decoded(content, name)
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if not keep_invisible:
        text = text.translate(_INVISIBLE)
    controls = sum(1 for ch in text if (ch < " " and ch not in "\n\t\f\v") or ch == "\x7f" or "\ud800" <= ch < "\ue000")
    if controls > 1 + len(text) * _MAX_CONTROL_SHARE:
        raise NotText(_not_text(name))
    # what is left of control characters would be invisible in the text and stop the tokenizer
    text = "".join(_visible(ch) for ch in text)
    if not text.strip():
        msg = f"{name!r} is empty: there is no text in it. Choose another file."
        raise EmptyReport(msg)
    return text


def check_size(size_bytes: int, name: str) -> None:
    """Raise :class:`TooLong` where a file is over :data:`~dateline.limits.MAX_FILE_MB`."""
    if size_bytes > MAX_FILE_MB * MB:
        msg = f"{name!r} has {size_bytes / MB:.1f} MB; the limit is {MAX_FILE_MB} MB. Split it into several reports."
        raise TooLong(msg)


def _visible(ch: str) -> str:
    if ch < " " and ch not in "\n\t":
        return " "
    return "\ufffd" if "\ud800" <= ch < "\ue000" else ch


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


def parse(text: str, name: str) -> Article:
    """Return the report in ``text``; ``name`` is its stable id and, in need, its title.

    Raises:
        EmptyReport: there is front matter and nothing after it.
        TooLong: over :data:`~dateline.limits.MAX_CHARACTERS`.
    """
    fields, body = _front_matter(text)
    body = body.strip("\n")
    if not body.strip():
        msg = f"{name!r} has no text after its front matter. Add the report below the second '---'."
        raise EmptyReport(msg)
    if len(body) > MAX_CHARACTERS:
        words = len(body.split())
        msg = (
            f"{name!r} has {len(body):,} characters (about {words:,} words); the limit is {MAX_CHARACTERS:,} "
            "characters. Split it into several reports."
        )
        raise TooLong(msg)
    return Article(
        id=name,
        title=fields.get("title") or _first_heading(body) or name.replace("-", " ").replace("_", " "),
        text=body,
        date=fields.get("date", ""),
        byline=fields.get("byline", ""),
        outlet=fields.get("outlet", ""),
        source=web_address(fields.get("source", "")),
        language=fields.get("language", ""),
    )


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


def web_address(address: str) -> str:
    """Return a web address as it is and anything else (``javascript:``) as "": only web addresses become links."""
    return address if re.match(r"https?://[^\s<>\"']+$", address) else ""


def mostly_latin(text: str) -> bool:
    """Return whether most letters of a text are Latin: the engine reads English."""
    letters = [ch for ch in text[:20_000] if ch.isalpha()]
    return 2 * sum(ch < "\u0250" or "\u1e00" <= ch < "\u1f00" for ch in letters) >= len(letters)


def open_report(path: Path | str) -> Article:
    """Return the report in the text or Markdown file at ``path``; for other formats see :class:`~dateline.workshop.Workshop`.

    Raises:
        ReportError: the file cannot be read, is empty, is not text or is too long.
    """
    path = Path(path)
    try:
        check_size(path.stat().st_size, path.name)  # before reading: never load a huge file to refuse it
        content = path.read_bytes()
    except OSError as error:
        msg = f"{path.name!r} cannot be read: {error.strerror or error}. Check that the file is there and readable."
        raise ReportError(msg) from error
    return parse(decode(content, path.name), path.stem)


def list_reports(folder: Path, suffixes: Collection[str] = SUFFIXES) -> tuple[Path, ...]:
    """Return the report files (those whose names end in ``suffixes``) directly in ``folder``, by name.

    Links that lead out of the folder are left out.
    """
    root = folder.resolve()
    return tuple(
        path
        for path in sorted(folder.iterdir() if folder.is_dir() else ())
        if path.suffix.lower() in suffixes and path.is_file() and path.resolve().is_relative_to(root)
    )
