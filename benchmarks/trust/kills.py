"""A process killed (-9) at a random moment while it saves decisions; then two processes that save at once.

Held to: every decision that was called saved is there afterwards, the library opens, and SQLite finds its file whole.

A nursery imports Dateline once and forks the writers, so that two hundred kills take a minute and not ten.
"""

from __future__ import annotations

import contextlib
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

from benchmarks.trust.campaign import ROOT, Order, Result, crash, own_home
from dateline import DatelineError
from dateline.intake.draft import Draft
from dateline.library import Library

KILLS = 200
A_WRITER = 40
"""Decisions a writer would save if nobody killed it."""
TOGETHER = 100
"""Decisions of each of two writers at once."""
TEXT = "Shelling hit Bakhmut on Monday, and Kyiv said nothing."
_NURSERY = """
import os, sys
from pathlib import Path
from dateline import decisions as d
from dateline.library import Library
from dateline.records import *
path = Path(sys.argv[1])
reading = Reading(
    Mention("m13-20", 13, 20, "Bakhmut", 1.0, ""), Passage(0, 0, 54, 0), Choice(None, "", 0.0), Label("setting", ""), Label("literal", "")
)
def tell(*words):
    os.write(1, (" ".join(map(str, words)) + "\\n").encode())
def write(count):
    library = Library(path)
    article = library.reports.get("the-week")
    for number in range(count):
        made = d.decide(article, reading, "check", who="ana", why=str(number))
        library.decide([made])
        tell("saved", made.id)   # what a screen would show
tell("up")
for line in sys.stdin:
    writers, count = map(int, line.split())
    children = []
    for _ in range(writers):
        if (child := os.fork()) == 0:
            code = 1
            try:
                write(count)
                code = 0
            finally:
                os._exit(code)
        children.append(child)
    tell("writing", *children)
    codes = [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children]
    tell("over", *codes)
"""


class _Nursery:
    """The process that forks writers, and what these say."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        self.orders, self._lines = process.stdin, process.stdout
        self._early: list[list[str]] = []
        self.line()  # it is up

    def order(self, writers: int, count: int) -> list[int]:
        """Start writers and return their process numbers."""
        self.orders.write(f"{writers} {count}\n")
        self.orders.flush()
        early = []
        while (words := self.line())[0] != "writing":  # a writer may be quicker than its parent
            early.append(words)
        self._early = early
        return [int(word) for word in words[1:]]

    def line(self) -> list[str]:
        """Return the words of the next line."""
        if self._early:
            return self._early.pop(0)
        words = self._lines.readline().split()
        if not words:
            msg = "The nursery of writers has died. Run the program in benchmarks/trust/kills.py by hand to see why."
            raise RuntimeError(msg)
        return words


def run(order: Order) -> Result:
    """Kill writers, one after the other, then let two write at once."""
    result, chance = Result("kills"), order.chance("kills")
    with own_home() as home:
        path = home / "library.sqlite"
        Library(path).reports.add(Draft(TEXT, "The week"), "pasted")
        command = [sys.executable, "-c", _NURSERY, str(path)]
        with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
            nursery = _Nursery(process)
            said: set[str] = set()
            cut = sum(_one_kill(nursery, path, number, chance, said, result) for number in range(order.share(KILLS)))
            _together(nursery, path, order.share(TOGETHER), said, result)
            nursery.orders.close()
        whole = {one.id for one in Library(path).decisions("the-week")}
        if said - whole:
            result.fail("at the end", f"{len(said - whole)} decisions that were called saved are gone")
        result.worst = f"{len(said):,} decisions called saved, {len(said - whole)} lost; {cut} writers died in the middle"
    return result


def _one_kill(nursery: _Nursery, path: Path, number: int, chance: random.Random, said: set[str], result: Result) -> bool:
    """Kill one writer somewhere among its decisions; return whether it died of that."""
    result.tried += 1
    (writer,) = nursery.order(1, A_WRITER)
    stop_after = chance.randrange(A_WRITER)
    saved = 0
    while (words := nursery.line())[0] != "over":
        said.add(words[1])
        saved += 1
        if saved == stop_after:
            time.sleep(chance.random() * 0.006)
            with contextlib.suppress(ProcessLookupError):  # it was done just now
                os.kill(writer, signal.SIGKILL)
    if stop_after == 0 and words[1] != "0":
        result.fail(f"kill {number}", "a writer that nobody killed died")
    _looked_at(path, f"kill {number}", said, result)
    return words[1] == str(-signal.SIGKILL)


def _together(nursery: _Nursery, path: Path, count: int, said: set[str], result: Result) -> None:
    """Let two writers save at once, and miss none."""
    result.tried += 1
    before = len(said)
    nursery.order(2, count)
    while (words := nursery.line())[0] != "over":
        said.add(words[1])
    if words[1:] != ["0", "0"]:
        result.fail("two writers", "a writer gave up while another wrote")
    if len(said) - before != 2 * count:
        result.fail("two writers", f"{2 * count - len(said) + before} decisions were not saved")
    _looked_at(path, "two writers", said, result)


def _looked_at(path: Path, case: str, said: set[str], result: Result) -> None:
    """Note what is wrong with a library that a writer has left."""
    try:
        with Library(path).store.look() as db:
            whole = db.execute("PRAGMA integrity_check").fetchone()[0]
            there = {row[0] for row in db.execute("SELECT id FROM decision")}
    except DatelineError as error:
        result.fail(case, f"the library does not open: {error}")
        return
    except Exception as error:
        result.fail(case, crash(error))
        return
    if whole != "ok":
        result.fail(case, f"integrity_check: {whole}")
    if said - there:
        result.fail(case, f"{len(said - there)} decisions that were called saved are gone")
