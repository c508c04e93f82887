"""The shelf: the reports of a library, by id, with search, bin and the files they were taken from."""

from __future__ import annotations

import contextlib
import os
import re
import sqlite3
import time
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path

from dateline.codec import Undecodable, decode, encode
from dateline.decisions import Was, digest_of, in_force, now
from dateline.errors import DamagedReport, StoreError
from dateline.intake.draft import Draft, address, iso_date, one_line
from dateline.library.backups import Backups, delete_copy
from dateline.library.rows import cell, insert, readable, rows_of
from dateline.library.seals import SEALED, is_whole, reports_are_whole, seal, sealed
from dateline.library.store import ADVICE, Store
from dateline.records import Article

EDITABLE = ("title", "byline", "outlet", "date", "source", "language")
_SLUG = re.compile(r"[^a-z0-9]+")
_ARTICLE = tuple(field.name for field in fields(Article))
_HEAD = ", ".join(f"r.{name}" for name in (*SEALED["report"], "seal", "deleted_at"))
_SEAL = f"UPDATE report SET seal = seal({', '.join(SEALED['report'])}) WHERE id = ?"
_QUIET_S = 2.0
"""How long erasing waits for other windows to let go of the journal."""


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
    damaged: bool = False
    """Its row is not as it was written: only its id is shown."""


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
            row = {
                "id": number, "title": title, "byline": draft.byline, "outlet": draft.outlet, "date": draft.date, "source": draft.source,
                "language": draft.language, "text": draft.text, "digest": digest, "origin": origin, "notes": _noted(draft),
                "added_at": now(),
            }  # fmt: skip
            row["seal"] = seal(*(row[name] for name in SEALED["report"]))
            db.execute(f"INSERT INTO report({', '.join(row)}) VALUES({', '.join('?' * len(row))})", tuple(row.values()))
        return Added(number, title, "added")

    def change_text(self, report: str, draft: Draft) -> Added:
        """Give a report the text that its file has now; its description stays as people left it, its decisions hold on to their words."""
        with self._store.change() as db:
            self._whole(db, report)
            db.execute(
                "UPDATE report SET text = ?, digest = ?, notes = ? WHERE id = ?",
                (draft.text, digest_of(draft.text), _noted(draft), report),
            )
            db.execute(_SEAL, (report,))
        return Added(report, draft.title, "changed")

    def get(self, report: str) -> Article | None:
        """Return a report with its text, or None if there is none of this id (or it is in the bin).

        Raises:
            DamagedReport: its row or its text is not what was saved.
        """
        with self._store.look() as db:
            row = self._whole(db, report)
            return Article(**{name: row[name] for name in _ARTICLE}) if row and row["deleted_at"] is None else None

    def _whole(self, db: sqlite3.Connection, report: str) -> sqlite3.Row | None:
        """Return the row of a report with all of it, compared with its seal and its text's digest; None where there is none of this id.

        Raises:
            DamagedReport: it is not as it was written.
        """
        row: sqlite3.Row | None = db.execute("SELECT * FROM report WHERE id = ?", (report,)).fetchone()
        if row is not None and not is_whole(row):
            msg = f"The report {report!r} in the library is damaged: it is not what was saved. The other reports are not touched. {ADVICE}"
            raise DamagedReport(msg)
        return row

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
        try:
            return decode(row[0], tuple[str, ...]) if row else ()
        except Undecodable:  # the report itself says that it is damaged
            return ()

    def added_at(self, report: str) -> str:
        """Return when a report was added (UTC, ISO 8601), "" where there is none of this id."""
        with self._store.look() as db:
            row = db.execute("SELECT added_at FROM report WHERE id = ?", (report,)).fetchone()
        return str(row[0]) if row else ""

    def entries(self, search: str = "", *, binned: bool = False) -> tuple[Entry, ...]:
        """Return the reports, the newest first, whose title, text, outlet or byline has every word of ``search``; or those in the bin."""
        words = [f"%{_escaped(word)}%" for word in search.split()]
        everything = " || ' ' || ".join(f"r.{name}" for name in ("title", "outlet", "byline", "date", "text"))
        found = " AND ".join([f"({everything}) LIKE ? ESCAPE '\\'"] * len(words))
        condition = f" WHERE r.deleted_at IS {'NOT NULL' if binned else 'NULL'}{' AND ' + found if found else ''}"
        try:
            with self._store.look() as db:
                rows = db.execute(
                    f"SELECT {_HEAD}, n.places, n.unchecked FROM report r LEFT JOIN reading n ON n.report = r.id{condition}"
                    " ORDER BY r.added_at DESC, r.rowid",
                    words,
                ).fetchall()
        except StoreError:
            return self._entries_one_by_one(search, binned=binned)
        return tuple(map(_entry, rows))

    def _entries_one_by_one(self, search: str, *, binned: bool) -> tuple[Entry, ...]:
        """Return the entries that a damaged file still gives, without their counts: what one page of it holds must not hide the rest.

        Raises:
            StoreError: it gives none.
        """
        with self._store.look() as db:
            rows = [row for row in rows_of(db, "report") if (cell(row, "deleted_at") is not None) == binned]
            if not rows:
                db.execute("SELECT id FROM report").fetchall()  # says what is the matter
        words = search.casefold().split()
        found = [
            row
            for row in rows
            if all(word in " ".join(str(cell(row, name)) for name in ("title", "outlet", "text")).casefold() for word in words)
        ]
        return tuple(sorted(map(_entry, found), key=lambda entry: entry.added_at, reverse=True))

    def edit(self, report: str, values: Mapping[str, str]) -> None:
        """Change what is known of a report (:data:`EDITABLE`); its text and id stay.

        Raises:
            StoreError: a date that is none, an address that is none, a damaged report; nothing is changed then.
        """
        clean = {name: one_line(value) for name, value in values.items() if name in EDITABLE}
        if clean.get("date") and iso_date(clean["date"]) != clean["date"]:
            msg = f"{clean['date']!r} is no date. Write it as 2023-03-07, or leave it empty."
            raise StoreError(msg)
        if clean.get("source") and not address(clean["source"]):
            msg = f"{clean['source']!r} is no web address. Copy it again, or leave it empty."
            raise StoreError(msg)
        if "title" in clean and not clean["title"]:
            msg = "A report needs a title. Write one."
            raise StoreError(msg)
        with self._store.change() as db:
            self._whole(db, report)
            for name, value in clean.items():
                db.execute(f"UPDATE report SET {name} = ? WHERE id = ?", (value, report))
            db.execute(_SEAL, (report,))

    def delete(self, report: str) -> None:
        """Put a report into the bin, whence :meth:`restore` brings it back with everything."""
        with self._store.change() as db:
            db.execute("UPDATE report SET deleted_at = ? WHERE id = ?", (now(), report))

    def restore(self, report: str) -> None:
        """Bring a report back from the bin."""
        with self._store.change() as db:
            db.execute("UPDATE report SET deleted_at = NULL WHERE id = ?", (report,))

    def erase(self, report: str) -> None:
        """Delete a report for good: text, reading and decisions are overwritten on the disk, in the journal and in the backups.

        Standing decisions made on it still count elsewhere; they stay, without the words that stood around them. A backup that cannot
        be changed is deleted whole.

        Raises:
            StoreError: another window holds the journal; the report is deleted, and goes from the journal when that is closed.
        """
        with self._store.change() as db:
            rows = db.execute("SELECT * FROM decision WHERE report = ?", (report,)).fetchall()
            standing = [d for d in in_force(readable(rows)[0]) if d.scope == "always"]
            db.execute("DELETE FROM decision WHERE report = ?", (report,))
            db.execute("DELETE FROM tally WHERE report = ?", (report,))
            bare = [replace(d, anchor=replace(d.anchor, before="", after=""), was=Was(), why="") for d in standing]
            insert(db, bare)
            db.execute("UPDATE watched SET report = NULL WHERE report = ?", (report,))
            db.execute("DELETE FROM report WHERE id = ?", (report,))
            db.execute("INSERT INTO setting VALUES('erased', 1) ON CONFLICT(name) DO UPDATE SET value = value + 1")
        left = [copy.name for copy in Backups(self._store.path).everything() if not _erased_from(copy, report)]
        self._empty_journal()
        if left:
            msg = f"The report is deleted, but not from {', '.join(map(repr, left))} in the folder of backups. Delete these files yourself."
            raise StoreError(msg)

    def _empty_journal(self) -> None:
        until = time.monotonic() + _QUIET_S
        with self._store.look() as db:
            while db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]:
                if time.monotonic() > until:
                    msg = "The report is deleted. Another window holds the journal, which may keep its text until that is closed: close it."
                    raise StoreError(msg)
                time.sleep(0.05)


def _entry(row: sqlite3.Row) -> Entry:
    number = str(cell(row, "id"))
    if not sealed(row, "report"):
        return Entry(number, f"{number} (damaged)", "", "", "", "", None, None, None, damaged=True)
    places, unchecked = (count if isinstance(count := cell(row, name), int) else None for name in ("places", "unchecked"))
    return Entry(
        number, row["title"], row["date"], row["outlet"], row["origin"], row["added_at"], places, unchecked, cell(row, "deleted_at")
    )


def _noted(draft: Draft) -> str:
    return encode(draft.notes).decode()


def _erased_from(copy: Path, report: str) -> bool:
    """Erase a report from a backup, or delete one that cannot be read and changed as a whole; return whether it is gone from it."""
    try:
        stat = copy.stat()
        store = Store(copy, backups=False)
        Reports(store).erase(report)
        store.release()
        with contextlib.closing(sqlite3.connect(copy)) as db:
            whole = reports_are_whole(db)
            db.execute("VACUUM")
            db.execute("PRAGMA journal_mode=DELETE")
        if whole:
            os.utime(copy, ns=(stat.st_atime_ns, stat.st_mtime_ns))  # it is as old as it was
            return True
    except (StoreError, sqlite3.Error, UnicodeError, OSError):
        pass
    return delete_copy(copy)


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
