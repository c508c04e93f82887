"""The shelf: the reports of a library, by id, with search, bin and the files they were taken from."""

from __future__ import annotations

import json
import re
import sqlite3
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace

from dateline.decisions import decision_from_json, decision_to_json, digest_of, in_force, now
from dateline.errors import StoreError
from dateline.intake.draft import Draft, iso_date, one_line
from dateline.library.store import Store
from dateline.records import Article
from dateline.reports import web_address

EDITABLE = ("title", "byline", "outlet", "date", "source", "language")
_SLUG = re.compile(r"[^a-z0-9]+")
_ARTICLE = tuple(field.name for field in fields(Article))


@dataclass(frozen=True, slots=True)
class Entry:
    """A report as the list shows it, without its text."""

    id: str
    title: str
    date: str
    outlet: str
    origin: str
    added_at: str
    places: int | None
    """None: not read yet."""
    unchecked: int | None
    deleted_at: str | None


@dataclass(frozen=True, slots=True)
class Added:
    """What became of a draft: the report it is now, and whether that was there before."""

    report: str
    title: str
    outcome: str
    """``added``, ``duplicate`` (the same text is there), ``restored`` (it was in the bin) or ``changed`` (its file was)."""


class Reports:
    """The reports of a store."""

    def __init__(self, store: Store) -> None:
        """Look after the reports of ``store``."""
        self._store = store

    def add(self, draft: Draft, origin: str, name: str = "") -> Added:
        """Add a draft and return what became of it; the same text is never added twice.

        Args:
            draft: what the intake made of it.
            origin: where it came from: ``pasted``, a file's name, a web address.
            name: what its id is made of, else its title.

        Raises:
            StoreError: it could not be saved.
        """
        digest = digest_of(draft.text)
        with self._store.change() as db:
            known = db.execute(
                "SELECT id, title, deleted_at FROM report WHERE digest = ? ORDER BY deleted_at IS NOT NULL", (digest,)
            ).fetchone()
            if known:
                if known["deleted_at"]:
                    db.execute("UPDATE report SET deleted_at = NULL WHERE id = ?", (known["id"],))
                return Added(known["id"], known["title"], "restored" if known["deleted_at"] else "duplicate")
            number = _free_id(db, name or draft.title)
            title = draft.title or number
            db.execute(
                "INSERT INTO report VALUES(?,?,?,?,?,?,?,?,?,?,?,?,NULL)",
                (
                    number, title, draft.byline, draft.outlet, draft.date, draft.source, draft.language, draft.text, digest, origin,
                    json.dumps(draft.notes), now(),
                ),
            )  # fmt: skip
        return Added(number, title, "added")

    def change_text(self, report: str, draft: Draft) -> Added:
        """Give a report the text that its file has now; its description stays as people left it, its decisions hold on to their words."""
        with self._store.change() as db:
            db.execute(
                "UPDATE report SET text = ?, digest = ?, notes = ? WHERE id = ?",
                (draft.text, digest_of(draft.text), json.dumps(draft.notes), report),
            )
        return Added(report, draft.title, "changed")

    def get(self, report: str) -> Article | None:
        """Return a report with its text, or None if there is none of this id (or it is in the bin)."""
        with self._store.look() as db:
            row = db.execute(f"SELECT {', '.join(_ARTICLE)} FROM report WHERE id = ? AND deleted_at IS NULL", (report,)).fetchone()
        return Article(**dict(row)) if row else None

    def description(self, report: str) -> tuple[str, ...]:
        """Return what can be edited of a report, in the order of :data:`EDITABLE`; () where there is none of this id."""
        with self._store.look() as db:
            row = db.execute(f"SELECT {', '.join(EDITABLE)} FROM report WHERE id = ?", (report,)).fetchone()
        return tuple(row) if row else ()

    def digest(self, report: str) -> str:
        """Return the digest of a report's text, "" where there is none of this id."""
        with self._store.look() as db:
            row = db.execute("SELECT digest FROM report WHERE id = ?", (report,)).fetchone()
        return str(row[0]) if row else ""

    def origin(self, report: str) -> str:
        """Return where a report came from: ``pasted``, a file's name, a web address; "" where there is none of this id."""
        with self._store.look() as db:
            row = db.execute("SELECT origin FROM report WHERE id = ?", (report,)).fetchone()
        return str(row[0]) if row else ""

    def notes(self, report: str) -> tuple[str, ...]:
        """Return what was left out when the text was taken."""
        with self._store.look() as db:
            row = db.execute("SELECT notes FROM report WHERE id = ?", (report,)).fetchone()
        return tuple(json.loads(row[0])) if row else ()

    def added_at(self, report: str) -> str:
        """Return when a report was added (UTC, ISO 8601), "" where there is none of this id."""
        with self._store.look() as db:
            row = db.execute("SELECT added_at FROM report WHERE id = ?", (report,)).fetchone()
        return str(row[0]) if row else ""

    def entries(self, search: str = "", *, binned: bool = False) -> tuple[Entry, ...]:
        """Return the reports, the newest first, whose title, text, outlet or byline has every word of ``search``; or those in the bin."""
        words = [f"%{_escaped(word)}%" for word in search.split()]
        found = " AND ".join(["(title || ' ' || outlet || ' ' || byline || ' ' || date || ' ' || text) LIKE ? ESCAPE '\\'"] * len(words))
        with self._store.look() as db:
            rows = db.execute(
                "SELECT id, title, r.date, outlet, origin, added_at, n.places, n.unchecked, deleted_at FROM report r"
                " LEFT JOIN reading n ON n.report = r.id"
                f" WHERE deleted_at IS {'NOT NULL' if binned else 'NULL'}{' AND ' + found if found else ''}"
                " ORDER BY added_at DESC, r.rowid",
                words,
            ).fetchall()
        return tuple(Entry(*row) for row in rows)

    def edit(self, report: str, values: Mapping[str, str]) -> None:
        """Change what is known of a report (:data:`EDITABLE`); its text and id stay.

        Raises:
            StoreError: a date that is none, or an address that is none; nothing is changed then.
        """
        clean = {name: one_line(value) for name, value in values.items() if name in EDITABLE}
        if clean.get("date") and iso_date(clean["date"]) != clean["date"]:
            msg = f"{clean['date']!r} is no date. Write it as 2023-03-07, or leave it empty."
            raise StoreError(msg)
        if clean.get("source") and not web_address(clean["source"]):
            msg = f"{clean['source']!r} is no web address. Copy it again, or leave it empty."
            raise StoreError(msg)
        if "title" in clean and not clean["title"]:
            msg = "A report needs a title. Write one."
            raise StoreError(msg)
        with self._store.change() as db:
            for name, value in clean.items():
                db.execute(f"UPDATE report SET {name} = ? WHERE id = ?", (value, report))

    def delete(self, report: str) -> None:
        """Put a report into the bin, whence :meth:`restore` brings it back with everything."""
        with self._store.change() as db:
            db.execute("UPDATE report SET deleted_at = ? WHERE id = ?", (now(), report))

    def restore(self, report: str) -> None:
        """Bring a report back from the bin."""
        with self._store.change() as db:
            db.execute("UPDATE report SET deleted_at = NULL WHERE id = ?", (report,))

    def erase(self, report: str) -> None:
        """Delete a report for good: text, reading and decisions are overwritten on the disk.

        Standing decisions made on it still count elsewhere; they stay, without the words that stood around them.
        """
        with self._store.change() as db:
            rows = db.execute("SELECT body FROM decision WHERE report = ?", (report,)).fetchall()
            standing = [d for d in in_force(decision_from_json(json.loads(row[0])) for row in rows) if d.scope == "always"]
            db.execute("DELETE FROM decision WHERE report = ?", (report,))
            bare = [replace(d, anchor=replace(d.anchor, before="", after=""), was={}, why="") for d in standing]
            db.executemany(
                "INSERT INTO decision(id, report, scope, at, body) VALUES(?,?,?,?,?)",
                [(d.id, d.report, d.scope, d.at, json.dumps(decision_to_json(d))) for d in bare],
            )
            db.execute("UPDATE watched SET report = NULL WHERE report = ?", (report,))
            db.execute("DELETE FROM report WHERE id = ?", (report,))
        with self._store.look() as db:
            db.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _escaped(word: str) -> str:
    return word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _free_id(db: sqlite3.Connection, name: str) -> str:
    """Return an id made of ``name`` that no report has: readable, for it stands in the address."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    base = _SLUG.sub("-", plain).strip("-")[:60].strip("-") or "report"
    taken = {row[0] for row in db.execute("SELECT id FROM report WHERE id = ? OR id LIKE ?", (base, f"{base}-%"))}
    if base not in taken:
        return base
    return next(f"{base}-{number}" for number in range(2, len(taken) + 3) if f"{base}-{number}" not in taken)
