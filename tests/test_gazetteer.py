"""The gazetteer lists what a name may mean, in every spelling, and says what it does not know."""

from __future__ import annotations

import pytest

from dateline import DataError, Gazetteer, distance_km
from dateline.gazetteer import unpacked
from dateline.names import fold_key

FRONT = {
    "Bakhmut": (48.59, 38.00), "Soledar": (48.69, 38.07), "Chasiv Yar": (48.59, 37.84), "Klishchiivka": (48.53, 37.96),
    "Opytne": (48.56, 38.02), "Berkhivka": (48.63, 37.94), "Paraskoviivka": (48.66, 38.00), "Krasna Hora": (48.66, 38.03),
    "Robotyne": (47.45, 35.84), "Ivanivske": (48.56, 37.88), "Siversk": (48.87, 38.10), "Avdiivka": (48.14, 37.74),
}  # fmt: skip


@pytest.mark.parametrize("name", FRONT)
def test_towns_and_villages_of_the_bakhmut_front_are_there(gazetteer, name):
    lat, lon = FRONT[name]
    assert min(distance_km(lat, lon, c.place.lat, c.place.lon) for c in gazetteer.candidates(name)) < 5


@pytest.mark.parametrize(
    ("spelling", "place_id"),
    [
        ("Artemivsk", "gn:713174"), ("Артемівськ", "gn:713174"), ("Бахмут", "gn:713174"), ("Artyomovsk", "gn:713174"),
        ("Slovyansk", "gn:693468"), ("Slavyansk", "gn:693468"), ("Слов’янськ", "gn:693468"), ("Славянск", "gn:693468"),
        ("Mar'yinka", "gn:701845"), ("Maryinka", "gn:701845"), ("Mariinka", "gn:701845"), ("Марьинка", "gn:701845"),
        ("Kiev", "gn:703448"), ("Київ", "gn:703448"), ("U.S.", "gn:6252001"), ("DR Congo", "gn:203312"), ("UAE", "gn:290557"),
        ("El-Fasher", "gn:379555"), ("Al Fashir", "gn:379555"), ("Donbass", "dl:donbas"), ("Донбас", "dl:donbas"),
    ],
)  # fmt: skip
def test_old_names_and_spellings_reach_the_same_place(gazetteer, spelling, place_id):
    assert place_id in {c.place.id for c in gazetteer.candidates(spelling)}


@pytest.mark.parametrize("name", ["Donbas", "Sahel", "Sea of Azov", "Gaza Strip", "Black Sea", "Crimea", "Golan Heights", "Red Sea", "Darfur",
                                  "Strait of Hormuz", "Dnipro River", "Siverskyi Donets", "Bekaa Valley", "Kursk Oblast", "Belgorod Oblast"])  # fmt: skip
def test_regions_waters_and_rivers_are_areas_or_lines_not_towns(gazetteer, name):
    assert any(c.place.exactness != "point" for c in gazetteer.candidates(name))


@pytest.mark.parametrize(
    ("word", "country", "form"), [("Ukrainian", "UA", "adjective"), ("Russians", "RU", "people"), ("Congolese", "CD", "adjective")]
)
def test_demonyms_lead_to_their_country(gazetteer, word, country, form):
    found = gazetteer.demonym(word)
    assert country in {c.place.country for c in found}
    assert {c.match for c in found if c.place.country == country} == {form}


def test_homonyms_are_all_listed_largest_first(gazetteer):
    found = gazetteer.candidates("San Cristóbal")
    assert len(found) > 5
    populations = [c.place.population for c in found]
    assert populations == sorted(populations, reverse=True)


def test_a_typing_error_is_found_only_when_asked(gazetteer):
    assert gazetteer.candidates("Kramatorskk") or gazetteer.candidates("Kramatorsq", fuzzy=True)
    assert gazetteer.candidates("Kramatorsq") == ()
    assert {c.match for c in gazetteer.candidates("Kramatorsq", fuzzy=True)} == {"fuzzy"}


@pytest.mark.parametrize("name", ["Qwertyzxcvb", "", "'", "%", "' OR 1=1 --", "\ud800", "a" * 10_000])
def test_nonsense_is_asked_and_not_there(gazetteer, name):
    if name == "\ud800":
        name = name.encode("utf-8", "replace").decode()
    assert gazetteer.candidates(name, fuzzy=True) == ()
    assert gazetteer.place(name) is None
    assert gazetteer.outline(name) is None


def test_contested_places_carry_claims_of_more_than_one_side(gazetteer):
    crimea = gazetteer.place("dl:crimea")
    assert crimea is not None
    assert {claim.split(":")[0] for claim in crimea.claims} >= {"UA", "RU"}


def test_outlines_are_rings_in_lon_lat_around_their_place(gazetteer):
    rings = gazetteer.outline("gn:709716")  # Donetsk Oblast
    assert rings
    lons, lats = [p[0] for p in rings[0]], [p[1] for p in rings[0]]
    assert min(lons) < 37.8 < max(lons)
    assert min(lats) < 48.0 < max(lats)
    assert rings[0][0] == rings[0][-1]


def test_ids_lead_back_to_their_place(gazetteer):
    for name in ("Bakhmut", "Donbas", "Ukraine"):
        for candidate in gazetteer.candidates(name):
            assert gazetteer.place(candidate.place.id) == candidate.place


def test_known_agrees_with_candidates(gazetteer):
    keys = {fold_key(name) for name in ("Bakhmut", "Ukrainian", "Qwertyzxcvb", "Sea of Azov")}
    assert set(gazetteer.known(keys)) == {fold_key("Bakhmut"), fold_key("Ukrainian"), fold_key("Sea of Azov")}
    assert "reading" in gazetteer.common_words({"reading", "bakhmut"})


def test_a_missing_or_damaged_gazetteer_says_what_to_do(tmp_path, monkeypatch):
    monkeypatch.setenv("DATELINE_CACHE", str(tmp_path / "cache"))
    with pytest.raises(DataError, match=r"none\.xz"):
        unpacked(tmp_path / "none.xz")
    (tmp_path / "bad.xz").write_bytes(b"not xz")
    with pytest.raises(DataError, match=r"bad\.xz"):
        unpacked(tmp_path / "bad.xz")
    (tmp_path / "bad.sqlite").write_bytes(b"not a database at all" * 100)
    with pytest.raises(DataError, match=r"bad\.sqlite"):
        Gazetteer(tmp_path / "bad.sqlite")


def test_it_is_unpacked_once(tmp_path, monkeypatch):
    monkeypatch.setenv("DATELINE_CACHE", str(tmp_path))
    first = unpacked()
    stamp = first.stat().st_mtime_ns
    assert unpacked() == first
    assert first.stat().st_mtime_ns == stamp
    assert [p.name for p in tmp_path.iterdir()] == [first.name]
