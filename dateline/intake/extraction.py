"""Taking the text out of a file: which format it is, by its bytes, and the reader for it."""

from __future__ import annotations

import importlib
import io
import re
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path, PurePath

from dateline.errors import EmptyReport, NotText, ReportError, TooLong, Unreadable
from dateline.intake import plain_text
from dateline.intake.draft import Draft, as_article, check_size, content_of
from dateline.intake.language import language_of
from dateline.limits import MAX_CHARACTERS
from dateline.records import Article

_HTML = re.compile(
    rb"\s*(?:<\?xml[^>]{0,200}\?>\s*)?(?:<!--.{0,2000}?-->\s*)*<(?:!doctype\s+html|html[\s>]|head[\s>]|body[\s>])", re.I | re.S
)
_HEADERS = re.compile(rb"(?:[!-9;-~]{1,60}:[^\n]{0,2000}\n(?:[ \t][^\n]{0,2000}\n)*){3,}", re.I)
_MAIL_FIELD = re.compile(rb"^(?:from|to|subject|date|message-id|mime-version|received|return-path|delivered-to):", re.I | re.M)
_OTHERS = (
    (b"\xd0\xcf\x11\xe0", "an old Office file", "Open it and save it as .docx."),
    (b"{\\rtf", "a rich text file", "Open it and save it as .docx or .txt."),
    (b"\x89PNG", "a picture", "Run text recognition (OCR) first."),
    (b"\xff\xd8\xff", "a picture", "Run text recognition (OCR) first."),
    (b"GIF8", "a picture", "Run text recognition (OCR) first."),
    (b"\x1f\x8b", "a compressed file", "Unpack it first."),
    (b"7z\xbc\xaf", "a compressed file", "Unpack it first."),
    (b"Rar!", "a compressed file", "Unpack it first."),
)


def kind_of_file(content: bytes, name: str) -> str:
    """Return ``pdf``, ``docx``, ``html``, ``eml`` or ``text``: what the bytes are, whatever the name says.

    Raises:
        NotText: an archive, a picture, an old Office file; the message says what to do.
    """
    if content.lstrip()[:5] == b"%PDF-":
        return "pdf"
    if content.startswith(b"PK\x03\x04"):
        return _zip_kind(content, name)
    for start, what, advice in _OTHERS:
        if content.startswith(start):
            msg = f"{name!r} is {what}, not a report. {advice}"
            raise NotText(msg)
    suffix = PurePath(name).suffix.lower()
    head = content[:20_000].removeprefix(b"\xef\xbb\xbf").lstrip()
    if _HTML.match(head) or (suffix in (".html", ".htm") and b"<" in head):
        return "html"
    fields = {m[0].lower() for m in _MAIL_FIELD.finditer(head[:8_000])}
    if (suffix == ".eml" and fields) or (len(fields) >= 3 and _HEADERS.match(head.replace(b"\r\n", b"\n"))):
        return "eml"
    return "pdf" if b"%PDF-" in content[:1024] else "text"  # some writers put bytes of their own before it


def _zip_kind(content: bytes, name: str) -> str:
    try:
        names = zipfile.ZipFile(io.BytesIO(content)).namelist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError, RuntimeError):
        names = []
        if PurePath(name).suffix.lower() == ".docx":
            msg = f"{name!r} is damaged: it begins like a Word document and cannot be unpacked. Ask for it again."
            raise Unreadable(msg) from None
    if "word/document.xml" in names:
        return "docx"
    what = "an OpenDocument file. Save it as .docx" if "content.xml" in names else "an archive. Unpack it and add the files in it"
    msg = f"{name!r} is {what}."
    raise NotText(msg)


READERS = {"text": "plain_text", "html": "web_page", "pdf": "pdf", "docx": "word", "eml": "mail"}
"""The module that takes the text out of each kind of file, by its ``draft``."""


def _reader(kind: str) -> Callable[[bytes, str], Draft]:
    """Return what takes the text out of a kind of file; parsers are loaded when the first file of their kind comes."""
    read: Callable[[bytes, str], Draft] = importlib.import_module(f"dateline.intake.{READERS[kind]}").draft
    return read


def extract(content: bytes, name: str) -> Draft:
    """Return the text of a file and what it says of itself; title and language are always there, the title by the name in need.

    Raises:
        ReportError: empty, too long, no text, damaged or locked. The message names the file and says what to do.
    """
    name = PurePath(name).name or "report"
    check_size(len(content), name)
    if not content.strip():
        msg = f"{name!r} is empty: there is nothing in it. Choose another file."
        raise EmptyReport(msg)
    return finished(_reader(kind_of_file(content, name))(content, name), name)


def of_text(text: str, name: str) -> Draft:
    """Return what :func:`extract` does for a text that is no file's: it is plain text, whatever it looks like.

    Raises:
        ReportError: empty or too long.
    """
    if len(text) > MAX_CHARACTERS:  # before anything is done with it
        raise TooLong(_too_long(name, len(text)))
    return finished(plain_text.draft_of(text, name), name)


def finished(draft: Draft, name: str) -> Draft:
    """Return a format's draft as every report is: its text readable and not too long, with a title and its language.

    Raises:
        EmptyReport: there is no text in it.
        TooLong: over :data:`~dateline.limits.MAX_CHARACTERS`.
    """
    text = plain_text.readable(draft.text).strip("\n")
    if not text.strip():
        msg = f"{name!r} has no text in it. If it is a scan, run text recognition (OCR) first."
        raise EmptyReport(msg)
    if len(text) > MAX_CHARACTERS:
        raise TooLong(_too_long(name, len(text)))
    title = draft.title or _first_line(text) or _stem(name)
    return replace(
        draft, text=text, title=plain_text.encodable(title), source=plain_text.encodable(draft.source),
        notes=tuple(map(plain_text.encodable, draft.notes)), language=draft.language or language_of(text),
    )  # fmt: skip


def _too_long(name: str, characters: int) -> str:
    return f"{name!r} has {characters:,} characters; the limit is {MAX_CHARACTERS:,}. Split it into several reports."


def checked(content: bytes, name: str) -> Draft:
    """Return what :func:`extract` does; what a parser raises that is none of our errors becomes :class:`Unreadable`.

    MemoryError and RecursionError go through: the sandbox has its own words for them.
    """
    try:
        return extract(content, name)
    except (ReportError, MemoryError, RecursionError):
        raise
    except Exception as error:  # parsers of hostile files raise three dozen classes
        kind = PurePath(name).suffix.lstrip(".").upper() or "report"
        msg = f"{name!r} could not be read as {kind} ({type(error).__name__}). Is it damaged? Open it elsewhere and save it as plain text."
        raise Unreadable(msg) from error


def _stem(name: str) -> str:
    return PurePath(name).stem.replace("-", " ").replace("_", " ").strip() or "report"


def _first_line(text: str) -> str:
    line = text.split("\n", 1)[0].strip().lstrip("#").strip()
    return line if 3 < len(line) <= 120 and not line.endswith((".", ",", ";", ":")) else ""


def open_report(path: Path | str) -> Article:
    """Return the report in a file of any format that Dateline reads, taken in as everywhere: the screen and the command line read it alike.

    It is read in this very process, without limits of time and memory. Files of people you do not know belong into
    :meth:`dateline.workshop.Workshop.open`.

    Raises:
        ReportError: the file cannot be read, is empty, is no report, damaged or too long.
    """
    path = Path(path)
    return as_article(checked(content_of(path), path.name), path.stem)
