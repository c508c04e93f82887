"""The map to publish: one HTML file with map, places, passages, legend and attributions, that asks nobody for anything.

Script, style, data and the part of the base map that the report is about stand in the file. Its Content-Security-Policy allows
exactly these scripts, by their digests, and no connection: what is in the data can neither run nor call.
"""

from __future__ import annotations

import base64
import hashlib
import json
from pathlib import Path
from typing import Any

from dateline.exports.selection import LICENCE, MADE_WITH, Selection, escaped, facts, place_keys
from dateline.features import areas, word
from dateline.gazetteer import Gazetteer
from dateline.kinds import kinds
from dateline.layers import Bounds, features, focus, kind_symbol, symbol_of
from dateline.packs import open_gazetteer
from dateline.style import SCHEMES, map_style, style

STATIC = Path(__file__).resolve().parents[2] / "static"
BASEMAP = STATIC / "basemap"
MAX_CELLS_BYTES = 800_000
"""Of base map detail in a page; beyond, the coarse map stands for the rest."""
_SCRIPTS = ("vendor/leaflet.js", "dateline/basemap.js", "dateline/drawing.js", "dateline/publish.js")
_STYLES = ("vendor/leaflet.css", "dateline/publish.css")


def page(selection: Selection, _what: str = "", gazetteer: Gazetteer | None = None) -> bytes:
    """Return the page, UTF-8. Outlines and names of countries come from ``gazetteer``, by default the core with the installed packs."""
    data = _json(_data(selection, gazetteer or open_gazetteer()))
    scripts = [_text(name) for name in _SCRIPTS]
    first = f"window.datelineFiles = {_json(_cells(focus(selection.mentions)))};"
    styles = "\n".join((_variables(), *(_without_urls(_text(name)) for name in _STYLES)))
    allowed = " ".join(_digest(text) for text in (first, *scripts))
    policy = f"default-src 'none'; script-src {allowed}; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"
    article = selection.article
    meta = " · ".join(escaped(part) for part in (article.date, article.byline, article.outlet) if part)
    source = f' · <a href="{escaped(article.source)}" rel="noopener noreferrer nofollow">the original</a>' if article.source else ""
    html = f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="{policy}"><meta name="referrer" content="no-referrer">
<title>{escaped(article.title)}: the places</title><style>{styles}</style></head>
<body><header><h1>{escaped(article.title)}</h1><p>{meta}{source}</p></header>
<nav id="legend" aria-label="Kinds of mention: filter"></nav>
<div id="places" role="group" aria-label="Places"></div>
<div id="map" role="application" aria-label="Map of the places; the list beside it offers the same by keyboard"></div>
<section id="passages" aria-live="polite" tabindex="0" aria-label="Passages"></section>
<footer><p>{escaped(selection.note)} {escaped(MADE_WITH)}</p><p>{escaped(LICENCE)} Dashed borders are disputed.</p></footer>
<script type="application/json" id="dateline-data">{data}</script>
<script>{first}</script>{"".join(f"<script>{text}</script>" for text in scripts)}
</body></html>
"""
    return html.encode("utf-8", "replace")


def _text(name: str) -> str:
    return (STATIC / name).read_text(encoding="utf-8").replace("</script", "<\\/script")


def _variables() -> str:
    """Return the colours of both themes as CSS variables."""
    light, dark = ("".join(f"--{name}:{colour};" for name, colour in map_style()[scheme].items()) for scheme in SCHEMES)
    return f":root{{{light}}}@media(prefers-color-scheme:dark){{:root{{{dark}}}}}"


def _without_urls(css: str) -> str:
    """Return a style sheet without what it would fetch: Leaflet's pictures of controls that the page does not have."""
    return "\n".join(line for line in css.split("\n") if "url(" not in line)


def _digest(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode('utf-8', 'replace')).digest()).decode()}'"


def _json(data: object) -> str:
    """Return JSON that no HTML parser can take for an end of the script."""
    text = json.dumps(data, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    for sign in "<>&\u2028\u2029":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return text


def _data(selection: Selection, gazetteer: Gazetteer) -> dict[str, Any]:
    wanted = selection.places.loc[areas(selection.places["feature"]), "place_id"]
    symbols, extents = features(selection.places, {pid: rings for pid in wanted if (rings := gazetteer.outline(pid))})
    counts = selection.mentions["kind"].value_counts()
    of_place: dict[str, list[dict[str, Any]]] = {}
    for key, row in zip(place_keys(selection), facts(selection, "mentions"), strict=True):
        start = row["passage_start"]
        of_place.setdefault(key, []).append({
            "kind": row["kind"], "reference": row["reference"], "status": row["status"], "quote": row["quote"],
            # JavaScript counts UTF-16 units
            "at": [_units(row["quote"][: row["start"] - start]), _units(row["quote"][: row["end"] - start])],
        })  # fmt: skip
    return {
        "bounds": focus(selection.mentions), "attribution": "GeoNames CC BY 4.0, modified · Natural Earth · dashed borders are disputed",
        "kinds": {
            k.name: {
                "label": k.label, "letter": k.letter, "about": k.about, "light": k.light, "dark": k.dark,
                "hollow": kind_symbol(k.name).hollow, "count": int(counts.get(k.name, 0)),
            }
            for k in kinds()
        },
        "symbols": symbols, "areas": extents, "style": map_style(),
        "places": [
            {
                "id": row["place_id"], "name": row["name"], "kind": row["kind"], "where": _where(row, gazetteer),
                "looked": style().statuses[row["status"]].long,
                "coordinates": "not on the map" if row["lat"] is None else f"{row['lat']:.3f}, {row['lon']:.3f}",
                "letter": symbol.letter, "hollow": symbol.hollow, "square": symbol.square, "uncertain": symbol.uncertain,
                "mentions": of_place.get(row["place_id"], []),
            }
            for row, symbol in zip(facts(selection, "places"), map(symbol_of, selection.places.itertuples()), strict=True)
        ],
    }  # fmt: skip


def _units(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _where(row: dict[str, Any], gazetteer: Gazetteer) -> str:
    if row["lat"] is None:
        return "not placed"
    inside = (word(row["feature"]), row["admin1"], gazetteer.country_names.get(row["country"], ""))
    return ", ".join(dict.fromkeys(part for part in inside if part and part not in (row["place"], row["name"])))


def _cells(bounds: Bounds) -> dict[str, Any]:
    """Return the base map's files that a page needs: the coarse one, and detail where the report is, nearest to its middle first."""
    index = json.loads((BASEMAP / "index.json").read_text(encoding="utf-8"))
    size = index["cell_deg"]
    (south, west), (north, east) = bounds
    lat, lon = (south + north) / 2, (west + east) / 2
    inside = [
        (x, y) for x, y in index["cells"] if x < east + 1 and x + size > west - 1 and y < north + 1 and y + size > south - 1
    ]  # fmt: skip
    found = {"index.json": index, "overview.json": json.loads((BASEMAP / "overview.json").read_text(encoding="utf-8"))}
    room = MAX_CELLS_BYTES
    for x, y in sorted(inside, key=lambda c: abs(c[0] + size / 2 - lon) + abs(c[1] + size / 2 - lat)):
        text = (BASEMAP / f"c_{x}_{y}.json").read_text(encoding="utf-8")
        room -= len(text)
        if room < 0:
            break
        found[f"c_{x}_{y}.json"] = json.loads(text)
    return found
