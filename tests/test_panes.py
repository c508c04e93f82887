"""The shaping beside the panes: GeoJSON for the map, HTML for reader and card, rows for the list."""

from __future__ import annotations

import html
import re
from html.parser import HTMLParser

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from components import place_card, place_list
from components.filters import Filters, apply
from dateline import Article, Passage, ReadArticle, layers, mentions_table, places_table, read
from dateline.marking import mark
from dateline.passages import passages
from tests.test_browser import PAYLOADS


@pytest.fixture
def visible(bakhmut):
    return apply(mentions_table(bakhmut), Filters())


def test_coordinates_are_lon_lat_in_geojson_and_only_there(visible, gazetteer):
    symbols, extents = layers.features(places_table(visible), {"gn:690791": gazetteer.outline("gn:690791")})
    bakhmut = next(f for f in symbols["features"] if f["properties"]["name"] == "Bakhmut")
    assert bakhmut["geometry"]["coordinates"] == pytest.approx([38.0, 48.59], abs=0.01)
    assert {a["properties"]["id"] for a in extents["features"]} >= {"gn:690791"}
    assert all(re.fullmatch(r"(gn:\d+|dl:[\w-]+)", f["properties"]["id"]) for f in symbols["features"])


def test_areas_are_squares_with_an_extent_and_actors_are_hollow(visible):
    symbols, extents = layers.features(places_table(visible), {})
    by_name = {f["properties"]["name"]: f["properties"] for f in symbols["features"]}
    assert by_name["Donbas"]["square"]
    assert not by_name["Bakhmut"]["square"]
    assert by_name["Moscow"]["hollow"]
    assert not by_name["Bakhmut"]["hollow"]
    by_id = {f["properties"]["id"]: f["properties"] for f in extents["features"]}
    assert by_id["dl:donbas"]["exact"] is False  # no outline was given: a circle of about its size


def test_more_mentions_make_a_larger_symbol_within_limits():
    sizes = [layers.radius_px(n) for n in (1, 2, 5, 20, 1000)]
    assert sizes == sorted(sizes)
    assert sizes[-1] <= 22


def test_places_without_a_point_are_not_on_null_island():
    mentions = mentions_table(ReadArticle(Article("x", "", "x"), ()))
    row = dict.fromkeys(mentions.columns, "")
    row |= {"start": 0, "end": 1, "text": "Nowhere", "lat": float("nan"), "lon": float("nan"), "confidence": 0.0, "radius_km": 0.0,
            "passage": 0, "passage_start": 0, "passage_end": 1, "kind": "setting"}  # fmt: skip
    places = places_table(pd.DataFrame([row]))
    symbols, extents = layers.features(places, {})
    assert symbols["features"] == extents["features"] == []
    assert place_list.rows(places, {})[0]["where"] == "not placed"


def test_the_map_opens_on_the_front_not_on_the_capitals(visible):
    (south, west), (north, east) = layers.focus(visible)
    assert south < 48.59 < north
    assert west < 38.0 < east
    assert north < 50
    assert east - west < 4


def test_the_map_of_nothing_is_the_world():
    assert layers.focus(mentions_table(ReadArticle(Article("x", "", "x"), ()))) == layers.WORLD


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.seen: set[str] = set()
        self.attributes: set[str] = set()
        self.text = ""

    def handle_starttag(self, tag, attrs):
        self.seen.add(tag)
        self.attributes |= {name for name, _ in attrs}

    def handle_data(self, data):
        self.text += data


def parsed(markup: str) -> _Tags:
    parser = _Tags()
    parser.feed(markup)
    return parser


def test_every_mention_is_marked_and_the_text_is_whole(bakhmut):
    markup = mark(bakhmut.article.text, bakhmut.passages, mentions_table(bakhmut))
    assert markup.count("<mark ") == len(bakhmut.readings)
    page = parsed(markup)
    assert "".join(page.text.split()) == "".join(bakhmut.article.text.split())


@settings(max_examples=40)
@given(st.lists(st.sampled_from([*PAYLOADS, "Bakhmut", "Kyiv.", "\n\n", "in", "<b>", "&amp;", "shelled"]), max_size=15).map(" ".join))
def test_nothing_of_a_report_becomes_markup(reader, text):
    done = read(Article("x", "", text), reader)
    page = parsed(mark(text, done.passages, mentions_table(done)))
    assert page.seen <= {"p", "span", "mark"}
    assert page.attributes <= {
        "class",
        "data-start",
        "data-kind",
        "data-reference",
        "data-status",
        "data-passage",
        "data-mention",
        "data-place",
        "data-name",
        "data-letter",
        "role",
        "tabindex",
        "aria-label",
        "title",
    }
    assert "".join(page.text.split()) == "".join(text.split())


def test_text_without_mentions_is_shown_as_it_is():
    text = "One.\n\nTwo <b>."
    empty = mentions_table(ReadArticle(Article("x", "", text), ()))
    assert parsed(mark(text, passages(text, []), empty)).text == "One.Two <b>."
    assert mark("", (), empty) == ""
    assert "<p>" in mark("a", (Passage(0, 0, 1, 0),), empty)


def test_the_card_says_why_where_and_what_else(bakhmut, visible, gazetteer):
    readings = [r for r in bakhmut.readings if r.choice.place and r.choice.place.name == "Kramatorsk"]
    markup = place_card.card(readings, places_table(visible), gazetteer.country_names)
    text = parsed(markup).text
    for part in ("Kramatorsk", "Donetsk Oblast", "Ukraine", "Why this place", "km", "not checked", "Threatened 2"):
        assert part in text
    assert 'data-place="gn:713174"' in markup


def test_the_card_of_a_contested_place_names_the_claims(reader, gazetteer):
    done = read(Article("x", "", "Ferries to Crimea were stopped."), reader)
    text = parsed(place_card.card(done.readings, places_table(mentions_table(done)), gazetteer.country_names)).text
    assert "Contested" in text
    assert "Russia" in text


def test_distances_and_directions_are_right():
    from dateline import direction, distance_km

    assert distance_km(48.5942, 37.9989, 48.7311, 37.5678) == pytest.approx(35.1, abs=0.5)
    assert direction(48.5942, 37.9989, 48.7311, 37.5678) == "north-west"
    assert direction(0, 0, 10, 0) == "north"
    assert direction(0, 0, 0, -10) == "west"


@given(st.floats(-85, 85), st.floats(-179, 179))
def test_coordinates_for_reading_keep_their_side_of_the_world(lat, lon):
    words = place_card.coordinates(lat, lon, "point")
    assert ("S" in words) == (lat < 0)
    assert ("W" in words) == (lon < 0)


def test_the_list_escapes_nothing_because_the_pane_sets_text(visible, gazetteer):
    rows = place_list.rows(places_table(visible), gazetteer.country_names)
    assert rows[0]["name"] == "Bakhmut"
    assert all(html.unescape(row["name"]) == row["name"] for row in rows)
    assert "fighting" in rows[0]["kinds"]
