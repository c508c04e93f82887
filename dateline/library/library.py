"""The library as one thing: reports, readings, decisions, settings."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from dateline.decisions import Decision, decision_from_json, decision_to_json, now
from dateline.folders import home_folder
from dateline.library.reports import Reports
from dateline.library.store import Store
from dateline.packed import from_json, to_json
from dateline.records import Article, ReadArticle

FILE = "library.sqlite"
WHO = "analyst"
"""Who decides, until somebody says so."""


@dataclass(frozen=True, slots=True)
class StoredReading:
    """What was read in a report, and what by and when."""

    read: ReadArticle
    made_by: str
    made_at: str


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

        Raises:
            StoreError: it cannot be opened.
        """
        self.store = Store(path or home_folder() / FILE)
        self.reports = Reports(self.store)

    # readings

    def reading(self, article: Article) -> StoredReading | None:
        """Return what was read in the report as its text is now, or None: not read yet, or another text then."""
        with self.store.look() as db:
            row = db.execute(
                "SELECT n.body, n.made_by, n.made_at FROM reading n JOIN report r ON r.id = n.report"
                " WHERE n.report = ? AND n.digest = r.digest",
                (article.id,),
            ).fetchone()
        if row is None:
            return None
        return StoredReading(from_json(article, json.loads(zlib.decompress(row["body"]))), row["made_by"], row["made_at"])

    def reading_stamp(self, report: str) -> str:
        """Return what changes whenever a report's stored reading does, "" where there is none. Cheap."""
        with self.store.look() as db:
            row = db.execute("SELECT made_at || digest FROM reading WHERE report = ?", (report,)).fetchone()
        return str(row[0]) if row else ""

    def keep_reading(self, read: ReadArticle, made_by: str) -> None:
        """Store what was read in a report in place of an older reading. Decisions are not touched."""
        body = zlib.compress(json.dumps(to_json(read)).encode("ascii"), 6)
        placed = {r.choice.place.id for r in read.readings if r.choice.place}
        with self.store.change() as db:
            db.execute(
                "INSERT OR REPLACE INTO reading SELECT id, digest, ?, ?, ?, ?, ? FROM report WHERE id = ?",
                (made_by, now(), body, len(placed), len(placed), read.article.id),
            )

    # decisions

    def decide(self, decisions: Sequence[Decision], counts: Counts | None = None) -> None:
        """Add decisions to the log, and note the counts they lead to, in one transaction.

        When this returns they are on the disk; before that, nothing may say "saved".

        One that the log has already (by its id) is passed over: merging a log twice is merging it once.

        Raises:
            StoreError: they could not be written; none of them was.
        """
        with self.store.change() as db:
            db.executemany(
                "INSERT OR IGNORE INTO decision(id, report, scope, at, body) VALUES(?,?,?,?,?)",
                [(d.id, d.report, d.scope, d.at, json.dumps(decision_to_json(d))) for d in decisions],
            )
            if counts:
                db.execute(
                    "UPDATE reading SET places = ?, unchecked = ? WHERE report = ?", (counts.places, counts.unchecked, counts.report)
                )

    def decisions(self, report: str) -> tuple[Decision, ...]:
        """Return the log of a report: its own decisions, and the standing ones made elsewhere before it was added, in their order."""
        with self.store.look() as db:
            rows = db.execute(
                "SELECT body FROM decision WHERE report = ? OR (scope = 'always' AND at <= (SELECT added_at FROM report WHERE id = ?))"
                " ORDER BY at, id",
                (report, report),
            ).fetchall()
            standing = [decision_from_json(json.loads(row[0])) for row in rows]
            batches = {d.batch for d in standing if d.report != report}
            undoing = db.execute(
                "SELECT body FROM decision WHERE report <> ? AND scope = 'mention' AND json_extract(body, '$.action') IN ('undo', 'redo')",
                (report,),
            ).fetchall() if batches else []  # fmt: skip
        found = [decision_from_json(json.loads(row[0])) for row in undoing]
        return tuple(sorted([*standing, *(d for d in found if d.value["batch"] in batches)], key=lambda d: (d.at, d.id)))

    def decisions_stamp(self, report: str) -> int:
        """Return a number that grows with every decision that may touch the report. Cheap: panes ask it every second or so."""
        with self.store.look() as db:
            row = db.execute("SELECT max(seq) FROM decision WHERE report = ? OR scope = 'always'", (report,)).fetchone()
            undone = db.execute("SELECT max(seq) FROM decision WHERE json_extract(body, '$.action') IN ('undo', 'redo')").fetchone()
        return max(row[0] or 0, undone[0] or 0)

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

    def files_known(self, paths: Iterable[Path]) -> dict[Path, tuple[int, int, str | None, str]]:
        """Return (modified_ns, size, report, trouble) of those of the files that were seen before."""
        wanted = {str(path): path for path in paths}
        with self.store.look() as db:
            rows = db.execute("SELECT path, modified_ns, size, report, trouble FROM watched").fetchall()
        return {wanted[r["path"]]: (r["modified_ns"], r["size"], r["report"], r["trouble"]) for r in rows if r["path"] in wanted}

    def files_of_report(self, report: str) -> int:
        """Return how many watched files are this report."""
        with self.store.look() as db:
            return int(db.execute("SELECT count(*) FROM watched WHERE report = ?", (report,)).fetchone()[0])

    def keep_file(self, path: Path, modified_ns: int, size: int, report: str | None, trouble: str = "") -> None:
        """Remember a watched file: the report it is, or why it is none."""
        with self.store.change() as db:
            db.execute("INSERT OR REPLACE INTO watched VALUES(?,?,?,?,?)", (str(path), modified_ns, size, report, trouble))
