"""Backups of the library beside it: one before a migration, one at the first change of a day of work. What a repair falls back on."""

from __future__ import annotations

import contextlib
import os
import sqlite3
from datetime import UTC, datetime
from pathlib import Path

from dateline.folders import private_file, private_folder

FOLDER = "backups"
KEPT = 7


class Backups:
    """The backups of one library. Safe to share between threads and processes: a backup is whole or not there."""

    def __init__(self, library: Path) -> None:
        """Look after the backups of the file ``library``; none is made yet."""
        self.library, self.folder = library, library.parent / FOLDER
        self._made_on = ""

    def all(self) -> tuple[Path, ...]:
        """Return the backups, the newest first."""
        found = self.folder.glob(f"{self.library.stem}-*.sqlite") if self.folder.is_dir() else ()
        return tuple(sorted(found, key=lambda path: path.stat().st_mtime_ns, reverse=True))

    def everything(self) -> tuple[Path, ...]:
        """Return every file here that may hold a report's text: the backups, and libraries set aside by a repair."""
        return tuple(sorted(self.folder.glob("*.sqlite"))) if self.folder.is_dir() else ()

    def daily(self) -> None:
        """Make a backup if none was made today and there is something to keep. Never in the way of work: what fails is tried again."""
        today = datetime.now(UTC).date().isoformat()
        if self._made_on == today:
            return
        self._made_on = today
        if not self._path(today).exists():
            self.make(today)

    def make(self, name: str) -> Path | None:
        """Copy the library as it is now, journal included; return the backup, or None where it has no report or cannot be copied whole.

        A damaged library is not copied: it must not push out the backups that are whole.
        """
        try:
            if not _has_reports(self.library):
                return None
            private_folder(self.folder)
            part = self.folder / f".{self.library.stem}-{name}-{os.getpid()}.part"
            try:
                if not _copied(self.library, part):
                    return None
                private_file(part)
                part.replace(self._path(name))
            finally:
                part.unlink(missing_ok=True)
        except (OSError, sqlite3.Error):
            return None
        for old in self.all()[KEPT:]:
            with contextlib.suppress(OSError):
                old.unlink()
        return self._path(name)

    def _path(self, name: str) -> Path:
        return self.folder / f"{self.library.stem}-{name}.sqlite"


def _has_reports(library: Path) -> bool:
    with contextlib.closing(sqlite3.connect(f"{library.absolute().as_uri()}?mode=ro", uri=True)) as db:
        return db.execute("SELECT 1 FROM report LIMIT 1").fetchone() is not None


def _copied(library: Path, part: Path) -> bool:
    """Copy a database to ``part``; return whether it is whole."""
    source, target = sqlite3.connect(f"{library.absolute().as_uri()}?mode=ro", uri=True), sqlite3.connect(part)
    with contextlib.closing(source), contextlib.closing(target):
        source.backup(target)
        target.execute("PRAGMA journal_mode=DELETE")  # one file, no journal beside it
        return bool(target.execute("PRAGMA quick_check(1)").fetchone()[0] == "ok")
