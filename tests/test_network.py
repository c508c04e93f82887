"""The reading network: hashes it was trained with, words, memory that stays flat."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dateline import DataError, Network, Ranker, Sayer
from dateline.finding import look
from dateline.hashing import rows, text_hash
from dateline.network import PIECE, shape
from dateline.words import words


def test_the_hashes_are_those_of_training():
    """Values of MurmurHash as spaCy's and thinc's C code gives them; other ones would make the weights meaningless."""
    assert [text_hash(w) for w in ("a", "Bakhmut", "Київ")] == HASHES
    assert rows(np.array(HASHES, np.uint64), 8, 5000).tolist() == ROWS


HASHES = [11901859001352538922, 3815219346335949118, 12535999295392608176]
ROWS = [[1818, 2131, 3875, 1844], [1168, 15, 3104, 2727], [2496, 2894, 3948, 1842]]


@pytest.mark.parametrize(
    ("text", "forms"),
    [
        ("U.S. troops left Kyiv’s north.", ["U.S.", "troops", "left", "Kyiv", "’s", "north", "."]),
        ("Russian-backed forces, Calif. men", ["Russian", "-", "backed", "forces", ",", "Calif.", "men"]),
        ("Mar'yinka\n\nfell", ["Mar'yinka", "\n", "fell"]),
        ("12,000 in Deir ez-Zor", ["12,000", "in", "Deir", "ez", "-", "Zor"]),
    ],
)
def test_words_are_cut_as_in_training(text, forms):
    assert words(text).forms == forms


@given(st.text(max_size=300))
def test_words_keep_offsets_and_lose_nothing_but_space(text):
    cut = words(text)
    covered = "".join(text[s:e] for s, e in zip(cut.starts, cut.ends, strict=True))
    assert "".join(covered.split()) == "".join(text.split())
    assert all(a <= b for a, b in zip(cut.ends, cut.starts[1:], strict=False))


def test_shapes():
    assert [shape(w) for w in ("Bakhmut", "US", "1990s", "al-Bab")] == ["Xxxxx", "XX", "ddddx", "xx-Xxx"]


def test_a_long_text_is_seen_as_its_parts_are(reader):
    """Pieces overlap by what the layers see, so where a text is cut makes no difference."""
    sentence = "Fighting went on in Bakhmut while Kyiv sent help. "
    long = look(sentence * (PIECE // 5), reader.network, reader.gazetteer)
    count = len(words(sentence))
    middle = long.seen[PIECE // count * count :][:count]
    assert np.allclose(middle, long.seen[20 * count : 21 * count], atol=1e-4)


@pytest.mark.parametrize("kind", [Network, Ranker, Sayer])
@pytest.mark.parametrize("content", [b"", b"not weights", b"PK\x03\x04broken"])
def test_damaged_weights_are_refused_by_name(kind, content, tmp_path):
    path = tmp_path / "weights.npz"
    path.write_bytes(content)
    with pytest.raises(DataError, match=r"weights\.npz"):
        kind(path)


@pytest.mark.parametrize("kind", [Network, Ranker, Sayer])
def test_missing_weights_are_refused_by_name(kind, tmp_path):
    with pytest.raises(DataError, match="nowhere"):
        kind(tmp_path / "nowhere.npz")
