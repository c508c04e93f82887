"""The library's file: opening it, its schema and how that came about, and transactions."""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from dateline.errors import StoreError
from dateline.files import read_only
from dateline.folders import private_file, private_folder
from dateline.library.backups import JOURNALS, Backups
from dateline.library.seals import SEALED, SEALED_SINCE, seal

BUSY_S = 3.0
"""How long one writer waits for another. A hundred decisions of two writers never waited a tenth of it; who holds it longer hangs."""

_STAYS = "CREATE TRIGGER decision_stays BEFORE UPDATE ON decision BEGIN SELECT RAISE(ABORT, 'decisions are only added'); END"
_NO_COLUMN = "No item with that key"
"""What a row of SQLite's says where its table has lost a column."""
ADVICE = "What is hurt, and what can be brought back, says: python -m dateline check"

MIGRATIONS = (
    """
    CREATE TABLE report(
      id TEXT PRIMARY KEY, title TEXT NOT NULL, byline TEXT NOT NULL, outlet TEXT NOT NULL, date TEXT NOT NULL, source TEXT NOT NULL,
      language TEXT NOT NULL, text TEXT NOT NULL,
      digest TEXT NOT NULL,            -- SHA-256 of the text: what tells duplicates
      origin TEXT NOT NULL,            -- 'pasted', a file's name, a web address
      notes TEXT NOT NULL,             -- JSON list of what was left out when the text was taken
      added_at TEXT NOT NULL,          -- UTC, ISO 8601
      deleted_at TEXT);                -- in the bin since; NULL: not in the bin
    CREATE INDEX report_digest ON report(digest);
    CREATE TABLE reading(
      report TEXT PRIMARY KEY REFERENCES report(id) ON DELETE CASCADE,
      digest TEXT NOT NULL, made_by TEXT NOT NULL, made_at TEXT NOT NULL, body BLOB NOT NULL, -- zlib of JSON, see dateline.codec
      places INTEGER NOT NULL, unchecked INTEGER NOT NULL); -- for the list, with the decisions laid over
    CREATE TABLE decision(
      seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, report TEXT NOT NULL, scope TEXT NOT NULL, at TEXT NOT NULL,
      body TEXT NOT NULL);             -- JSON, see dateline.decisions
    CREATE INDEX decision_report ON decision(report);
    CREATE TRIGGER decision_stays BEFORE UPDATE ON decision BEGIN SELECT RAISE(ABORT, 'decisions are only added'); END;
    CREATE TABLE watched(              -- files of watched folders, so that each is taken once
      path TEXT PRIMARY KEY, modified_ns INTEGER NOT NULL, size INTEGER NOT NULL, report TEXT, trouble TEXT NOT NULL);
    CREATE TABLE setting(name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
    """,
    """
    CREATE TABLE answer(               -- what online geocoders answered; outages are never kept
      provider TEXT NOT NULL, query TEXT NOT NULL, outcome TEXT NOT NULL, body TEXT NOT NULL, at TEXT NOT NULL,
      PRIMARY KEY(provider, query)) WITHOUT ROWID;
    CREATE TABLE turn(                 -- when a provider may be asked again, over all sessions and processes
      provider TEXT PRIMARY KEY, free_at REAL NOT NULL, refused_until REAL NOT NULL, failures INTEGER NOT NULL) WITHOUT ROWID;
    """,
    """
    ALTER TABLE report ADD COLUMN seal TEXT NOT NULL DEFAULT '';   -- see SEALED; older rows get theirs by _sealed_rows
    ALTER TABLE reading ADD COLUMN seal TEXT NOT NULL DEFAULT '';
    ALTER TABLE decision ADD COLUMN seal TEXT NOT NULL DEFAULT '';
    CREATE TABLE tally(                -- how many decisions a report's log has: a row that is gone leaves no other trace
      report TEXT PRIMARY KEY, decisions INTEGER NOT NULL) WITHOUT ROWID;
    INSERT INTO tally SELECT report, count(*) FROM decision GROUP BY report;
    """,
)
"""Scripts in order; a file's ``user_version`` says how many it has had. Never change one: add another."""


@dataclass(slots=True)
class _Held:
    """A thread's connection, closed with the thread."""

    db: sqlite3.Connection
    file: tuple[int, int] | None
    """What stood at the path when it was opened: another file may have been put there since."""
    process: int

    def __del__(self) -> None:
        self.db.close()


def _seal_rows(db: sqlite3.Connection) -> None:
    """Give the rows of an older library their seals; one that cannot be read gets none, and counts as damaged from then on."""
    (trigger,) = db.execute("SELECT sql FROM sqlite_schema WHERE name = 'decision_stays'").fetchone() or ("",)
    db.execute("DROP TRIGGER IF EXISTS decision_stays")
    for table, columns in SEALED.items():
        for (number,) in db.execute(f"SELECT rowid FROM {table}").fetchall():
            try:
                row = db.execute(f"SELECT {', '.join(columns)} FROM {table} WHERE rowid = ?", (number,)).fetchone()
                db.execute(f"UPDATE {table} SET seal = ? WHERE rowid = ?", (seal(*row), number))
            except (sqlite3.OperationalError, UnicodeDecodeError, TypeError):
                continue
    db.execute(trigger or _STAYS)


class Store:
    """The file of a library. Safe to share between threads: each opens it once, and has it closed when it ends.

    Opening costs more than most questions: the page asks fifteen of them for every click.

    Where the file or its folder cannot be written it is opened for reading only; :attr:`read_only` says so.
    """

    def __init__(self, path: Path, *, backups: bool = True) -> None:
        """Open the library at ``path``, making or migrating it.

        Args:
            path: the file.
            backups: whether it is backed up before a migration and once a day of work (:mod:`dateline.library.backups`).

        Raises:
            StoreError: it cannot be opened, is no library, or comes from a newer Dateline.
        """
        self.path, self.read_only = path, False
        self._mine = threading.local()
        self._backups = Backups(path) if backups else None
        try:
            if path.exists() and not _writable(path):
                self.read_only = True
                self._migrated()
                return
            private_folder(path.parent)
        except (OSError, ValueError) as error:  # the second where the path is no text
            why = getattr(error, "strerror", None) or error
            msg = f"The library's folder {str(path.parent)!r} cannot be made: {why}. Set DATELINE_HOME to one that can be written."
            raise StoreError(msg) from error
        if self._migrated() < len(MIGRATIONS):
            self._migrate()
        for end in JOURNALS:
            private_file(path.with_name(path.name + end))

    def _migrated(self) -> int:
        """Return how many migrations the file has had.

        Raises:
            StoreError: more than this Dateline knows, or fewer where nothing can be written.
        """
        with self.look() as db:
            done = int(db.execute("PRAGMA user_version").fetchone()[0])
            foreign = db.execute(
                "SELECT count(*) FROM sqlite_schema WHERE type IN ('trigger', 'view') AND name <> 'decision_stays'"
            ).fetchone()[0]
        if foreign:  # it would run with every decision
            msg = (
                f"The library {str(self.path)!r} holds instructions that Dateline did not put there. "
                "Do not use it: ask where it comes from."
            )
            raise StoreError(msg)
        if done > len(MIGRATIONS):
            msg = f"The library {str(self.path)!r} was made by a newer Dateline. Update Dateline, or set DATELINE_HOME to another folder."
            raise StoreError(msg)
        if self.read_only and done < len(MIGRATIONS):
            msg = (
                f"The library {str(self.path)!r} is of an older Dateline and cannot be written. "
                "Copy it to a folder that can be, and set DATELINE_HOME to that."
            )
            raise StoreError(msg)
        return done

    def _migrate(self) -> None:
        if self._backups and self._migrated():
            self._backups.make(f"before-{len(MIGRATIONS)}")
        with self._transaction() as db:
            done = db.execute("PRAGMA user_version").fetchone()[0]  # again: another process may have been quicker
            for number, script in enumerate(MIGRATIONS[done:], start=done + 1):
                for statement in _statements(script):
                    db.execute(statement)
                if number == SEALED_SINCE:
                    _seal_rows(db)
                db.execute(f"PRAGMA user_version = {number}")

    @contextmanager
    def look(self) -> Iterator[sqlite3.Connection]:
        """Yield a connection for reading.

        Raises:
            StoreError: what SQLite complains of, in words.
        """
        try:
            held = self._take()
            try:
                yield held.db
            except BaseException:  # what went wrong may have gone wrong with it
                held.db.close()
                raise
            self._give_back(held)
        except (sqlite3.Error, UnicodeDecodeError) as error:  # the second where the name of a column is damaged
            raise StoreError(self._trouble(error)) from None  # its cause may quote what stands in a row
        except UnicodeEncodeError:
            msg = "The library holds no name with half of a character in it. Type it again."
            raise StoreError(msg) from None
        except IndexError as error:
            if str(error) != _NO_COLUMN:
                raise
            raise StoreError(self._trouble(sqlite3.DatabaseError("malformed"))) from None

    def release(self) -> None:
        """Close the file as far as this thread has it open. It is opened again when it is needed."""
        self._mine.__dict__.pop("held", None)

    def _take(self) -> _Held:
        """Return this thread's connection, which is nobody else's until it is given back: who asks meanwhile gets another."""
        held: _Held | None = self._mine.__dict__.pop("held", None)
        if held and held.process != os.getpid():
            self._mine.inherited = held  # a child that closed it would take it from its parent
            held = None
        if held and (held.file is None or held.file != _file(self.path)):
            held.db.close()
            held = None
        if held is None:
            held = _Held(self._open(), None, os.getpid())
            held.file = _file(self.path)
        return held

    def _give_back(self, held: _Held) -> None:
        if not held.db.in_transaction:
            self._mine.__dict__.setdefault("held", held)

    @contextmanager
    def change(self) -> Iterator[sqlite3.Connection]:
        """Yield a connection inside one transaction: when this returns, what was written is on the disk, or nothing is.

        Raises:
            StoreError: the disk is full, the file is locked for good, damaged, cannot be written ...
        """
        if self.read_only:
            msg = (
                f"The library {str(self.path)!r} can only be read here. Nothing was saved. "
                "Set DATELINE_HOME to a folder that can be written."
            )
            raise StoreError(msg)
        if self._backups:
            self._backups.daily()
        with self._transaction() as db:
            yield db

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with self.look() as db:
            db.execute("BEGIN IMMEDIATE")
            try:
                yield db
            except BaseException:
                if db.in_transaction:  # a full disk has ended it already
                    db.execute("ROLLBACK")
                raise
            db.execute("COMMIT")

    def _open(self) -> sqlite3.Connection:
        if self.read_only:
            # immutable: a journal beside it could not be made; one that is there is read
            db = read_only(self.path, immutable=not self.path.with_name(self.path.name + "-wal").exists(), timeout_s=BUSY_S)
            db.row_factory = sqlite3.Row
            db.execute("PRAGMA trusted_schema=OFF").fetchall()
            return db
        # a thread's own connection; only closing it may fall to another, once the thread has ended
        db = sqlite3.connect(self.path, timeout=BUSY_S, isolation_level=None, check_same_thread=False)
        db.row_factory = sqlite3.Row
        db.create_function("seal", -1, seal, deterministic=True)
        # trusted_schema: a library someone sent runs no function of its own; secure_delete: what is deleted for good is gone
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "trusted_schema=OFF", "secure_delete=ON"):
            db.execute(f"PRAGMA {pragma}").fetchall()
        return db

    def _trouble(self, error: Exception) -> str:
        name = f"The library {str(self.path)!r}"
        said = str(error)
        if "full" in said:
            return f"{name} could not be written: the disk is full. Nothing was saved; make room and do it again."
        if "readonly" in said or "unable to open" in said:
            return f"{name} cannot be written ({said}). Set DATELINE_HOME to a folder that can be."
        if "locked" in said:
            return f"{name} is held by another program. Nothing was saved; do it again in a moment."
        if any(word in said for word in ("malformed", "not a database", "decode", "no such")):
            return f"{name} is damaged or no library. {ADVICE} Or set DATELINE_HOME to another folder, to begin a new one."
        return f"{name} could not be used ({said[:80]}). Nothing was saved; do it again. {ADVICE}"


def _writable(path: Path) -> bool:
    return os.access(path, os.W_OK) and os.access(path.parent, os.W_OK)


def _file(path: Path) -> tuple[int, int] | None:
    """Return what tells a file from another one put in its place, or None where there is none."""
    try:
        stat = path.stat()
    except OSError:
        return None
    return stat.st_dev, stat.st_ino


def _statements(script: str) -> Iterator[str]:
    """Yield the statements of a script one by one: SQLite's own executescript would end the transaction."""
    gathered = ""
    for line in script.splitlines(keepends=True):
        gathered += line.split("--", 1)[0]
        if gathered.strip() and sqlite3.complete_statement(gathered):
            yield gathered
            gathered = ""
