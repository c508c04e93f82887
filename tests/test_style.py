"""One look: the style file is right, and screen, list, page and picture follow the same rules."""

from __future__ import annotations

import json
import re
import tomllib

import msgspec
import pandas as pd
import pytest

from components import place_list
from dateline import DataError, kinds, mentions_table, places_table
from dateline import style as door
from dateline.choosing import UNCERTAIN_BELOW
from dateline.exports import FORMATS, picture, render, select
from dateline.layers import features, kind_symbol, symbol_of
from dateline.style import map_style, style
from dateline.vocabulary import REFERENCES
from tests.conftest import ROOT


@pytest.fixture
def rows(bakhmut):
    table = places_table(mentions_table(bakhmut)).copy()
    table.loc[table.index[1], "confidence"] = UNCERTAIN_BELOW - 0.01
    table.loc[table.index[2], "confidence"] = UNCERTAIN_BELOW
    table.loc[table.index[3], ["lat", "lon"]] = float("nan")
    return table


def test_streamlits_theme_has_the_colours_of_the_style_file():
    """Streamlit wants them in its own configuration."""
    theme = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text(encoding="utf-8"))["theme"]
    names = {
        "paper": "backgroundColor",
        "panel": "secondaryBackgroundColor",
        "ink": "textColor",
        "line": "borderColor",
        "accent": "primaryColor",
        "link": "linkColor",
    }
    for scheme in ("light", "dark"):
        assert {name: getattr(getattr(style(), scheme), name) for name in names} == {
            name: theme[scheme][option] for name, option in names.items()
        }


def test_every_status_and_every_use_has_its_words():
    assert set(style().references) == set(REFERENCES)
    assert set(style().statuses) == {"unchecked", "checked", "corrected"}
    assert set(style().symbol.hollow_kinds) <= {kind.name for kind in kinds()}


@pytest.mark.parametrize(
    ("change", "says"),
    [(("#fbfaf7", "red"), "paper"), (("solid = 0.95", "solid = 95"), "solid"), (("growth = 0.45", ""), "growth"), (("[area]", "[area]\nglow = 1"), "glow"), (("[light]", "["), "style")],
)  # fmt: skip
def test_a_style_file_that_is_wrong_is_named_with_what_is_wrong(change, says, tmp_path, monkeypatch):
    path = tmp_path / "style.toml"
    path.write_text(door.STYLE_FILE.read_text(encoding="utf-8").replace(*change), encoding="utf-8")
    monkeypatch.setattr(door, "STYLE_FILE", path)
    with pytest.raises(DataError, match=says) as error:
        style.__wrapped__()
    assert repr(str(path)) in str(error.value)


def test_map_list_page_and_picture_show_a_place_alike(rows, bakhmut, gazetteer, monkeypatch):
    """Hollow, square and uncertain are decided once: nobody may have a rule of their own."""
    wanted = {row.place_id: symbol_of(row) for row in rows.itertuples()}
    assert {symbol.uncertain for symbol in wanted.values()} == {symbol.hollow for symbol in wanted.values()} == {True, False}
    symbols, _ = features(rows, {})
    for feature in symbols["features"]:
        p = feature["properties"]
        symbol = wanted[p["id"].replace("&#95;", "_")]
        assert (p["hollow"], p["square"], p["uncertain"], p["radius"]) == (symbol.hollow, symbol.square, symbol.uncertain, symbol.radius_px)
    for row in place_list.rows(rows, gazetteer.country_names):
        symbol = wanted[row["id"]]
        assert (row["letter"], row["hollow"], row["square"], row["uncertain"]) == (
            symbol.letter,
            symbol.hollow,
            symbol.square,
            symbol.uncertain,
        )
    selection = select(bakhmut)
    page = render(selection, next(form for form in FORMATS if form.name == "page")).decode()
    told = json.loads(re.search(r'id="dateline-data">(.*?)</script>', page, re.DOTALL)[1])
    for place, row in zip(told["places"], selection.places.itertuples(), strict=True):
        symbol = symbol_of(row)
        assert (place["letter"], place["hollow"], place["square"], place["uncertain"]) == (
            symbol.letter,
            symbol.hollow,
            symbol.square,
            symbol.uncertain,
        )
    assert told["style"] == json.loads(msgspec.json.encode(map_style()))
    drawn = []
    monkeypatch.setattr(picture, "_symbol", lambda *given: drawn.append(given[3]))
    picture._figure(selection, gazetteer)
    of_map = [symbol for symbol in drawn if symbol.radius_px]
    assert of_map
    assert set(of_map) <= {symbol_of(row) for row in selection.places.itertuples()}
    assert {symbol for symbol in drawn if not symbol.radius_px} <= {kind_symbol(kind.name) for kind in kinds()}


def test_the_picture_dashes_what_is_uncertain_and_nothing_else():
    """It used to fade whatever was below a threshold of its own."""
    from matplotlib.figure import Figure

    row = {"kind": "fighting", "feature": "PPL", "mentions": 1, "lat": 1.0, "lon": 1.0}
    for confidence, dashed in ((UNCERTAIN_BELOW - 0.01, True), (UNCERTAIN_BELOW, False)):
        (one,) = pd.DataFrame([{**row, "confidence": confidence}]).itertuples()
        axes = Figure().add_subplot()
        picture._symbol(axes, 1.0, 1.0, symbol_of(one), 6.0, 1.0)
        (drawn,) = axes.collections
        assert (drawn.get_linestyle()[0][1] is not None) == dashed
        assert drawn.get_facecolor()[0][3] == pytest.approx(style().symbol.uncertain if dashed else style().symbol.solid)
