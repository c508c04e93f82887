"""The marked documents: what trains kinds and references, and what measures them, stays whole and apart."""

from __future__ import annotations

from collections import Counter

import pytest

from data.train.corpora import MARKED, fold_of, marked, unmarked
from dateline import REFERENCES, kinds

REGISTERS = {"wire", "situation report", "communique", "eyewitness", "analysis"}
KINDS = {kind.name for kind in kinds()}


@pytest.mark.parametrize("part", ["train", "test"])
def test_every_mark_has_a_kind_and_a_reference_that_exist(part):
    documents = list(marked(MARKED / part))
    assert documents
    for document in documents:
        assert document.head.keys() >= {"war", "register", "title"}, document.id
        assert document.head["register"] in REGISTERS, document.id
        assert "[[" not in document.text, document.id
        for place in document.places:
            where = f"{document.id}: {place}"
            assert document.text[place["start"] : place["end"]] == place["name"], where
            assert place["kind"] in KINDS, where
            assert place["reference"] in REFERENCES, where
            assert place["reference"] != "metonym" or place["kind"] == "actor", where


def test_there_is_enough_to_measure_on():
    test = list(marked(MARKED / "test"))
    assert sum(len(d.places) for d in test) >= 400
    assert len({d.head["war"] for d in test}) >= 12
    assert Counter(d.head["register"] for d in test).keys() == REGISTERS


def test_no_document_both_trains_and_measures():
    texts = [{d.text for d in marked(MARKED / part)} for part in ("train", "test")]
    assert not texts[0] & texts[1]


def test_marks_are_taken_out_with_true_offsets():
    text, places = unmarked("Guns hit [[Goma|fighting|literal]]; [[Kigali|actor|metonym]] denied it.")
    assert text == "Guns hit Goma; Kigali denied it."
    assert [text[p["start"] : p["end"]] for p in places] == ["Goma", "Kigali"]


def test_a_document_stays_in_its_fold():
    document = next(marked(MARKED / "train"))
    assert fold_of(document, 4) == fold_of(document, 4)
    assert len({fold_of(d, 4) for d in marked(MARKED / "train")}) == 4
