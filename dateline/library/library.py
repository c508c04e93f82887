"""The library as one thing: reports, readings, decisions, settings."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from dateline.codec import Undecodable, decode_reading, encode_reading
from dateline.decisions import Decision, in_force, now
from dateline.errors import StoreError
from dateline.folders import home_folder
from dateline.library.reports import Reports
from dateline.library.rows import insert, readable, rows_of
from dateline.library.seals import sealed
from dateline.library.store import Store
from dateline.records import Article, ReadArticle

FILE = "library.sqlite"
WHO = "analyst"
"""Who decides, until somebody says so."""
_BODY_MAX = 50_000_000
"""Bytes of a stored reading, unpacked."""
_STEPS = "CASE WHEN json_valid(body) THEN json_extract(body, '$.action') END IN ('undo', 'redo')"
"""Which rows of ``decision`` take back or bring back; a damaged one is none."""


@dataclass(frozen=True, slots=True)
class StoredReading:
    """What was read in a report, and what by and when."""

    read: ReadArticle
    made_by: str
    made_at: str


@dataclass(frozen=True, slots=True)
class Log:
    """The decisions that touch a report, in their order, and how many others there should be: rows that cannot be read, or are gone."""

    decisions: tuple[Decision, ...]
    unreadable: int = 0


@dataclass(frozen=True, slots=True)
class SeenFile:
    """A file of a watched folder, as it was when it was taken."""

    modified_ns: int
    size: int
    report: str | None
    """The report it is, or None."""
    trouble: str
    """Why it is none, or empty."""


@dataclass(frozen=True, slots=True)
class Counts:
    """What the library's list shows of a report: its places, and how many of them nobody checked."""

    report: str
    places: int
    unchecked: int


class Library:
    """One file with everything a person has worked on. Safe to share between threads, tabs and processes."""

    def __init__(self, path: Path | None = None) -> None:
        """Open the library at ``path``, else the user's own (:func:`~dateline.folders.home_folder`).

        Where it cannot be written it is opened for reading: ``store.read_only`` says so.

        Raises:
            StoreError: it cannot be opened.
        """
        self.store = Store(path or home_folder() / FILE)
        self.reports = Reports(self.store)

    # readings

    def reading(self, article: Article) -> StoredReading | None:
        """Return what was read in the report as its text is now, or None: not read yet, another text then, or not readable any more.

        None means "read it": a reading of another format, or one that a disk has changed, costs a second and nothing else.
        """
        try:
            with self.store.look() as db:
                row = db.execute(
                    "SELECT n.* FROM reading n JOIN report r ON r.id = n.report WHERE n.report = ? AND n.digest = r.digest", (article.id,)
                ).fetchone()
        except StoreError:  # its part of the file is damaged
            return None
        if row is None or not sealed(row, "reading"):
            return None
        try:
            return StoredReading(decode_reading(article, unpacked(row["body"])), row["made_by"], row["made_at"])
        except Undecodable:
            return None

    def reading_stamp(self, report: str) -> str:
        """Return what changes whenever a report's stored reading does, "" where there is none. Cheap."""
        try:
            with self.store.look() as db:
                row = db.execute("SELECT made_at || digest FROM reading WHERE report = ?", (report,)).fetchone()
        except StoreError:  # its part of the file is damaged: as if it had not been read
            return ""
        return str(row[0]) if row else ""

    def keep_reading(self, read: ReadArticle, made_by: str) -> None:
        """Store what was read in a report in place of an older reading. Decisions are not touched."""
        body, made_at = zlib.compress(encode_reading(read), 6), now()
        placed = {r.choice.place.id for r in read.readings if r.choice.place}
        with self.store.change() as db:
            db.execute(
                "INSERT OR REPLACE INTO reading(report, digest, made_by, made_at, body, places, unchecked, seal)"
                " SELECT id, digest, :by, :at, :body, :places, :places, seal(id, digest, :by, :at, :body) FROM report WHERE id = :report",
                {"by": made_by, "at": made_at, "body": body, "places": len(placed), "report": read.article.id},
            )

    # decisions

    def decide(self, decisions: Sequence[Decision], counts: Counts | None = None) -> None:
        """Add decisions to the log, and note the counts they lead to, in one transaction.

        When this returns they are on the disk; before that, nothing may say "saved".

        One that the log has already (by its id) is passed over: merging a log twice is merging it once.

        Raises:
            DecisionError: one of them could not be read again. None is written then.
            StoreError: they could not be written; none of them was.
        """
        with self.store.change() as db:
            insert(db, decisions)
            if counts:
                db.execute(
                    "UPDATE reading SET places = ?, unchecked = ? WHERE report = ?", (counts.places, counts.unchecked, counts.report)
                )

    def decisions(self, report: str) -> tuple[Decision, ...]:
        """Return the decisions of :meth:`log`."""
        return self.log(report).decisions

    def log(self, report: str) -> Log:
        """Return the log of a report: its own decisions, and the standing ones made elsewhere before it was added, in their order.

        A row that is damaged, or that this Dateline cannot read (a kind that is no kind any more), is counted and left aside; it stays
        in the file.
        """
        try:
            return self._log(report)
        except StoreError:
            return self._log_one_by_one(report)

    def _log(self, report: str) -> Log:
        with self.store.look() as db:
            rows = db.execute(
                "SELECT * FROM decision WHERE report = ? OR (scope = 'always' AND at <= (SELECT added_at FROM report WHERE id = ?))",
                (report, report),
            ).fetchall()
            tally = db.execute("SELECT decisions FROM tally WHERE report = ?", (report,)).fetchone()
            found, unreadable = readable(rows)
            counted = tally[0] if tally and isinstance(tally[0], int) else 0
            gone = counted - sum(row["report"] == report for row in rows)
            batches = {d.batch for d in found if d.report != report}
            steps = db.execute(f"SELECT * FROM decision WHERE report <> ? AND {_STEPS}", (report,)).fetchall() if batches else []
        undoing, _ = readable(steps)
        found += [d for d in undoing if d.value.batch in batches]
        return Log(tuple(sorted(found, key=lambda d: (d.at, d.id))), unreadable + max(0, gone))

    def _log_one_by_one(self, report: str) -> Log:
        """Return what a damaged file still gives of a log; at least one row counts as unreadable, for there is no telling how many.

        Raises:
            StoreError: it gives nothing at all.
        """
        with self.store.look() as db:
            added = db.execute("SELECT added_at FROM report WHERE id = ?", (report,)).fetchone()
            made, unreadable = readable(rows_of(db, "decision"))
        mine = [d for d in made if d.report == report or (d.scope == "always" and added and d.at <= str(added[0]))]
        batches = {d.batch for d in mine}
        mine += [d for d in made if d not in mine and d.action in ("undo", "redo") and d.value.batch in batches]
        return Log(tuple(sorted(mine, key=lambda d: (d.at, d.id))), max(1, unreadable))

    def reports_of(self, decisions: Iterable[str]) -> dict[str, str]:
        """Return the report of each of these decisions (by id) that the log has."""
        wanted = list(decisions)
        with self.store.look() as db:
            rows = [db.execute("SELECT id, report FROM decision WHERE id = ?", (number,)).fetchone() for number in wanted]
        return {row["id"]: row["report"] for row in rows if row}

    def erased(self) -> int:
        """Return how many reports were deleted for good. Cheap."""
        with self.store.look() as db:
            row = db.execute("SELECT value FROM setting WHERE name = 'erased'").fetchone()
        return int(row[0]) if row and str(row[0]).isdecimal() else 0

    def standing(self) -> tuple[Decision, ...]:
        """Return the decisions "from now on" that are in force, whatever report they were made on, in their order."""
        with self.store.look() as db:
            rows = db.execute(f"SELECT * FROM decision WHERE scope = 'always' OR {_STEPS}").fetchall()
        return tuple(d for d in in_force(readable(rows)[0]) if d.scope == "always")

    def decisions_stamp(self, report: str) -> int:
        """Return a number that grows with every decision that may touch the report; -1 where the log is damaged and cannot tell.

        Cheap: panes ask it every second or so.
        """
        try:
            return self._decisions_stamp(report)
        except StoreError:
            return -1

    def _decisions_stamp(self, report: str) -> int:
        with self.store.look() as db:
            row = db.execute("SELECT max(seq) FROM decision WHERE report = ? OR scope = 'always'", (report,)).fetchone()
            undone = db.execute(f"SELECT max(seq) FROM decision WHERE {_STEPS}").fetchone()
        return max(int(row[0] or 0), int(undone[0] or 0))

    # settings

    def setting(self, name: str, default: str = "") -> str:
        """Return a setting, ``default`` where it was never set."""
        with self.store.look() as db:
            row = db.execute("SELECT value FROM setting WHERE name = ?", (name,)).fetchone()
        return str(row[0]) if row else default

    def set(self, name: str, value: str) -> None:
        """Change a setting."""
        with self.store.change() as db:
            db.execute("INSERT OR REPLACE INTO setting VALUES(?, ?)", (name, value))

    # files of watched folders

    def files_known(self, paths: Iterable[Path]) -> dict[Path, SeenFile]:
        """Return what is known of those of the files that were seen before."""
        wanted = {_key(path): path for path in paths}
        with self.store.look() as db:
            rows = db.execute("SELECT path, modified_ns, size, report, trouble FROM watched").fetchall()
        return {
            wanted[r["path"]]: SeenFile(r["modified_ns"], r["size"], r["report"], str(r["trouble"])) for r in rows if r["path"] in wanted
        }

    def files_of_report(self, report: str) -> int:
        """Return how many watched files are this report."""
        with self.store.look() as db:
            return int(db.execute("SELECT count(*) FROM watched WHERE report = ?", (report,)).fetchone()[0])

    def keep_file(self, path: Path, modified_ns: int, size: int, report: str | None, trouble: str = "") -> None:
        """Remember a watched file: the report it is, or why it is none."""
        with self.store.change() as db:
            db.execute("INSERT OR REPLACE INTO watched VALUES(?,?,?,?,?)", (_key(path), modified_ns, size, report, trouble))


def _key(path: Path) -> str:
    """Return a path as the library writes it: one whose bytes are no text has them escaped."""
    return str(path).encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def unpacked(body: bytes) -> bytes:
    """Return a stored reading's JSON.

    Raises:
        Undecodable: it is damaged, or unpacks to more than any reading.
    """
    try:
        unpacker = zlib.decompressobj()
        text = unpacker.decompress(body, _BODY_MAX)
    except zlib.error as error:
        raise Undecodable("it cannot be unpacked") from error
    if unpacker.unconsumed_tail or not unpacker.eof:
        raise Undecodable("it is cut short, or too large")
    return text
