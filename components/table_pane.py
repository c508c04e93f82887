"""The tables, sortable, and their download as CSV: exactly what is filtered."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import pandas as pd
import pyarrow as pa
import streamlit as st

from dateline.exports import to_csv

_SHOWN = {
    "Places": (
        "name",
        "place",
        "mentions",
        "kind",
        "kinds",
        "feature",
        "admin1",
        "country",
        "lat",
        "lon",
        "exactness",
        "confidence",
        "status",
        "names",
        "place_id",
    ),
    "Mentions": (
        "text",
        "place",
        "kind",
        "reference",
        "quote",
        "confidence",
        "status",
        "decided",
        "kind_reason",
        "place_reason",
        "country",
        "lat",
        "lon",
        "place_id",
        "mention_id",
    ),
    "Names of no place": ("text", "sort", "reason", "quote"),
}


def shown(table: pd.DataFrame, columns: Sequence[str]) -> pa.Table:
    """Return these columns as what Streamlit sends: made of a pandas table, it would send the others too, only to hide them."""
    return pa.Table.from_arrays([pa.array(table[name]) for name in columns], names=list(columns))


def show(report: str, mentions: pd.DataFrame, places: pd.DataFrame, other_names: pd.DataFrame) -> None:
    """Draw the tables with their download buttons: places and mentions as they are filtered, and the names left off the map."""
    tables = (("Places", places), ("Mentions", mentions), ("Names of no place", other_names))
    for tab, (name, table) in zip(st.tabs(list(_SHOWN)), tables, strict=True):
        with tab:
            st.dataframe(
                shown(table, _SHOWN[name]), hide_index=True, height=320, key=f"table_{name}",
                alt=f"Table of {len(table)} {name.lower()}",
                column_config={
                    "confidence": st.column_config.NumberColumn(format="percent"),
                    "quote": st.column_config.TextColumn(width="large"),
                    "lat": st.column_config.NumberColumn(format="%.4f"),
                    "lon": st.column_config.NumberColumn(format="%.4f"),
                },
            )  # fmt: skip
            st.download_button(
                f"Download as CSV ({name.lower()}: {len(table)})", partial(to_csv, table), key=f"csv_{name}",
                file_name=f"{report}-{name.lower().replace(' ', '-')}.csv", mime="text/csv", icon=":material/download:", on_click="ignore",
            )  # fmt: skip
