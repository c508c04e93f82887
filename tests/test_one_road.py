"""One road in: the same bytes are read the same, whatever door they come by."""

from __future__ import annotations

import json
import os
import re
import textwrap
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dateline import Article, Desk, Library, TooLong, open_report, read, read_lines
from dateline.__main__ import main
from dateline.intake.draft import as_article
from dateline.intake.extraction import checked
from dateline.library import folder as watched
from tests.hostile import docx, paragraph, pdf_of_text

SENTENCES = (
    "Shelling hit the eastern edge of Chasiv Yar on Monday, officials in Kyiv said.", "The road to Kostiantynivka was cut for a third day.",
    "Eleven families left Ivanivske for Kramatorsk, and the market in Druzhkivka stayed shut.", "Nobody claimed Toretsk.",
    "In Port Sudan a ship unloaded flour for El Fasher, \u00abenough for a week\u00bb.",
)  # fmt: skip
BODY = "\n\n".join((" ".join(SENTENCES[:3]), " ".join(SENTENCES[3:])))


def mail(text):
    return b"From: a@example.org\nTo: b@example.org\nSubject: The week\nDate: Mon, 06 May 2024 10:00:00 +0000\nMIME-Version: 1.0\n" + (
        b"Content-Type: text/plain; charset=utf-8\n\n" + text.encode()
    )


FORMS = {
    "a.txt": BODY.encode(), "wrapped.txt": textwrap.fill(BODY, 64).encode(), "marks.txt": BODY.replace("Yar", "Y\u00adar").encode("utf-8-sig"),
    "windows.txt": BODY.replace("\n", "\r\n").encode("cp1252"), "wide.txt": BODY.encode("utf-16"),
    "front.md": f"---\ntitle: The week\ndate: 2024-05-06\n---\n\n{textwrap.fill(BODY, 70)}\n".encode(),
    "page.html": f"<!doctype html><html><head><title>The week</title></head><body><article><p>{BODY}</p></article></body></html>".encode(),
    "a.pdf": pdf_of_text([textwrap.wrap(BODY.replace("\u00ab", "'").replace("\u00bb", "'"), 70)]),
    "a.docx": docx([paragraph(part) for part in BODY.split("\n\n")]), "a.eml": mail(textwrap.fill(BODY, 68)),
}  # fmt: skip


def seen(done):
    return done.article.text, [
        (r.mention.start, r.mention.text, r.choice.place and r.choice.place.id, r.kind.value, r.reference.value) for r in done.readings
    ]


@pytest.mark.parametrize("name", FORMS)
def test_a_file_is_read_the_same_by_every_door(name, tmp_path, workshop, gazetteer, reader, capsys):
    """Dropped on the screen, found in a watched folder, opened from Python, read by the command line: one text, one reading."""
    path = tmp_path / name
    path.write_bytes(FORMS[name])
    desk = Desk(Library(tmp_path / "a.sqlite"), workshop, gazetteer)
    dropped = desk.open(desk.add_file(name, FORMS[name]).report).read
    other = Desk(Library(tmp_path / "b.sqlite"), workshop, gazetteer)
    in_folder = other.open(watched.take(other.library, path, workshop.open).report).read
    from_python = read(open_report(path), reader)
    assert seen(dropped) == seen(in_folder) == seen(from_python)
    assert [r.choice.place.name for r in dropped.readings if r.mention.text == "Chasiv Yar"] == ["Chasiv Yar"]
    assert main(["read", str(path)]) == 0
    printed = capsys.readouterr().out
    assert all(f"{' '.join(r.mention.text.split())} " in printed for r in dropped.readings)


wild = st.lists(
    st.sampled_from([*SENTENCES, " ", "\n", "\n\n", "\r\n", "\u200b", "- ", "> ", "Chasiv\nYar", "\ufeff", "Port\u00a0Sudan"]),
    min_size=1,
    max_size=24,
).map("".join)


@settings(max_examples=40)
@given(wild, st.booleans())
def test_any_text_is_read_the_same_as_a_file_pasted_or_as_a_line(reader, text, wrap):
    """The file's offsets are the report's; the line's are those of the text as the line has it: the same names at the same words."""
    if wrap:
        text = textwrap.fill(text, 66)
    if not text.strip("\ufeff\u200b \n\r\x07>-"):
        return
    draft = checked(text.encode(), "x.txt")
    done = read(as_article(draft, "x"), reader)
    (line,) = read_lines([json.dumps({"id": 1, "text": text}).encode()], reader)
    as_read = [
        (r.choice.place and r.choice.place.id, r.kind.value, r.reference.value, "".join(r.mention.text.split())) for r in done.readings
    ]
    as_line = [(t["place_id"], t["kind"], t["reference"], "".join(checked(t["name"].encode(), "n").text.split())) for t in line["toponyms"]]
    assert as_line == as_read
    assert all(text[t["start"] : t["end"]] == t["name"] for t in line["toponyms"])


def test_a_name_broken_over_two_lines_is_one_place_from_python_too(reader, tmp_path):
    path = tmp_path / "wrapped.txt"
    path.write_text(
        "The brigade said on Monday that it had lost four vehicles near Chasiv\nYar, and that the road from Kostiantynivka was under fire\nfor a third day. Nobody was hurt in the town of Druzhkivka, it said.\n",
        encoding="utf-8",
    )
    names = {r.mention.text: r.choice.place for r in read(open_report(path), reader).readings}
    assert names["Chasiv Yar"].name == "Chasiv Yar"


def test_a_file_whose_name_is_no_text_is_read_and_refused_like_any_other(tmp_path, workshop, capsys):
    """On Linux a name is bytes: those of another encoding come to Python as halves of characters, which no database or pipe can hold."""
    folder = tmp_path / "in"
    folder.mkdir()
    good, bad = (Path(os.fsdecode(os.fsencode(folder) + name)) for name in (b"/caf\xe9.txt", b"/leer\xff.txt"))
    good.write_text(BODY, encoding="utf-8")
    bad.write_bytes(b"")
    library = Library(tmp_path / "a.sqlite")
    outcomes = {path.name: watched.take(library, path, workshop.open) for path in watched.changes(library, folder)}
    assert outcomes[good.name].report is not None
    assert outcomes[bad.name].refused
    assert watched.changes(library, folder) == []
    assert main(["read", str(good)]) == 0
    assert "Chasiv Yar" in capsys.readouterr().out


def test_halves_of_characters_in_an_article_are_replaced_and_not_an_error(workshop):
    done, _ = workshop.read(Article("a", "Half \ud83d", "Shelling \udc00 hit Bakhmut.", byline="\ud800"))
    assert [r.mention.text for r in done.readings] == ["Bakhmut"]
    assert done.article.text == "Shelling \ufffd hit Bakhmut."


@pytest.mark.parametrize(
    "name",
    ["quotes", "letters", "marks", "Ab", "word", "hyphens", "emoji"],
)
def test_a_text_of_nothing_but_signs_is_read_or_refused_before_it_costs_anything(workshop, name):
    text = {
        "quotes": '"' * 399_000, "letters": "a\n" * 199_000, "marks": "e" + "\u0301" * 390_000, "Ab": "Ab\n" * 133_000, "word": "a" * 400_000,
        "hyphens": "a-" * 199_000, "emoji": "\U0001f642" * 400_000,
    }[name]  # fmt: skip
    try:
        done, _ = workshop.read(Article("x", "x", text))
    except TooLong as refusal:
        assert "pieces of words" in str(refusal)
    else:
        assert done.readings == ()
    pid = workshop._read._child.process.pid
    peak = re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text(encoding="ascii"))
    assert peak is None or int(peak[1]) < 1_000_000
