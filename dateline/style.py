"""How Dateline looks, as data (``data/style.toml``): colours, rules of symbols, words. Screen, published page and picture read it."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Annotated, Any

import msgspec

from dateline.errors import DataError

STYLE_FILE = Path(__file__).resolve().parents[1] / "data" / "style.toml"
SCHEMES = ("light", "dark")

Colour = Annotated[str, msgspec.Meta(pattern="^#[0-9a-f]{6}([0-9a-f]{2})?$")]
Share = Annotated[float, msgspec.Meta(ge=0, le=1)]


class _Table(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A table of the file: of exactly these fields."""


class Palette(_Table, frozen=True):
    """The colours of one theme."""

    paper: Colour
    panel: Colour
    ink: Colour
    line: Colour
    accent: Colour
    link: Colour
    sea: Colour
    land: Colour
    river: Colour
    region: Colour
    border: Colour
    label: Colour
    halo: Colour
    place: Colour
    place_halo: Colour
    disc: Colour
    letter: Colour
    float: Colour
    quiet: Colour
    unknown: Colour


class SymbolRules(_Table, frozen=True):
    """How a place is drawn; lengths in pixels of the screen."""

    hollow_kinds: tuple[str, ...]
    min_radius: float
    max_radius: float
    growth: float
    edge: float
    line: float
    dash: tuple[float, float]
    solid: Share
    hollow: Share
    uncertain: Share
    ring_gap: float
    ring_width: float


class AreaRules(_Table, frozen=True):
    """How an area's outline is drawn."""

    width: float
    opacity: Share
    fill: Share
    chosen_width: float
    chosen_fill: Share
    chosen_circle_fill: Share


class Status(_Table, frozen=True):
    """What a person decided, in words."""

    short: str
    long: str
    mark: str


class Style(_Table, frozen=True):
    """The whole file."""

    light: Palette
    dark: Palette
    symbol: SymbolRules
    area: AreaRules
    statuses: dict[str, Status]
    references: dict[str, str]


@cache
def style() -> Style:
    """Return the style, from ``data/style.toml``.

    Raises:
        DataError: the file is missing or not as it should be; the message says where.
    """
    try:
        found: Style = msgspec.convert(tomllib.loads(STYLE_FILE.read_text(encoding="utf-8")), Style)
    except (OSError, ValueError) as error:
        msg = f"The style in {str(STYLE_FILE)!r} cannot be used: {error}. Put back the file that came with Dateline."
        raise DataError(msg) from error
    return found


def map_style() -> dict[str, Any]:
    """Return what the map's script (``drawing.js``) needs of the style, as plain data: palettes, symbol and area."""
    found: dict[str, Any] = msgspec.to_builtins(style())
    return {name: found[name] for name in (*SCHEMES, "symbol", "area")}
