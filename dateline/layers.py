"""The map's layers: the places table as GeoJSON, and where to look. Pure; screen, published page and picture share it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NotRequired, TypedDict

import pandas as pd

from dateline.choosing import UNCERTAIN_BELOW
from dateline.distances import KM_PER_DEG
from dateline.features import areas, is_area
from dateline.kinds import kinds
from dateline.style import style

WORLD = ((-45.0, -150.0), (65.0, 160.0))
_EVENTS = ("fighting", "control", "threatened", "civilians")
_MIN_SPAN_DEG = 0.5
_NEAR_KM = 130.0
_CIRCLE_POINTS = 48

_SIGNS = str.maketrans({sign: f"&#{ord(sign)};" for sign in "&<>\"'`$\\{}%#_"})

Bounds = tuple[tuple[float, float], tuple[float, float]]
Rings = list[list[list[float]]]


@dataclass(frozen=True, slots=True)
class Symbol:
    """How a place is shown, on the map and beside its name: decided here, drawn by each as it can."""

    kind: str
    letter: str
    hollow: bool = False
    square: bool = False
    """It has an extent, and is no town."""
    uncertain: bool = False
    radius_px: float = 0.0


@lru_cache(maxsize=64)
def kind_symbol(kind: str) -> Symbol:
    """Return the symbol of a kind alone, as legends and badges show it."""
    letter = next((k.letter for k in kinds() if k.name == kind), "?")
    return Symbol(kind, letter, hollow=kind in style().symbol.hollow_kinds)


def symbol_of(row: Any) -> Symbol:
    """Return the symbol of a row of the places table. What is not placed is hollow with a question mark, and not uncertain but unknown."""
    look, placed = kind_symbol(row.kind), bool(row.lat == row.lat)  # NaN is not itself
    return Symbol(
        row.kind, look.letter if placed else "?", hollow=look.hollow or not placed, square=is_area(row.feature),
        uncertain=placed and is_uncertain(row.confidence), radius_px=radius_px(int(row.mentions)),
    )  # fmt: skip


def is_uncertain(confidence: float) -> bool:
    """Return whether a place of this confidence is shown as uncertain."""
    return bool(confidence < UNCERTAIN_BELOW)


class SymbolProperties(TypedDict):
    """What a map knows of a place; every string went through :func:`safe_text`."""

    id: str
    name: str
    tip: str
    kind: str
    count: int
    radius: float
    hollow: bool
    square: bool
    uncertain: bool
    span: NotRequired[list[list[float]]]
    """[[south, west], [north, east]] of an area: what the map shows when it is chosen."""


class AreaProperties(TypedDict):
    """What a map knows of an area's extent; every string went through :func:`safe_text`."""

    id: str
    kind: str
    exact: bool
    """Whether it is an outline, and not a circle of about the right size."""


def safe_text(text: str) -> str:
    """Return text with every sign that means something to HTML, JavaScript or a template as a numeric entity.

    The one door from data to a map. Folium and streamlit-folium are made of templates and rewrite what they rendered: ``{{...}}`` runs
    on the server, ``_id`` is replaced. What comes out of here is letters to all of them; the browser undoes it at its own door
    (``L.dateline.decode`` in ``drawing.js``).
    """
    return text.translate(_SIGNS)


def features(places: pd.DataFrame, outlines: Mapping[str, Rings]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return two GeoJSON feature collections: symbols (points) and the outlines of areas.

    Args:
        places: the places table; rows without coordinates are left out.
        outlines: outer rings ([lon, lat]) of areas by place id, as far as known; a circle of the
            place's radius stands for the others.

    Every string in the properties went through :func:`safe_text`. ``[lon, lat]`` is made here and nowhere else.
    """
    placed = places[places["lat"].notna() & places["lon"].notna()]
    symbols, extents = [], []
    # small symbols are drawn last, so that they can be clicked on top of large ones
    rows: list[Any] = list(placed.sort_values("mentions", ascending=False, kind="stable").itertuples())
    for row in rows:
        symbol = symbol_of(row)
        properties: SymbolProperties = {
            "id": safe_text(row.place_id),
            "name": safe_text(row.name),
            "tip": safe_text(f"{row.name}: {row.kinds}"),
            "kind": safe_text(row.kind),
            "count": int(row.mentions),
            "radius": symbol.radius_px,
            "hollow": symbol.hollow,
            "square": symbol.square,
            "uncertain": symbol.uncertain,
        }
        # lat, lon become [lon, lat] here: GeoJSON wants it so (RFC 7946, 3.1.1)
        point = {"type": "Point", "coordinates": [row.lon, row.lat]}
        rings = outlines.get(row.place_id) if symbol.square else None
        exact = rings is not None
        rings = rings or _circle(row.lat, row.lon, row.radius_km)
        if rings:
            properties["span"] = _span(rings)  # what the map shows when the place is chosen
            if not symbol.hollow:
                shape = {"type": "MultiPolygon", "coordinates": [[ring] for ring in rings]}
                area: AreaProperties = {"id": properties["id"], "kind": properties["kind"], "exact": exact}
                extents.append({"type": "Feature", "properties": area, "geometry": shape})
        symbols.append({"type": "Feature", "properties": properties, "geometry": point})
    return _collection(symbols), _collection(extents)


def _collection(items: list[dict[str, Any]]) -> dict[str, Any]:
    return {"type": "FeatureCollection", "features": items}


def radius_px(mentions: int) -> float:
    """Return the radius of a symbol: its area grows with the number of mentions, within limits."""
    rules = style().symbol
    return round(min(rules.max_radius, rules.min_radius * math.sqrt(1 + rules.growth * (mentions - 1))), 1)


def _circle(lat: float, lon: float, radius_km: float) -> Rings:
    if radius_km <= 0:
        return []
    shrink = max(0.05, math.cos(math.radians(lat)))
    turns = [2 * math.pi * i / _CIRCLE_POINTS for i in range(_CIRCLE_POINTS + 1)]
    reach_deg = radius_km / KM_PER_DEG
    return [
        [[round(lon + reach_deg / shrink * math.sin(t), 3), round(max(-85.0, min(85.0, lat + reach_deg * math.cos(t))), 3)] for t in turns]
    ]


def _span(rings: Rings) -> list[list[float]]:
    """Return [[south, west], [north, east]] of the largest ring: Leaflet's order, for the map to show it."""
    ring = max(rings, key=len)
    lons, lats = [p[0] for p in ring], [p[1] for p in ring]
    return [[min(lats), min(lons)], [max(lats), max(lons)]]


def focus(mentions: pd.DataFrame) -> Bounds:
    """Return ((south, west), (north, east)) of what matters in a report.

    Where things happen decides: towns with fighting, control, threat or harm, else any town
    mentioned as ground, else anything placed. Far outliers (a capital that speaks, an ally) do not
    count: the view is built around the weighted median of the rest.
    """
    placed = mentions[mentions["lat"].notna() & ~mentions["reference"].isin(["demonym", "embedded"])]
    ground = placed[placed["kind"] != "actor"]
    towns = ground[~areas(ground["feature"])]
    for chosen in (towns[towns["kind"].isin(_EVENTS)], towns, ground, placed):
        if not chosen.empty:
            return _bounds(chosen)
    return WORLD


def _bounds(chosen: pd.DataFrame) -> Bounds:
    lat, lon = float(chosen["lat"].median()), float(chosen["lon"].median())
    shrink = math.cos(math.radians(lat))
    away_km = ((chosen["lat"] - lat) ** 2 + ((chosen["lon"] - lon) * shrink) ** 2) ** 0.5 * KM_PER_DEG
    near = chosen[away_km <= max(_NEAR_KM, 3 * float(away_km.median()))]
    near = near if not near.empty else chosen
    south, north = float(near["lat"].min()), float(near["lat"].max())
    west, east = float(near["lon"].min()), float(near["lon"].max())
    pad_lat = max((north - south) * 0.15, (_MIN_SPAN_DEG - (north - south)) / 2, 0.05)
    pad_lon = max((east - west) * 0.15, (_MIN_SPAN_DEG / shrink - (east - west)) / 2, 0.05)
    return (south - pad_lat, west - pad_lon), (north + pad_lat, east + pad_lon)
