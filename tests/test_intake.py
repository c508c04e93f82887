"""Files in: every format gives its text, what lies about itself is known by its bytes, and no bomb takes anything down."""

from __future__ import annotations

import io
import time
from pathlib import Path

import docx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dateline import EmptyReport, NotText, ReportError, TooLong, Unreadable
from dateline.intake.extraction import checked, extract, kind_of_file
from dateline.intake.pdf import reflow
from dateline.limits import EXTRACT_TIMEOUT_S, MAX_FILE_MB, MB
from tests import hostile

PAGE = b"""<!doctype html><html lang="en"><head><title>The road to Siversk</title><meta name="author" content="Ana Reporter">
<meta property="og:site_name" content="The Gazette"><meta property="article:published_time" content="2024-02-03T01:30:00+02:00">
<link rel="canonical" href="https://gazette.example/road"></head><body><nav><a href="/">Home</a> <a href="/world">World news</a></nav>
<article><h1>The road to Siversk</h1><p>Shelling hit the road to Siversk on Monday, <a href="/x">officials</a> said, and two villages lost power.</p>
<p>&ldquo;Nobody sleeps,&rdquo; said a teacher in Zvanivka, where the school has been closed since the beginning of winter.</p>
<img src="http://tracker.example/p.png"><p>Troops hold the heights above the river, according to the regional administration.</p></article>
<script>alert("Kyiv")</script><footer>Copyright Gazette</footer></body></html>"""
MAIL = (
    b"From: =?utf-8?b?0J7QutGB0LDQvdCw?= <oksana@example.org>\r\nTo: desk@example.org\r\nSubject: Notes from Kupiansk\r\n"
    b"Date: Tue, 05 Mar 2024 23:30:00 +0200\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n"
    b'Content-Type: text/plain; charset="utf-8"\r\n\r\nShelling hit Kupiansk at dawn.\r\n\r\nTwo people fled to Kharkiv.\r\n--b\r\n'
    b'Content-Type: application/pdf; name="map.pdf"\r\nContent-Disposition: attachment; filename="map.pdf"\r\n\r\n%PDF-1.4\r\n--b--\r\n'
)


def word_document():
    document = docx.Document()
    document.core_properties.title, document.core_properties.author = "Field notes", "B. Observer"
    document.add_paragraph("Shelling hit Bakhmut on Monday.")
    table = document.add_table(rows=2, cols=2)
    for row, cells in zip(table.rows, (("Place", "People"), ("Soledar", "30")), strict=True):
        for cell, text in zip(row.cells, cells, strict=True):
            cell.text = text
    document.add_paragraph("Families left for Sloviansk.")
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def test_a_web_page_gives_its_article_and_nothing_around_it(workshop):
    draft = workshop.extract(PAGE, "page.html")
    assert draft.text.split("\n\n")[1].startswith("Shelling hit the road to Siversk on Monday, officials said")
    assert "“Nobody sleeps,”" in draft.text
    assert not any(word in draft.text for word in ("alert", "World news", "Copyright", "tracker"))
    assert (draft.title, draft.byline, draft.date, draft.outlet) == ("The road to Siversk", "Ana Reporter", "2024-02-03", "The Gazette")
    assert (draft.source, draft.language) == ("https://gazette.example/road", "en")


def test_a_word_document_gives_paragraphs_and_tables_in_order(workshop):
    draft = workshop.extract(word_document(), "notes.docx")
    assert draft.text == "Shelling hit Bakhmut on Monday.\n\nPlace  People\n\nSoledar  30\n\nFamilies left for Sloviansk."
    assert (draft.title, draft.byline) == ("Field notes", "B. Observer")


TRACKED = (
    b"<w:p><w:r><w:t>Shelling hit </w:t></w:r><w:ins><w:r><w:t>Bakhmut</w:t></w:r></w:ins><w:del><w:r><w:delText>Soledar</w:delText></w:r></w:del>"
    b"<w:r><w:tab/><w:t>on Monday.</w:t></w:r></w:p><w:sdt><w:sdtContent><w:p><w:r><w:t>Kyiv said nothing.</w:t></w:r></w:p></w:sdtContent></w:sdt>"
)


def test_a_word_document_loses_no_tracked_insertion_and_no_content_control(workshop):
    assert workshop.extract(hostile.docx([TRACKED]), "tracked.docx").text == "Shelling hit Bakhmut on Monday.\n\nKyiv said nothing."


def test_a_mail_gives_its_message_and_names_what_was_not_opened(workshop):
    draft = workshop.extract(MAIL, "mail.eml")
    assert draft.text == "Shelling hit Kupiansk at dawn.\n\nTwo people fled to Kharkiv."
    assert (draft.title, draft.byline, draft.date) == ("Notes from Kupiansk", "Оксана <oksana@example.org>", "2024-03-05")
    assert "map.pdf" in draft.notes[0]


def test_a_pdf_gives_paragraphs_not_lines(workshop):
    lines = [
        "Shelling hit the road between the villages and the town of Chasiv",
        "Yar on Monday, officials said, and the rail line to Kostian-",
        "tynivka was cut for the third time in a week. Nobody was hurt.",
        "The town has been without water since the winter began, and those",
        "who stayed fetch it from wells.",
    ]
    days = ("Monday", "Tuesday", "Friday")
    pages = [
        [
            f"Situation report, page {n}",
            f"On {day} the desk noted what follows here, from the {day} wire",
            *lines,
            f"{day} came and went.",
            str(n),
        ]
        for n, day in enumerate(days, start=1)
    ]
    draft = workshop.extract(hostile.pdf_of_text(pages), "report.pdf")
    paragraphs = draft.text.split("\n\n")
    assert "town of Chasiv Yar on Monday" in paragraphs[0]
    assert "to Kostiantynivka was cut" in paragraphs[0]
    assert [p.split()[1] for p in paragraphs[::2]] == list(days)
    assert "3 pages" in draft.notes[0]


@given(st.lists(st.lists(st.text("abcdefgh .!-ABC", max_size=90), max_size=12), max_size=5))
def test_joining_lines_loses_no_word(pages):
    """Law: but for running heads, page numbers and hyphens at line ends, the letters are those of the pages, in order."""
    text = reflow(["\n".join(page) for page in pages[:2]])
    letters = [ch for page in pages[:2] for line in page for ch in line if ch.isalpha()]
    assert [ch for ch in text if ch.isalpha()] == letters


@pytest.mark.parametrize(
    ("content", "name", "kind"),
    [
        (PAGE, "x.txt", "html"), (MAIL, "x.txt", "eml"), (hostile.pdf(b""), "x.html", "pdf"), (word_document(), "x.md", "docx"),
        (b"Shelling hit Bakhmut.", "x.pdf", "text"), (b"From the front: <b>\nsubject: none", "x.txt", "text"),
    ],
)  # fmt: skip
def test_a_file_is_what_its_bytes_say(content, name, kind):
    assert kind_of_file(content, name) == kind


@pytest.mark.parametrize(
    ("content", "name", "says"),
    [
        (b"\xd0\xcf\x11\xe0" + b"\0" * 99, "old.doc", "save it as .docx"), (b"{\\rtf1 Bakhmut}", "a.rtf", "save it as .docx"),
        (b"\x89PNG\r\n\x1a\n", "scan.png", "OCR"), (b"\x1f\x8b\x08", "a.gz", "Unpack"), (b"7z\xbc\xaf", "a.7z", "Unpack"),
    ],
)  # fmt: skip
def test_what_is_no_report_is_refused_with_what_to_do(content, name, says, workshop):
    with pytest.raises(NotText, match=says) as refusal:
        workshop.extract(content, name)
    assert repr(name) in str(refusal.value)


def test_a_scan_is_told_from_a_damaged_pdf(workshop):
    with pytest.raises(EmptyReport, match="OCR"):
        workshop.extract(hostile.pdf(b""), "scan.pdf")
    with pytest.raises(Unreadable, match=r"cut\.pdf"):
        workshop.extract(hostile.pdf_cut_short(), "cut.pdf")


def test_a_file_over_the_limit_is_refused_before_it_is_sent_anywhere(workshop, tmp_path):
    big = tmp_path / "big.pdf"
    with big.open("wb") as file:
        file.truncate(MAX_FILE_MB * MB + 1)
    with pytest.raises(TooLong, match=f"{MAX_FILE_MB} MB"):
        workshop.open(big)
    with pytest.raises(ReportError, match=r"gone\.txt"):
        workshop.open(tmp_path / "gone.txt")


def _peak_mb(shop):
    child = shop._extract._child
    try:
        lines = Path(f"/proc/{child.process.pid}/status").read_text(encoding="ascii").splitlines() if child else []
    except OSError:
        return 0.0
    return max((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM")), default=0.0)


@pytest.mark.parametrize("bomb", hostile.BOMBS)
def test_a_bomb_ends_in_time_and_memory_as_a_refusal_or_a_report(bomb, workshop):
    build, name = hostile.BOMBS[bomb]
    content = build()
    workshop.extract(b"Shelling hit Bakhmut.", "before.txt")  # the child is up: its start is not the bomb's time
    started = time.monotonic()
    try:
        draft = workshop.extract(content, name)
        assert "Bakhmut" in draft.text or "((((" in draft.text
        assert "root:" not in draft.text
    except ReportError as refusal:
        assert repr(name) in str(refusal)
    assert time.monotonic() - started < EXTRACT_TIMEOUT_S + 1
    assert _peak_mb(workshop) < 1_000
    assert workshop.extract(b"Shelling hit Bakhmut.", "after.txt").text == "Shelling hit Bakhmut."


@settings(max_examples=300)
@given(
    st.sampled_from(["a.html", "a.pdf", "a.docx", "a.eml", "a.txt"]),
    st.data(),
)
def test_torn_files_end_in_text_or_in_an_error_of_ours(name, data):
    """Law: whatever bytes are flipped, cut or doubled in a real file, the answer is a draft with text or a ReportError."""
    whole = {
        "a.html": PAGE,
        "a.pdf": hostile.pdf_of_text([["Shelling hit Bakhmut."]]),
        "a.docx": DOCUMENT,
        "a.eml": MAIL,
        "a.txt": PAGE[300:],
    }[name]
    content = bytearray(whole)
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, len(content) - 1))
        content[at : at + data.draw(st.integers(0, 20))] = data.draw(st.binary(max_size=20))
        if not content:
            content = bytearray(b" ")
    try:
        assert checked(bytes(content), name).text.strip()
    except ReportError as error:
        assert repr(name) in str(error)


DOCUMENT = word_document()


def test_extracting_twice_gives_the_same():
    for content, name in ((PAGE, "a.html"), (DOCUMENT, "a.docx"), (MAIL, "a.eml")):
        assert extract(content, name) == extract(content, name)


WRAPPED = (
    "Shelling hit the road between the villages and the town of Chasiv\nYar on Monday, officials said, and the line to Ivano-\n"
    "Frankivsk was cut for the third time in a week. Nobody was hurt.\n\nShort line.\nAnother, as it was."
)


def test_text_wrapped_at_a_width_is_joined_and_other_text_is_as_it_was(workshop):
    draft = workshop.extract(WRAPPED.encode(), "wrapped.txt")
    assert "town of Chasiv Yar on Monday" in draft.text
    assert "the line to Ivano-Frankivsk was cut" in draft.text
    assert draft.notes
    poem = "Short lines\nare kept\nas they are.\n\n- A list\n- of places: Kyiv"
    assert workshop.extract(poem.encode(), "poem.txt").text == poem


FORWARD = (
    b"From: a@example.org\nSubject: Fwd\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/plain\n\n"
    b"See below.\n--b\nContent-Type: message/rfc822\n\nFrom: c@example.org\nSubject: Strikes\nContent-Type: text/plain\n\nStrikes on Kherson.\n"
    b"--b\nContent-Type: text/plain\n\nAnd on Mykolaiv.\n--b--\n"
)
STUB = (
    b"From: a@example.org\nSubject: x\nMIME-Version: 1.0\nContent-Type: multipart/alternative; boundary=b\n\n--b\nContent-Type: text/plain\n\n"
    b"No HTML here.\n--b\nContent-Type: text/html\n\n<html><body>"
    + b"<p>Shelling hit Bakhmut on Monday, officials said in a statement.</p>" * 5
    + b"</body></html>\n--b--\n"
)


def test_forwarded_and_later_parts_and_html_behind_a_stub_are_read(workshop):
    assert workshop.extract(FORWARD, "forward.eml").text == "See below.\n\nStrikes on Kherson.\n\nAnd on Mykolaiv."
    assert "Shelling hit Bakhmut" in workshop.extract(STUB, "stub.eml").text
