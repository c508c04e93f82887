"""Reading the training corpora: documents with marked places, from ``../shared/corpora`` and ``data/marked``."""

from __future__ import annotations

import gzip
import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from dateline.distances import distance_km
from dateline.features import is_area
from dateline.records import Place

RIGHT_KM = 161.0
ROOT = Path(__file__).resolve().parents[2]
CORPORA = ROOT.parent / "shared" / "corpora"
MARKED = ROOT / "data" / "marked"
GWN_USES = {
    "Literal": "literal", "Mixed": "literal", "Coercion": "literal", "Literal_Modifier": "modifier", "Embedded_Literal": "modifier",
    "Non_Literal_Modifier": "demonym", "Demonym": "demonym", "Metonymic": "metonym", "Embedded_Non_Lit": "embedded", "Homonym": "not_a_place",
    "Language": "demonym",
}  # fmt: skip
"""The eleven types of the *Pragmatic Guide* folded to our six; literal and modifier are its literal half."""
_MARK = re.compile(r"\[\[([^|\]]+)\|([a-z]+)\|([a-z_]+)\]\]")


@dataclass(frozen=True)
class Document:
    """One document of a corpus. ``places``: dicts with start, end and whatever the corpus says of the mention."""

    corpus: str
    id: str
    text: str
    places: tuple[dict[str, Any], ...]
    entities: tuple[tuple[int, int, str], ...] = field(default=())
    title: str = ""
    head: dict[str, str] = field(default_factory=dict)


def corpus(name: str) -> list[Document]:
    """Return the documents of ``../shared/corpora/<name>.jsonl.gz``."""
    with gzip.open(CORPORA / f"{name}.jsonl.gz", "rt", encoding="utf-8") as file:
        return [
            Document(
                name.removesuffix(".dev"),
                str(d["id"]),
                d["text"],
                tuple(d["toponyms"]),
                tuple((e["start"], e["end"], e["type"]) for e in d.get("entities", ())),
                d.get("title") or "",
            )
            for d in map(json.loads, file)
        ]


def unmarked(marked: str) -> tuple[str, list[dict[str, Any]]]:
    """Return (text, places) of a text with marks ``[[name|kind|reference]]``."""
    parts: list[str] = []
    places = []
    length = last = 0
    for mark in _MARK.finditer(marked):
        parts.append(marked[last : mark.start()])
        length += len(parts[-1])
        places.append({"start": length, "end": length + len(mark[1]), "name": mark[1], "kind": mark[2], "reference": mark[3]})
        parts.append(mark[1])
        length += len(mark[1])
        last = mark.end()
    parts.append(marked[last:])
    return "".join(parts), places


def points_of(listed: str) -> dict[str, tuple[float, float]]:
    """Return {name: (lat, lon)} of a header's places: ``Mekelle 13.5 39.47; Shire 14.1 38.28``, rough points in degrees."""
    points = {}
    for one in filter(None, listed.split("; ")):
        name, lat, lon = one.rsplit(" ", 2)
        points[name] = (float(lat), float(lon))
    return points


def is_right(place: Place, lat: float, lon: float, marked_by_hand: bool) -> bool:
    """Return whether a place is the one that a document's point means.

    Corpora give a gazetteer's points: right within 161 km, as the field counts (Leidner 2007). Our own documents' points are rough, but tell a
    town from the region of its name: a town is right within 40 km, an area where the point lies well inside.
    """
    away_km = distance_km(place.lat, place.lon, lat, lon)
    if not marked_by_hand:
        return away_km <= RIGHT_KM
    return away_km <= (max(60.0, 0.6 * place.radius_km) if is_area(place.feature) else 40.0)


def marked(folder: Path = MARKED) -> Iterator[Document]:
    """Yield the documents of ``data/marked`` (a header, an empty line, a text with marks), in order of their names."""
    for path in sorted(folder.rglob("*.txt")):
        header, _, body = path.read_text(encoding="utf-8").partition("\n\n")
        head = dict(line.split(": ", 1) for line in header.splitlines()) | {"part": path.parent.name}
        text, places = unmarked(body)
        points = points_of(head.get("places", ""))
        for place in places:
            if place["reference"] != "not_a_place" and place["name"] in points:
                place["lat"], place["lon"] = points[place["name"]]
        yield Document("marked", path.stem, text, tuple(places), (), head.get("title", ""), head)


def fold_of(document: Document, folds: int) -> int:
    """Return which of ``folds`` parts a document falls in, by a hash of its corpus and id."""
    return int(hashlib.sha256(f"{document.corpus}/{document.id}".encode()).hexdigest(), 16) % folds


HELD_OUT_FOLDS = 8


def held_out(document: Document) -> bool:
    """Return whether a document is of the eighth of its corpus that trains nothing: doubt is fitted and figures are measured on it."""
    return document.corpus != "relocar" and fold_of(document, HELD_OUT_FOLDS) == 0
