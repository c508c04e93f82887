"""Damaged libraries: bytes flipped, pages emptied, files cut, journals torn, rows changed by another program.

Each is opened as the app opens it. Held to: nothing but a :class:`~dateline.errors.DatelineError` comes up, whose message quotes no report;
no text, reading or decision is shown that is not as it was saved; and a report whose own rows are whole opens, where SQLite still yields them.
"""

from __future__ import annotations

import json
import random
import shutil
import sqlite3
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from benchmarks.trust.campaign import Order, Result, crash, own_home, told, workshop
from dateline import Article, DatelineError, Desk, Gazetteer, ReadArticle, Workshop
from dateline import decisions as log
from dateline.decisions import Decision, Value
from dateline.errors import StoreError
from dateline.intake.draft import Draft
from dateline.library import Library
from dateline.records import Place

DAMAGED = 330
"""More than half of them by SQL: every change of a row that is listed here."""
REPORTS = 6
_TOWNS = ("Bakhmut", "Kyiv", "Soledar", "Kramatorsk", "Kharkiv", "Lviv")
_WITNESSES = ("Qorvandel", "Zimbruk", "Yastorvin", "Wulgemar", "Xantippor", "Vothringel")
"""Names that stand in the reports and nowhere else: a message that has one quotes a report."""


@dataclass(frozen=True, slots=True)
class Truth:
    """What the library had before it was damaged."""

    articles: dict[str, Article]
    readings: dict[str, ReadArticle]
    decisions: dict[str, tuple[Decision, ...]]
    rows: dict[str, tuple[object, ...]]
    """Of each report, everything in the file that is its own."""


def run(order: Order) -> Result:
    """Damage a library in every way, and open it."""
    result, chance = Result("libraries"), order.chance("libraries")
    refused = 0
    with own_home() as home, workshop() as shop:
        gazetteer = Gazetteer()
        base = home / "base"
        truth = _built(base / "library.sqlite", shop, gazetteer)
        for name, damage in damages(order.share(DAMAGED), chance):
            here = home / "damaged"
            shutil.rmtree(here, ignore_errors=True)
            shutil.copytree(base, here)
            path = here / "library.sqlite"
            damage(path)
            damaged = b"".join(p.read_bytes() for p in sorted(here.iterdir()) if p.is_file())
            before = len(result.failures)
            refused += _opened(path, name, shop, gazetteer, truth, result)
            result.failures[before:] = [replace(failure, content=zlib.compress(damaged)) for failure in result.failures[before:]]
    result.worst = f"{refused} refused as a whole, {result.tried - refused} opened"
    return result


def _built(path: Path, shop: Workshop, gazetteer: Gazetteer) -> Truth:
    """Make a library with reports, readings and decisions, and return what is in it. Its last decisions are still in the journal."""
    library = Library(path)
    desk = Desk(library, shop, gazetteer)
    for number, (town, witness) in enumerate(zip(_TOWNS, _WITNESSES, strict=True)):
        sentences = (
            f"Shelling hit {town} on Monday, said {witness}.",
            f"Families fled from {town} to {_TOWNS[number - 1]} at night; {witness} saw them leave.",
            "Nobody would say what came next, and the road was closed for hours.",
        )
        text = "\n\n".join(sentence for _ in range(6) for sentence in sentences)
        draft = Draft(text, f"Report {number}", "A. Writer", "The Wire", "2023-03-07", "https://a.example/x", "en", ("A note.",))
        library.reports.add(draft, "pasted")
    place = Place("my:x", "Somewhere", "PPL", 48.5, 38.0, "UA", "Donetsk", 10, 1.0, "point", ("Alias",), ("A claim",), "a source")
    ids = [entry.id for entry in library.reports.entries()]
    for report in ids:
        opened = desk.open(report)
        article, first = opened.engine.article, opened.engine.readings[0]
        made = [
            log.decide(article, first, "check", who="ana", why="seen on the ground"),
            log.decide(article, first, "place", Value(place), who="ana", scope="name", why="two sources"),
            log.decide(article, first, "kind", Value(kind="setting"), who="ben"),
        ]
        library.decide([*made, log.undoing(made[0], who="ana")])
    library.store.release()  # what is decided so far is in the file itself
    keeper = sqlite3.connect(path)  # while it looks, the journal is not folded into the file
    keeper.execute("SELECT count(*) FROM report").fetchone()
    opened = desk.open(ids[0])
    library.decide([log.decide(opened.engine.article, opened.engine.readings[-1], "check", who="ana", why="late")])
    copy = path.with_name("copy")
    copy.mkdir()
    for file in [f for f in path.parent.iterdir() if f.is_file() and not f.name.endswith("-shm")]:
        shutil.copy(file, copy / file.name)
    keeper.close()
    opened_all = {report: desk.open(report) for report in ids}
    for file in copy.iterdir():  # the state with a journal is the one that is damaged
        shutil.move(file, path.parent / file.name)
    copy.rmdir()
    for leftover in path.parent.glob("*-shm"):
        leftover.unlink()
    db = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    truth = Truth(
        {r: o.engine.article for r, o in opened_all.items()}, {r: o.engine for r, o in opened_all.items()},
        {r: o.decisions for r, o in opened_all.items()}, {r: _rows(db, r) for r in ids},
    )  # fmt: skip
    db.close()
    for leftover in path.parent.glob("*-shm"):
        leftover.unlink()
    return truth


def _rows(db: sqlite3.Connection, report: str) -> tuple[object, ...]:
    """Return everything in the file that is a report's own."""
    found = []
    for table, key in (("report", "id"), ("reading", "report"), ("decision", "report")):
        columns = "id, report, scope, at, body" if table == "decision" else "*"
        found.append(tuple(db.execute(f"SELECT {columns} FROM {table} WHERE {key} = ? ORDER BY 1", (report,)).fetchall()))
    return tuple(found)


Damage = Callable[[Path], None]


def damages(count: int, chance: random.Random) -> Iterator[tuple[str, Damage]]:
    """Yield ``count`` kinds of damage: of the rows, by SQL, as many as there are; the rest of the bytes, by chance."""
    edits = list(_EDITS.items())
    chance.shuffle(edits)
    by_sql = edits[: max(1, min(len(edits), 6 * count // 10))]
    for name, (sql, values) in by_sql:
        yield f"row: {name}", lambda path, sql=sql, values=values: _edited(path, sql, values)  # type: ignore[misc]
    for number in range(count - len(by_sql)):
        name, damage = chance.choice(_OF_BYTES)
        seed = chance.getrandbits(32)
        yield f"{number} {name}", lambda path, damage=damage, seed=seed: damage(path, random.Random(seed))  # type: ignore[misc]  # noqa: S311


def _edited(path: Path, sql: str, values: tuple[object, ...]) -> None:
    db = sqlite3.connect(path)
    db.execute("DROP TRIGGER decision_stays")
    db.execute(sql, values)
    db.commit()
    db.close()


def _any_file(path: Path, chance: random.Random) -> Path:
    journal = path.with_name(f"{path.name}-wal")
    return journal if journal.exists() and chance.random() < 0.2 else path


def _flipped(path: Path, chance: random.Random) -> None:
    file = _any_file(path, chance)
    data = bytearray(file.read_bytes())
    for _ in range(chance.choice([1, 1, 1, 3, 30, 300])):
        data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
    file.write_bytes(data)


def _flipped_head(path: Path, chance: random.Random) -> None:
    data = bytearray(path.read_bytes())
    data[chance.randrange(100)] = chance.randrange(256)
    path.write_bytes(data)


def _flipped_text(path: Path, chance: random.Random) -> None:
    """Change one letter of a report, or a decision, where it stands in the file."""
    data = bytearray(path.read_bytes())
    needle = chance.choice([b"Families fled", b"said Qorvandel", b"two sources", b'"Somewhere"', b"Nobody would", b'"lat": 48.5', b"ana"])
    spots = [at for at in range(len(data)) if data.startswith(needle, at)] if needle in data else []
    if spots:
        data[chance.choice(spots) + chance.randrange(1, len(needle) - 1)] ^= 1
    path.write_bytes(data)


def _emptied(path: Path, chance: random.Random) -> None:
    data = bytearray(path.read_bytes())
    for _ in range(chance.choice([1, 1, 2, 5])):
        page = chance.randrange(len(data) // 4096)
        data[page * 4096 : (page + 1) * 4096] = chance.choice([bytes(4096), b"\xff" * 4096, chance.randbytes(4096)])
    path.write_bytes(data)


def _swapped(path: Path, chance: random.Random) -> None:
    data = bytearray(path.read_bytes())
    one, two = (4096 * chance.randrange(1, len(data) // 4096) for _ in range(2))
    data[one : one + 4096], data[two : two + 4096] = data[two : two + 4096], data[one : one + 4096]
    path.write_bytes(data)


def _cut(path: Path, chance: random.Random) -> None:
    file = _any_file(path, chance)
    data = file.read_bytes()
    file.write_bytes(data[: chance.choice([0, 1, 15, 99, 100, 512, 4096, chance.randrange(len(data)), len(data) - 4096, len(data) - 1])])


def _journal(path: Path, chance: random.Random) -> None:
    """Damage the journal: what is torn in it counts as never written, what was written before must be there."""
    journal = path.with_name(f"{path.name}-wal")
    if not journal.exists():
        journal.write_bytes(chance.randbytes(5_000))
        return
    data = bytearray(journal.read_bytes())
    match chance.randrange(4):
        case 0:
            data = data[: chance.randrange(len(data))]
        case 1:
            data[chance.randrange(len(data))] ^= 0xFF
        case 2:
            data[:32] = chance.randbytes(32)
        case _:
            data += chance.randbytes(4_120)
    journal.write_bytes(data)


def _grown(path: Path, chance: random.Random) -> None:
    path.write_bytes(path.read_bytes() + chance.randbytes(chance.choice([1, 4096, 50_000])))


_OF_BYTES: tuple[tuple[str, Callable[[Path, random.Random], None]], ...] = (
    ("bytes flipped", _flipped), ("bytes flipped", _flipped), ("a byte of the head changed", _flipped_head), ("a letter changed", _flipped_text),
    ("a letter changed", _flipped_text), ("pages emptied", _emptied), ("pages swapped", _swapped), ("cut short", _cut), ("journal damaged", _journal),
    ("grown", _grown),
)  # fmt: skip


def _edits() -> dict[str, tuple[str, tuple[object, ...]]]:
    """Return the changes that another program might make to rows: a name, the SQL, and its values."""
    found: dict[str, tuple[str, tuple[object, ...]]] = {}
    one, reading = "WHERE id = 'report-2'", "WHERE report = 'report-2'"
    body = "WHERE seq = (SELECT min(seq) + 1 FROM decision WHERE report = 'report-2')"
    newest = (
        "WHERE seq = (SELECT max(seq) FROM decision)"  # SQLite looks for the last undo from the end: what is damaged there is always met
    )
    values = {"nothing": "", "a blob": b"\xff\xfe\x00", "a number": 7, "a fraction": 1.5, "bytes that are no UTF-8": b"\xc3("}
    for column in (
        "text",
        "title",
        "byline",
        "outlet",
        "date",
        "source",
        "language",
        "digest",
        "origin",
        "notes",
        "added_at",
        "deleted_at",
    ):
        for what, value in values.items():
            # CAST keeps the sort of bytes: as text they are what a damaged page holds
            found[f"report.{column} is {what}"] = (
                f"UPDATE report SET {column} = {'CAST(? AS TEXT)' if 'UTF' in what else '?'} {one}",
                (value,),
            )
    found["report.text is another text"] = (f"UPDATE report SET text = 'Nobody hit Kyiv, said the army.' {one}", ())
    found["report.text has one more letter"] = (f"UPDATE report SET text = text || '!' {one}", ())
    for notes in ("{", "[1, 2]", '{"a": 1}', "null", '"abc"', "[" * 2_000):
        found[f"report.notes is {notes[:9]}"] = (f"UPDATE report SET notes = ? {one}", (notes,))
    plain = {
        "no list": b"7", "nothing": b"", "an object": b"{}", "a list": b"[]", "another format": b'{"passages": [[1]], "places": [], "readings": []}',
        "readings of 16 parts": b'{"passages": [[0, 5, 0]], "places": [], "readings": [[1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16]]}',
        "a reading out of the text": b'{"passages": [[0, 5, 0]], "places": [], "readings": [[900000,900003,1.0,"","name","",0,null,"",0.5,[],"setting","","literal",""]]}',
        "a place that is not there": b'{"passages": [[0, 5, 0]], "places": [], "readings": [[0,3,1.0,"","name","",0,9,"",0.5,[],"setting","","literal",""]]}',
        "an unknown kind": b'{"passages": [[0, 5, 0]], "places": [], "readings": [[0,3,1.0,"","name","",0,null,"",0.5,[],"pwned","","literal",""]]}',
        "texts for numbers": b'{"passages": [["a", "b", "c"]], "places": [], "readings": [["0","3","1","","name","",0,null,"","",[],"setting","","literal",""]]}',
        "no readings": b'{"passages": [[0, 5, 0]], "places": [], "readings": []}', "no UTF-8": b"\xff\xfe", "deep nesting": b"[" * 100_000,
        "NaN": b'{"passages": [[0, 5, 0]], "places": [{"id":"x","name":"x","feature":"PPL","lat":NaN,"lon":1}], "readings": [[0,3,1.0,"","name","",0,0,"",0.5,[],"setting","","literal",""]]}',
    }  # fmt: skip
    for what, content in plain.items():
        found[f"reading.body is {what}"] = (f"UPDATE reading SET body = ? {reading}", (zlib.compress(content),))
    found["reading.body is no zlib"] = (f"UPDATE reading SET body = ? {reading}", (b"abc",))
    found["reading.body is a bomb"] = (f"UPDATE reading SET body = ? {reading}", (zlib.compress(b" " * 300_000_000, 9),))
    found["reading.body is of another report"] = (
        f"UPDATE reading SET body = (SELECT body FROM reading WHERE report = 'report-3') {reading}",
        (),
    )
    found["reading.digest is of another report"] = (
        f"UPDATE reading SET digest = (SELECT digest FROM report WHERE id = 'report-3') {reading}",
        (),
    )
    for column in ("body", "made_by", "made_at", "places", "unchecked", "digest"):
        for what, value in {"a text": "abc", "a number": 7, "a fraction": -1.5, "a blob": b"\xff"}.items():
            found[f"reading.{column} is {what}"] = (f"UPDATE reading SET {column} = ? {reading}", (value,))
    found["reading gone"] = (f"DELETE FROM reading {reading}", ())
    for what, value in {
        "nothing": "",
        "no JSON": "{",
        "a list": "[]",
        "a number": "7",
        "a blob": b"\xff\xfe",
        "null": "null",
        "an empty object": "{}",
        "deep": "[" * 3_000,
    }.items():
        found[f"decision.body is {what}"] = (f"UPDATE decision SET body = ? {body}", (value,))
        found[f"body of the newest decision is {what}"] = (f"UPDATE decision SET body = ? {newest}", (value,))
    for path, parts in {
        "at": ("yesterday", 7, None), "who": (7, "somebody else"), "action": ("pwn", None, "undo"), "scope": ("all", "always", None), "start": (-1, "a", 10**12),
        "text": ("Kyiv", None), "value": (None, {}, []), "value.place": (None, {}, [], "x", 7), "value.place.lat": (91, "a", None, 12.5), "value.place.name": ("", None, "Elsewhere"),
        "was": (None, {}, {"form": "x"}), "report": ("report-3", "nobody", None), "batch": (None, "x"), "why": ("changed by hand", None), "id": ("x", None),
    }.items():  # fmt: skip
        for part in parts:
            found[f"decision {path} is {part!r}"] = (
                f"UPDATE decision SET body = json_set(body, ?, json(?)) {body}",
                (f"$.{path}", json.dumps(part)),
            )
    found["decision.at is another than in its body"] = (f"UPDATE decision SET at = '1999' {body}", ())
    found["decision.scope is another than in its body"] = (f"UPDATE decision SET scope = 'always' {body}", ())
    found["decision.report is another than in its body"] = (f"UPDATE decision SET report = 'report-3' {body}", ())
    found["decision.report is nobody"] = (f"UPDATE decision SET report = 'nobody' {body}", ())
    found["a decision gone"] = (f"DELETE FROM decision {body}", ())
    found["a report gone"] = ("DELETE FROM report WHERE id = 'report-2'", ())
    for table in ("report", "reading", "decision", "setting", "watched", "answer"):
        found[f"table {table} gone"] = (f"DROP TABLE {table}", ())
    found["a column gone"] = ("ALTER TABLE report DROP COLUMN outlet", ())
    found["a column more"] = ("ALTER TABLE report ADD COLUMN colour TEXT", ())
    found["user_version 0"] = ("PRAGMA user_version = 0", ())
    found["user_version 1"] = ("PRAGMA user_version = 1", ())
    found["user_version 99"] = ("PRAGMA user_version = 99", ())
    found["user_version -1"] = ("PRAGMA user_version = -1", ())
    found["a trigger that deletes"] = ("CREATE TRIGGER x AFTER INSERT ON decision BEGIN DELETE FROM decision; END", ())
    return found


_EDITS = _edits()


def _opened(path: Path, case: str, shop: Workshop, gazetteer: Gazetteer, truth: Truth, result: Result) -> bool:
    """Open a damaged library as the app does, note what is wrong, and return whether it was refused as a whole."""
    result.tried += 1
    intact = _intact(path, truth)
    try:
        library = Library(path)
        entries = library.reports.entries()
    except DatelineError as error:
        if wrong := told(error, "library", _WITNESSES):
            result.fail(case, f"opening: {wrong}")
        return True
    except Exception as error:
        result.fail(case, f"opening: {crash(error)}")
        return True
    desk = Desk(library, shop, gazetteer)
    for report in sorted({entry.id for entry in entries if isinstance(entry.id, str)} | truth.articles.keys()):
        _judged(desk, report, case, intact, truth, result)
    return False


def _judged(desk: Desk, report: str, case: str, intact: set[str], truth: Truth, result: Result) -> None:
    """Open one report and compare it with the truth."""
    library = desk.library
    try:
        library.decisions_stamp(report)
        library.reports.description(report)
        desk.needs_reading(report)
        opened = desk.open(report)
        library.reports.notes(report)
    except DatelineError as error:
        if wrong := told(error, "", _WITNESSES):
            result.fail(case, f"report: {wrong}")
        if report in intact:
            kind = "StoreError" if isinstance(error, StoreError) else type(error).__name__
            result.fail(case, f"a report whose rows are whole is refused with {kind}: {_tail(str(error))}")
        return
    except Exception as error:
        result.fail(case, f"report: {crash(error)}")
        return
    if report not in truth.articles:
        result.fail(case, "a report is shown that was never there")
        return
    if opened.engine.article.text != truth.articles[report].text:
        result.fail(case, "a changed text is shown as if it were right")
    elif opened.engine.readings != truth.readings[report].readings or opened.engine.passages != truth.readings[report].passages:
        result.fail(case, "a changed reading is shown as if it were right")
    shown, right = ({d.id: d for d in decisions} for decisions in (opened.decisions, truth.decisions[report]))
    if any(d != right.get(d_id) for d_id, d in shown.items()):
        result.fail(case, "a changed decision is shown as if it were right")
    elif shown.keys() != right.keys() and not opened.unreadable and not _journal_lost(right.keys() - shown.keys(), truth):
        result.fail(case, "decisions are missing and nothing says so")


def _journal_lost(missing: set[str], truth: Truth) -> bool:
    """Return whether only the very last decision is missing: it stood in the journal, and SQLite takes a torn journal for one that ended."""
    last = max((d for made in truth.decisions.values() for d in made), key=lambda d: d.at)
    return missing == {last.id}


def _tail(message: str) -> str:
    """Return the part of a message that says what was wrong, without the library's name."""
    return message.split("'", 2)[-1][:60]


def _intact(path: Path, truth: Truth) -> set[str]:
    """Return the reports whose own rows are all there as they were, read by plain SQLite from a copy."""
    copy = path.parent.parent / "looked-at"
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(path.parent, copy)
    found = set()
    try:
        db = sqlite3.connect(copy / path.name)
        for report, rows in truth.rows.items():
            try:
                if _rows(db, report) == rows:
                    found.add(report)
            except (sqlite3.Error, UnicodeDecodeError):
                continue
        db.close()
    except sqlite3.Error:
        return set()
    finally:
        shutil.rmtree(copy, ignore_errors=True)
    return found
