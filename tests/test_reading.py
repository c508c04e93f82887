"""The floors: what is marked by hand is found, placed and typed; what is no place is not placed. And the laws."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.scoring import SHARED_ORIGINAL, load, score
from dateline import Article, ReadArticle, open_report, read
from tests.conftest import ROOT, SEEDS

KINDS_FLOOR = 0.8
MAX_UNMARKED = {"original": 1}
"""There, a person's name that is also a town's is taken for it."""
ORIGINAL_ANSWER = ROOT / "tests" / "marked" / "original.answer.csv"


def not_places(path):
    return {line.strip() for line in path.read_text(encoding="utf-8").splitlines()[1:] if line.strip()}


def floors(done: ReadArticle, answer, forbidden):
    result = score(done, load(answer))
    assert result.missed == ()
    assert result.misplaced == ()
    assert result.kinds_right >= KINDS_FLOOR, result.wrong_kinds
    placed = {r.mention.text for r in done.readings if r.choice.place is not None}
    assert placed & forbidden == set()
    assert len(result.unmarked) <= MAX_UNMARKED.get(done.article.id, 0), result.unmarked


@pytest.mark.parametrize("seed", SEEDS, ids=lambda p: p.stem)
def test_seeds_are_read_as_marked(seed, reader):
    done = read(open_report(seed), reader)
    floors(done, seed.with_suffix(".answer.csv"), not_places(seed.with_suffix(".notplaces.csv")))


@pytest.mark.skipif(not SHARED_ORIGINAL.exists(), reason="the original article is third-party text and lies outside the repository")
def test_the_original_article_is_read_as_marked(reader):
    done = read(Article("original", "", SHARED_ORIGINAL.read_text(encoding="utf-8")), reader)
    floors(done, ORIGINAL_ANSWER, not_places(ORIGINAL_ANSWER.with_name("original.notplaces.csv")))


@pytest.mark.parametrize("seed", SEEDS, ids=lambda p: p.stem)
def test_answers_fit_their_reports(seed):
    text = open_report(seed).text
    marked = load(seed.with_suffix(".answer.csv"))
    assert all(text[m.start : m.end] == m.text for m in marked)
    assert [m.start for m in marked] == sorted(m.start for m in marked)


def laws(done: ReadArticle):
    """What holds for every text whatever: offsets are true, mentions in order and apart, reasons given."""
    text, end = done.article.text, 0
    for reading in done.readings:
        mention, passage = reading.mention, reading.passage
        assert text[mention.start : mention.end] == mention.text
        assert end <= mention.start < mention.end
        end = mention.end
        assert passage.start <= mention.start < passage.end
        assert 0 <= reading.choice.confidence <= 1
        assert 0 <= mention.score <= 1
        assert reading.choice.reason
        assert reading.kind.reason
        assert reading.reference.reason
        assert mention.reason


WORDS = st.sampled_from(
    ["Bakhmut", "Kyiv", "Ukrainian", "Russians", "the", "in", "US", "U.S.", "Port-au-Prince", "Deir ez-Zor", "al-Bab", "said", "shelled", ",", ".",
     "’s", "'s", "\n", "\n\n", "Kyiv’s", "Gaza Strip", "Бахмут", "غزة", "e\u0301", "\u202e", "🙂", "\t", "(", "“", "May", "Paris Hilton", "\ud800"]
)  # fmt: skip


@settings(max_examples=60)
@given(st.lists(WORDS, max_size=40).map(" ".join))
def test_laws_hold_for_names_in_any_order(reader, text):
    laws(read(Article("any", "", text), reader))


@settings(max_examples=60)
@given(st.text(max_size=200))
def test_laws_hold_for_any_unicode(reader, text):
    laws(read(Article("any", "", text), reader))


def test_a_text_of_nothing_but_names_is_not_copied_for_each_of_them(reader):
    done = read(Article("x", "x", "Bakhmut " * 3_000), reader)
    assert len(done.readings) == 3_000
    assert max(len(r.mention.host) for r in done.readings) < 400


def test_reading_twice_gives_the_same(bakhmut, reader):
    assert read(bakhmut.article, reader) == bakhmut


@pytest.mark.parametrize("text", ["(" * 16_000, '"' * 16_000, "a" * 100_000, "((a" * 8_000])
def test_long_runs_without_a_space_do_not_hold_the_reader(text, reader):
    laws(read(Article("run", "", text + " Fighting in Bakhmut."), reader))


@pytest.mark.parametrize("gap", [" ", ", ", "\n", "; "])
def test_a_report_whose_every_word_is_a_place_is_read_whole(gap, reader):
    names = ["Bakhmut", "Kyiv", "Soledar", "Kramatorsk", "Goma", "Khartoum", "Lviv", "Odesa", "Kharkiv", "Kherson"]
    done = read(Article("list", "", gap.join(names)), reader)
    laws(done)
    assert [r.mention.text for r in done.readings] == names
    assert all(r.choice.place and r.reference.value == "literal" for r in done.readings)


def test_long_reports_are_read_in_pieces_with_true_offsets(reader):
    text = "Fighting went on in Bakhmut. Families fled Soledar.\n\n" * 1500
    done = read(Article("long", "", text), reader)
    laws(done)
    assert len(done.readings) == 3000
