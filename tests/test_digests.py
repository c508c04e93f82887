"""What Dateline reads with is what ships: a changed file is told, whichever way it was changed."""

from __future__ import annotations

import io
import os
import shutil

import numpy as np
import pytest

from dateline import DataError, Gazetteer, Ranker, digests, gazetteer, ranking, weights
from dateline.digests import BLOCK, Digest, file_digest
from dateline.gazetteer import PACKED, core_file, unpacked
from dateline.geoparsing.encoder import EMBEDDINGS, LAYERS, VOCABULARY, Encoder


def flip(path, at):
    """Change one bit and nothing else that a listing shows."""
    stamp = path.stat()
    with path.open("r+b") as file:
        file.seek(at)
        (byte,) = file.read(1)
        file.seek(at)
        file.write(bytes([byte ^ 0x80]))
    os.utime(path, ns=(stamp.st_atime_ns, stamp.st_mtime_ns))


@pytest.fixture
def shipped_weights(tmp_path, monkeypatch):
    """A checkout of the weights of this test's own."""
    folder = tmp_path / "weights"
    shutil.copytree(weights.FOLDER, folder)
    monkeypatch.setattr(weights, "FOLDER", folder)
    return folder


@pytest.fixture
def cached(tmp_path, monkeypatch):
    """A cache of this test's own, with the gazetteer unpacked in it."""
    shipped = unpacked()
    monkeypatch.setenv("DATELINE_CACHE", str(tmp_path / "cache"))
    (tmp_path / "cache").mkdir()
    return shutil.copy(shipped, tmp_path / "cache" / shipped.name)


def test_the_digests_are_those_of_the_files():
    from data.build.digests import shipped_now

    assert digests.from_json(digests.SHIPPED.read_bytes()) == shipped_now(), "run `python -m data.build.digests`"


def test_weights_with_turned_signs_are_refused(shipped_weights):
    path = shipped_weights / ranking.WEIGHTS.name
    assert Ranker(path)
    held = weights.load(path, as_stored=True)
    weights.save(path, held | {name: -array for name, array in held.items() if np.issubdtype(array.dtype, np.floating)})
    with pytest.raises(DataError, match=r"ranking\.npz.*Check out the file again"):
        Ranker(path)


@pytest.mark.parametrize("name", [LAYERS.name, EMBEDDINGS.name, VOCABULARY.name])
def test_a_bit_of_the_encoder_that_changed_is_told(shipped_weights, name):
    flip(shipped_weights / name, (shipped_weights / name).stat().st_size // 2)
    with pytest.raises(DataError, match=name.replace(".", r"\.")):
        Encoder(*(shipped_weights / path.name for path in (LAYERS, EMBEDDINGS, VOCABULARY)))


@pytest.mark.parametrize("harm", ["missing", "no JSON", "another shape", "a name too few"])
def test_digests_that_cannot_be_read_are_named(tmp_path, monkeypatch, harm):
    file = tmp_path / "digests.json"
    text = {"no JSON": b"\xff{", "another shape": b'{"weights/ranking.npz": [1]}', "a name too few": b"{}"}
    if harm != "missing":
        file.write_bytes(text[harm])
    monkeypatch.setattr(digests, "SHIPPED", file)
    for use in (Ranker, unpacked):
        with pytest.raises(DataError, match=r"digests\.json.*Check out"):
            use()


def test_a_changed_copy_in_the_cache_is_unpacked_again_and_said(cached, caplog):
    whole = cached.read_bytes()
    assert gazetteer.verified()
    flip(cached, 40)
    assert not gazetteer.verified(cached, thorough=False)
    assert unpacked() == cached
    assert cached.read_bytes() == whole
    assert str(cached) in caplog.text
    assert [path.name for path in cached.parent.iterdir()] == [cached.name]


def test_a_row_that_somebody_moved_does_not_answer(cached):
    """SQLite counts every change of its own in the first block, which is always looked at."""
    import sqlite3

    db = sqlite3.connect(cached)
    db.execute("UPDATE place SET lat_e5 = -lat_e5 WHERE name = 'Bakhmut'")
    db.commit()
    db.close()
    assert Gazetteer().candidates("Bakhmut")[0].place.lat > 48


def test_one_bit_anywhere_is_told_by_the_thorough_way(cached):
    flip(cached, cached.stat().st_size - 7)
    assert not gazetteer.verified(cached)
    found = {gazetteer.verified(cached, thorough=False) for _ in range(400)}
    assert found == {True, False}, "the cheap way looks at blocks by chance"


def test_a_copy_cut_short_is_told_by_its_size(cached):
    os.truncate(cached, cached.stat().st_size - 1)
    assert not gazetteer.verified(cached, thorough=False)
    assert not gazetteer.verified(cached.with_name("none"), thorough=True)


@pytest.mark.parametrize("harm", ["a bit", "cut short"])
def test_a_damaged_packed_gazetteer_is_named_and_nothing_is_kept(tmp_path, monkeypatch, harm):
    monkeypatch.setenv("DATELINE_CACHE", str(tmp_path / "cache"))
    packed = tmp_path / PACKED.name
    shutil.copy(PACKED, packed)
    if harm == "a bit":
        flip(packed, 9_000_000)
    else:
        os.truncate(packed, 9_000_000)
    with pytest.raises(DataError, match=r"gazetteer\.sqlite\.xz.*not the one that ships.*Check out"):
        unpacked(packed)
    assert not (tmp_path / "cache").exists()


def test_a_gazetteer_of_ones_own_is_not_checked(cached, monkeypatch):
    flip(cached, cached.stat().st_size - 7)
    monkeypatch.setenv("DATELINE_GAZETTEER", str(cached))
    assert core_file() == cached
    assert Gazetteer().candidates("Bakhmut")


def test_digests_of_small_and_empty_files(tmp_path):
    path = tmp_path / "x"
    for content in (b"", b"x", b"x" * BLOCK, b"x" * (BLOCK + 1)):
        path.write_bytes(content)
        digest = file_digest(io.BytesIO(content), blocks=True)
        assert len(digest.blocks) == -(-len(content) // BLOCK)
        assert digests.from_json(digests.to_json({"x": digest}).encode()) == {"x": digest}
        assert digests.verified(path, digest, thorough=False)
        assert digests.verified(path, digest, thorough=True)
    assert not digests.verified(path, Digest(BLOCK + 1, "0", ("0", "0")), thorough=False)
