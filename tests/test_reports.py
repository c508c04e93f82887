"""Opening reports: everything a folder can hold is opened right or refused by name."""

from __future__ import annotations

import os
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dateline import EmptyReport, NotText, ReportError, TooLong, list_reports, open_report
from dateline.intake.extraction import of_text
from dateline.intake.plain_text import Alignment, decode, draft_of, readable
from dateline.limits import MAX_CHARACTERS, MAX_FILE_MB, MB

PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(range(256)) * 8
TEXT = "Бахмут і Соледар. Fighting went on near Bakhmut — “all day”."


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-32"])
def test_unicode_encodings_are_read(encoding):
    content = TEXT.encode(encoding)
    if encoding == "utf-16-le":
        content = b"\xff\xfe" + content
    assert decode(content, "report.txt") == TEXT


def test_old_western_and_cyrillic_encodings_are_guessed():
    western = "Le général a visité Bangui et Bambari après la prise de la ville voisine, déclare la présidence. " * 4
    cyrillic = "Бои идут у города Бахмут, сообщил представитель администрации области во вторник утром. " * 4
    assert decode(western.encode("cp1252"), "a.txt") == western
    assert decode(cyrillic.encode("cp1251"), "b.txt") == cyrillic


@pytest.mark.parametrize(
    "content", [PNG, zlib.compress(os.urandom(9000)), b"\x00\x01\x02" * 50, b"PK\x03\x04" + os.urandom(4000), b"\x7fELF" + b"\0" * 400]
)
def test_binary_named_txt_is_refused_by_name(content):
    with pytest.raises(NotText, match=r"photo\.txt"):
        decode(content, "photo.txt")


@pytest.mark.parametrize("content", [b"", b"  \n\t\r\n ", b"\xef\xbb\xbf", b"\xff\xfe"])
def test_empty_is_refused_by_name(content):
    with pytest.raises(EmptyReport, match=r"void\.txt"):
        decode(content, "void.txt")


def test_too_large_is_refused_before_it_is_read(tmp_path):
    big = tmp_path / "big.txt"
    with big.open("wb") as file:
        file.truncate(MAX_FILE_MB * MB + 1)
    with pytest.raises(TooLong, match=r"big\.txt"):
        open_report(big)


def test_eleven_megabytes_of_text_are_refused_with_the_limit():
    with pytest.raises(TooLong, match=f"{MAX_FILE_MB} MB"):
        decode(b"Bakhmut held. " * 800_000, "long.txt")


def test_three_hundred_thousand_words_are_refused_with_the_limit():
    with pytest.raises(TooLong, match=f"{MAX_CHARACTERS:,}"):
        of_text("Kyiv said no. " * 100_000, "long")


def test_missing_file_says_what_to_do(tmp_path):
    with pytest.raises(ReportError, match=r"gone\.txt.*Check"):
        open_report(tmp_path / "gone.txt")


def test_front_matter_is_taken_off_and_kept():
    report = draft_of("---\ntitle: A title\nDate: 2023-03-07\nsource: https://example.org/a?b=c\n---\n\nBody: one.\n\nTwo.\n", "x")
    assert (report.title, report.date, report.source) == ("A title", "2023-03-07", "https://example.org/a?b=c")
    assert report.text == "Body: one.\n\nTwo."


@pytest.mark.parametrize("address", ["javascript:alert(1)", "data:text/html,x", "file:///etc/passwd", 'https://a"onclick="x', "//evil"])
def test_only_web_addresses_become_links(address):
    assert draft_of(f"---\nsource: {address}\n---\nBody.", "x").source == ""


def test_a_rule_in_the_text_is_not_front_matter():
    text = "---\nAn opening rule and no end to it."
    assert draft_of(text, "x").text == text


def test_markdown_heading_is_the_title_and_stays_in_the_text():
    report = draft_of("# Siege of Goma\n\nText.", "x")
    assert report.title == "Siege of Goma"
    assert report.text.startswith("# Siege of Goma")


def test_line_ends_become_one_kind():
    assert decode(b"one\r\ntwo\rthree\n", "x") == "one\ntwo\nthree\n"


def test_only_reports_inside_the_folder_are_listed(tmp_path):
    outside = tmp_path / "outside.txt"
    outside.write_text("secret", encoding="utf-8")
    folder = tmp_path / "reports"
    folder.mkdir()
    for name in ("b.md", "a.TXT", "c.pdf", "a.answer.csv"):
        (folder / name).write_text("x", encoding="utf-8")
    (folder / "link.txt").symlink_to(outside)
    (folder / "dir.txt").mkdir()
    assert [p.name for p in list_reports(folder)] == ["a.TXT", "b.md", "c.pdf"]
    assert list_reports(tmp_path / "none") == ()


@given(st.binary(max_size=300))
def test_any_bytes_are_text_or_refused_on_purpose(content):
    try:
        text = decode(content, "any.txt")
    except ReportError as error:
        message = str(error)
    else:
        message = "any.txt"
        assert text.strip()
        text.encode("utf-8")
    assert "any.txt" in message


@given(st.text(max_size=300))
def test_any_text_comes_back_as_it_was(text):
    try:
        decoded = decode(text.encode("utf-8", "surrogatepass"), "any.txt")
    except ReportError:
        return
    if text.isprintable() and text.isascii():
        assert decoded == text


pieces = st.lists(
    st.sampled_from([
        "Chasiv", "Yar", "Kyiv", " ", "  ", "\n", "\r\n", "\n\n", "\t", "\u200b", "\u00ad", "\ufeff", "\x00", "\x1b", "\ud800", "\x0c", "\u2028", "-", "…", "🙂",
        "e\u0301", "Troops shelled the road between the two towns all night, it was", "said of a front-",
    ]), max_size=60,
).map("".join)  # fmt: skip


@given(pieces, st.sampled_from(["", "---\ntitle: A\ndate: 2024-01-02\n---\n", "---\nno: matter\n---\n"]))
def test_every_visible_character_is_found_again_in_the_text_as_it_was_given(body, head):
    given_text = head + body
    try:
        read = draft_of(given_text, "x").text
    except EmptyReport:
        return
    at = Alignment(given_text, read)
    for i, ch in enumerate(read):
        if ch.isspace():
            continue
        start, end = at.to_given(i, i + 1)
        assert readable(given_text[start:end]) == ch
        assert at.to_read(start, end) == (i, i + 1)
    assert readable(read) == read, "what was made readable once stays so"
