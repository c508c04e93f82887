"""The place list: every place of the filtered report, reachable by keyboard, in step with the map."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from components.protocol import ListData, ListRow
from dateline.features import word
from dateline.layers import symbol_of
from dateline.style import style

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
    found: list[ListRow] = []
    for row in places.itertuples():
        symbol = symbol_of(row)
        where = _where(row, country_name) if row.lat == row.lat else "not placed"  # NaN is not itself
        found.append({
            "id": row.place_id, "name": row.name, "where": where + (" · uncertain" if symbol.uncertain else ""),
            "kind": row.kind, "letter": symbol.letter, "count": int(row.mentions),
            "hollow": symbol.hollow, "square": symbol.square, "uncertain": symbol.uncertain,
            "kinds": row.kinds, "status": row.status, "mark": style().statuses[row.status].mark,
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
