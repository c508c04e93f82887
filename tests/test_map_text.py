"""A place is called what it is called: no name becomes a template, a script, markup or mathematics on any map."""

from __future__ import annotations

import html
import io
import json
import re
import xml.etree.ElementTree as ET
from contextlib import contextmanager
from dataclasses import replace

import jinja2
import pandas as pd
import pytest
import streamlit_folium
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from components import map_pane
from dateline import Article, Choice, Label, Mention, Passage, Place, ReadArticle, Reading
from dateline.exports import FORMATS, render, select
from dateline.exports import picture as pictures
from dateline.layers import features, safe_text

FORM = {form.name: form for form in FORMATS}
TEMPLATES = (
    "Karlivka {{9**(9**9)}}", "Karlivka {{(1,)*100000000}}", "Ivanivka {{ old", "{% for a in range(9**9) %}", "{# Kyiv", "# Kyiv", "{{'map_div'}}",
    "feature_group_0", "_0", "${parent.pwned=1}", "`", "\\", "\\u007b", "</script><script>parent.pwned=1</script>", "<!--", "\u2028\u2029", "'\"", "&#123;",
    "&amp;", "$x^2$", "$\\frac{", " Kyiv ", "a\rb\r\nc", "%7B", "]]>", "--", "-", "\x00", "\x1b", "\ufffe", "m\u00ad", "\u202eKyiv", "🌍",
)  # fmt: skip
NAMES = st.lists(st.one_of(st.sampled_from(TEMPLATES), st.text(max_size=6)), min_size=1, max_size=4).map("".join)
CALM = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def places(names):
    """A places table with these names, which are ids, kinds and spellings too."""
    return pd.DataFrame({
        "place_id": list(names), "name": list(names), "kind": "fighting", "kinds": list(names), "mentions": 1, "feature": "PPL",
        "lat": 48.0, "lon": 38.0, "confidence": 0.9, "radius_km": 3.0,
    })  # fmt: skip


def report(name):
    """A report that is about one place, called ``name`` in every field a report has."""
    passage = Passage(0, 0, len(name), 0)
    mention = Mention("m", 0, len(name), name, 1.0, name)
    choice = Choice(Place("my:a", name, "PPL", 48.0, 38.0, "UA", name, source=name), name, 0.5)
    reading = Reading(mention, passage, choice, Label("fighting", name), Label("literal", name), "checked", name)
    article = Article("x", name, name, outlet=name, byline=name, source="https://a.example/")
    return select(ReadArticle(article, (passage,), (reading,)))


@contextmanager
def recorded(monkeypatch):
    """Yield what is compiled as a template meanwhile, and what is sent to the browser."""
    sources, sent, compiled = [], [], jinja2.Environment.compile

    def note(self, source, *args, **named):
        sources.append(str(source))
        return compiled(self, source, *args, **named)

    with monkeypatch.context() as patch:
        patch.setattr(jinja2.Environment, "compile", note)
        patch.setattr(streamlit_folium, "_component_func", lambda **named: sent.append(named))
        yield sources, sent


def arguments(script):
    """The data of each layer in a script for the map, parsed as the JSON that it is."""
    return {name: json.loads(data) for name, data in re.findall(r'= datelineLayer\("(\w+)", (.*)\);$', script, re.MULTILINE)}


@CALM
@given(names=st.lists(NAMES, min_size=1, max_size=3, unique=True))
def test_a_name_reaches_the_map_as_it_is_written_and_no_template_holds_it(monkeypatch, names):
    marked = [f"Qx{name}" for name in names]  # so that a name of one letter is not found by chance
    with recorded(monkeypatch) as (sources, sent):
        map_pane.show(places(marked), lambda _: [[[37.0, 47.0], [38.0, 47.0], [38.0, 48.0]]], key="map")
    layers = arguments(sent[0]["feature_group"])
    for key in ("id", "name"):
        assert sorted(html.unescape(f["properties"][key]) for f in layers["places"]["features"]) == sorted(marked)
    assert {html.unescape(f["properties"]["id"]) for f in layers["areas"]["features"]} <= set(marked)
    assert not [source for source in sources if "Qx" in source]


def test_no_template_is_compiled_for_the_places_at_all(monkeypatch):
    """Compiling the layers as templates took a fifth of a second a rerun, and a name could stop the app."""
    with recorded(monkeypatch) as (sources, sent):
        map_pane.show(places(["Karlivka {{9**(9**9)}}", "Ivanivka {{ old"]), lambda _: None, key="map")
    assert not [source for source in sources if "FeatureCollection" in source or "ivka" in source]
    assert "Karlivka" in sent[0]["feature_group"]


def test_kinds_of_ones_own_are_text_to_the_map_too(monkeypatch):
    evil = "Karlivka {{9**(9**9)}}"
    kinds = tuple(replace(kind, name=f"my_kind {evil}", letter=evil) for kind in map_pane.kinds())
    with recorded(monkeypatch) as (sources, sent):
        monkeypatch.setattr(map_pane, "kinds", lambda: kinds)
        map_pane.show(places(["Kyiv"]), lambda _: None, key="map")
    assert not [source for source in sources if evil in source]
    (options,) = re.findall(r'"dateline": "(.*)",$', sent[0]["script"], re.MULTILINE)
    told = json.loads(html.unescape(json.loads(f'"{options}"')))
    assert told["kinds"][kinds[0].name]["letter"] == evil


@given(NAMES)
def test_safe_text_is_the_text_again_and_holds_no_sign_that_means_something(text):
    safe = safe_text(text)
    assert re.sub(r"&#(\d+);", lambda found: chr(int(found[1])), safe) == text, "the one rule of decoding, in drawing.js"
    assert not re.search(r"[<>\"'`$\\{}%_]|&(?!#\d+;)|(?<!&)#", safe)


@given(st.text(alphabet="{}%#$`\\<>&'\"_\u2028a", max_size=12))
def test_nothing_of_a_feature_is_a_bare_sign(text):
    symbols, _ = features(places([f"Qx{text}"]), {})
    for value in symbols["features"][0]["properties"].values():
        assert not isinstance(value, str) or safe_text(html.unescape(value)) == value


@CALM
@given(NAMES)
def test_the_published_page_gives_every_name_back(name):
    name = f"Qx{name}".strip()
    page = render(report(name), FORM["page"]).decode()
    data = re.search(r'id="dateline-data">(.*?)</script>', page, re.DOTALL)
    assert data
    told = json.loads(data[1])
    spelled = " ".join(name.split())
    assert html.unescape(told["symbols"]["features"][0]["properties"]["name"]) == spelled
    assert told["places"][0]["name"] == spelled
    assert told["places"][0]["mentions"][0]["quote"] == name


@settings(CALM, max_examples=12)
@given(NAMES)
@pytest.mark.parametrize("form", ["svg", "kml"])
def test_pictures_and_kml_are_xml_whatever_a_report_is_called(form, name):
    ET.fromstring(render(report(f"Q{name}"), FORM[form]))


def test_a_name_in_the_picture_is_no_formula_and_no_control_character(gazetteer):
    import matplotlib as mpl
    from matplotlib.text import Text

    with mpl.rc_context({"text.parse_math": False}):
        figure = pictures._figure(report("Qyiv $x^2$ \x00\x1b"), gazetteer)
    written = [text for text in figure.findobj(Text) if "Qyiv" in text.get_text()]
    assert written
    assert all("$x^2$" in text.get_text() and text.get_text().isprintable() for text in written)
    assert not any(text.get_parse_math() for text in written)
    assert ET.parse(io.BytesIO(render(report("$\\frac{"), FORM["svg"]))).getroot().tag.endswith("svg")


def test_a_long_name_without_spaces_is_shortened_and_not_lost():
    assert pictures._line_of("Q" * 60, 40) == "Q" * 39 + "…"
    assert pictures._line_of("ქ" * 12, 40) == "ქ" * 12
