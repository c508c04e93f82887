"""The library's file is opened once a thread, and that is noticed by nobody."""

from __future__ import annotations

import os
import subprocess
import sys
import threading

import pytest

from dateline import StoreError
from dateline.intake.draft import Draft
from dateline.library import Library
from tests.conftest import ROOT


@pytest.fixture
def library(tmp_path):
    return Library(tmp_path / "library.sqlite")


@pytest.fixture
def openings(library, monkeypatch):
    found = []
    original = library.store._open

    def counted():
        found.append(threading.get_ident())
        return original()

    library.store.release()
    monkeypatch.setattr(library.store, "_open", counted)
    return found


def in_a_thread(work):
    thread = threading.Thread(target=work)
    thread.start()
    thread.join()


def test_a_thread_opens_the_file_once(library, openings):
    for _ in range(5):
        library.set("who", "ana")
        assert library.setting("who") == "ana"
    assert len(openings) == 1
    in_a_thread(lambda: [library.setting("who") for _ in range(5)])
    assert len(openings) == 2


def test_a_file_is_closed_with_its_thread(library):
    library.store.release()
    in_a_thread(lambda: library.set("who", "ana"))
    # SQLite removes the log beside the file when the last connection is closed
    assert [p.name for p in library.store.path.parent.iterdir()] == ["library.sqlite"]


def test_what_is_not_yet_saved_is_seen_by_nobody_else_in_the_thread(library):
    with library.store.change() as db:
        db.execute("INSERT INTO setting VALUES('who', 'ana')")
        assert library.setting("who") == ""
    assert library.setting("who") == "ana"


def test_a_failed_change_leaves_nothing_behind_for_the_next(library, openings):
    with pytest.raises(StoreError), library.store.change() as db:
        db.executemany("INSERT INTO setting VALUES('who', ?)", [("ana",), ("ben",)])
    assert library.setting("who") == ""
    assert len(openings) == 2, "what failed is not used again"
    with library.store.look() as db:
        db.execute("BEGIN")
    library.set("who", "ana")
    assert library.setting("who") == "ana"


def test_a_home_that_was_put_in_its_place_is_the_one_that_is_read(tmp_path):
    library, other = (Library(tmp_path / name / "library.sqlite") for name in ("home", "other"))
    library.set("who", "ana")
    other.set("who", "ben")
    other.store.release()
    (tmp_path / "home").rename(tmp_path / "old")
    (tmp_path / "other").rename(tmp_path / "home")
    assert library.setting("who") == "ben"
    assert Library(tmp_path / "old" / "library.sqlite").setting("who") == "ana"


def test_what_is_erased_is_gone_from_the_disk_while_other_threads_have_the_file_open(library):
    number = library.reports.add(Draft("Shelling hit Bakhmut on Monday.", "The week"), "pasted").report
    reading, erased = threading.Event(), threading.Event()

    def other():
        library.reports.get(number)
        reading.set()
        erased.wait(30)

    thread = threading.Thread(target=other)
    thread.start()
    reading.wait(30)
    library.reports.erase(number)
    raw = b"".join(p.read_bytes() for p in library.store.path.parent.rglob("*") if p.is_file())
    erased.set()
    thread.join()
    assert b"Shelling hit" not in raw


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this system")
def test_a_forked_process_opens_the_file_for_itself(tmp_path):
    code = """
import os, sys
from pathlib import Path
from dateline.library import Library
library = Library(Path(sys.argv[1]))
library.set("who", "ana")
held = library.store._mine.__dict__["held"].db
if not (child := os.fork()):
    library.set("where", "kyiv")
    os._exit(int(library.store._mine.__dict__["held"].db is held))
assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
library.set("who", "ben")
assert (library.setting("who"), library.setting("where")) == ("ben", "kyiv")
"""
    done = subprocess.run([sys.executable, "-c", code, str(tmp_path / "a.sqlite")], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-500:]
