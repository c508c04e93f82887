"""Word documents (.docx), through python-docx, after a look at the zip they are."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator

import docx
from docx.document import Document
from docx.table import Table, _Cell

from dateline.errors import TooDemanding, Unreadable
from dateline.intake.draft import Draft, iso_date, one_line
from dateline.limits import MAX_UNPACKED_MB, MAX_ZIP_MEMBERS, MB

_CHUNK = 1 << 16


def draft(content: bytes, name: str) -> Draft:
    """Return the text of a Word document: paragraphs and the rows of tables, in their order.

    Raises:
        TooDemanding: it unpacks to more than :data:`~dateline.limits.MAX_UNPACKED_MB`.
        Unreadable: damaged, or with a document type of its own (which real ones never have).
    """
    pictures = _inspected(content, name)
    document = docx.Document(io.BytesIO(content))
    facts = document.core_properties
    notes = [f"{pictures} picture{'s' if pictures > 1 else ''} left out."] if pictures else []
    return Draft(
        "\n\n".join(_blocks(document)), one_line(facts.title), one_line(facts.author),
        date=iso_date(facts.created), notes=tuple(notes),
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


def _blocks(document: Document) -> Iterator[str]:
    for block in document.iter_inner_content():
        if isinstance(block, Table):
            yield from _rows(block)
        elif text := block.text.strip():
            yield text


def _rows(table: Table) -> Iterator[str]:
    for row in table.rows:
        cells: list[_Cell] = []
        for cell in row.cells:  # a merged cell comes once for every column it covers
            if not cells or cell._tc is not cells[-1]._tc:
                cells.append(cell)
        if line := "  ".join(text for cell in cells if (text := " ".join(cell.text.split()))):
            yield line
