"""Passages cover the text, in order, and nothing twice."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from dateline.passages import MAX_PASSAGE_CHARACTERS, passage_at, passages


@given(st.text(alphabet=st.sampled_from("ab .\n\u00a0é"), max_size=200), st.lists(st.integers(0, 220), max_size=8))
def test_passages_cover_all_but_white_space_in_order(text, starts):
    found = passages(text, starts)
    covered = [offset for p in found for offset in range(p.start, p.end)]
    assert covered == sorted(set(covered))
    assert {i for i, ch in enumerate(text) if not ch.isspace()} <= set(covered)
    for i, passage in enumerate(found):
        assert passage.index == i
        assert text[passage.start : passage.end] == text[passage.start : passage.end].strip()
        assert "\n" not in text[passage.start : passage.end]


def test_a_line_is_a_paragraph_and_a_sentence_a_passage():
    text = "One. Two.\n\nThree."
    found = passages(text, [0, 5, 11])
    assert [(text[p.start : p.end], p.paragraph) for p in found] == [("One.", 0), ("Two.", 0), ("Three.", 1)]


def test_endless_sentences_are_cut():
    text = "word " * 2000
    assert all(p.end - p.start <= MAX_PASSAGE_CHARACTERS for p in passages(text, [0]))
    assert all(p.end - p.start <= MAX_PASSAGE_CHARACTERS for p in passages("x" * 5000, [0]))


def test_passage_at_finds_the_one_that_holds_the_offset():
    text = "One. Two.\n\nThree."
    found = passages(text, [0, 5, 11])
    assert [passage_at(found, offset).index for offset in (0, 3, 5, 11, 16)] == [0, 0, 1, 2, 2]
