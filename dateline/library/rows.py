"""Decisions as rows of the library's file, and back."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable

from dateline.codec import encode
from dateline.decisions import Decision, data_of, decision_of
from dateline.errors import DecisionError
from dateline.library.store import seal, sealed

INSERT_DECISION = "INSERT OR IGNORE INTO decision(id, report, scope, at, body, seal) VALUES(?,?,?,?,?,?)"


def row_of(decision: Decision) -> tuple[str, ...]:
    """Return the values of :data:`INSERT_DECISION` for a decision."""
    values = (decision.id, decision.report, decision.scope, decision.at, encode(data_of(decision)).decode())
    return (*values, seal(*values))


def readable(rows: Iterable[sqlite3.Row]) -> tuple[list[Decision], int]:
    """Return the decisions in rows of the table ``decision``, and how many rows are damaged or mean nothing here."""
    found, unreadable = [], 0
    for row in rows:
        try:
            if not sealed(row, "decision"):
                raise DecisionError("the row is not as it was written")
            found.append(decision_of(row["body"]))
        except DecisionError:
            unreadable += 1
    return found, unreadable
