"""Word documents (.docx): opened by python-docx, after a look at the zip they are; their text is walked here.

python-docx alone passes over what stands in tracked insertions, content controls and text boxes: a report would lose sentences in silence.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from typing import Any

import docx
from docx.oxml import parse_xml

from dateline.errors import TooDemanding, Unreadable
from dateline.intake.draft import Draft, iso_date, one_line
from dateline.limits import MAX_UNPACKED_MB, MAX_ZIP_MEMBERS, MB

_CHUNK = 1 << 16
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_GAPS = {f"{_W}tab": " ", f"{_W}br": " ", f"{_W}cr": " ", f"{_W}noBreakHyphen": "-"}
_LEFT_OUT = frozenset([f"{_W}del", f"{_W}moveFrom", f"{_W}txbxContent", _FALLBACK])
"""Deleted and moved-away text; text boxes, which come as paragraphs of their own; and the copies kept for older programs."""


def draft(content: bytes, name: str) -> Draft:
    """Return the text of a Word document: paragraphs, rows of tables, text boxes, notes, in their order.

    Raises:
        TooDemanding: it unpacks to more than :data:`~dateline.limits.MAX_UNPACKED_MB`.
        Unreadable: damaged, or with a document type of its own (which real ones never have).
    """
    pictures = _inspected(content, name)
    document = docx.Document(io.BytesIO(content))
    facts = document.core_properties
    notes = [f"{pictures} picture{'s' if pictures > 1 else ''} left out."] if pictures else []
    blocks = [*_blocks(document.element.body), *_notes(document)]
    return Draft(
        "\n\n".join(blocks), one_line(facts.title), one_line(facts.author), date=iso_date(facts.created), notes=tuple(notes),
    )  # fmt: skip


def _inspected(content: bytes, name: str) -> int:
    """Unpack every part once, counting, and return the number of pictures; sizes that a zip declares are not believed."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        members = archive.infolist()
        unpacked = sum(member.file_size for member in members)
        if len(members) > MAX_ZIP_MEMBERS or unpacked > MAX_UNPACKED_MB * MB:
            raise TooDemanding(_too_much(name))
        total = 0
        for member in members:
            with archive.open(member) as part:
                head = part.read(_CHUNK)
                if member.filename.endswith((".xml", ".rels")) and b"<!DOCTYPE" in head.upper():
                    msg = f"{name!r} has a document type of its own, which no Word document needs. Open it in Word and save it again."
                    raise Unreadable(msg)
                total += len(head)
                while piece := part.read(_CHUNK):
                    total += len(piece)
                    if total > MAX_UNPACKED_MB * MB:
                        raise TooDemanding(_too_much(name))
        return sum(member.filename.startswith("word/media/") for member in members)


def _too_much(name: str) -> str:
    return f"{name!r} unpacks to more than {MAX_UNPACKED_MB} MB or {MAX_ZIP_MEMBERS:,} parts. Save it as plain text and add that."


def _blocks(element: Any) -> Iterator[str]:
    """Yield the paragraphs and table rows under an element of WordprocessingML, whatever they are wrapped in."""
    for child in element:
        if child.tag == f"{_W}p":
            if text := _text(child):
                yield text
            for box in child.iter(f"{_W}txbxContent"):
                if not any(parent.tag == _FALLBACK for parent in box.iterancestors()):
                    yield from _blocks(box)
        elif child.tag == f"{_W}tr":
            cells = (" ".join(_blocks(cell)) for cell in child.iter(f"{_W}tc") if next(cell.iterancestors(f"{_W}tr")) is child)
            if row := "  ".join(cell for cell in cells if cell):
                yield row
        elif child.tag not in _LEFT_OUT and isinstance(child.tag, str):
            yield from _blocks(child)


def _text(paragraph: Any) -> str:
    """Return the text of a paragraph with tracked insertions, without tracked deletions, on one line."""
    pieces: list[str] = []

    def walk(element: Any) -> None:
        for child in element:
            if child.tag in _LEFT_OUT:
                continue
            if child.tag == f"{_W}t":
                pieces.append(child.text or "")
            elif child.tag in _GAPS:
                pieces.append(_GAPS[child.tag])
            else:
                walk(child)

    walk(paragraph)
    return "".join(pieces).strip()


def _notes(document: Any) -> Iterator[str]:
    """Yield foot- and endnotes, after the text."""
    for relation in document.part.rels.values():
        if relation.is_external or not relation.reltype.endswith(("/footnotes", "/endnotes")):
            continue
        root = parse_xml(relation.target_part.blob)
        for note in root:
            if note.get(f"{_W}type") is None:  # separators have a type
                yield from _blocks(note)
