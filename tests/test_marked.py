"""The marked documents: what trains kinds and references, and what measures them, stays whole and apart."""

from __future__ import annotations

from collections import Counter

import pytest

from data.train.corpora import MARKED, fold_of, marked, points_of, unmarked
from dateline import NAME_TYPES, REFERENCES, kinds

REGISTERS = {"wire", "situation report", "communique", "eyewitness", "analysis"}
FIELD_REGISTERS = {"general staff", "situation report", "wire", "assessment", "channel", "eyewitness", "backgrounder", "web page"}
KINDS = {kind.name for kind in kinds()}


@pytest.mark.parametrize("part", ["train", "test", "field"])
def test_every_mark_has_a_kind_and_a_reference_that_exist(part):
    documents = list(marked(MARKED / part))
    assert documents
    for document in documents:
        assert document.head.keys() >= {"war", "register", "title"}, document.id
        assert document.head["register"] in REGISTERS | FIELD_REGISTERS, document.id
        assert "[[" not in document.text, document.id
        for place in document.places:
            where = f"{document.id}: {place}"
            assert document.text[place["start"] : place["end"]] == place["name"], where
            assert place["reference"] in REFERENCES, where
            if place["reference"] == "not_a_place":
                assert place["kind"] in NAME_TYPES[1:], where
                continue
            assert place["kind"] in KINDS, where
            assert place["reference"] != "metonym" or place["kind"] == "actor", where


def test_there_is_enough_to_measure_on():
    test = list(marked(MARKED / "test"))
    assert sum(len(d.places) for d in test) >= 400
    assert len({d.head["war"] for d in test}) >= 12
    assert Counter(d.head["register"] for d in test).keys() == REGISTERS


def test_no_document_both_trains_and_measures():
    texts = [{d.text for d in marked(MARKED / part)} for part in ("train", "test", "field")]
    assert not texts[0] & (texts[1] | texts[2])


def test_the_field_is_there_in_every_register_with_what_is_no_place():
    train, field = ([d for d in marked(MARKED / part) if d.head.get("names") == "all"] for part in ("train", "field"))
    assert len(train) >= 500
    assert len(field) >= 80
    for documents in (train, field):
        assert {d.head["register"] for d in documents} == FIELD_REGISTERS
    assert sum(p["reference"] == "not_a_place" for d in train for p in d.places) >= 6_000


def test_the_points_of_a_document_are_on_earth_and_of_names_in_it():
    for document in marked(MARKED / "field"):
        for name, (lat, lon) in points_of(document.head["places"]).items():
            assert -90 <= lat <= 90, document.id
            assert -180 <= lon <= 180, document.id
            assert name in document.text, (document.id, name)


def test_marks_are_taken_out_with_true_offsets():
    text, places = unmarked("Guns hit [[Goma|fighting|literal]]; [[Kigali|actor|metonym]] denied it.")
    assert text == "Guns hit Goma; Kigali denied it."
    assert [text[p["start"] : p["end"]] for p in places] == ["Goma", "Kigali"]


def test_a_document_stays_in_its_fold():
    document = next(marked(MARKED / "train"))
    assert fold_of(document, 4) == fold_of(document, 4)
    assert len({fold_of(d, 4) for d in marked(MARKED / "train")}) == 4
