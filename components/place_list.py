"""The place list: every place of the filtered report, reachable by keyboard, in step with the map."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from components.protocol import ListData, ListRow
from dateline import UNCERTAIN_BELOW, kinds
from dateline.features import is_area, word

_PANE = st.components.v2.component(
    "dateline_list",
    html="""
    <div class="dl-list" role="group" aria-label="Places"></div>
    """,
    js="""
    export default async function (component) {
      const pane = await import(new URL("app/static/dateline/place_list.js", document.baseURI).href);
      return pane.show(component);
    }
    """,
    isolate_styles=False,
)


def rows(places: pd.DataFrame, country_name: dict[str, str]) -> list[ListRow]:
    """Return one plain record a place for the browser. Text is text here: the pane sets textContent."""
    letters = {kind.name: kind.letter for kind in kinds()}
    found: list[ListRow] = []
    for row in places.itertuples():
        placed = bool(row.lat == row.lat)  # NaN is not itself
        where = _where(row, country_name) if placed else "not placed"
        uncertain = placed and row.confidence < UNCERTAIN_BELOW
        found.append({
            "id": row.place_id, "name": row.name, "where": where + (" · uncertain" if uncertain else ""),
            "kind": row.kind, "letter": letters.get(row.kind, "?") if placed else "?", "count": int(row.mentions),
            "hollow": row.kind == "actor" or not placed, "square": is_area(row.feature), "uncertain": uncertain,
            "kinds": row.kinds, "status": row.status,
        })  # fmt: skip
    return found


def _where(row: Any, country_name: dict[str, str]) -> str:
    kind = word(row.feature)
    inside = [part for part in (row.admin1, country_name.get(row.country, "")) if part and part not in (row.place, row.name)]
    return ", ".join(inside) if kind in ("town", "capital") and inside else " · ".join([kind, *inside[-1:]])


def show(places: pd.DataFrame, country_name: dict[str, str], empty: str, *, key: str) -> None:
    """Draw the list; ``empty`` is what it says when no place passes the filters."""
    data: ListData = {"rows": rows(places, country_name), "empty": empty}
    _PANE(key=key, data=data)
