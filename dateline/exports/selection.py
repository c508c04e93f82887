"""What is handed over: a report with the mentions and places that were chosen, and who says so."""

from __future__ import annotations

import html
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pandas as pd

from dateline.decisions import NOT_A_PLACE
from dateline.records import Article, ReadArticle
from dateline.tables import MENTION_COLUMNS, PLACE_COLUMNS, mentions_table, place_key, places_table

LICENCE = (
    "Places: GeoNames (https://www.geonames.org), CC BY 4.0, modified. Base map and outlines: Natural Earth, public domain. "
    "Quotes belong to their authors."
)
MADE_WITH = "Read by machine with Dateline; 'checked' and 'corrected' say what a person looked at."


@dataclass(frozen=True, slots=True)
class Selection:
    """What is handed over."""

    article: Article
    mentions: pd.DataFrame
    """Rows of the mentions table, in the order of the text."""
    places: pd.DataFrame
    """The places table made of them."""
    total: int
    """How many mentions the report has, so that a reader sees what was filtered out."""
    exported: str
    """Plain date, UTC."""

    @property
    def note(self) -> str:
        """Return in one sentence what this is a part of."""
        count = len(self.mentions)
        part = f"All {count}" if count == self.total else f"{count} of {self.total}"
        return f"{part} mentions of places in {self.article.title!r}, exported on {self.exported}."


def select(read: ReadArticle, mentions: pd.DataFrame | None = None) -> Selection:
    """Return what of a report is handed over: ``mentions`` (rows of its table), or all; never what a person marked as no place."""
    everything = mentions_table(read)
    everything = everything[everything["reference"] != NOT_A_PLACE]
    chosen = everything if mentions is None else mentions[mentions["reference"] != NOT_A_PLACE]
    return Selection(read.article, chosen, places_table(chosen), len(everything), datetime.now(UTC).date().isoformat())


def facts(selection: Selection, what: str) -> list[dict[str, Any]]:
    """Return the rows of a table (``mentions`` or ``places``) as plain values; NaN becomes None."""
    table, columns = (selection.mentions, MENTION_COLUMNS) if what == "mentions" else (selection.places, PLACE_COLUMNS)
    names = [c.name for c in columns]
    rows = []
    for row in table[names].itertuples(index=False):
        rows.append({name: _plain(value) for name, value in zip(names, row, strict=True)})
    return rows


def place_keys(selection: Selection) -> list[str]:
    """Return the place each mention belongs to, in the order of the mentions."""
    return place_key(selection.mentions).tolist() if len(selection.mentions) else []


def _plain(value: Any) -> Any:
    if isinstance(value, float) and value != value:  # NaN is not itself
        return None
    return value.item() if hasattr(value, "item") else value


def link(place_id: str) -> str:
    """Return the web address of a place in its gazetteer, "" where it has none."""
    return f"https://www.geonames.org/{place_id[3:]}" if place_id.startswith("gn:") else ""


def escaped(text: object) -> str:
    """Return text for HTML."""
    return html.escape(str(text), quote=True)
