"""Rows of the library's file: decisions as rows and back, and the rows of a damaged file one by one."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterable, Iterator
from typing import Any

from dateline.codec import encode
from dateline.decisions import Decision, data_of, decision_of
from dateline.errors import DecisionError
from dateline.library.seals import seal, sealed

_KEYED = {"setting": "name", "answer": "query", "turn": "provider"}
"""Tables that have no row numbers, and what tells their rows apart well enough."""
INSERT_DECISION = "INSERT OR IGNORE INTO decision(id, report, scope, at, body, seal) VALUES(?,?,?,?,?,?)"


def insert(db: sqlite3.Connection, decisions: Iterable[Decision]) -> None:
    """Add decisions to the log, those that it has already (by their id) passed over, and count them.

    Raises:
        DecisionError: one could not be read again; nothing may be committed then.
    """
    for decision in decisions:
        if db.execute(INSERT_DECISION, row_of(decision)).rowcount > 0:
            db.execute("INSERT INTO tally VALUES(?, 1) ON CONFLICT(report) DO UPDATE SET decisions = decisions + 1", (decision.report,))


def row_of(decision: Decision) -> tuple[str, ...]:
    """Return the values of :data:`INSERT_DECISION` for a decision.

    Raises:
        DecisionError: it could not be read again: nothing unreadable is ever kept.
    """
    try:
        body = encode(data_of(decision)).decode()
    except UnicodeEncodeError as error:
        msg = f"The decision {decision.id[:80]!r} holds a half of a character, which no file can. Type it again."
        raise DecisionError(msg) from error
    decision_of(body)
    values = (decision.id, decision.report, decision.scope, decision.at, body)
    return (*values, seal(*values))


def readable(rows: Iterable[sqlite3.Row]) -> tuple[list[Decision], int]:
    """Return the decisions in rows of the table ``decision``, and how many rows are damaged or mean nothing here."""
    found, unreadable = [], 0
    for row in rows:
        try:
            if not sealed(row, "decision"):
                raise DecisionError("the row is not as it was written")
            found.append(decision_of(cell(row, "body")))
        except DecisionError:
            unreadable += 1
    return found, unreadable


def cell(row: sqlite3.Row, name: str) -> Any:
    """Return a value of a row, None where its table has lost the column."""
    return row[name] if name in row.keys() else None  # noqa: SIM118  # a Row is no mapping


def rows_of(db: sqlite3.Connection, table: str) -> Iterator[sqlite3.Row]:
    """Yield every row of a table that can be read, one by one; what a damaged page holds is passed over."""
    key = _KEYED.get(table, "rowid")
    for number in _keys(db, table, key):
        with contextlib.suppress(sqlite3.Error, UnicodeDecodeError):
            if (row := db.execute(f"SELECT * FROM {table} WHERE {key} = ?", (number,)).fetchone()) is not None:
                yield row


def _keys(db: sqlite3.Connection, table: str, key: str) -> list[object]:
    """Return the keys of a table's rows: from the beginning as far as they can be read, then from the end."""
    found: dict[object, None] = {}
    for order in ("ASC", "DESC"):
        try:
            for row in db.execute(f"SELECT {key} FROM {table} NOT INDEXED ORDER BY {key} {order}"):
                found[row[0]] = None
            break
        except (sqlite3.Error, UnicodeDecodeError):
            continue
    return list(found)
