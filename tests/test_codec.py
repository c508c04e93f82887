"""The codec: what was written comes back as it was; anything else is refused, whatever was done to it."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dateline import Place
from dateline.codec import (
    MAX_NAME,
    PlaceData,
    ReportData,
    Undecodable,
    decode,
    decode_reading,
    encode,
    encode_reading,
    place_data,
    place_of,
    plain,
)

text = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
places = st.builds(
    Place, id=text.filter(bool), name=text.filter(bool), feature=st.sampled_from(["PPL", "ADM1", "STM", ""]),
    lat=st.floats(-90, 90), lon=st.floats(-180, 180), country=st.sampled_from(["", "UA"]), admin1=text,
    population=st.integers(0, 10**10), radius_km=st.floats(0, 20_000), exactness=st.sampled_from(["point", "area", "approximate"]),
    aliases=st.lists(text, max_size=5).map(tuple), claims=st.lists(text, max_size=3).map(tuple), source=text,
)  # fmt: skip


@given(places)
def test_a_place_comes_back_as_it_was(place):
    assert place_of(decode(encode(place_data(place)), PlaceData)) == place


def test_a_reading_comes_back_as_it_was(bakhmut):
    assert decode_reading(bakhmut.article, encode_reading(bakhmut)) == bakhmut


def test_a_reading_of_another_text_is_none(bakhmut):
    with pytest.raises(Undecodable, match="outside"):
        decode_reading(replace(bakhmut.article, text="Short."), encode_reading(bakhmut))


@pytest.mark.parametrize(
    "old", [b"{}", b"[]", b"", b"null", b'{"passages": [], "places": [], "readings": []}', b'{"format": 1}', b"\xff\x00"]
)
def test_what_is_of_another_format_is_refused_and_not_a_traceback(bakhmut, old):
    with pytest.raises(Undecodable):
        decode_reading(bakhmut.article, old)


def test_a_damaged_reading_is_refused_or_is_one(bakhmut):
    """Bytes changed, cut out, doubled: never another exception; what passes has its numbers in their ranges and its offsets in the text."""
    whole, chance = encode_reading(bakhmut), random.Random(3)
    refused = 0
    for _ in range(400):
        body = bytearray(whole)
        for _ in range(chance.choice((1, 1, 1, 8, 60))):
            at = chance.randrange(len(body))
            match chance.randrange(4):
                case 0:
                    body[at] ^= 1 << chance.randrange(8)
                case 1:
                    del body[at : at + chance.randrange(1, 40)]
                case 2:
                    body[at:at] = body[at : at + chance.randrange(1, 40)]
                case _:
                    body[at:at] = chance.choice((b"NaN", b"null", b"-", b'"', b"[[", b"1e999", b"\\ud800"))
        try:
            done = decode_reading(bakhmut.article, bytes(body))
        except Undecodable as error:
            refused += 1
            assert "Bakhmut" not in str(error)
            continue
        for r in done.readings:
            assert done.article.text[r.mention.start : r.mention.end] == r.mention.text != ""
            assert 0 <= r.choice.confidence <= 1
            assert r.choice.place is None or (-90 <= r.choice.place.lat <= 90 and len(r.choice.place.name) <= MAX_NAME)
    assert refused > 200


@pytest.mark.parametrize("thing", [float("nan"), object(), {1: object()}, b"bytes", {"a": float("inf")}])
def test_what_json_does_not_have_is_refused_when_it_was_parsed_already(thing):
    with pytest.raises(Undecodable):
        decode(plain(thing), ReportData)
