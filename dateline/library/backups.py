"""Backups of the library beside it: one before a migration, one at the first change of a day of work. What a repair falls back on."""

from __future__ import annotations

import contextlib
import sqlite3
import time
from datetime import UTC, datetime
from pathlib import Path

from dateline.files import read_only, replacing
from dateline.folders import private_folder
from dateline.library.seals import reports_are_whole

FOLDER = "backups"
KEPT = 7
AGAIN_S = 600.0
"""After so long a backup that failed is tried again."""
JOURNALS = ("", "-wal", "-shm")
"""Endings of the files that a SQLite database is made of."""


class Backups:
    """The backups of one library. Safe to share between threads and processes: a backup is whole or not there."""

    def __init__(self, library: Path) -> None:
        """Look after the backups of the file ``library``; none is made yet."""
        self.library, self.folder = library, library.parent / FOLDER
        self._made_on, self._not_before = "", 0.0

    def all(self) -> tuple[Path, ...]:
        """Return the backups, the newest first."""
        found = self.folder.glob(f"{self.library.stem}-*.sqlite") if self.folder.is_dir() else ()
        return tuple(sorted(found, key=lambda path: path.stat().st_mtime_ns, reverse=True))

    def everything(self) -> tuple[Path, ...]:
        """Return every file here that may hold a report's text: the backups, and libraries set aside by a repair.

        What a killed process left half made is removed.
        """
        for left in (*self.folder.glob(".*.part*"), *self.library.parent.glob(f".{self.library.stem}-*.part*")):
            left.unlink(missing_ok=True)
        return tuple(sorted(self.folder.glob("*.sqlite"))) if self.folder.is_dir() else ()

    def daily(self) -> None:
        """Make a backup if none was made today and there is something to keep. Never in the way of work: what fails is tried again."""
        today = datetime.now(UTC).date().isoformat()
        if self._made_on == today or time.monotonic() < self._not_before:
            return
        if self._path(today).exists() or self.make(today):
            self._made_on = today
        elif _has_reports(self.library):  # damaged, or no room: not with every click
            self._not_before = time.monotonic() + AGAIN_S

    def make(self, name: str) -> Path | None:
        """Back the library up as it is now, journal included; return the backup, or None where there is no report or it is not whole.

        A library with a damaged page or report is not backed up: it must not push out the backups that are whole.
        """
        try:
            if not _has_reports(self.library):
                return None
            private_folder(self.folder)
            with replacing(self._path(name), 0o600) as part:
                _copy(self.library, part)
        except (OSError, sqlite3.Error, UnicodeError):
            return None
        for old in self.all()[KEPT:]:
            delete_copy(old)
        return self._path(name)

    def _path(self, name: str) -> Path:
        return self.folder / f"{self.library.stem}-{name}.sqlite"


def delete_copy(copy: Path) -> bool:
    """Delete a backup with its journals; return whether it is gone."""
    with contextlib.suppress(OSError):
        for end in JOURNALS:
            copy.with_name(copy.name + end).unlink(missing_ok=True)
    return not any(copy.with_name(copy.name + end).exists() for end in JOURNALS)


def _has_reports(library: Path) -> bool:
    try:
        with contextlib.closing(read_only(library)) as db:
            return db.execute("SELECT 1 FROM report LIMIT 1").fetchone() is not None
    except (sqlite3.Error, UnicodeError):
        return False


def _copy(library: Path, part: Path) -> None:
    """Copy a database to ``part``.

    Raises:
        sqlite3.DatabaseError: it is not whole: its pages, or a report in it.
    """
    source, target = read_only(library), sqlite3.connect(part)
    with contextlib.closing(source), contextlib.closing(target):
        source.backup(target)
        target.execute("PRAGMA journal_mode=DELETE")  # one file, no journal beside it
        whole = target.execute("PRAGMA quick_check(1)").fetchone()[0] == "ok"
        # one of before there were seals is backed up because it is about to get them
        has_seals = "seal" in {row[1] for row in target.execute("PRAGMA table_info(report)")}
        if not whole or (has_seals and not reports_are_whole(target)):
            raise sqlite3.DatabaseError("the library is damaged")
