"""The command line: what it writes is whole, and what it prints is only ever text."""

from __future__ import annotations

import gzip
import json

import pytest

from dateline.__main__ import main
from dateline.commands import reading

LINE = json.dumps({"id": "a", "text": "Shelling hit Bakhmut on Monday."}).encode() + b"\n"


@pytest.mark.parametrize("out", ["out.jsonl", "out.jsonl.gz"])
def test_an_interrupted_run_leaves_no_half_answer(tmp_path, monkeypatch, out):
    def interrupted(*_):
        yield {"id": "a", "toponyms": []}
        raise KeyboardInterrupt

    (tmp_path / "in.jsonl").write_bytes(LINE)
    monkeypatch.setattr(reading, "read_lines", interrupted)
    monkeypatch.setattr(reading, "load_reader", lambda *_: None)
    with pytest.raises(KeyboardInterrupt):
        main(["read", str(tmp_path / "in.jsonl"), "-o", str(tmp_path / out)])
    assert [path.name for path in tmp_path.iterdir()] == ["in.jsonl"]


def test_a_source_cut_short_is_said_and_the_old_answer_stays(tmp_path, capsys):
    (tmp_path / "in.jsonl.gz").write_bytes(gzip.compress(LINE * 3)[:-9])
    (tmp_path / "out.jsonl").write_bytes(b"old")
    assert main(["read", str(tmp_path / "in.jsonl.gz"), "-o", str(tmp_path / "out.jsonl")]) == 1
    assert "cut short" in capsys.readouterr().err
    assert (tmp_path / "out.jsonl").read_bytes() == b"old"
