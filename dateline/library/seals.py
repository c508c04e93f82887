"""Seals: a digest of a row's values, beside them. Compared whenever the row is used: a disk, a copy or a hand may have changed it."""

from __future__ import annotations

import hashlib
import json
import sqlite3

from dateline.decisions import digest_of

SEALED_SINCE = 3
"""The version of the schema from which on rows have seals."""
SEALED = {
    "report": ("id", "title", "byline", "outlet", "date", "source", "language", "digest", "origin", "notes", "added_at"),
    "reading": ("report", "digest", "made_by", "made_at", "body"),
    "decision": ("id", "report", "scope", "at", "body"),
}
"""The columns that a row's seal is made of. A report's text has a digest of its own, which is one of them."""


def seal(*values: object) -> str:
    """Return a digest of a row's values, compared whenever the row is used: a disk, a copy or a hand may have changed it."""
    plain = [value.hex() if isinstance(value, bytes) else value for value in values]
    return hashlib.sha256(json.dumps(plain).encode("ascii")).hexdigest()[:32]


def sealed(row: sqlite3.Row, table: str) -> bool:
    """Return whether a row of ``table``, with all its :data:`SEALED` columns and its seal, is as it was written."""
    try:
        return bool(row["seal"] == seal(*(row[name] for name in SEALED[table])))
    except (TypeError, IndexError):  # a value of a sort that no row of ours has, or a column that is gone
        return False


def is_whole(row: sqlite3.Row) -> bool:
    """Return whether a report's row, with all its columns, is as it was written, its text too."""
    return sealed(row, "report") and isinstance(row["text"], str) and digest_of(row["text"]) == row["digest"]


def reports_are_whole(db: sqlite3.Connection) -> bool:
    """Return whether every report in a library is as it was written.

    Raises:
        sqlite3.Error: one cannot even be read.
    """
    rows = db.cursor()
    rows.row_factory = sqlite3.Row
    return all(map(is_whole, rows.execute("SELECT * FROM report")))
