"""The child process: what a task does to it costs that task only."""

from __future__ import annotations

import json
import threading

import pytest

from dateline import Article, DataError, TooDemanding, Unreadable
from dateline.codec import ReadTask
from dateline.errors import EmptyReport
from dateline.sandbox import Limits, Sandbox


@pytest.fixture(scope="module")
def sandbox():
    """A sandbox whose job does what its task says: the worst a parser can do."""
    box = Sandbox("tests.worst_job:job", Limits(2.0, 300))
    yield box
    box.close()


def echo(sandbox, **more):
    return json.loads(sandbox.call("x", {"do": "echo", **more})[0])["echo"]


def test_it_answers(sandbox):
    answer, content = sandbox.call("x", {"do": "echo", "text": "Бахмут"}, b"abc")
    assert json.loads(answer)["echo"]["text"] == "Бахмут"
    assert content == b"cba"


@pytest.mark.parametrize(
    ("do", "error", "says"),
    [
        ("loop", TooDemanding, "2 s"), ("sleep", TooDemanding, "2 s"), ("memory", TooDemanding, "300 MB"), ("die", TooDemanding, "brought down"),
        ("segfault", TooDemanding, "brought down"), ("recurse", Unreadable, "RecursionError"), ("nonsense", TooDemanding, "brought down"),
        ("other", Unreadable, "KeyError"), ("lies", TooDemanding, "brought down"), ("ours", EmptyReport, "is empty"), ("call", Unreadable, "PermissionError"),
    ],
)  # fmt: skip
def test_the_worst_a_task_can_do_costs_that_task_only(sandbox, do, error, says):
    with pytest.raises(error, match=says) as refusal:
        sandbox.call("bad.pdf", {"do": do})
    assert "bad.pdf" in str(refusal.value) or do == "ours"
    assert echo(sandbox)["do"] == "echo"


def test_what_a_library_prints_is_not_taken_for_an_answer(sandbox):
    assert json.loads(sandbox.call("x", {"do": "print"})[0]) == {"echo": {"do": "print"}}


def test_progress_is_told(sandbox):
    told: list[float] = []
    sandbox.call("x", {"do": "steps"}, progress=told.append)
    assert told == [0.25, 0.5]


def test_a_child_killed_from_outside_is_replaced(sandbox):
    sandbox.call("x", {"do": "echo"})
    sandbox._child.process.kill()
    sandbox._child.process.wait()
    assert echo(sandbox)["do"] == "echo"


def test_threads_take_turns_and_get_their_own_answers(sandbox):
    answers: dict[int, int] = {}

    def ask(number: int) -> None:
        answers[number] = echo(sandbox, number=number)["number"]

    threads = [threading.Thread(target=ask, args=(n,)) for n in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == {n: n for n in range(12)}


def test_a_child_whose_own_data_is_damaged_says_which(tmp_path, monkeypatch):
    broken = tmp_path / "kinds.toml"
    broken.write_text("[fighting]\n", encoding="utf-8")
    monkeypatch.setenv("DATELINE_GAZETTEER", str(broken))
    box = Sandbox("dateline.reading_job:ReadingJob", Limits(20.0, 1_000))
    with pytest.raises(DataError, match=r"kinds\.toml"):
        box.call("x", ReadTask(Article("x", "", "Troops left Bakhmut.")))
    box.close()
