"""The health of a library: what is hurt, what can be saved of it, and going back to a backup.

Nothing here needs the file to be whole: rows are read one by one, and one that a disk has changed is known by its seal
(:data:`dateline.library.store.SEALED`). A repair never writes into the hurt file: it makes a new one beside it, fills it with what is
whole there and, for what is not, with what the backups have, and puts the hurt file aside.
"""

from __future__ import annotations

import contextlib
import shutil
import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from dateline.codec import Undecodable, decode_reading
from dateline.errors import StoreError
from dateline.folders import private_file, private_folder
from dateline.library.backups import Backups
from dateline.library.library import unpacked
from dateline.library.reports import is_whole
from dateline.library.rows import cell, readable, rows_of
from dateline.library.store import SEALED, Store, seal, sealed
from dateline.records import Article

ASIDE = "aside"
"""How a hurt or replaced library is called in the folder of backups. It holds what it held: *Delete for good* knows it."""
_TABLES = ("report", "reading", "decision", "watched", "setting")
_JOURNALS = ("", "-wal", "-shm")


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
    trouble = ""
    with _opened(path) as db:
        try:
            said = [str(row[0]) for row in db.execute("PRAGMA integrity_check(5)")]
            trouble = "" if said == ["ok"] else "parts of the file contradict each other"
        except sqlite3.Error:
            trouble = "it cannot be read as a whole"
        found = {table: list(rows_of(db, table)) for table in ("report", "reading", "decision")}
        lost = [table for table in found if _counted(db, table) != len(found[table])]
    if lost and not trouble:
        trouble = f"rows are missing ({', '.join(lost)})"
    whole = {str(cell(row, "id")): row for row in found["report"] if is_whole(row)}
    hurt = tuple(sorted(str(cell(row, "id")) for row in found["report"] if not is_whole(row)))
    decisions, unreadable = readable(found["decision"])
    unreadable += _gone(path, found["decision"])
    stale = sum(not _is_readable(row, whole.get(str(cell(row, "report")))) for row in found["reading"])
    return Health(path, len(whole), len(decisions), hurt, unreadable, stale, trouble)


def repair(path: Path) -> Repaired:
    """Make a whole library of what is left of the one at ``path`` and of its backups; the hurt one is put aside, never changed.

    No other program may have it open.

    Raises:
        StoreError: it cannot be read or written at all.
    """
    backups = Backups(path)
    part = path.with_name(f".{path.stem}-repair.part")
    _unlink(part)
    try:
        new = Store(part, backups=False)
        hurt, taken, back = set(), set(), set()
        for number, source in enumerate((path, *backups.all())):
            with _opened(source) as db:
                held = {table: list(rows_of(db, table)) for table in _TABLES}
            good = [row for row in held["report"] if is_whole(row) and str(cell(row, "id")) not in taken]
            hurt |= {str(cell(row, "id")) for row in held["report"] if not is_whole(row)} if number == 0 else set()
            with new.change() as db:
                for row in good:
                    _insert(db, "report", row)
                decisions = [row for row in held["decision"] if not readable([row])[1]]
                # of backups only what was decided about what comes from them, or about what the hurt log may have lost
                for table, rows in (
                    ("decision", decisions),
                    ("reading", held["reading"]),
                    ("watched", held["watched"]),
                    ("setting", held["setting"]),
                ):
                    for row in rows:
                        if table != "reading" or (
                            sealed(row, "reading") and str(cell(row, "report")) in {str(cell(r, "id")) for r in good}
                        ):
                            _insert(db, table, row)
            taken |= {str(cell(row, "id")) for row in good}
            back |= {str(cell(row, "id")) for row in good} if number else set()
        with new.change() as db:
            db.execute("INSERT INTO tally SELECT report, count(*) FROM decision GROUP BY report")
        with new.look() as db:
            db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            decided = int(db.execute("SELECT count(*) FROM decision").fetchone()[0])
        new.release()
        aside = put_aside(path)
        for end in _JOURNALS[1:]:
            path.with_name(path.name + end).unlink(missing_ok=True)
        part.replace(path)
        private_file(path)
    except (OSError, sqlite3.Error) as error:
        msg = f"The library {str(path)!r} cannot be repaired ({type(error).__name__}). Close Dateline everywhere, make room, and try again."
        raise StoreError(msg) from error
    finally:
        _unlink(part)
    return Repaired(len(taken), decided, tuple(sorted(back)), tuple(sorted(hurt - taken)), aside)


def restore(path: Path, backup: Path) -> Path:
    """Put ``backup`` in the place of the library; return where the library is now, as it was.

    Raises:
        StoreError: the backup is no library, or damaged.
    """
    Store(backup, backups=False).release()  # that it is one
    health = check(backup)
    if not health.well:
        msg = f"The backup {backup.name!r} is damaged itself ({health.trouble or 'rows are not what was saved'}). Choose another one."
        raise StoreError(msg)
    part = path.with_name(f".{path.stem}-restore.part")
    try:
        shutil.copyfile(backup, part)
        private_file(part)
        aside = put_aside(path)
        for end in _JOURNALS[1:]:
            path.with_name(path.name + end).unlink(missing_ok=True)
        part.replace(path)
    except OSError as error:
        msg = f"The backup {backup.name!r} cannot be put back: {error.strerror}. Make room and try again; the library is as it was."
        raise StoreError(msg) from error
    finally:
        part.unlink(missing_ok=True)
    return aside


def put_aside(path: Path) -> Path:
    """Copy a library with its journals into the folder of backups as it is, byte by byte; return the copy."""
    folder = private_folder(Backups(path).folder)
    aside = folder / f"{ASIDE}-{datetime.now(UTC):%Y-%m-%dT%H%M%S}.sqlite"
    for end in _JOURNALS:
        source = path.with_name(path.name + end)
        if source.exists():
            shutil.copyfile(source, aside.with_name(aside.name + end))
            private_file(aside.with_name(aside.name + end))
    return aside


@contextlib.contextmanager
def _opened(path: Path) -> Iterator[sqlite3.Connection]:
    """Yield a connection for reading a copy that nobody else has open, so that neither lock nor journal changes the file."""
    db = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)
    db.row_factory = sqlite3.Row
    db.text_factory = lambda raw: raw.decode("utf-8", "replace")  # a changed byte may be no letter: the seal tells
    try:
        yield db
    finally:
        db.close()


def _gone(path: Path, rows: Iterable[sqlite3.Row]) -> int:
    """Return how many rows of the log are gone: the library counts them."""
    have = Counter(str(cell(row, "report")) for row in rows)
    with _opened(path) as db, contextlib.suppress(sqlite3.Error, TypeError, ValueError):
        return sum(max(0, int(count) - have[str(report)]) for report, count in db.execute("SELECT report, decisions FROM tally"))
    return 0


def _counted(db: sqlite3.Connection, table: str) -> int:
    try:
        return int(db.execute(f"SELECT count(*) FROM {table}").fetchone()[0])
    except sqlite3.Error:
        return -1


def _insert(db: sqlite3.Connection, table: str, row: sqlite3.Row) -> None:
    """Insert a row where there is none of its key; one of an older library gets its seal."""
    values: Mapping[str, object] = {name: row[name] for name in row.keys() if name != "seq"}  # noqa: SIM118  # a Row is no mapping
    if table in SEALED and "seal" not in values:
        values = {**values, "seal": seal(*(values[name] for name in SEALED[table]))}
    with contextlib.suppress(sqlite3.IntegrityError, sqlite3.InterfaceError):
        db.execute(f"INSERT OR IGNORE INTO {table}({', '.join(values)}) VALUES({', '.join('?' * len(values))})", tuple(values.values()))


def _is_readable(row: sqlite3.Row, report: sqlite3.Row | None) -> bool:
    """Return whether a stored reading can be used for its report."""
    if report is None or not sealed(row, "reading"):
        return False
    try:
        decode_reading(Article(str(report["id"]), "", report["text"]), unpacked(cell(row, "body")))
    except Undecodable:
        return bool(cell(row, "digest") != report["digest"])  # of another text: never used, and no damage
    return True


def _unlink(part: Path) -> None:
    for end in _JOURNALS:
        part.with_name(part.name + end).unlink(missing_ok=True)
