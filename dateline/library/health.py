"""The health of a library: what is hurt, what can be saved of it, and going back to a backup.

Nothing here needs the file to be whole: rows are read one by one, and one that a disk has changed is known by its seal
(:mod:`dateline.library.seals`). A repair never writes into the hurt file: it makes a new one beside it, fills it with what is
whole there and, for what is not, with what the backups have, and puts the hurt file aside.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import shutil
import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from dateline.codec import Undecodable, decode_reading
from dateline.errors import StoreError
from dateline.folders import private_file, private_folder
from dateline.library.backups import FOLDER, JOURNALS, Backups, delete_copy
from dateline.library.library import unpacked
from dateline.library.rows import cell, readable, rows_of
from dateline.library.seals import is_whole, sealed
from dateline.library.store import Store
from dateline.records import Article

ASIDE = "aside"
"""How a hurt or replaced library is called in the folder of backups. It holds what it held: *Delete for good* knows it."""
_TABLES = ("report", "reading", "decision", "watched", "setting", "answer", "turn")
_BROKEN = (sqlite3.Error, UnicodeDecodeError, IndexError)
"""What SQLite's module raises of a damaged file; the second where the name of a column is damaged, the third where one is gone."""


@dataclass(frozen=True, slots=True)
class Health:
    """What is the matter with a library; nothing, where :attr:`well`."""

    path: Path
    reports: int
    """Reports that are whole."""
    decisions: int
    """Decisions that can be read."""
    hurt: tuple[str, ...] = ()
    """Ids of reports that are not what was saved."""
    unreadable: int = 0
    """Rows of the log that cannot be read, or are gone."""
    stale: int = 0
    """Readings that cannot be read: they are read again when the report is opened."""
    trouble: str = ""
    """What SQLite says of the file as a whole, in words."""

    @property
    def well(self) -> bool:
        """Return whether nothing is lost."""
        return not (self.hurt or self.unreadable or self.trouble)


@dataclass(frozen=True, slots=True)
class Repaired:
    """What a repair came to."""

    reports: int
    decisions: int
    from_backups: tuple[str, ...]
    """Ids of reports that only a backup still had whole."""
    lost: tuple[str, ...]
    """Ids of reports that nothing has whole."""
    decisions_lost: int
    """Decisions that nothing has whole. Where one of them took another back, that one counts again."""
    aside: Path
    """Where the hurt library is now."""


def check(path: Path) -> Health:
    """Return how a library is, read from end to end. Nothing is written.

    Raises:
        StoreError: there is no file.
    """
    if not path.exists():
        msg = f"There is no library {str(path)!r}. It is made with the first report."
        raise StoreError(msg)
    with _opened(path) as db:
        try:
            said = [str(row[0]) for row in db.execute("PRAGMA integrity_check(5)")]
            trouble = "" if said == ["ok"] else "parts of the file contradict each other"
        except _BROKEN:
            trouble = "it cannot be read as a whole"
        found = {table: list(rows_of(db, table)) for table in ("report", "reading", "decision")}
        missing = [table for table in found if _counted(db, table) != len(found[table])]
        gone = _gone(db, found["decision"])
    if missing and not trouble:
        trouble = f"rows are missing ({', '.join(missing)})"
    whole = {str(row["id"]): row for row in found["report"] if is_whole(row)}
    hurt = tuple(sorted(str(cell(row, "id")) for row in found["report"] if not is_whole(row)))
    decisions, unreadable = readable(found["decision"])
    stale = sum(not _is_readable(row, whole.get(str(cell(row, "report")))) for row in found["reading"])
    return Health(path, len(whole), len(decisions), hurt, unreadable + gone, stale, trouble)


def repair(path: Path) -> Repaired:
    """Make a whole library of what is left of the one at ``path`` and of its backups; the hurt one is put aside, never changed.

    No other program may have it open.

    Raises:
        StoreError: it cannot be read or written at all.
    """
    before = check(path)
    part = path.with_name(f".{path.stem}-repair.part")
    delete_copy(part)
    try:
        new = Store(part, backups=False)
        taken: set[str] = set()
        back: set[str] = set()
        for source in (path, *Backups(path).all()):
            came = _filled(new, source, taken)
            back |= came if source != path else set()
            taken |= came
        with new.change() as db:
            db.execute("INSERT INTO tally SELECT report, count(*) FROM decision GROUP BY report")
            decided = int(db.execute("SELECT count(*) FROM decision").fetchone()[0])
        with new.look() as db:
            db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        new.release()
        aside = _exchanged(path, part)
    except (OSError, *_BROKEN) as error:
        msg = f"The library {str(path)!r} cannot be repaired ({type(error).__name__}). Close Dateline everywhere, make room, and try again."
        raise StoreError(msg) from error
    finally:
        delete_copy(part)
    lost = max(0, before.decisions + before.unreadable - decided)
    return Repaired(len(taken), decided, tuple(sorted(back)), tuple(sorted(set(before.hurt) - taken)), lost, aside)


def _filled(new: Store, source: Path, taken: set[str]) -> set[str]:
    """Add to a new library what is whole in ``source`` and not there yet; return the ids of the reports that came."""
    with _opened(source) as db:
        held = {table: list(rows_of(db, table)) for table in _TABLES}
    reports = [row for row in held["report"] if is_whole(row) and str(row["id"]) not in taken]
    came = {str(row["id"]) for row in reports}
    with new.change() as db:
        _insert(db, "report", reports)
        # also what this Dateline cannot read: the next one may
        _insert(db, "decision", [row for row in held["decision"] if sealed(row, "decision")])
        _insert(db, "reading", [row for row in held["reading"] if sealed(row, "reading") and row["report"] in came])
        for table in ("watched", "setting", "answer", "turn"):
            _insert(db, table, held[table])
    return came


def restore(path: Path, backup: Path) -> Path:
    """Put ``backup`` in the place of the library; return where the library is now, as it was.

    Raises:
        StoreError: the backup is no library, or damaged.
    """
    health = check(backup)
    if not health.well:
        msg = f"The backup {backup.name!r} is damaged itself ({health.trouble or 'rows are not what was saved'}). Choose another one."
        raise StoreError(msg)
    part = path.with_name(f".{path.stem}-restore.part")
    try:
        delete_copy(part)
        _copy(backup, part)
        Store(part, backups=False).release()  # one file, and of this version
        return _exchanged(path, part)
    except OSError as error:
        msg = f"The backup {backup.name!r} cannot be put back: {error.strerror}. Make room and try again; the library is as it was."
        raise StoreError(msg) from error
    finally:
        delete_copy(part)


def _exchanged(path: Path, part: Path) -> Path:
    """Put ``part`` in the place of the library, which is put aside; return where."""
    aside = put_aside(path)
    for end in JOURNALS[1:]:
        path.with_name(path.name + end).unlink(missing_ok=True)
    part.replace(path)
    private_file(path)
    return aside


def put_aside(path: Path) -> Path:
    """Copy a library with its journals into the folder of backups as it is, byte by byte; return the copy."""
    folder = private_folder(Backups(path).folder)
    stem = f"{ASIDE}-{datetime.now(UTC):%Y-%m-%dT%H%M%S}"
    names = (folder / f"{stem}{f'-{number}' if number else ''}.sqlite" for number in itertools.count())
    aside = next(name for name in names if not name.exists())
    _copy(path, aside)
    return aside


def _copy(path: Path, target: Path) -> None:
    """Copy a library with its journal; the journal's index (``-shm``) SQLite makes anew."""
    for end in JOURNALS[:2]:
        source = path.with_name(path.name + end)
        if source.exists():
            shutil.copyfile(source, target.with_name(target.name + end))
            private_file(target.with_name(target.name + end))


@contextlib.contextmanager
def _opened(path: Path) -> Iterator[sqlite3.Connection]:
    """Yield a connection to a copy of a library, brought to this version where that is possible: looking changes nothing."""
    copy = private_folder(Backups(path).folder if path.parent.name != FOLDER else path.parent) / f".{path.stem}-look-{os.getpid()}.part"
    delete_copy(copy)
    try:
        _copy(path, copy)
        with contextlib.suppress(StoreError):
            Store(copy, backups=False).release()
        db = sqlite3.connect(copy)
        db.row_factory = sqlite3.Row
        db.text_factory = lambda raw: raw.decode("utf-8", "replace")  # a changed byte may be no letter: the seal tells
        try:
            yield db
        finally:
            db.close()
    finally:
        delete_copy(copy)


def _gone(db: sqlite3.Connection, rows: Iterable[sqlite3.Row]) -> int:
    """Return how many rows of the log are gone: the library counts them."""
    have = Counter(str(cell(row, "report")) for row in rows)
    with contextlib.suppress(TypeError, ValueError, *_BROKEN):
        return sum(max(0, int(count) - have[str(report)]) for report, count in db.execute("SELECT report, decisions FROM tally"))
    return 0


def _counted(db: sqlite3.Connection, table: str) -> int:
    try:
        return int(db.execute(f"SELECT count(*) FROM {table}").fetchone()[0])
    except _BROKEN:
        return -1


def _insert(db: sqlite3.Connection, table: str, rows: Sequence[sqlite3.Row]) -> None:
    """Insert rows where there are none of their keys; of their columns those that the table has."""
    columns = [row["name"] for row in db.execute(f"PRAGMA table_info({table})") if row["name"] != "seq"]
    for row in rows:
        values = [cell(row, name) for name in columns]
        with contextlib.suppress(sqlite3.IntegrityError, sqlite3.InterfaceError):
            db.execute(f"INSERT OR IGNORE INTO {table}({', '.join(columns)}) VALUES({', '.join('?' * len(columns))})", values)


def _is_readable(row: sqlite3.Row, report: sqlite3.Row | None) -> bool:
    """Return whether a stored reading can be used for its report."""
    if report is None or not sealed(row, "reading"):
        return False
    try:
        decode_reading(Article(str(report["id"]), "", report["text"]), unpacked(row["body"]))
    except Undecodable:
        return bool(row["digest"] != report["digest"])  # of another text: never used, and no damage
    return True
