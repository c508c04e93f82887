"""Python and the scripts speak one protocol: no field and no action that the other side does not know, and nothing strange gets in."""

from __future__ import annotations

import json
import re
from dataclasses import fields
from typing import get_type_hints

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from components import map_pane, place_card, place_list, protocol, reader_pane
from dateline import Wish, kinds, mentions_table, places_table
from dateline import decisions as log
from dateline.layers import features
from dateline.style import AreaRules, Palette, SymbolRules
from tests.conftest import ROOT

SCRIPTS = {path.name: path.read_text(encoding="utf-8") for path in (ROOT / "static" / "dateline").glob("*.js")}


def read_of(name, *files):
    """The fields that the scripts read of something called ``name``, as ``name.field`` or ``name?.field``."""
    return {field for file in files for field in re.findall(rf"(?<![\w]){name}\??\.(\w+)", SCRIPTS[file])}


READS = [
    (protocol.ReaderData, "data", ("reader.js", "decide.js"), set()),
    (protocol.Said, "said", ("reader.js", "decide.js"), set()),
    (protocol.KindChoice, "k", ("decide.js",), set()),
    (protocol.ReferenceChoice, "r", ("decide.js",), set()),
    (protocol.ListData, "data", ("place_list.js",), set()),
    (protocol.ListRow, "place", ("place_list.js",), set()),
    (protocol.CardData, "data", ("place_card.js",), set()),
    (protocol.Offer, "(?<!data\\.)offer", ("place_card.js",), set()),
    (protocol.Option, "place", ("place_card.js", "bridge.js"), set()),
    (protocol.Tiles, "source", ("bridge.js",), set()),
    (protocol.MapOptions, "options", ("bridge.js",), {"renderer", "minZoom", "maxZoom", "dateline"}),  # Leaflet's, and where ours are
]


@pytest.mark.parametrize(("message", "name", "files", "other"), READS, ids=[one[0].__name__ for one in READS])
def test_every_field_is_read_and_every_field_read_is_there(message, name, files, other):
    assert read_of(name, *files) - other == set(message.__annotations__)


def test_the_map_reads_the_properties_that_features_have_and_no_others():
    known = set(protocol.SymbolProperties.__annotations__) | set(protocol.AreaProperties.__annotations__)
    assert read_of("properties", "bridge.js", "drawing.js", "publish.js") == known


def test_the_map_is_drawn_by_the_style_file_and_all_of_it_is_used():
    """Each colour and measure is data; what nothing reads would be a rule that only seems to hold."""
    palette, symbol, area = ({field.name for field in msgspec.structs.fields(part)} for part in (Palette, SymbolRules, AreaRules))
    assert {"light", "dark", "letter"} == set(get_type_hints(protocol.KindLook))
    assert read_of("rules", "drawing.js") == symbol - {"hollow_kinds", "min_radius", "max_radius", "growth"}  # these Python applies
    assert read_of("area", "drawing.js") == area
    drawn = read_of("(?:colours|colours\\(\\)|palette)", "drawing.js", "basemap.js", "publish.js")
    sheets = SCRIPTS["bridge.js"] + (ROOT / "static" / "dateline" / "publish.css").read_text(encoding="utf-8")
    offered = re.search(r"const \{ (\w+), (\w+) \} = state\.drawing\.colours\(\)", SCRIPTS["bridge.js"])
    assert offered
    variables = set(re.findall(r"var\(--(\w+)\)", sheets)) - {"k"}
    assert drawn | variables | set(offered.groups()) == palette


def test_no_script_knows_a_colour_or_a_kind():
    for name in ("bridge.js", "drawing.js", "basemap.js", "publish.js", "publish.css", "place_list.js", "decide.js"):
        text = SCRIPTS.get(name) or (ROOT / "static" / "dateline" / name).read_text(encoding="utf-8")
        assert not re.search(r"#(?:[0-9a-f]{6}|[0-9a-f]{8})\b|#[0-9a-f]{3}\b(?!\d)(?![\w-]*\s*[{,])", text), name
        assert not [kind.name for kind in kinds() if re.search(rf"[\"'.]{kind.name}[\"']", text)], name


def sent_literals():
    """The object literals that the scripts hand to ``ask`` and ``decide``, each as (its action or None, its fields)."""
    for file in ("decide.js", "place_card.js"):
        for literal in re.findall(r"\b(?:ask|decide)\(\{((?:[^{}]|\{[^{}]*\})*)\}\)", SCRIPTS[file]):
            names = set(re.findall(r"(?:^|[,{])\s*(\w+)(?=\s*[:,}]|\s*$)", literal))
            action = re.search(r'\bdo: "(\w+)"', literal)
            yield file, action and action[1], names


def test_the_scripts_send_the_actions_that_python_takes_and_no_others():
    found = {action for _, action, _ in sent_literals() if action}
    found |= set(re.findall(r'\bwish\("(\w+)"', SCRIPTS["decide.js"]))
    assert found == set(protocol.ACTIONS)


def test_the_scripts_send_the_fields_that_python_takes_and_no_others():
    sent = {name for _, _, names in sent_literals() for name in names} | {"at"}
    assert "at: link.wishNumber" in SCRIPTS["link.js"]
    assert sent == {"do"} | {field for action in protocol.ACTIONS.values() for field in action.__struct_fields__}
    (literal,) = re.findall(r'setTriggerValue\("pick", \{(.*?)\}\)', SCRIPTS["reader.js"])
    assert set(re.findall(r"(\w+):", literal)) == set(protocol.Pick.__struct_fields__)
    assert set(re.findall(r'setTriggerValue\("(\w+)"', "".join(SCRIPTS.values()))) == {"pick", "wish"}


def test_scopes_and_actions_are_those_of_the_log():
    scopes = re.search(r"const SCOPES = (.*);", SCRIPTS["decide.js"])
    assert scopes
    assert tuple(name for name, _ in json.loads(scopes[1])) == log.SCOPES
    assert set(protocol.ACTIONS) - {"point", "offer"} == set(log.ACTIONS)  # a point is a place; an offer decides nothing


COMMON = {"at": 5, "report": "r"}
ABOUT = {**COMMON, "mention": "m", "scope": "name", "why": "so"}
GOOD = [
    {"do": "check", **ABOUT}, {"do": "kind", **ABOUT, "value": "control"}, {"do": "reference", **ABOUT, "value": "not_a_place"},
    {"do": "place", **ABOUT, "value": ""}, {"do": "point", **ABOUT, "lat": 48, "lon": 37.5}, {"do": "add", **COMMON, "start": 0, "end": 7},
    {"do": "undo", **COMMON}, {"do": "redo", **COMMON}, {"do": "offer", **COMMON, "mention": "m", "query": ""},
]  # fmt: skip
BAD = [
    {"do": "delete", **COMMON}, {"do": "check", **ABOUT, "value": "x"}, {"do": "check", **COMMON}, {"do": "add", **COMMON, "start": "0", "end": 7},
    {"do": "point", **ABOUT, "lat": "48", "lon": 37}, {"do": "undo", "at": 5}, {"do": "kind", **ABOUT, "scope": "world", "value": "control"},
    {**COMMON}, {"do": ["undo"], **COMMON}, {"do": "undo", **COMMON, "who": "root"}, {"do": "offer", **COMMON, "mention": "m", "query": "x" * 101},
]  # fmt: skip


def test_every_action_arrives_as_its_record():
    got = protocol.wishes({"list": GOOD})
    assert [type(one) for one in got] == list(protocol.ACTIONS.values())
    assert all(one.at == 5 for one in got)


@pytest.mark.parametrize("value", BAD, ids=str)
def test_what_does_not_fit_is_a_misfit_of_its_number_and_harms_no_other(value):
    assert protocol.wishes({"list": [value, GOOD[0]]}) == [protocol.Misfit(5), *protocol.wishes({"list": GOOD[:1]})]


JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=5)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.sampled_from(["do", "at", "report", "mention", "list", "scope", "place", "sequence", "x"]), inner, max_size=5),
    ),
    max_leaves=12,
)


@given(JSON)
def test_whatever_a_browser_sends_is_no_error(value):
    assert all(isinstance(one.at, int) for one in protocol.wishes(value))
    assert all(isinstance(one, protocol.Misfit) for one in protocol.wishes({"list": [value]}))
    found = protocol.pick(value)
    assert found is None or (isinstance(found.sequence, int) and set(value) == {"place", "sequence"})


def test_a_decision_says_to_the_desk_what_the_person_said():
    asked = [one for one in protocol.wishes({"list": GOOD}) if isinstance(one, protocol.Decided)]
    assert [protocol.decision(one) for one in asked] == [
        Wish("check", "m", "name", why="so"), Wish("kind", "m", "name", "control", why="so"), Wish("reference", "m", "name", "not_a_place", why="so"),
        Wish("place", "m", "name", "", why="so"), Wish("point", "m", "name", "", 48.0, 37.5, "so"),
    ]  # fmt: skip
    assert {field.name for field in fields(Wish)} == {"action", "mention", "scope", "value", "lat", "lon", "why"}


def test_the_number_of_what_was_said_is_a_text_in_every_case():
    assert get_type_hints(protocol.Said)["number"] is str
    assert protocol.trouble(5)["number"] == "5"
    assert get_type_hints(log.Decision)["id"] is str  # the other number that is told


def test_the_panes_send_what_the_protocol_says(bakhmut, gazetteer, monkeypatch):
    places, sent = places_table(mentions_table(bakhmut)), []
    view = protocol.ReaderView(
        report="x",
        bounds=((0, 0), (1, 1)),
        visible=None,
        place=None,
        sequence=None,
        tiles=map_pane.OSM,
        undo="",
        redo="",
        done=[],
        said=protocol.trouble(1),
    )
    for pane in (reader_pane, place_list, place_card):
        monkeypatch.setattr(pane, "_PANE", lambda data, **_: sent.append(data))
    reader_pane.show("<p>", view, lambda: None, lambda: None, key="reader")
    place_list.show(places, gazetteer.country_names, "none", key="list")
    offer = place_card.offer("m", "", [r.choice.place for r in bakhmut.readings if r.choice.place][:1], places, gazetteer.country_names)
    place_card.show("", None, "x", offer, lambda: None, key="card")
    reader, listed, card = sent
    symbols, extents = features(places, {})
    for value, message in (
        (reader, protocol.ReaderData), (reader["tiles"], protocol.Tiles), (reader["said"], protocol.Said), (reader["kinds"][0], protocol.KindChoice),
        (reader["references"][0], protocol.ReferenceChoice), (listed, protocol.ListData), (listed["rows"][0], protocol.ListRow),
        (card, protocol.CardData), (offer, protocol.Offer), (offer["places"][0], protocol.Option),
        (extents["features"][0]["properties"], protocol.AreaProperties),
    ):  # fmt: skip
        assert set(value) == set(message.__annotations__)
    known = set(protocol.SymbolProperties.__annotations__)
    assert {key for feature in symbols["features"] for key in feature["properties"]} == known
    assert len(reader["kinds"]) == len(kinds())
