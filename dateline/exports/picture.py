"""The map as a picture, PNG or SVG, for print: drawn by matplotlib from the same files as the map on the screen."""

from __future__ import annotations

import io
import json
import math
import textwrap
import warnings
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dateline.distances import KM_PER_DEG
from dateline.exports.selection import LICENCE, Selection
from dateline.gazetteer import Gazetteer
from dateline.kinds import Kind, kinds
from dateline.layers import Bounds, Symbol, focus, kind_symbol, symbol_of
from dateline.packs import open_gazetteer
from dateline.style import Palette, style

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

BASEMAP = Path(__file__).resolve().parents[2] / "static" / "basemap"
DPI = 300
WIDTH_IN, HEIGHT_IN = 10.0, 7.6
MAX_NAMES = 60
MAX_TOWNS = 45
DETAIL_BELOW_DEG = 22.0
"""A map wider than this is drawn from the coarse lines."""
_PT_A_PX = 0.62
"""Points of the picture for a pixel of the screen: how large symbols are drawn."""
_STEPS_KM = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000)
_FONT = "DejaVu Sans"


def png(selection: Selection, _what: str = "", gazetteer: Gazetteer | None = None) -> bytes:
    """Return the picture as PNG at :data:`DPI`. Outlines come from ``gazetteer``, by default the core with the installed packs."""
    return _saved(selection, "png", gazetteer)


def svg(selection: Selection, _what: str = "", gazetteer: Gazetteer | None = None) -> bytes:
    """Return the picture as SVG, its letters as outlines: it looks the same everywhere. ``gazetteer``: as :func:`png`."""
    return _saved(selection, "svg", gazetteer)


def _saved(selection: Selection, form: str, gazetteer: Gazetteer | None) -> bytes:
    import matplotlib as mpl

    out = io.BytesIO()
    with mpl.rc_context({"font.family": _FONT, "svg.hashsalt": "dateline", "axes.unicode_minus": False, "text.parse_math": False}):
        title = _line_of(selection.article.title, 300)  # a control character in it, and the SVG is no XML
        metadata = {"Title": title, "Source": LICENCE} if form == "png" else {"Title": title, "Date": None}
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", message="Glyph .* missing")  # a script the font lacks shows as boxes, and is no error
            _figure(selection, gazetteer or open_gazetteer()).savefig(out, format=form, dpi=DPI, metadata=metadata, facecolor="white")
    return out.getvalue()


def _figure(selection: Selection, gazetteer: Gazetteer) -> Figure:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(WIDTH_IN, HEIGHT_IN))
    axes = figure.add_axes((0.025, 0.13, 0.95, 0.77))
    bounds = _fitted(focus(selection.mentions), 0.95 * WIDTH_IN / (0.77 * HEIGHT_IN))
    (south, west), (north, east) = bounds
    axes.set_xlim(west, east)
    axes.set_ylim(south, north)
    axes.set_aspect(1 / math.cos(math.radians((south + north) / 2)))
    axes.set_facecolor(_colours().sea)
    axes.set_xticks([])
    axes.set_yticks([])
    towns = _base(axes, bounds)
    taken = [_part(bounds, 0.93, 0.85, 1.0, 1.0), _part(bounds, 0.0, 0.0, 0.3, 0.12)]  # the north arrow and the scale bar
    _places(axes, selection, bounds, taken, gazetteer)
    _names(axes, towns, bounds, taken)
    _scale_bar(axes, bounds)
    _north_arrow(axes)
    _words(figure, selection, bounds)
    return figure


def _colours() -> Palette:
    """Return the colours of paper: the light theme's."""
    return style().light


def _colour(kind: str) -> str:
    return next((k.light for k in kinds() if k.name == kind), _colours().unknown)


def _fitted(bounds: Bounds, ratio: float) -> Bounds:
    """Return bounds of the picture's shape around ``bounds``: as wide as ``ratio`` times their height on the ground."""
    (south, west), (north, east) = bounds
    lat, lon = (south + north) / 2, (west + east) / 2
    shrink = max(0.05, math.cos(math.radians(lat)))
    tall, wide = (north - south) / 2, (east - west) / 2 * shrink
    tall, wide = max(tall, wide / ratio), max(wide, tall * ratio)
    return (lat - tall, lon - wide / shrink), (lat + tall, lon + wide / shrink)


def _files(bounds: Bounds) -> list[dict[str, Any]]:
    (south, west), (north, east) = bounds
    if east - west > DETAIL_BELOW_DEG:
        return [json.loads((BASEMAP / "overview.json").read_text(encoding="utf-8"))]
    index = json.loads((BASEMAP / "index.json").read_text(encoding="utf-8"))
    size = index["cell_deg"]
    cells = [(x, y) for x, y in index["cells"] if x < east and x + size > west and y < north and y + size > south]
    return [json.loads((BASEMAP / f"c_{x}_{y}.json").read_text(encoding="utf-8")) for x, y in cells]


def _line(flat: list[int]) -> list[tuple[float, float]]:
    """Return a line of the base map's files as (lon, lat) pairs; see ``data/build/basemap.py``."""
    x = y = 0
    points = []
    for dx, dy in zip(flat[::2], flat[1::2], strict=True):
        x, y = x + dx, y + dy
        points.append((x / 1000, y / 1000))
    return points


def _base(axes: Axes, bounds: Bounds) -> list[list[Any]]:
    """Draw land, water and borders; return the towns of the base map."""
    from matplotlib.collections import LineCollection, PathCollection
    from matplotlib.path import Path as Shape

    def filled(polygons: Iterable[list[list[int]]], colour: str, order: float) -> None:
        shapes = [Shape.make_compound_path(*(Shape([*_line(ring), _line(ring)[0]], closed=True) for ring in rings)) for rings in polygons]
        axes.add_collection(PathCollection(shapes, facecolor=colour, edgecolor=colour, linewidth=0.2, zorder=order), autolim=False)

    def drawn(lines: Iterable[list[int]], colour: str, width: float, order: float, dash: Any = "solid") -> None:
        axes.add_collection(
            LineCollection([_line(line) for line in lines], colors=colour, linewidths=width, linestyles=dash, zorder=order), autolim=False
        )

    colours = _colours()
    towns: list[list[Any]] = []
    detailed = bounds[1][1] - bounds[0][1] <= DETAIL_BELOW_DEG
    for file in _files(bounds):
        filled(file["land"], colours.land, 1)
        drawn(file["rivers"], colours.river, 0.7, 2)
        filled(file["lakes"], colours.sea, 2.1)
        if detailed:
            drawn(file["regions"], colours.region, 0.6, 2.2)
        drawn(file["borders"], colours.border, 1.0, 2.3)
        drawn(file["disputed"], colours.border, 1.0, 2.3, (0, (4, 3)))
        towns += file["labels"]
    return towns


Box = tuple[float, float, float, float]


def _part(bounds: Bounds, left: float, low: float, right: float, high: float) -> Box:
    """Return a part of the picture, given in shares of its width and height, in degrees."""
    (south, west), (north, east) = bounds
    wide, tall = east - west, north - south
    return (west + left * wide, south + low * tall, west + right * wide, south + high * tall)


def _places(axes: Axes, selection: Selection, bounds: Bounds, taken: list[Box], gazetteer: Gazetteer) -> None:
    """Draw the report's places and name them where there is room; ``taken`` grows by what they take, in degrees."""
    placed = selection.places[selection.places["lat"].notna()].sort_values("mentions", ascending=False, kind="stable")
    rows: list[Any] = list(placed.itertuples())
    inside = [(row, symbol_of(row)) for row in rows if _within(row.lat, row.lon, bounds)]
    per_point, rules = _degrees_per_point(bounds), style().area
    for row, symbol in inside:
        if symbol.square and not symbol.hollow:
            for ring in gazetteer.outline(row.place_id) or ():
                axes.plot(
                    [p[0] for p in ring], [p[1] for p in ring], color=_colour(symbol.kind), linewidth=rules.width * 0.75,
                    alpha=rules.opacity, zorder=3,
                )  # fmt: skip
    for order, (row, symbol) in enumerate(inside):
        radius = symbol.radius_px * _PT_A_PX
        _symbol(axes, row.lon, row.lat, symbol, radius, 4 + order * 0.01)
        taken.append(_box(row.lon, row.lat, radius, radius, per_point))
    for row, symbol in inside[:MAX_NAMES]:
        radius = symbol.radius_px * _PT_A_PX
        _name(axes, row.name, row.lon, row.lat, radius, taken, per_point, size=8.0, weight="bold", colour=_colours().place)


def _symbol(axes: Axes, x: float, y: float, symbol: Symbol, radius: float, order: float) -> None:
    """Draw a symbol as the screen does (``look`` in ``drawing.js``): hollow, square, pale and dashed as it says."""
    from matplotlib.colors import to_rgba

    rules, colours, colour = style().symbol, _colours(), _colour(symbol.kind)
    edged = symbol.hollow or symbol.uncertain
    share = rules.hollow if symbol.hollow else rules.uncertain if symbol.uncertain else rules.solid
    width = (rules.line if edged else rules.edge) * _PT_A_PX
    axes.scatter(
        [x], [y], s=(2 * radius) ** 2, marker="s" if symbol.square else "o", zorder=order, clip_on=True,
        facecolor=to_rgba(colours.disc if symbol.hollow else colour, share), edgecolor=colour if edged else colours.disc, linewidth=width,
        linestyle=(0, tuple(length * _PT_A_PX / width for length in rules.dash)) if symbol.uncertain else "solid",
    )  # fmt: skip
    axes.annotate(
        symbol.letter, (x, y), ha="center", va="center_baseline", fontsize=max(5.5, radius * 1.05), fontweight="bold",
        color=colour if symbol.hollow else colours.letter, zorder=order + 0.005,
    )  # fmt: skip


def _names(axes: Axes, towns: list[list[Any]], bounds: Bounds, taken: list[Box]) -> None:
    """Name the base map's larger towns where there is room."""
    per_point = _degrees_per_point(bounds)
    left = MAX_TOWNS
    for lon, lat, name, _ in sorted(towns, key=lambda town: -town[3]):
        if left == 0:
            return
        if not _within(lat, lon, bounds):
            continue
        if _name(axes, name, lon, lat, 1.6, taken, per_point, size=6.5, weight="normal", colour=_colours().label):
            axes.plot([lon], [lat], marker="o", markersize=1.8, color=_colours().label, zorder=2.5, linestyle="none")
            left -= 1


def _name(
    axes: Axes, name: str, lon: float, lat: float, radius: float, taken: list[Box], per_point: tuple[float, float], *,
    size: float, weight: str, colour: str,
) -> bool:  # fmt: skip
    """Write a name beside its place where it covers nothing; return whether there was room."""
    from matplotlib import patheffects

    name = _line_of(name, 40)
    x, y = per_point
    wide, tall = len(name) * size * 0.62 * x, size * 1.25 * y
    away = (radius + 2.5) * x
    up = (radius + size) * y
    for left, middle in ((lon + away, lat), (lon - away - wide, lat), (lon - wide / 2, lat + up), (lon - wide / 2, lat - up)):
        box = (left, middle - tall / 2, left + wide, middle + tall / 2)
        inside = axes.get_xlim()[0] < box[0] and box[2] < axes.get_xlim()[1] and axes.get_ylim()[0] < box[1] and box[3] < axes.get_ylim()[1]
        if inside and all(box[2] < b[0] or b[2] < box[0] or box[3] < b[1] or b[3] < box[1] for b in taken):
            taken.append(box)
            axes.annotate(
                name, (left, middle), ha="left", va="center", fontsize=size, fontweight=weight, color=colour, zorder=6,
                path_effects=[patheffects.withStroke(linewidth=2, foreground=_colours().place_halo)], annotation_clip=True,
            )  # fmt: skip
            return True
    return False


def _line_of(text: str, width: int) -> str:
    """Return text as one line that a picture can hold: no control characters, at most ``width`` characters."""
    line = "".join(ch if ch.isprintable() else " " for ch in text).strip()
    short = textwrap.shorten(line, width, placeholder="…")
    return f"{line[: width - 1]}…" if short == "…" else short  # a first word that is too long is cut, not dropped


def _degrees_per_point(bounds: Bounds) -> tuple[float, float]:
    """Return how many degrees of longitude and latitude a typographic point is."""
    (south, west), (north, east) = bounds
    return (east - west) / (0.95 * WIDTH_IN * 72), (north - south) / (0.77 * HEIGHT_IN * 72)


def _box(lon: float, lat: float, wide: float, tall: float, per_point: tuple[float, float]) -> Box:
    x, y = per_point
    return (lon - wide * x, lat - tall * y, lon + wide * x, lat + tall * y)


def _within(lat: float, lon: float, bounds: Bounds) -> bool:
    (south, west), (north, east) = bounds
    return south < lat < north and west < lon < east


def _scale_bar(axes: Axes, bounds: Bounds) -> None:
    (south, west), (north, east) = bounds
    km_per_deg = KM_PER_DEG * math.cos(math.radians((south + north) / 2))
    span_km = (east - west) * km_per_deg
    length = max((step for step in _STEPS_KM if step < span_km / 4), default=_STEPS_KM[0])
    x, y = west + 0.03 * (east - west), south + 0.05 * (north - south)
    wide, tall = length / km_per_deg, 0.008 * (north - south)
    for number, colour in enumerate((_colours().ink, _colours().disc)):
        left = x + number * wide / 2
        corners = [left, left + wide / 2, left + wide / 2, left], [y, y, y + tall, y + tall]
        axes.fill(*corners, facecolor=colour, edgecolor=_colours().ink, linewidth=0.6, zorder=8)
    axes.annotate(f"{length} km", (x + wide / 2, y + 1.6 * tall), ha="center", va="bottom", fontsize=7.5, zorder=8)


def _north_arrow(axes: Axes) -> None:
    axes.annotate(
        "N", xy=(0.965, 0.965), xytext=(0.965, 0.885), xycoords="axes fraction", ha="center", va="center", fontsize=10, fontweight="bold",
        arrowprops={"arrowstyle": "-|>", "color": _colours().ink, "linewidth": 1.4, "shrinkA": 5}, zorder=8,
    )  # fmt: skip


def _outside(selection: Selection, bounds: Bounds) -> list[str]:
    """Return the names of the places that the picture has no room for: far from where the report is."""
    placed = selection.places[selection.places["lat"].notna()]
    return [str(row.name) for row in placed.itertuples() if not _within(float(str(row.lat)), float(str(row.lon)), bounds)]


def _legend(selection: Selection) -> Iterator[tuple[Kind, int]]:
    counts = selection.mentions["kind"].value_counts()
    return ((kind, int(counts[kind.name])) for kind in kinds() if counts.get(kind.name, 0))


def _words(figure: Figure, selection: Selection, bounds: Bounds) -> None:
    """Write title, legend and sources around the map."""
    article = selection.article
    figure.text(0.025, 0.955, _line_of(article.title, 96), fontsize=13, fontweight="bold", va="center")
    meta = " · ".join(part for part in (article.date, article.byline, article.outlet, article.source) if part)
    figure.text(0.025, 0.92, _line_of(meta, 90), fontsize=8, color="#555555", va="center")
    x = 0.03
    for kind, count in _legend(selection):
        legend = figure.add_axes((x, 0.085, 0.02, 0.02 * WIDTH_IN / HEIGHT_IN))
        legend.set_axis_off()
        _symbol(legend, 0, 0, kind_symbol(kind.name), 4.5, 4)
        label = f"{_line_of(kind.label, 40)} {count}"
        figure.text(x + 0.023, 0.098, label, fontsize=8, va="center")
        x += 0.04 + len(label) * 0.0072
    figure.text(
        0.025, 0.063, "Circle: a town. Square: a region or country, its outline drawn. Hollow: a government or army. Size: mentions. "
        "Pale with a dashed edge: uncertain. Dashed border: disputed.", fontsize=7, color="#333333", va="center",
    )  # fmt: skip
    if outside := _outside(selection, bounds):
        figure.text(
            0.975, 0.92, _line_of(f"Outside this picture: {', '.join(outside)}", 90), fontsize=7.5, color="#555555", va="center", ha="right"
        )
    for number, line in enumerate(textwrap.wrap(_line_of(f"{selection.note} {LICENCE}", 380), 190)[:2]):
        figure.text(0.025, 0.038 - number * 0.018, line, fontsize=6.5, color="#555555", va="center")
