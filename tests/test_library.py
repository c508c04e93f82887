"""The library: nothing is lost, nothing is added twice, and several may use it at once."""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from dateline import StoreError
from dateline import decisions as d
from dateline.intake.draft import Draft
from dateline.library import Counts, Library
from dateline.library import folder as watched
from dateline.library.store import MIGRATIONS
from tests.conftest import ROOT

TEXT = "Shelling hit Bakhmut on Monday, and Kyiv said nothing."


@pytest.fixture
def library(tmp_path):
    return Library(tmp_path / "library.sqlite")


def added(library, text=TEXT, title="The week", **more):
    return library.reports.add(Draft(text, title, **more), "pasted").report


def test_a_report_is_kept_as_it_is(library):
    number = added(library, byline="B", date="2023-03-07", source="https://a.example/x", language="en")
    article = library.reports.get(number)
    assert (article.text, article.title, article.byline, article.date, article.source, article.language) == (
        TEXT,
        "The week",
        "B",
        "2023-03-07",
        "https://a.example/x",
        "en",
    )
    assert library.reports.get("nothing") is None


def test_the_same_text_is_never_added_twice_and_ids_are_free(library):
    first = library.reports.add(Draft(TEXT, "Бахмут / week"), "pasted")
    again = library.reports.add(Draft(TEXT, "Other title"), "b.pdf")
    assert (again.outcome, again.report) == ("duplicate", first.report)
    other = library.reports.add(Draft(TEXT + " More.", "week"), "pasted")
    assert other.report != first.report
    assert all(ch.isalnum() or ch == "-" for ch in other.report)


def test_search_finds_words_anywhere_and_takes_signs_as_they_are(library):
    added(library, title="Notes 100% sure")
    added(library, text="Nothing of the kind.", title="Other_title")
    assert [e.title for e in library.reports.entries("bakhmut notes")] == ["Notes 100% sure"]
    assert [e.title for e in library.reports.entries("100%")] == ["Notes 100% sure"]
    assert [e.title for e in library.reports.entries("r_t")] == ["Other_title"]
    assert not library.reports.entries("'; DROP TABLE report; --")
    assert len(library.reports.entries()) == 2


def test_delete_can_be_undone_and_erase_cannot(library):
    number = added(library)
    library.reports.delete(number)
    assert library.reports.get(number) is None
    assert [e.id for e in library.reports.entries(binned=True)] == [number]
    library.reports.restore(number)
    assert library.reports.get(number).text == TEXT
    library.reports.delete(number)
    assert library.reports.add(Draft(TEXT, "x"), "pasted").outcome == "restored"
    library.reports.erase(number)
    assert not library.reports.entries()
    raw = b"".join(p.read_bytes() for p in library.store.path.parent.rglob("*") if p.is_file())
    assert b"Shelling hit" not in raw, "what is erased is gone from the disk"


@pytest.mark.parametrize(
    ("values", "says"),
    [({"date": "yesterday"}, "no date"), ({"source": "javascript:alert(1)"}, "no web address"), ({"title": " "}, "needs a title")],
)
def test_wrong_facts_are_refused_and_change_nothing(library, values, says):
    number = added(library)
    with pytest.raises(StoreError, match=says):
        library.reports.edit(number, {"byline": "new", **values})
    assert library.reports.get(number).byline == ""
    library.reports.edit(number, {"title": "A\nB", "date": "2024-02-29", "text": "no"})
    article = library.reports.get(number)
    assert (article.title, article.date, article.text) == ("A B", "2024-02-29", TEXT)


def test_a_reading_is_stored_and_forgotten_when_the_text_changes(library, reader):
    from dateline import read

    number = added(library)
    article = library.reports.get(number)
    assert library.reading(article) is None
    done = read(article, reader)
    library.keep_reading(done, "test")
    stored = library.reading(article)
    assert (stored.read, stored.made_by) == (done, "test")
    assert library.reports.entries()[0].places == 2
    library.decide([], Counts(number, 2, 1))
    assert library.reports.entries()[0].unchecked == 1
    library.reports.change_text(number, Draft("Other text about Kyiv.", "x"))
    assert library.reading(library.reports.get(number)) is None


def some_decision(library, reader, number, **more):
    from dateline import read

    article = library.reports.get(number)
    return d.decide(article, read(article, reader).readings[0], "check", who="ana", **more)


def test_decisions_are_only_added(library, reader):
    number = added(library)
    made = some_decision(library, reader, number)
    stamp = library.decisions_stamp(number)
    library.decide([made])
    library.decide([made])
    assert library.decisions(number) == (made,)
    assert library.decisions_stamp(number) > stamp
    with pytest.raises(StoreError, match="only added"), library.store.change() as db:
        db.execute("UPDATE decision SET body = '{}'")


def test_standing_decisions_reach_later_reports_and_their_undoing_too(library, reader):
    early = added(library, text="Earlier, Bakhmut was quiet.")
    origin = added(library)
    standing = some_decision(library, reader, origin, scope="always")
    library.decide([standing])
    later = added(library, text="Later, Bakhmut burned.")
    assert library.decisions(later) == (standing,)
    assert library.decisions(early) == ()
    library.decide([d.undoing(standing, who="ana")])
    assert not d.in_force(library.decisions(later))


def test_two_writers_lose_nothing(library, reader):
    number = added(library)
    made = [some_decision(library, reader, number) for _ in range(40)]
    threads = [
        threading.Thread(target=lambda part: [Library(library.store.path).decide([one]) for one in part], args=(made[i::4],))
        for i in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {one.id for one in library.decisions(number)} == {one.id for one in made}


def test_every_older_library_is_migrated_with_what_is_in_it(tmp_path):
    for version in range(len(MIGRATIONS)):
        path = tmp_path / f"v{version}.sqlite"
        db = sqlite3.connect(path)
        for script in MIGRATIONS[:version]:
            db.executescript(script)
        db.execute(f"PRAGMA user_version = {version}")
        if version:
            db.execute("INSERT INTO report VALUES('old','Old','','','','','','text','d','pasted','[]','2020-01-01T00:00:00+00:00',NULL)")
        db.commit()
        db.close()
        library = Library(path)
        assert [e.id for e in library.reports.entries()] == (["old"] if version else [])
        library.set("who", "ana")
        assert Library(path).setting("who") == "ana"


def test_what_is_no_library_is_a_clear_message(tmp_path):
    (tmp_path / "a.sqlite").write_bytes(b"not a database" * 100)
    with pytest.raises(StoreError, match=r"a\.sqlite.*DATELINE_HOME"):
        Library(tmp_path / "a.sqlite")
    db = sqlite3.connect(tmp_path / "b.sqlite")
    db.execute("PRAGMA user_version = 99")
    db.close()
    with pytest.raises(StoreError, match="newer Dateline"):
        Library(tmp_path / "b.sqlite")
    (tmp_path / "file").write_text("x", encoding="utf-8")
    with pytest.raises(StoreError, match="DATELINE_HOME"):
        Library(tmp_path / "file" / "c.sqlite")


def test_a_full_disk_is_said_and_nothing_is_half_saved(library, reader):
    number = added(library)
    made = [some_decision(library, reader, number, why="x" * 500) for _ in range(50)]
    with library.store.look() as db:
        pages = db.execute("PRAGMA page_count").fetchone()[0]
    original = library.store._open

    def small():
        db = original()
        db.execute(f"PRAGMA max_page_count = {pages + 1}")
        return db

    library.store._open = small
    library.store.release()
    with pytest.raises(StoreError, match="disk is full"):
        library.decide(made * 1)
    library.store._open = original
    library.store.release()
    assert library.decisions(number) == ()


def test_the_folder_of_the_library_is_private(tmp_path):
    Library(tmp_path / "home" / "library.sqlite")
    assert (tmp_path / "home").stat().st_mode & 0o077 == 0


def test_a_folder_is_taken_once_and_again_where_it_changed(library, tmp_path, workshop):
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "a.txt").write_text(TEXT, encoding="utf-8")
    (folder / "b.pdf").write_bytes(b"%PDF-1.4 torn")
    (folder / "c.png").write_bytes(b"x")
    outside = tmp_path / "secret.txt"
    outside.write_text("Secret.", encoding="utf-8")
    (folder / "d.txt").symlink_to(outside)
    paths = watched.changes(library, folder)
    assert [p.name for p in paths] == ["a.txt", "b.pdf"]
    outcomes = [watched.take(library, path, workshop.open) for path in paths]
    assert [(o.name, o.report, o.refused) for o in outcomes] == [("a.txt", "a", False), ("b.pdf", None, True)]
    assert watched.changes(library, folder) == []
    assert len(watched.troubles(library, folder)) == 1
    (folder / "a.txt").write_text(TEXT + " More came.", encoding="utf-8")
    (path,) = watched.changes(library, folder)
    assert watched.take(library, path, workshop.open).words == "changed"
    assert library.reports.get("a").text.endswith("More came.")
    library.reports.delete("a")
    assert watched.changes(library, folder) == [], "what a person deleted does not come back by itself"


WRITER = """
import sys
from pathlib import Path
from dateline import Article, decisions as d
from dateline.library import Counts, Library
from dateline.records import *
library = Library(Path(sys.argv[1]))
article = library.reports.get("the-week")
reading = Reading(Mention("m13-20", 13, 20, "Bakhmut", 1.0, ""), Passage(0, 0, 54, 0), Choice(None, "", 0.0), Label("setting", ""), Label("literal", ""))
print("up", flush=True)
for number in range(200):
    made = d.decide(article, reading, "check", who="ana", why=str(number))
    library.decide([made])
    print("saved", made.id, flush=True)   # this is what a screen would show
"""


def test_a_kill_at_a_random_moment_of_two_hundred_decisions_loses_none_that_was_called_saved(library):
    """Twelve writers in turn, each killed (-9) somewhere among its 200 decisions."""
    added(library)
    said: set[str] = set()
    chance = random.Random(7)
    cut_short = 0
    for _ in range(12):
        writer = subprocess.Popen([sys.executable, "-c", WRITER, str(library.store.path)], cwd=ROOT, stdout=subprocess.PIPE, text=True)
        lines = []
        stop_after = chance.randrange(1, 200)
        for line in writer.stdout:
            lines.append(line)
            if len(lines) > stop_after:
                time.sleep(chance.random() * 0.004)
                os.kill(writer.pid, signal.SIGKILL)
                break
        lines += writer.stdout.readlines()
        writer.wait()
        writer.stdout.close()
        said |= {line.split()[1] for line in lines if line.startswith("saved") and line.endswith("\n")}
        cut_short += writer.returncode == -signal.SIGKILL
        with library.store.look() as db:
            assert db.execute("PRAGMA quick_check").fetchone()[0] == "ok"
        assert said <= {one.id for one in library.decisions("the-week")}
    assert cut_short >= 10
    assert len(said) > 200
    assert Path(library.store.path).exists()
