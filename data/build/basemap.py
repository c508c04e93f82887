"""Build the offline base map: ``static/basemap/overview.json`` and one file a 10-degree cell.

A file holds ``land``, ``lakes`` (rings), ``rivers``, ``regions``, ``borders``, ``disputed`` (lines),
each a flat list of integers in thousandths of a degree, lon before lat, after the first pair as
differences; and ``labels`` as [lon, lat, name, population]. ``index.json`` lists the cells.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import shapely
from shapely.geometry import box
from shapely.geometry.base import BaseGeometry

from data.build import geometry
from dateline.names import common_spelling

OUT = Path(__file__).resolve().parents[2] / "static" / "basemap"
CELL_DEG = 10
UNITS_PER_DEG = 1000
DETAIL_TOLERANCE_DEG = 0.005
OVERVIEW_TOLERANCE_DEG = 0.06
LABEL_MIN_POPULATION = 3000
SUBURB_DEG = 0.09
"""A town this near one ten times its size is a suburb or a city district: no label."""

Town = tuple[float, float, str, int]


def _flat(coords: Iterable[tuple[float, ...]]) -> list[int]:
    flat: list[int] = []
    last_x = last_y = 0
    for lon, lat, *_ in coords:
        x, y = round(lon * UNITS_PER_DEG), round(lat * UNITS_PER_DEG)
        if flat and (x, y) == (last_x, last_y):
            continue
        flat += [x - last_x, y - last_y]
        last_x, last_y = x, y
    return flat


def _parts(shape: BaseGeometry, kind: str) -> list[BaseGeometry]:
    return [p for p in getattr(shape, "geoms", [shape]) if p.geom_type == kind and not p.is_empty]


def _rings(shapes: Iterable[BaseGeometry]) -> list[list[list[int]]]:
    """Return polygons as lists of rings: the outer one, then holes."""
    return [
        [_flat(ring.coords) for ring in (part.exterior, *part.interiors) if len(ring.coords) > 3]
        for shape in shapes
        for part in _parts(shape, "Polygon")
    ]


def _lines(shapes: Iterable[BaseGeometry]) -> list[list[int]]:
    return [_flat(part.coords) for shape in shapes for part in _parts(shape, "LineString")]


def _clipped(shapes: list[BaseGeometry], window: BaseGeometry, tree: shapely.STRtree) -> list[BaseGeometry]:
    return [shapely.intersection(shapes[i], window) for i in sorted(tree.query(window))]


def _simple(shapes: Iterable[BaseGeometry], tolerance: float) -> list[BaseGeometry]:
    return [shapely.make_valid(s.simplify(tolerance)) for s in shapes]


def without_suburbs(towns: list[Town]) -> list[Town]:
    """Return towns (lon, lat, name, population) without those beside one ten times as large."""
    grid: dict[tuple[int, int], list[Town]] = defaultdict(list)
    for town in towns:
        grid[(round(town[0] / SUBURB_DEG), round(town[1] / SUBURB_DEG))].append(town)

    def beside_larger(town: Town) -> bool:
        x, y = round(town[0] / SUBURB_DEG), round(town[1] / SUBURB_DEG)
        near = (t for dx in (-1, 0, 1) for dy in (-1, 0, 1) for t in grid.get((x + dx, y + dy), ()))
        return any(t[3] >= 10 * town[3] for t in near)

    return [town for town in towns if not beside_larger(town)]


def build(towns: Iterable[Town], countries: Iterable[Town]) -> None:
    """Write the base map. ``towns`` and ``countries``: (lon, lat, name, population)."""
    OUT.mkdir(parents=True, exist_ok=True)
    for old in OUT.glob("*.json"):
        old.unlink()

    def layers(shapes: dict[str, list[BaseGeometry]], labels: list[Town]) -> dict[str, Any]:
        return {
            "land": _rings(shapes["land"]),
            "lakes": _rings(shapes["lakes"]),
            **{k: _lines(shapes[k]) for k in ("rivers", "regions", "borders", "disputed")},
            "labels": [[round(lon, 3), round(lat, 3), common_spelling(name), pop] for lon, lat, name, pop in labels],
        }

    def write(name: str, content: Any) -> None:
        text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
        (OUT / name).write_text(text + "\n", encoding="utf-8")

    tolerance = OVERVIEW_TOLERANCE_DEG
    write("overview.json", layers({
        "land": [s for s in _simple(geometry.land50(), tolerance) if s.area > 0.05],
        "lakes": [s for s in _simple(geometry.lakes50(), tolerance) if s.area > 0.15],
        "rivers": [s for s in _simple(geometry.rivers50(), tolerance) if s.length > 6],
        "regions": [],
        "borders": _simple((g for g, disputed in geometry.borders50() if not disputed), tolerance),
        "disputed": _simple((g for g, disputed in geometry.borders50() if disputed), tolerance),
    }, sorted(countries, key=lambda c: -c[3])))  # fmt: skip

    tolerance = DETAIL_TOLERANCE_DEG
    detail = {
        "land": _simple(geometry.land10(), tolerance),
        "lakes": _simple(geometry.lakes10(), tolerance),
        "rivers": _simple(geometry.rivers50(), tolerance),
        "regions": _simple(geometry.region_lines(), tolerance),
        "borders": _simple((g for g, disputed in geometry.borders10() if not disputed), tolerance),
        "disputed": _simple((g for g, disputed in geometry.borders10() if disputed), tolerance),
    }
    # One multipolygon of all land would be clipped whole for every cell.
    detail["land"] = [p for s in detail["land"] for p in _parts(s, "Polygon")]
    trees = {name: shapely.STRtree(shapes) for name, shapes in detail.items()}
    labels: dict[tuple[int, int], list[Town]] = defaultdict(list)
    for town in without_suburbs([t for t in towns if t[3] >= LABEL_MIN_POPULATION]):
        labels[(int(town[0] // CELL_DEG * CELL_DEG), int(town[1] // CELL_DEG * CELL_DEG))].append(town)
    cells = []
    for west in range(-180, 180, CELL_DEG):
        for south in range(-90, 90, CELL_DEG):
            window = box(west, south, west + CELL_DEG, south + CELL_DEG)
            clipped = {k: _clipped(v, window, trees[k]) for k, v in detail.items()}
            if not any(not s.is_empty for shapes in clipped.values() for s in shapes):
                continue
            in_cell = sorted(labels[(west, south)], key=lambda t: -t[3])
            write(f"c_{west}_{south}.json", layers(clipped, in_cell))
            cells.append([west, south])
    write("index.json", {"cell_deg": CELL_DEG, "units_per_deg": UNITS_PER_DEG, "cells": cells})
