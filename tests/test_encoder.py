"""The encoder: every word is read once whatever the text, its files are checked, and its reasons are true."""

from __future__ import annotations

import itertools
import random
import shutil

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.train.base_model import MASK
from data.train.corpora import MARKED, marked
from dateline import DataError, Encoder
from dateline.geoparsing.classification import deciding_words, kind_chances, reasoned
from dateline.geoparsing.encoder import EMBEDDINGS, LAYERS, PIECES_A_WORD, VOCABULARY, WINDOW, Pieces, case_of, windows
from dateline.passages import passage_at, passages, sentence_starts


@given(st.lists(st.integers(1, PIECES_A_WORD), max_size=1500))
def test_every_word_is_read_in_exactly_one_window_that_it_fits(sizes):
    found = list(windows(sizes))
    assert [i for w in found for i in range(w.core_first, w.core_last)] == list(range(len(sizes)))
    for w in found:
        assert w.first <= w.core_first < w.core_last <= w.last
        assert sum(sizes[w.first : w.last]) <= WINDOW - 2


def test_words_in_the_middle_of_a_long_text_see_both_sides():
    found = list(windows([1] * 2000))
    assert all(a.core_last - a.first >= 15 and b.core_first - b.first >= 15 for a, b in itertools.pairwise(found))
    assert len(found) < 2000 / (WINDOW - 60)


@pytest.mark.parametrize(
    ("form", "case"),
    [
        ("\n", "line end"),
        ("12", "no letters"),
        ("town", "lower case"),
        ("Town", "capitalised"),
        ("TOWN", "all capitals"),
        ("McX", "mixed case"),
    ],
)
def test_the_encoder_is_told_how_a_word_is_cased(form, case):
    from dateline.geoparsing.encoder import CASES

    assert CASES[case_of(form)] == case


@pytest.mark.parametrize("form", ["\ud800", "🙂", "", "a" * 60, "بيروت", "e\u0301"])
def test_any_word_has_pieces(form):
    (pieces,) = Pieces().of([form])
    assert 1 <= len(pieces) <= PIECES_A_WORD


@pytest.mark.parametrize("name", [LAYERS.name, EMBEDDINGS.name, VOCABULARY.name])
@pytest.mark.parametrize("harm", ["missing", "cut short", "another file"])
def test_a_file_of_weights_that_cannot_be_used_is_named(tmp_path, name, harm):
    paths = {path.name: tmp_path / path.name for path in (LAYERS, EMBEDDINGS, VOCABULARY)}
    for path in (LAYERS, EMBEDDINGS, VOCABULARY):
        shutil.copy(path, paths[path.name])
    if harm == "missing":
        paths[name].unlink()
    else:
        paths[name].write_bytes(paths[name].read_bytes()[:5_000] if harm == "cut short" else b"not weights")
    with pytest.raises(DataError, match=name.replace(".", r"\.")):
        Encoder(paths[LAYERS.name], paths[EMBEDDINGS.name], paths[VOCABULARY.name])


def test_weights_of_another_version_are_refused(tmp_path):
    from dateline import weights

    held = weights.load(EMBEDDINGS, as_stored=True)
    held["labels.features"] = np.array(["other"])
    weights.save(tmp_path / "encoder.npz", held)
    with pytest.raises(DataError, match="another version"):
        Encoder(embeddings=tmp_path / "encoder.npz")


@pytest.mark.parametrize("labels", ["labels.evidence", "labels.doubt"])
def test_ranking_weights_of_another_version_are_refused(tmp_path, labels):
    from dateline import Ranker, ranking, weights

    held = weights.load(ranking.WEIGHTS, as_stored=True)
    held[labels] = held[labels][:-1]
    weights.save(tmp_path / "ranking.npz", held)
    with pytest.raises(DataError, match="another version"):
        Ranker(tmp_path / "ranking.npz")


def test_the_words_named_as_a_reason_are_those_whose_removal_hurts(reader):
    """Hiding the named words lowers the kind's probability more than hiding as many others of the same sentence, on documents that trained nothing."""
    encoder, rng = reader.encoder, random.Random(0)
    named_falls, other_falls = [], []
    for document in list(marked(MARKED / "test"))[::5]:
        encoded = encoder.encode(document.text, reader.gazetteer, ("marked",))
        cut = passages(document.text, sentence_starts(encoded.words))
        spans = [(p["start"], p["end"]) for p in document.places if p["reference"] != "not_a_place"]
        vectors, first, last = encoder.mention_vectors(encoded, spans)
        chances = kind_chances(encoder, vectors)
        pieces = encoder.pieces.of(encoded.words.forms)

        def fall(hidden, i, encoded=encoded, pieces=pieces, spans=spans, chances=chances):
            without = [(MASK,) * len(p) if j in hidden else p for j, p in enumerate(pieces)]
            again = encoder.vectors(encoded.text, encoded.words, encoded.known, encoded.features, without, ("marked",))
            kind = int(chances[i].argmax())
            return float(chances[i, kind] - kind_chances(encoder, encoder.mention_vectors(again, [spans[i]])[0])[0, kind])

        for i, (start, _) in list(enumerate(spans))[:4]:
            home, kind = passage_at(cut, start), int(chances[i].argmax())
            named = deciding_words(encoded, encoder, vectors[i], kind, int(first[i]), int(last[i]), home)
            others = [j for j in reasoned(encoded, int(first[i]), int(last[i]), home) if j not in named]
            if named and len(others) >= len(named):
                named_falls.append(fall(set(named), i))
                other_falls.append(fall(set(rng.sample(others, len(named))), i))
    assert len(named_falls) >= 15
    assert np.mean(named_falls) > 2 * np.mean(other_falls)
    assert np.mean(np.array(named_falls) > np.array(other_falls)) > 0.6
