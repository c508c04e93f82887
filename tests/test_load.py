"""The load test notices what it is there for, and its sessions are answered as a browser is."""

from __future__ import annotations

import asyncio
import gc
import json
import random

import pytest
import streamlit as st
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.testing.v1 import AppTest

from benchmarks import load
from benchmarks.load import Screen, Tab, Tally, canary
from benchmarks.stage import served
from components import table_pane
from dateline import mentions_table
from tests.conftest import ROOT


def reader(report: str, markup: str, number: int = 0) -> ForwardMsg:
    message = ForwardMsg(hash=f"h{number}")
    message.metadata.cacheable = True
    pane = message.delta.new_element.bidi_component
    pane.id, pane.json = "$$ID-0123-reader", json.dumps({"report": report, "html": markup, "visible": None})
    return message


def begun(*fragments: str) -> ForwardMsg:
    message = ForwardMsg()
    message.new_session.page_script_hash = "script"
    message.metadata.run.fragment_ids.extend(fragments)
    return message


def ended(how: int = ForwardMsg.FINISHED_SUCCESSFULLY) -> ForwardMsg:
    return ForwardMsg(script_finished=how)


def shown(*messages: ForwardMsg) -> Tally:
    tab = Tab("http://localhost:1", 0, "desk-00", {"desk-00": canary(0), "desk-01": canary(1)}, Tally())
    for message in messages:
        if tab.screen.take(message.SerializeToString()):
            tab._check()
    return tab.tally


def test_a_report_drawn_with_anothers_words_is_a_mixup():
    assert not shown(begun(), reader("desk-00", canary(0)), ended()).mixups
    assert shown(begun(), reader("desk-00", canary(0) + canary(1)), ended()).mixups
    assert shown(begun(), reader("desk-00", canary(1)), ended()).mixups
    assert shown(begun(), reader("desk-00", ""), ended()).mixups, "nor was its own text drawn"


def test_what_an_earlier_run_drew_does_not_stand_for_this_one():
    drawn = begun(), reader("desk-01", canary(1)), ended(), begun(), reader("desk-00", canary(0)), ended()
    assert not shown(*drawn).mixups


def test_an_exception_on_the_page_is_an_error():
    broken = ForwardMsg()
    broken.delta.new_element.exception.type = "KeyError"
    (error,) = shown(begun(), broken, reader("desk-00", canary(0)), ended()).errors
    assert "KeyError" in error


def test_a_kept_message_is_shown_again_and_told_to_the_server():
    screen = Screen()
    for message in (begun(), reader("desk-00", canary(0), 7), ended(), begun()):
        screen.take(message.SerializeToString())
    told = BackMsg.FromString(screen.asking("http://localhost:1")).rerun_script
    assert list(told.cached_message_hashes) == ["h7"]
    screen.take(ForwardMsg(ref_hash="h7").SerializeToString())
    assert screen.seen == {canary(0)}
    screen.take(ForwardMsg(ref_hash="h8").SerializeToString())
    assert screen.errors


def test_a_fragments_run_ends_no_page_and_keeps_what_was_drawn():
    screen = Screen()
    for message in (begun(), reader("desk-00", canary(0)), ended(), begun("watch")):
        screen.take(message.SerializeToString())
    assert not screen.take(ended(ForwardMsg.FINISHED_FRAGMENT_RUN_SUCCESSFULLY).SerializeToString())
    assert (screen.runs, screen.fragments, screen.seen) == (1, 1, {canary(0)})


def test_every_report_has_a_canary_of_its_own(tmp_path):
    shelf = load.fill(tmp_path, 3, sizes=(10,))
    for report, word in shelf.canaries.items():
        assert word in (tmp_path / f"{report}.md").read_text(encoding="utf-8")
        assert not any(word in p.read_text(encoding="utf-8") for p in tmp_path.glob("*.md") if p.stem != report)
    assert {name for name, _ in (*shelf.shared, *shelf.own)} == {p.stem for p in tmp_path.glob("*.md")}


@pytest.mark.browser
def test_two_sessions_and_a_page_work_without_error_or_mixup(monkeypatch):
    monkeypatch.setattr(load, "PAUSE_S", (0.1, 0.3))
    outcome = load.load(2, 8, browsers=1, sizes=(10,))
    assert (outcome.tally.errors, outcome.tally.mixups) == ([], [])
    assert len(outcome.tally.first_page) >= 2
    assert outcome.tally.click
    assert outcome.tally.seen
    assert outcome.end.children_mb > 0
    assert len(load.row(outcome)) == len(load.COLUMNS)


def test_what_stays_loaded_is_not_looked_through_after_every_run(home, tmp_path, monkeypatch):
    """Streamlit collects garbage in full after each run of each session, every session waiting."""
    (tmp_path / "calm.txt").write_text("He slept badly and said nothing about it.", encoding="utf-8")
    monkeypatch.setenv("DATELINE_REPORTS", str(tmp_path))
    gc.unfreeze()
    st.cache_resource.clear()
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60).run()
    assert not app.exception
    assert gc.get_freeze_count() > 100_000


def test_tables_send_the_columns_that_they_show_and_no_others(bakhmut):
    mentions = mentions_table(bakhmut)
    columns = table_pane._SHOWN["Mentions"]
    sent = table_pane.shown(mentions[mentions["kind"] == "fighting"], columns)
    assert sent.column_names == list(columns)
    assert 0 < sent.num_rows < len(mentions)
    assert sent.column("lat").to_pylist()[0] == mentions[mentions["kind"] == "fighting"]["lat"].iloc[0]
    assert table_pane.shown(mentions[:0], columns).num_rows == 0


@pytest.mark.browser
def test_a_colleagues_decision_does_not_undo_a_click_that_the_address_has_not_reached_yet(tmp_path):
    folder = tmp_path / "in"
    folder.mkdir()
    shelf = load.fill(folder, 0, sizes=())

    async def both(url):
        mine, other = (Tab(url, number, "", shelf.canaries, Tally()) for number in range(2))
        for tab in (mine, other):
            await tab.open("villages")
        mine._tasks.pop().cancel()  # it looks when this test says so
        await mine.click(random.Random(1))
        chosen = mine.screen.card["place"]
        await other.decide(random.Random(2))
        mine.screen.query = "report=villages"  # as it was when the browser sent its look
        assert await mine._ask(lambda s: bool(s.card), "a look", fragment=mine.screen.repeat[0]) is not None
        shown = mine.screen.card["place"]
        for tab in (mine, other):
            await tab.close()
        return chosen, shown, mine.tally.errors

    with served(folder, tmp_path / "log") as server:
        chosen, shown, errors = asyncio.run(both(server.url))
    assert not errors
    assert shown == chosen
