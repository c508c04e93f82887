"""The command line: what it writes is whole, and what it prints is only ever text."""

from __future__ import annotations

import base64
import gzip
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dateline import Desk, Library, Workshop
from dateline.__main__ import main
from dateline.characters import UNSAFE
from dateline.commands import reading
from dateline.commands.terminal import printable
from dateline.decisions import decide
from dateline.intake.draft import one_line
from dateline.packs import open_gazetteer

LINE = json.dumps({"id": "a", "text": "Shelling hit Bakhmut on Monday."}).encode() + b"\n"


@pytest.mark.parametrize("out", ["out.jsonl", "out.jsonl.gz"])
def test_an_interrupted_run_leaves_no_half_answer(tmp_path, monkeypatch, out):
    def interrupted(*_):
        yield {"id": "a", "toponyms": []}
        raise KeyboardInterrupt

    (tmp_path / "in.jsonl").write_bytes(LINE)
    monkeypatch.setattr(reading, "read_lines", interrupted)
    with pytest.raises(KeyboardInterrupt):
        main(["read", str(tmp_path / "in.jsonl"), "-o", str(tmp_path / out)])
    assert [path.name for path in tmp_path.iterdir()] == ["in.jsonl"]


def test_a_source_cut_short_is_said_and_the_old_answer_stays(tmp_path, capsys):
    (tmp_path / "in.jsonl.gz").write_bytes(gzip.compress(LINE * 3)[:-9])
    (tmp_path / "out.jsonl").write_bytes(b"old")
    assert main(["read", str(tmp_path / "in.jsonl.gz"), "-o", str(tmp_path / "out.jsonl")]) == 1
    assert "cut short" in capsys.readouterr().err
    assert (tmp_path / "out.jsonl").read_bytes() == b"old"


ATTACKS = (
    "\x1b]0;owned\x07",
    "\x1b[2J",
    "all clear\rBakhmut",
    "\u202egnp.exe\u202c",
    "\u2066x\u2069",
    "\x9b31m",
    "a\x00b",
    "\x7f",
    "\ud800",
    "\u2028next",
)
LETTERS = "Бахмут غزة עזה e\u0301 🙂 \u200fm\u200d"


@pytest.mark.parametrize("attack", ATTACKS)
def test_what_is_printed_is_one_line_of_text(attack):
    shown = printable(f"a{attack}z")
    assert not UNSAFE.search(shown)
    assert shown.startswith("a")
    assert shown.endswith("z")
    assert shown.encode("utf-8")
    assert printable(LETTERS) == LETTERS, "and no letter is lost"


@given(st.text(), st.text())
def test_nothing_printed_gives_orders(a, b):
    assert not UNSAFE.search(printable(a + b))
    assert "\n" not in printable(a)


def clean(captured) -> bool:
    """Return whether what was printed holds no control character but line ends."""
    return not any(UNSAFE.search(line) for text in captured for line in text.split("\n"))


def mail(subject: str, sender: str) -> bytes:
    encoded = (f"=?utf-8?b?{base64.b64encode(text.encode('utf-8', 'replace')).decode()}?=" for text in (subject, sender))
    head = "Subject: {}\nFrom: {}\n".format(*encoded)
    return f"{head}Content-Type: text/plain; charset=utf-8\n\nTroops left Bakhmut on Monday, officials said in a statement.\n".encode()


def test_the_subject_of_a_mail_and_the_name_of_a_file_are_text(home, tmp_path, capsys):
    folder = tmp_path / "a\x1b]0;owned\x07\r"
    folder.mkdir()
    report = folder / "b\u202e\x1b[2J.eml"
    report.write_bytes(mail("".join(ATTACKS), "Ana\x1b[2J"))
    for arguments in (["read", str(report)], ["export", str(report), "--to", str(folder / "\x1b[31m.csv")], ["read", f"{report}\x1b.txt"],
                      ["read", f"{report}\x1b.jsonl"], ["gazetteer", "add", "x\x1b", "--file", "y\x1b.csv"], ["gazetteer", "remove", "\x1b"]):  # fmt: skip
        main(arguments)
        captured = capsys.readouterr()
        assert clean(captured), arguments
        assert any(captured)
    assert (folder / "\x1b[31m.csv").exists()


def test_titles_and_bylines_lose_what_is_no_character(tmp_path):
    shop = Workshop()
    try:
        draft = shop.extract(mail("".join(ATTACKS) + LETTERS, "Ana\x1b[2J"), "a.eml")
    finally:
        shop.close()
    assert not UNSAFE.search(draft.title + draft.byline)
    assert LETTERS.split()[0] in draft.title
    assert "Ana" in draft.byline
    assert one_line("a\r\n\x00 \x1b\tb") == "a b"
    assert one_line("\x00" * 500 + "seen") == "seen", "what is left out takes no room"


def test_a_log_on_the_terminal_is_printable_json(home, capsys, workshop):
    desk = Desk(Library(), workshop, open_gazetteer())
    report = desk.add_file("a.md", "Troops left \u202eBakhmut\u202c and \x9bSoledar on Monday, officials said.".encode()).report
    opened = desk.open(report)
    note = "".join(ATTACKS).replace("\ud800", "") + LETTERS
    desk.library.decide([decide(opened.read.article, opened.read.readings[0], "check", who=note)])
    assert main(["decisions", "export", report]) == 0
    captured = capsys.readouterr()
    assert clean(captured)
    assert json.loads(captured.out)["decisions"][0]["who"].endswith(LETTERS)
