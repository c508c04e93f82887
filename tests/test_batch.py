"""The command that is measured: one line in, one line out, in order; hostile lines refused with their number, the rest read."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dateline import PROFILES, Policy, read_lines
from dateline.__main__ import main
from dateline.batch import MAX_LINE_BYTES
from dateline.limits import MAX_CHARACTERS
from tests.conftest import ROOT

KEYS = [
    "start", "end", "name", "place_id", "place_name", "lat", "lon", "country", "feature", "kind", "kind_reason", "reference", "confidence",
    "place_reason",
]  # fmt: skip
TEXT = "Shelling hit Bakhmut on Monday. Kyiv denied it. Ukrainian troops left Soledar."


def line(text=TEXT, **more) -> bytes:
    return json.dumps({"id": "a", "title": "t", "text": text, **more}).encode() + b"\n"


def answer(reader, *lines: bytes, policy=None):
    return list(read_lines(lines, reader, *([policy] if policy else [])))


def true_offsets(text, done):
    text = json.loads(json.dumps(text))  # two halves of a surrogate pair are one character after JSON
    for t in done["toponyms"]:
        assert text[t["start"] : t["end"]] == t["name"] != ""
        assert (t["lat"] is None) == (t["lon"] is None) == (t["place_id"] is None)
        assert 0 <= t["confidence"] <= 1


def test_a_line_has_every_documented_key(reader):
    (done,) = answer(reader, line())
    assert done["id"] == "a"
    assert [t["name"] for t in done["toponyms"]] == ["Bakhmut", "Kyiv", "Ukrainian", "Soledar"]
    assert all(list(t) == KEYS for t in done["toponyms"])
    true_offsets(TEXT, done)


HOSTILE = [
    (b"", "empty"), (b"   \n", "empty"), (b"{", "not JSON"), (b"[1, 2]", "no object"), (b'"x"', "no object"), (b"\xff\xfe{}", "not JSON"),
    (b'{"id": 7}', "no text"), (b'{"id": 7, "text": null}', "no text"), (b'{"id": 7, "text": ["a"]}', "no text"),
    (b"[" * 100_000, "not JSON"), (b'{"id": 1, "text": "' + b"a" * MAX_LINE_BYTES + b'"}', "MB"),
    (json.dumps({"id": 2, "text": "x" * 2_000_000}).encode(), f"{MAX_CHARACTERS:,}"),
    (line(spans=[[0, 999]]), "[0, 999]"), (line(spans=[[5, 5]]), "[5, 5]"), (line(spans=[[-1, 3]]), "[-1, 3]"), (line(spans=[[9, 3]]), "[9, 3]"),
    (line(spans="all"), "'all'"), (line(spans=[[0, 1.5]]), "1.5"), (line(spans=[[True, 3]]), "True"), (line(spans=[7]), "7"),
]  # fmt: skip


@pytest.mark.parametrize(("bad", "said"), HOSTILE, ids=[said + str(i) for i, (_, said) in enumerate(HOSTILE)])
def test_a_bad_line_is_refused_by_number_and_the_rest_is_read(reader, bad, said):
    first, second, third = answer(reader, line(), bad, line(id="c"))
    assert "toponyms" in first
    assert said in second["error"]
    assert "line 2" in second["error"]
    assert "toponyms" not in second
    assert third["toponyms"]


def test_an_empty_text_is_a_text_without_places(reader):
    assert answer(reader, line("")) == [{"id": "a", "toponyms": []}]


STRANGE = st.sampled_from(
    ["Bakhmut", "Kyiv", "\ud800", "\udfff", "\u202eKyiv\u202c", "غزة", "e\u0301", "Mari\u0301upol", "\r\n", "\t", "\x00", "🙂", "US", "U.S.", "’s", "in", ",", ".", "-"]
)  # fmt: skip


@settings(max_examples=60)
@given(st.one_of(st.text(max_size=300), st.lists(STRANGE, max_size=40).map(" ".join), st.lists(STRANGE, max_size=40).map("".join)))
def test_offsets_are_true_whatever_the_text(reader, text):
    (done,) = answer(reader, line(text))
    json.dumps(done).encode("ascii")
    true_offsets(text, done)


@settings(max_examples=60)
@given(st.data())
def test_given_spans_are_read_and_no_others(reader, data):
    span = st.tuples(st.integers(0, len(TEXT) - 1), st.integers(1, 12)).map(lambda s: [s[0], min(len(TEXT), s[0] + s[1])])
    spans = data.draw(st.lists(span, max_size=8))
    (done,) = answer(reader, line(spans=spans))
    assert [[t["start"], t["end"]] for t in done["toponyms"]] == sorted([list(s) for s in {tuple(s) for s in spans}])
    true_offsets(TEXT, done)


def test_names_around_given_spans_still_count_as_evidence(reader):
    text = "Officials in Texas said a tornado hit Paris on Sunday, and that Dallas sent help."
    start = text.index("Paris")
    (done,) = answer(reader, line(text, spans=[[start, start + 5]]))
    assert [t["country"] for t in done["toponyms"]] == ["US"]


def test_ten_thousand_mentions_are_read(reader):
    text = "Fighting went on in Bakhmut and Soledar. " * 5_000
    (done,) = answer(reader, line(text))
    assert len(done["toponyms"]) == 10_000
    true_offsets(text, done)


@pytest.mark.parametrize("name", sorted(PROFILES))
def test_a_profile_changes_what_is_listed_never_the_place(reader, name):
    plain = {(t["start"], t["end"]): t for t in answer(reader, line())[0]["toponyms"]}
    for t in answer(reader, line(), policy=PROFILES[name])[0]["toponyms"]:
        assert t["place_id"] == plain[(t["start"], t["end"])]["place_id"]
        assert t["kind"] == plain[(t["start"], t["end"])]["kind"]


def test_include_lists_only_the_uses_asked_for(reader):
    for use, names in (("literal", ["Bakhmut", "Soledar"]), ("metonym", ["Kyiv"]), ("demonym", ["Ukrainian"])):
        (done,) = answer(reader, line(), policy=Policy(include=frozenset([use])))
        assert [t["name"] for t in done["toponyms"]] == names


def test_files_gzip_and_pipes_give_the_same(tmp_path, capfdbinary):
    plain, packed = tmp_path / "in.jsonl", tmp_path / "in.jsonl.gz"
    plain.write_bytes(line() + b"\n" + line(id=5))
    packed.write_bytes(gzip.compress(plain.read_bytes()))
    assert main(["read", str(plain), "-o", str(tmp_path / "a.jsonl")]) == 0
    assert main(["read", str(packed), "-o", str(tmp_path / "b.jsonl.gz")]) == 0
    assert main(["read", str(plain)]) == 0
    out, err = capfdbinary.readouterr()
    first = (tmp_path / "a.jsonl").read_bytes()
    assert first == gzip.decompress((tmp_path / "b.jsonl.gz").read_bytes()) == out
    assert [json.loads(one)["id"] for one in first.splitlines()] == ["a", None, 5]
    assert b"1 of 3 lines" in err
    piped = subprocess.run(
        [sys.executable, "-m", "dateline", "read", "-"], input=plain.read_bytes(), capture_output=True, cwd=ROOT, check=True
    )
    assert piped.stdout == first


def test_a_report_is_printed_as_a_table(capsys):
    assert main(["read", str(ROOT / "seeds" / "bakhmut-2023-03-07.md")]) == 0
    out = capsys.readouterr().out
    assert "Bakhmut (PPL UA)" in out
    assert all(len(row) < 120 for row in out.splitlines())


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["read", "no-such.jsonl"], "no-such.jsonl"),
        (["read", "no-such.txt"], "no-such.txt"),
        (["read", "-", "--include", "nonsense"], "nonsense"),
    ],
)
def test_misuse_is_one_clear_line(arguments, said, capsys):
    assert main(arguments) == 1
    err = capsys.readouterr().err
    assert said in err
    assert err.count("\n") == 1
