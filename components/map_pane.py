"""The map: the places of a report as one GeoJSON layer on a Folium map, through streamlit-folium.

What it shows is shaped in :mod:`dateline.layers`. What happens on a click happens in the browser
(``static/dateline/bridge.js``), in a frame; Python hears of it through the reader's trigger.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import folium
import pandas as pd
from folium.utilities import JsCode
from streamlit_folium import st_folium

from dateline import kinds
from dateline.features import areas
from dateline.layers import Rings, features

HEIGHT_PX = 470
WORLD_MIDDLE = (20.0, 10.0)
OSM = {
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
    ("dateline_symbols", f"{_STATIC}/dateline/symbols.js"),
    ("dateline_bridge", f"{_STATIC}/dateline/bridge.js"),
]
STYLES = [("leaflet", f"{_STATIC}/vendor/leaflet.css")]


def show(places: pd.DataFrame, outline: Callable[[str], Rings | None], *, key: str) -> None:
    """Draw the map. It is one map for every report, so that its frame stays; the reader tells it where to look."""
    outlines = {pid: rings for pid in places.loc[areas(places["feature"]), "place_id"] if (rings := outline(pid))}
    symbols, extents = features(places, outlines)
    st_folium(
        _base(), key=key, height=HEIGHT_PX, use_container_width=True, returned_objects=[],
        feature_group_to_add=[_group("areas", extents, area=True), _group("places", symbols, area=False)],
    )  # fmt: skip


def _base() -> folium.Map:
    folium.Map.default_js, folium.Map.default_css = SCRIPTS, STYLES
    m = folium.Map(
        location=WORLD_MIDDLE, zoom_start=2, tiles=None, prefer_canvas=True, min_zoom=2, max_zoom=13, world_copy_jump=True, zoom_snap=0.5
    )
    m.options["dateline"] = {
        "kinds": {k.name: {"light": k.light, "dark": k.dark, "letter": k.letter} for k in kinds()},
        "attribution": _ATTRIBUTION,
    }
    return m


def _group(name: str, collection: dict[str, Any], *, area: bool) -> folium.FeatureGroup:
    group = folium.FeatureGroup(name=name)
    if area:
        layer = folium.GeoJson(collection, pane="dateline-areas", interactive=False, style=JsCode("f => datelineArea(f)"))
    else:
        layer = folium.GeoJson(collection, point_to_layer=JsCode("(f, ll) => datelineSymbol(f, ll)"))
    layer.add_to(group)
    return group
