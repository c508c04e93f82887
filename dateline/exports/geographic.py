"""GeoJSON, KML and GeoPackage: for QGIS, Google Earth, and everything else that draws maps."""

from __future__ import annotations

import json
import re
import struct
import tempfile
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import numpy as np

from dateline.exports.selection import LICENCE, MADE_WITH, Selection, escaped, facts, link, place_keys
from dateline.kinds import kinds

KML = "http://www.opengis.net/kml/2.2"
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")


def _about(selection: Selection) -> dict[str, Any]:
    article = selection.article
    return {
        "report": article.id, "title": article.title, "date": article.date, "byline": article.byline, "outlet": article.outlet,
        "source": article.source, "note": selection.note, "made_with": MADE_WITH, "licence": LICENCE,
    }  # fmt: skip


def geojson(selection: Selection, what: str) -> bytes:
    """Return the mentions or places as a feature collection (RFC 7946); what has no place has a null geometry."""
    features = [
        {
            "type": "Feature", "id": row["mention_id" if what == "mentions" else "place_id"],
            "geometry": None if row["lat"] is None else {"type": "Point", "coordinates": [row["lon"], row["lat"]]},
            "properties": {**row, "link": link(row["place_id"])},
        }
        for row in facts(selection, what)
    ]  # fmt: skip
    collection = {"type": "FeatureCollection", **_about(selection), "features": features}
    return json.dumps(collection, ensure_ascii=False, allow_nan=False).encode("utf-8", "replace")


def kml(selection: Selection, _what: str) -> bytes:
    """Return places as KML 2.2, a folder a kind; each place's balloon has its passages, and each mention's facts are in it as data."""
    ET.register_namespace("", KML)
    root = ET.Element(f"{{{KML}}}kml")
    document = _add(root, "Document")
    _add(document, "name", selection.article.title)
    _add(document, "description", escaped(f"{selection.note} {MADE_WITH} {LICENCE}"))
    for kind in kinds():
        style = _add(document, "Style")
        style.set("id", f"kind-{kind.name}")
        icon = _add(style, "IconStyle")
        red, green, blue = kind.light[1:3], kind.light[3:5], kind.light[5:7]
        _add(icon, "color", f"ff{blue}{green}{red}")  # KML writes aabbggrr
    of_place: dict[str, list[dict[str, Any]]] = {}
    for key, row in zip(place_keys(selection), facts(selection, "mentions"), strict=True):
        of_place.setdefault(key, []).append(row)
    for kind in kinds():
        inside = [row for row in facts(selection, "places") if row["kind"] == kind.name]
        if not inside:
            continue
        folder = _add(document, "Folder")
        _add(folder, "name", kind.label)
        for place in inside:
            _placemark(folder, place, of_place.get(place["place_id"], []))
    ET.indent(root)
    return bytes(ET.tostring(root, encoding="utf-8", xml_declaration=True))


def _placemark(folder: ET.Element, place: dict[str, Any], mentions: list[dict[str, Any]]) -> None:
    mark = _add(folder, "Placemark")
    _add(mark, "name", place["name"])
    # balloons are HTML: what the report says must not become markup there, nor fetch a picture
    quotes = "".join(f"<p><b>{escaped(row['text'])}</b> ({row['kind']}, {row['status']}): {escaped(row['quote'])}</p>" for row in mentions)
    _add(mark, "description", f"<p>{escaped(place['kinds'])}</p>{quotes}")
    _add(mark, "styleUrl", f"#kind-{place['kind']}")
    data = _add(mark, "ExtendedData")
    values = {**place, "link": link(place["place_id"]), "mentions_json": json.dumps(mentions, ensure_ascii=False)}
    for name, value in values.items():
        entry = _add(data, "Data")
        entry.set("name", name)
        _add(entry, "value", "" if value is None else value)
    if place["lat"] is not None:
        _add(_add(mark, "Point"), "coordinates", f"{place['lon']},{place['lat']}")


def _add(parent: ET.Element, tag: str, text: object = None) -> ET.Element:
    child = ET.SubElement(parent, f"{{{KML}}}{tag}")
    if text is not None:
        child.text = _NOT_XML.sub("\ufffd", str(text))
    return child


def geopackage(selection: Selection, _what: str) -> bytes:
    """Return a GeoPackage with the layers ``mentions`` and ``places``, written by GDAL through pyogrio."""
    import pyogrio.raw

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "dateline.gpkg"
        for what in ("places", "mentions"):
            rows = facts(selection, what)
            columns = [*(rows[0] if rows else {"place_id": ""}), "link"]
            rows = [{**row, "link": link(row["place_id"])} for row in rows]
            points = np.array([_point(row) for row in rows], dtype=object)
            pyogrio.raw.write(
                path, points, [_column([row[name] for row in rows]) for name in columns], columns, layer=what, driver="GPKG",
                geometry_type="Point", crs="EPSG:4326", append=path.exists(),
                layer_metadata={**{k: str(v) for k, v in _about(selection).items() if v}, "DESCRIPTION": f"{selection.note} {LICENCE}"},
            )  # fmt: skip
        return path.read_bytes()


def _point(row: dict[str, Any]) -> bytes | None:
    """Return a point as little-endian WKB (OGC 06-103r4, 8.2.9), or None where there is none."""
    return None if row["lat"] is None else struct.pack("<BIdd", 1, 1, row["lon"], row["lat"])


def _column(values: list[Any]) -> np.ndarray:
    if values and all(isinstance(v, int) and not isinstance(v, bool) for v in values):
        return np.array(values, dtype=np.int64)
    if values and all(v is None or isinstance(v, float) for v in values):
        return np.array([float("nan") if v is None else v for v in values], dtype=np.float64)
    return np.array([None if v is None else str(v).encode("utf-8", "replace").decode() for v in values], dtype=object)
