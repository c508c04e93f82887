"""Write ``data/supplement/harvested.csv``: places that marked corpora name and the packages lack, as facts (id, name, point).

No text of a corpus is kept: a row is a place. Run with the gazetteer built without the file, and ``../shared/corpora`` there:
``python -m data.build.harvest``, then ``make data``.
"""

from __future__ import annotations

import csv
import re
import unicodedata
from collections import Counter, defaultdict

from data.build.supplement import FOLDER
from data.train.corpora import corpus
from dateline import Gazetteer, distance_km
from dateline.names import fold_key

NEAR_KM = 60.0
_FEATURES = (
    (r"\b(?:county|parish)$", "ADM2"), (r"\b(?:river|creek|bayou|run|fork|branch)$|^river\b", "STM"), (r"\b(?:lake|pond)s?$|^lake\b", "LK"),
    (r"\bislands$", "ISLS"), (r"\bisland$", "ISL"), (r"\b(?:mountains|range|hills)$", "MTS"), (r"^(?:mount|mt)\b|\b(?:mountain|hill|peak)$", "MT"),
    (r"\bvalley$", "VAL"), (r"\bbay$", "BAY"), (r"\bsea$", "SEA"), (r"\bairport$", "AIRP"), (r"\bbridge$", "BDG"),
    (r"\b(?:church|cathedral|school|university|college|hotel|hospital|stadium|building|museum|center|centre)$", "BLDG"), (r"^fort\b", "MILB"),
    (r"\b(?:forest)$", "FRST"), (r"\bpark$", "PRK"), (r"^cape\b|\bpoint$", "CAPE"), (r"\b(?:gap|pass)$", "PASS"),
)  # fmt: skip
_USED = {
    "PPL",
    "PPLA",
    "PPLA2",
    "PPLA3",
    "PPLX",
    "PPLL",
    "PPLC",
    "ADM2",
    "STM",
    "LK",
    "ISL",
    "ISLS",
    "MTS",
    "MT",
    "VAL",
    "BAY",
    "SEA",
    "RGN",
    "AIRP",
    "AREA",
}
_LARGE = {"PCLI", "ADM1", "CONT", "RGN", "OCN", "SEA"}
_LITERAL = {"Literal", "Mixed", "Literal_Modifier", "Coercion", "Embedded_Literal", None}


def _feature(name: str, code: str) -> str:
    if code in _USED:
        return "PPL" if code.startswith("PPL") and code != "PPLX" else code
    return next((feature for pattern, feature in _FEATURES if re.search(pattern, name, re.IGNORECASE)), "PPL")


def main() -> None:
    """Write the file."""
    gazetteer = Gazetteer()
    found: dict[tuple[str, int, int], list[dict[str, object]]] = defaultdict(list)
    points: dict[str, Counter[tuple[float, float]]] = defaultdict(Counter)
    for name in ("lgl.dev", "trnews.dev", "geowebnews.dev", "geovirus.dev", "wotr.dev"):
        for document in corpus(name):
            for m in document.places:
                if m.get("lat") is None or not -180 <= m["lon"] <= 180 or m.get("type") not in _LITERAL:
                    continue
                surface = re.sub(r"\s+", " ", m["name"]).strip(" .,'’")
                title = m.get("gaz_name") or surface
                if title.isupper() and len(title) > 4:
                    title = title.title()
                if len(fold_key(surface)) < 3 or not title[0].isupper() or len(title.split()) > 5 or any(ch.isdigit() for ch in title):
                    continue
                if name in ("lgl.dev", "trnews.dev"):
                    points[f"gn:{m['geonameid']}"][(m["lat"], m["lon"])] += 1
                    if not set(fold_key(surface).split()) & set(fold_key(title).split()):
                        continue
                if name == "geowebnews.dev" and not str(m.get("geonameid") or "").isdecimal():
                    continue  # streets and buildings: no gazetteer's matter
                options = gazetteer.candidates(surface)
                if any(c.place.feature in _LARGE for c in options) and name in ("geovirus.dev", "wotr.dev", "geowebnews.dev"):
                    continue  # another point for the same area
                if any(distance_km(c.place.lat, c.place.lon, m["lat"], m["lon"]) < NEAR_KM for c in options) or gazetteer.demonym(surface):
                    continue
                ascii_title = unicodedata.normalize("NFC", title)
                place_id = f"gn:{m['geonameid']}" if m.get("geonameid") and str(m["geonameid"]).isdecimal() else ""
                if place_id and gazetteer.place(place_id):
                    continue
                row = {
                    "id": place_id, "name": ascii_title, "feature": _feature(title, m.get("fcode") or ""), "lat": m["lat"], "lon": m["lon"],
                    "alias": surface if fold_key(surface) != fold_key(title) and not (surface.isupper() and len(surface) > 4) else "",
                    "source": "War of the Rebellion corpus (MIT)" if name.startswith("wotr") else "GeoNames" if place_id else "Wikipedia",
                }  # fmt: skip
                if m.get("fcode", "").startswith(("PCL", "ADM1", "CONT")):
                    continue
                found[(fold_key(title), round(m["lat"] * 2), round(m["lon"] * 2))].append(row)
    rows = []
    seen: set[str] = set()
    for (key, lat, lon), group in sorted(found.items()):
        row = max(group, key=lambda r: bool(r["id"]))
        place_id = str(row["id"]) or f"dl:h-{key.replace(' ', '-')}-{lat}-{lon}"
        if place_id in seen:
            continue
        seen.add(place_id)
        aliases = "|".join(sorted({str(r["alias"]) for r in group if r["alias"]}))
        rows.append([place_id, row["name"], row["feature"], row["lat"], row["lon"], aliases, row["source"]])
    with (FOLDER / "harvested.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["id", "name", "feature", "lat", "lon", "aliases", "source"])
        writer.writerows(rows)
    # GeoNames' own points of countries and first-level regions
    changed = 0
    for table in ("countries.csv", "admin1_points.csv"):
        path = FOLDER / table
        with path.open(encoding="utf-8", newline="") as file:
            old = list(csv.DictReader(file))
        for row in old:
            if row["id"] in points:
                (lat, lon), _ = points[row["id"]].most_common(1)[0]
                changed += (float(row["lat"]), float(row["lon"])) != (lat, lon)
                row.update(lat=str(lat), lon=str(lon), source="GeoNames")
        have = {row["id"] for row in old}
        if table == "admin1_points.csv":
            regions = {f"gn:{row}" for (row,) in gazetteer._db.execute("SELECT row FROM place WHERE feature = 'ADM1'")}
            for place_id in sorted((points.keys() & regions) - have):
                (lat, lon), _ = points[place_id].most_common(1)[0]
                old.append({"id": place_id, "lat": str(lat), "lon": str(lon), "source": "GeoNames"})
                changed += 1
        with path.open("w", encoding="utf-8", newline="") as file:
            out = csv.DictWriter(file, fieldnames=list(old[0]), lineterminator="\n")
            out.writeheader()
            out.writerows(old)
    print(len(rows), "places;", changed, "points of countries and regions")


if __name__ == "__main__":
    main()
