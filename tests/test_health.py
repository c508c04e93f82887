"""A library that a disk, a copy or a hand has hurt: said which report, the rest opens, and what can be brought back is."""

from __future__ import annotations

import random
import sqlite3
from contextlib import closing

import pytest

from dateline import Desk, Library, StoreError, Wish, mentions_table
from dateline.__main__ import main
from dateline.decisions import digest_of
from dateline.errors import DamagedReport, DatelineError
from dateline.intake.draft import Draft
from dateline.library import folder as watched
from dateline.library import health
from dateline.library.backups import KEPT, Backups
from dateline.library.store import MIGRATIONS, Store

TEXTS = {
    "alpha": "Shelling hit Bakhmut on Monday. Officials in Kyiv said nothing of it.",
    "beta": "Troops left Soledar. The convoy stopped in Kramatorsk for the night.",
    "gamma": "Nine hundred families fled El Fasher for Tawila, the council said.",
}


@pytest.fixture
def desk(home, workshop, gazetteer):
    made = Desk(Library(), workshop, gazetteer)
    for name, text in TEXTS.items():
        made.library.reports.add(Draft(text, f"Report {name}", "B. Line", "Outlet", "2024-05-06", language="en"), f"{name}.txt", name)
        opened = made.open(name)
        made.decide(opened, Wish("check", opened.read.readings[0].mention.id, why="I was there"), "ana")
    return made


def change(desk, statement, *values):
    """Change a row as no Dateline does."""
    with closing(sqlite3.connect(desk.library.store.path)) as db:
        db.execute("DROP TRIGGER IF EXISTS decision_stays")
        db.execute(statement, values)
        db.commit()


@pytest.mark.parametrize(
    "column", ["title", "byline", "outlet", "date", "source", "language", "text", "digest", "origin", "notes", "added_at"]
)
@pytest.mark.parametrize("value", ["changed by a hand", 7, None, b"\xff\xfe", "x' OR 1=1"])
def test_a_changed_report_is_named_and_the_others_open(desk, column, value):
    if value is None:
        value = ""
        if column in ("source", "notes"):
            value = "[]x"
    change(desk, f"UPDATE report SET {column} = ? WHERE id = 'beta'", value)
    with pytest.raises(DamagedReport, match=r"'beta'.*check") as refusal:
        desk.open("beta")
    assert "Soledar" not in str(refusal.value)
    assert [e.id for e in desk.library.reports.entries() if not e.damaged and e.id != "beta"] == ["gamma", "alpha"]
    for name in ("alpha", "gamma"):
        assert desk.open(name).read.article.text == TEXTS[name]
    with pytest.raises(StoreError):
        desk.library.reports.edit("beta", {"title": "No mending by editing"})


def test_a_changed_file_whose_report_is_hurt_is_said_and_the_rest_is_taken(desk, workshop, tmp_path):
    folder = tmp_path / "in"
    folder.mkdir()
    file = folder / "watched.txt"
    file.write_text("Shelling hit Toretsk on Monday, officials in Kyiv said.", encoding="utf-8")
    assert watched.take(desk.library, file, workshop.open).report == "watched"
    change(desk, "UPDATE report SET text = 'Nothing.' WHERE id = 'watched'")
    file.write_text("Shelling hit Toretsk again on Tuesday, officials in Kyiv said.", encoding="utf-8")
    (path,) = watched.changes(desk.library, folder)
    assert "'watched'" in watched.take(desk.library, path, workshop.open).words
    assert watched.changes(desk.library, folder) == [], "not tried again every two seconds"
    assert len(watched.troubles(desk.library, folder)) == 1


def test_a_changed_reading_is_read_again(desk):
    before = desk.open("beta").read
    for body in (b"", b"x" * 90, b"\x78\x9c\x03\x00\x00\x00\x00\x01"):
        change_reading = "UPDATE reading SET body = ? WHERE report = 'beta'"
        with closing(sqlite3.connect(desk.library.store.path)) as db:
            db.execute(change_reading, (body,))
            db.commit()
        assert health.check(desk.library.store.path).stale == 1
        assert desk.open("beta").read == before
    assert health.check(desk.library.store.path).well


@pytest.mark.parametrize("part", ["Kyiv", '"check"', '"who"', "2026", "{", "I was there"])
def test_a_changed_decision_is_left_aside_counted_and_kept(desk, part):
    with closing(sqlite3.connect(desk.library.store.path)) as db:
        (body,) = db.execute("SELECT body FROM decision WHERE report = 'beta'").fetchone()
    if part not in body:
        part = body[10:14]
    change(desk, "UPDATE decision SET body = ? WHERE report = 'beta'", body.replace(part, "~"))
    opened = desk.open("beta")
    assert (opened.decisions, opened.unreadable) == ((), 1)
    assert {r.status for r in opened.read.readings} == {"unchecked"}
    assert desk.open("alpha").unreadable == 0
    desk.decide(opened, Wish("check", opened.read.readings[0].mention.id), "ana")
    assert len(desk.open("beta").decisions) == 1
    with desk.library.store.look() as db:
        assert db.execute("SELECT count(*) FROM decision WHERE report = 'beta'").fetchone()[0] == 2


def test_a_decision_that_is_gone_is_counted(desk):
    change(desk, "DELETE FROM decision WHERE report = 'beta'")
    assert desk.open("beta").unreadable == 1
    assert health.check(desk.library.store.path).unreadable == 1
    desk.library.reports.erase("beta")
    assert health.check(desk.library.store.path).well


def test_a_library_with_instructions_of_somebody_elses_is_refused(desk):
    with closing(sqlite3.connect(desk.library.store.path)) as db:
        db.execute("CREATE TRIGGER x AFTER INSERT ON decision BEGIN DELETE FROM decision; END")
    with pytest.raises(StoreError, match="did not put there"):
        Library()


def test_flipped_bytes_never_show_a_changed_text_and_never_end_in_a_traceback(desk):
    path = desk.library.store.path
    truth = {name: desk.open(name).read for name in TEXTS}
    with desk.library.store.look() as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    whole, chance = path.read_bytes(), random.Random(11)
    shown = refused = 0
    for _ in range(60):
        body = bytearray(whole)
        for _ in range(chance.choice((1, 4, 40, 400))):
            body[chance.randrange(100, len(body))] ^= 1 << chance.randrange(8)
        for end in ("", "-wal", "-shm"):
            path.with_name(path.name + end).unlink(missing_ok=True)
        path.write_bytes(bytes(body))
        for name in TEXTS:
            try:
                again = Desk(Library(path), desk.workshop, desk.gazetteer)
                assert all(e.damaged or e.title == f"Report {e.id}" for e in again.library.reports.entries())
                opened = again.open(name)
                mentions_table(opened.read)
            except DatelineError as error:
                refused += 1
                assert not any(text[:20] in str(error) for text in TEXTS.values())
                continue
            shown += 1
            assert opened.read.article == truth[name].article
            assert [r.choice.place for r in opened.engine.readings] == [r.choice.place for r in truth[name].readings]
    assert shown > 20
    assert refused > 20


def test_repair_keeps_what_is_whole_and_takes_the_rest_from_a_backup(desk, capsys):
    assert Backups(desk.library.store.path).make("2024-05-06") is not None
    opened = desk.open("alpha")
    desk.decide(opened, Wish("check", opened.read.readings[-1].mention.id), "ana")
    change(desk, "UPDATE report SET text = 'Nothing happened.' WHERE id = 'beta'")
    assert main(["check"]) == 1
    said = capsys.readouterr().out
    assert "'beta' is not what was saved" in said
    assert "Soledar" not in said
    assert main(["check", "--repair"]) == 0
    assert "From backups: beta." in capsys.readouterr().out
    again = Desk(Library(), desk.workshop, desk.gazetteer)
    assert {name: again.open(name).read.article.text for name in TEXTS} == TEXTS
    assert len(again.open("alpha").decisions) == 2, "what was decided after the backup stays"
    assert [d.why for d in again.open("beta").decisions] == ["I was there"]


def test_repair_without_a_backup_says_what_is_lost_and_keeps_the_hurt_file(desk):
    change(desk, "UPDATE report SET text = 'Nothing happened.' WHERE id = 'beta'")
    done = health.repair(desk.library.store.path)
    assert (done.reports, done.lost, done.from_backups) == (2, ("beta",), ())
    assert done.aside.exists()
    assert {e.id for e in Library().reports.entries()} == {"alpha", "gamma"}
    assert health.check(desk.library.store.path).well


def test_a_page_that_is_gone_costs_what_stood_on_it_only(desk):
    path = desk.library.store.path
    assert Backups(path).make("2024-05-06") is not None
    with desk.library.store.look() as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        (root,) = db.execute("SELECT rootpage FROM sqlite_schema WHERE name = 'reading'").fetchone()
    body = bytearray(path.read_bytes())
    body[(root - 1) * 4096 : root * 4096] = bytes(4096)
    path.write_bytes(bytes(body))
    assert not health.check(path).well
    assert health.repair(path).reports == 3
    again = Desk(Library(path), desk.workshop, desk.gazetteer)
    assert {name: again.open(name).read.article.text for name in TEXTS} == TEXTS
    assert all(len(again.open(name).decisions) == 1 for name in TEXTS)


def test_a_page_that_is_gone_hides_no_report_that_is_whole(desk):
    path = desk.library.store.path
    for number in range(40):
        desk.library.reports.add(
            Draft(f"Report {number} of Kyiv. " + "A long day of nothing. " * 120, f"Number {number}"), "pasted", f"n{number}"
        )
    with desk.library.store.look() as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    body = bytearray(path.read_bytes())
    at = body.index(b"Report 20 of Kyiv")
    body[at - at % 4096 : at - at % 4096 + 4096] = bytes(4096)
    path.write_bytes(bytes(body))
    hurt = Library(path)
    shown = [e.id for e in hurt.reports.entries() if not e.damaged]
    opened = []
    for name in shown:
        try:
            opened.append(hurt.reports.get(name).id)
        except StoreError as error:
            assert "check" in str(error)
    assert len(opened) > 30
    assert set(TEXTS) <= set(opened)


def test_a_backup_is_made_once_a_day_of_work_and_before_a_migration(desk, tmp_path, monkeypatch):
    path, backups = desk.library.store.path, Backups(desk.library.store.path)
    (made,) = backups.all()
    Library(path).set("who", "bo")
    assert backups.all() == (made,)
    assert made.stat().st_mode & 0o077 == 0
    Library(path).set("who", "cy")
    assert backups.all() == (made,)
    for number in range(KEPT + 3):
        assert backups.make(f"2020-01-{number + 1:02}") is not None
    assert len(backups.all()) == KEPT
    old = tmp_path / "old" / "library.sqlite"
    old.parent.mkdir()
    with closing(sqlite3.connect(old)) as db:
        for script in MIGRATIONS[:2]:
            db.executescript(script)
        db.execute("PRAGMA user_version = 2")
        db.execute("INSERT INTO report VALUES('old','Old','','','','','','text','d','pasted','[]','2020-01-01T00:00:00+00:00',NULL)")
        db.commit()
    Library(old)
    assert [p.name for p in Backups(old).all()] == [f"library-before-{len(MIGRATIONS)}.sqlite"]


def test_a_damaged_library_pushes_out_no_backup(desk):
    path = desk.library.store.path
    good = Backups(path).make("2024-05-06")
    with desk.library.store.look() as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    body = bytearray(path.read_bytes())
    body[4096 : 3 * 4096] = bytes(2 * 4096)
    path.write_bytes(bytes(body))
    assert Backups(path).make("2024-05-07") is None
    assert good in Backups(path).all()


def test_a_backup_is_put_back_and_what_was_there_is_kept(desk, capsys):
    made = Backups(desk.library.store.path).make("2024-05-06")
    desk.library.reports.add(Draft("Written after the backup: Kyiv.", "Late"), "pasted", "late")
    assert main(["check", "--restore", made.name]) == 0
    assert {e.id for e in Library().reports.entries()} == set(TEXTS)
    aside = next(p for p in Backups(desk.library.store.path).everything() if p.name.startswith(health.ASIDE))
    assert {e.id for e in Library(aside).reports.entries()} == {*TEXTS, "late"}
    assert main(["check", "--restore", "nothing.sqlite"]) == 1
    assert "nothing.sqlite" in capsys.readouterr().err


def test_what_is_deleted_for_good_is_nowhere_in_the_home(desk, home):
    Backups(desk.library.store.path).make("2024-05-06")
    health.put_aside(desk.library.store.path)
    desk.library.reports.erase("beta")
    left = {path: path.read_bytes() for path in home.rglob("*") if path.is_file()}
    words = [b"Troops left Soledar", "Troops left Soledar".encode("utf-16-le"), b"Report beta", b"The convoy stopped"]
    assert [str(path) for path, body in left.items() if any(word in body for word in words)] == []
    assert {name: desk.open(name).read.article.text for name in ("alpha", "gamma")} == {n: TEXTS[n] for n in ("alpha", "gamma")}
    assert len(Backups(desk.library.store.path).all()) == 2


def test_two_repairs_in_one_second_keep_both_hurt_files(desk):
    path = desk.library.store.path
    first, second = health.put_aside(path), health.put_aside(path)
    assert first != second
    assert first.exists()


def test_looking_and_repairing_leave_nothing_half_made_behind(desk, home):
    path = desk.library.store.path
    health.check(path)
    health.repair(path)
    (home / "backups" / ".library-look-1.part").write_text("Troops left Soledar", encoding="utf-8")
    (home / ".library-restore.part").write_text("Troops left Soledar", encoding="utf-8")
    Library(path).reports.erase("beta")
    assert [p for p in home.rglob("*") if ".part" in p.name] == []


def test_a_backup_that_cannot_be_changed_is_deleted_with_its_journals_by_erasing(desk, home):
    for name in ("aside-hurt.sqlite", "aside-hurt.sqlite-wal"):
        (home / "backups" / name).write_bytes(b"Troops left Soledar" * 300)
    desk.library.reports.erase("beta")
    assert not [p.name for p in home.rglob("*") if p.is_file() and b"Troops left Soledar" in p.read_bytes()]


def test_repair_keeps_damaged_decisions_away_and_says_how_many(desk):
    opened = desk.open("beta")
    desk.undo(opened, "ana")
    change(desk, "UPDATE decision SET body = '{' WHERE report = 'beta' AND seq = (SELECT max(seq) FROM decision WHERE report = 'beta')")
    for backup in Backups(desk.library.store.path).all():
        backup.unlink()
    done = health.repair(desk.library.store.path)
    assert (done.reports, done.decisions_lost) == (3, 1)
    assert health.check(desk.library.store.path).well


def test_a_byte_that_is_no_text_costs_its_row_and_not_the_migration(tmp_path):
    path = tmp_path / "library.sqlite"
    with closing(sqlite3.connect(path)) as db:
        for script in MIGRATIONS[:2]:
            db.executescript(script)
        db.execute("PRAGMA user_version = 2")
        for name in ("good", "hurt"):
            db.execute(
                "INSERT INTO report VALUES(?,'T','','','','','','Kyiv.',?,'pasted','[]','2020-01-01T00:00:00+00:00',NULL)",
                (name, digest_of("Kyiv.")),
            )
        db.execute("UPDATE report SET title = CAST(X'ff41' AS TEXT) WHERE id = 'hurt'")
        db.commit()
    library = Library(path)
    assert library.reports.get("good").text == "Kyiv."
    with pytest.raises(StoreError):
        library.reports.get("hurt")
    assert health.check(path).hurt == ("hurt",)


def test_a_forged_row_without_a_seal_is_hurt(desk):
    change(desk, "UPDATE report SET title = 'Forged' WHERE id = 'beta'")
    change_column = "ALTER TABLE report RENAME COLUMN seal TO stamp"
    with closing(sqlite3.connect(desk.library.store.path)) as db:
        db.execute(change_column)
        db.commit()
    assert not health.check(desk.library.store.path).well
    assert all(e.damaged for e in Library(desk.library.store.path).reports.entries())


def test_a_library_that_cannot_be_written_is_read(desk, monkeypatch):
    path = desk.library.store.path
    with desk.library.store.look() as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    monkeypatch.setattr("dateline.library.store._writable", lambda _: False)
    shut = Desk(Library(path), desk.workshop, desk.gazetteer)
    opened = shut.open("alpha")
    assert opened.read.article.text == TEXTS["alpha"]
    with pytest.raises(StoreError, match=r"only be read.*DATELINE_HOME"):
        shut.decide(opened, Wish("check", opened.read.readings[0].mention.id), "ana")
    with closing(sqlite3.connect(path)) as db:
        db.execute("DELETE FROM reading")
        db.commit()
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    assert shut.open("beta").read.article.text == TEXTS["beta"], "read now, and not stored"


def test_a_locked_library_says_so_in_seconds(desk, monkeypatch):
    monkeypatch.setattr("dateline.library.store.BUSY_S", 0.2)
    with closing(sqlite3.connect(desk.library.store.path, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        opened = desk.open("alpha")
        with pytest.raises(StoreError, match="held by another program"):
            desk.decide(opened, Wish("check", opened.read.readings[0].mention.id), "ana")
        other.execute("ROLLBACK")


def test_an_older_library_opens_with_everything_in_it(tmp_path, desk):
    """What two versions of the schema ago held: a reading in its old form is read again, its decisions count, its rows get seals."""
    path = tmp_path / "older.sqlite"
    with closing(sqlite3.connect(path)) as db:
        for script in MIGRATIONS[:2]:
            db.executescript(script)
        db.execute("PRAGMA user_version = 2")
        text = TEXTS["alpha"]
        db.execute(
            "INSERT INTO report VALUES('old','Old','','','','','en',?,?,'pasted','[]','2024-01-01T00:00:00.000000+00:00',NULL)",
            (text, digest_of(text)),
        )
        db.execute("INSERT INTO reading VALUES('old', ?, '2-x', '2024', ?, 2, 2)", (digest_of(text), b"an older form"))
        body = (
            '{"id": "a1", "batch": "a1", "report": "old", "at": "2024-01-02T00:00:00.000000+00:00", "who": "ana", "action": "kind",'
            ' "scope": "mention", "start": 13, "end": 20, "text": "Bakhmut", "before": "Shelling hit ", "after": " on Monday.",'
            ' "value": {"kind": "civilians"}, "was": {"form": "name", "place": {"id": "gn:713174", "name": "Bakhmut", "feature": "PPL",'
            ' "lat": 48.59441, "lon": 38.00083, "country": "UA"}, "kind": "fighting", "reference": "literal"}, "why": ""}'
        )
        db.execute(
            "INSERT INTO decision(id, report, scope, at, body) VALUES('a1', 'old', 'mention', '2024-01-02T00:00:00.000000+00:00', ?)",
            (body,),
        )
        db.commit()
    opened = Desk(Library(path), desk.workshop, desk.gazetteer).open("old")
    assert next((r.mention.text, r.kind.value, r.status) for r in opened.read.readings) == ("Bakhmut", "civilians", "corrected")
    assert opened.unreadable == 0
    assert health.check(path).well
    assert Store(path).read_only is False
