"""The map: the places of a report as one GeoJSON layer on a Folium map, through streamlit-folium.

What it shows is shaped in :mod:`dateline.layers`. Folium compiles whatever it renders as a template, on the server, so nothing from
a report, a gazetteer or a file of kinds may be in what it renders. Two walls, each enough: :class:`Layer` gives data to a constant
template as a value and has nothing rendered; and every string went through :func:`dateline.layers.safe_text`, which leaves no sign
that a template could read.

What happens on a click happens in the browser (``static/dateline/bridge.js``), in a frame; Python hears of it through the reader's trigger.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import folium
import pandas as pd
from branca.element import MacroElement
from jinja2 import Template
from streamlit_folium import st_folium

from components.protocol import MapOptions, Tiles
from dateline import kinds
from dateline.features import areas
from dateline.layers import Rings, features, safe_text
from dateline.style import map_style

HEIGHT_PX = 470
WORLD_MIDDLE = (20.0, 10.0)
OSM: Tiles = {
    "url": "https://tile.openstreetmap.org/{z}/{x}/{y}.png",
    "attribution": '&copy; <a href="https://www.openstreetmap.org/copyright">OpenStreetMap</a> contributors',
}
_ATTRIBUTION = (
    'Places: <a href="https://www.geonames.org">GeoNames</a> CC BY 4.0, modified &middot; Map: Natural Earth &middot; '
    "dashed borders are disputed"
)

# Everything the map's frame loads comes from this app; Folium's own defaults name six other hosts.
_STATIC = "/app/static"
SCRIPTS = [
    ("leaflet", f"{_STATIC}/vendor/leaflet.js"),
    ("jquery", f"{_STATIC}/vendor/jquery.slim.min.js"),
    ("dateline_basemap", f"{_STATIC}/dateline/basemap.js"),
    ("dateline_drawing", f"{_STATIC}/dateline/drawing.js"),
    ("dateline_bridge", f"{_STATIC}/dateline/bridge.js"),
]
STYLES = [("leaflet", f"{_STATIC}/vendor/leaflet.css")]


def show(places: pd.DataFrame, outline: Callable[[str], Rings | None], *, key: str) -> None:
    """Draw the map. It is one map for every report, so that its frame stays; the reader tells it where to look."""
    outlines = {pid: rings for pid in places.loc[areas(places["feature"]), "place_id"] if (rings := outline(pid))}
    symbols, extents = features(places, outlines)
    st_folium(
        _base(), key=key, height=HEIGHT_PX, use_container_width=True, returned_objects=[],
        feature_group_to_add=[Layer("areas", extents), Layer("places", symbols)],
    )  # fmt: skip


class Layer(MacroElement):
    """Features that ``bridge.js`` draws: data for a constant template, never a template.

    streamlit-folium has an element rendered (which Folium does by compiling its script as a template, braces of a place's name and all)
    and then takes only what the ``script`` macro says. So rendering is left out.
    """

    _template = Template(
        "{% macro script(this, kwargs) %}\nvar {{ this.get_name() }} = datelineLayer({{ this.layer }}, {{ this.data }});\n{% endmacro %}"
    )

    def __init__(self, layer: str, collection: dict[str, Any]) -> None:
        super().__init__()
        self._name = "FeatureGroup"  # streamlit-folium knows the variable by this name
        self.layer = json.dumps(layer)
        self.data = json.dumps(collection, allow_nan=False)

    def render(self, **_: object) -> str:
        """Return nothing, and compile nothing: see the class."""
        return ""


def _base() -> folium.Map:
    folium.Map.default_js, folium.Map.default_css = SCRIPTS, STYLES
    m = folium.Map(
        location=WORLD_MIDDLE, zoom_start=2, tiles=None, prefer_canvas=True, min_zoom=2, max_zoom=13, world_copy_jump=True, zoom_snap=0.5
    )
    options: MapOptions = {
        "kinds": {k.name: {"light": k.light, "dark": k.dark, "letter": k.letter} for k in kinds()},
        "style": map_style(), "attribution": _ATTRIBUTION,
    }  # fmt: skip
    # one string, so that Folium neither compiles a label nor changes a name (my_kind would become myKind)
    m.options["dateline"] = safe_text(json.dumps(options))
    return m
