"""The campaign: each attack runs, its judges see what they are there to see, and what must hold holds."""

from __future__ import annotations

import json
import urllib.request
from dataclasses import replace

import pytest

from benchmarks.trust import addresses, files, kills, libraries, logs, payloads, texts
from benchmarks.trust.campaign import Order, Result, kept, own_home, told
from benchmarks.trust.run import ATTACKS, main, table
from dateline import LinkRefused, StoreError, Unreadable
from dateline.intake import fetch
from dateline.library import Library

QUICK = Order(seed=3, quick=True)


def test_no_address_of_a_tenth_reaches_the_inside():
    result = addresses.run(QUICK)
    assert result.tried >= 15
    assert not [f for f in result.failures if "inside" in f.cause]


def test_the_canary_inside_sees_whoever_comes():
    with addresses.sites() as (port, hits):
        urllib.request.urlopen(f"http://{addresses.INSIDE}:{port}/", timeout=5).close()
        assert hits == [addresses.INSIDE]


def test_an_address_that_is_let_through_is_a_failure(monkeypatch):
    monkeypatch.setattr(fetch, "is_public", lambda _: True)
    result, tricks = Result("addresses"), ("http://127.0.0.2:{port}/", "http://inside.example:{port}/")
    with addresses.sites() as (port, hits), addresses.hostile_names():
        for trick in tricks:
            addresses._asked(trick.format(port=port), port, hits, result)
    assert result.failed() == 2
    assert not hits, "what is let through is still not connected to"


def test_a_name_server_of_the_attack_asks_nobody():
    import socket

    with addresses.hostile_names():
        assert socket.getaddrinfo("inside.example", 80)[0][4][0] == addresses.INSIDE
        with pytest.raises(OSError, match=r"known|provided"):
            socket.getaddrinfo("a.name.that.is.not.in.the.book", 80)


def test_there_are_as_many_cases_as_the_campaign_says():
    assert len(set(addresses.TRICKS)) >= 120
    assert len(set(payloads.families())) >= 300
    assert len(libraries._EDITS) >= 150
    assert len(files.bases()) >= 15
    assert len(texts.worst_texts(QUICK.chance("texts"))) >= 30
    assert kills.KILLS == 200


def test_every_worst_text_is_as_long_as_asked_for_and_no_longer_than_may_be():
    for name, build in texts.worst_texts(QUICK.chance("texts")).items():
        text = build(5_000)
        assert 4_900 <= len(text[:5_000]) <= 5_000, name


def test_logs_are_hostile_each_in_its_own_way(tmp_path):
    good = {
        "format": "dateline-decisions", "version": 1, "report": {"id": "first", "title": "", "text_sha256": ""},
        "decisions": [{"id": "a", "action": "check", "scope": "mention", "value": {"place": {"name": "x"}}, "was": {}}],
    }  # fmt: skip
    cases = list(logs._fields(good))
    assert len({name for name, _ in cases}) == len(cases) > 100
    assert all(data != good for _, data in cases)
    assert good["decisions"][0]["value"] == {"place": {"name": "x"}}, "a case changes its own copy"
    assert json.loads(logs._small({"a": "x" * 10_000_000}))["a"].endswith("characters)")


def test_the_same_seed_tries_the_same():
    one, other = (list(files.cases(QUICK, QUICK.chance("files")))[:40] for _ in range(2))
    assert one == other
    again = replace(QUICK, seed=4)
    assert list(files.cases(again, again.chance("files")))[:40] != one


def test_a_library_whose_text_was_changed_by_hand_is_judged_by_its_text(tmp_path):
    """The judge compares with the truth: a changed text that is shown is a failure, a refusal is none."""
    truth = libraries.Truth({}, {}, {}, {})
    (tmp_path / "library.sqlite").write_bytes(b"no library" * 1_000)
    result = Result("libraries")
    assert libraries._opened(tmp_path / "library.sqlite", "torn", None, None, truth, result)
    assert result.tried == 1
    assert not result.failures, "a refusal that names the library is right"


def test_what_a_refusal_says_is_looked_at():
    assert told(Unreadable("'a.pdf' is damaged."), "a.pdf", ("Qorvandel",)) == ""
    assert "name" in told(Unreadable("The file is damaged."), "a.pdf", ("Qorvandel",))
    assert "quotes" in told(LinkRefused("'a.pdf': b'said Qorvandel'"), "a.pdf", ("Qorvandel",))


def test_no_attack_sees_the_library_of_whoever_runs_it(home):
    Library().set("who", "ana")
    with own_home() as folder:
        assert Library().setting("who") == ""
        assert folder.exists()
    assert not folder.exists()
    assert Library().setting("who") == "ana"


def test_failures_are_grouped_by_cause_counted_by_case_and_kept(tmp_path):
    result = Result("logs", tried=3)
    result.fail("a/../b", f"{StoreError.__name__} in x.py: 'one'", "{}")
    result.fail("a/../b", "another", b"\xff")
    result.fail("c", f"{StoreError.__name__} in x.py: 'two'")
    assert result.failed() == 2
    assert [len(failures) for failures in result.by_cause().values()] == [2, 1]
    kept(result, tmp_path)
    assert {p.name for p in (tmp_path / "logs").iterdir()} == {"a_.._b.case", "c.case", "failures.txt"}


def test_the_command_prints_one_table_and_fails_if_anything_failed(capsys, monkeypatch):
    monkeypatch.setattr(addresses, "run", lambda _: Result("addresses", 7, [], "nothing"))
    assert main(["--only", "addresses", "--quick"]) == 0
    assert capsys.readouterr().out.splitlines()[2] == f"| {ATTACKS['addresses']} | 7 | 0 | nothing |"
    failed = Result("addresses", 7)
    failed.fail("x", "y")
    monkeypatch.setattr(addresses, "run", lambda _: failed)
    assert main(["--only", "addresses"]) == 1
    assert table([failed]).count("\n") == 2
