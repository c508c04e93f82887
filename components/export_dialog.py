"""The dialog that hands results over: what is filtered or all, in the form that the next tool takes."""

from __future__ import annotations

from functools import partial

import pandas as pd
import streamlit as st

from components.words import plain
from dateline import Gazetteer, ReadArticle
from dateline.exports import FORMATS, LICENCE, Format, render, select

_TABLES = {"mentions": "Mentions: a row each", "places": "Places: a row each"}


@st.dialog("Export", width="medium", on_dismiss="rerun")
def show(read: ReadArticle, visible: pd.DataFrame, gazetteer: Gazetteer) -> None:
    """Draw the dialog for a report; ``visible``: the mentions that pass the filters; ``gazetteer``: that of the screen."""
    form = st.selectbox("Form", FORMATS, format_func=lambda f: f.label, key="export_form")
    filtered = len(visible) < len(read.readings)
    choices = {f"What is filtered: {len(visible)} of {len(read.readings)} mentions": visible, f"All {len(read.readings)} mentions": None}
    which = next(iter(choices)) if not filtered else st.radio("How much", list(choices), key="export_much")
    table = "mentions"
    if form.tables:
        table = st.radio("Rows", form.tables, format_func=_TABLES.__getitem__, key="export_table", horizontal=True)
    name = f"{read.article.id}-{table}{form.suffix}" if form.tables else f"{read.article.id}{form.suffix}"
    st.download_button(
        "Download", partial(_content, read, choices[which] if filtered else None, form, table, gazetteer), key="export_download",
        type="primary", file_name=name, mime=form.media_type, icon=":material/download:", on_click="ignore",
    )  # fmt: skip
    st.caption(plain(f"{name}: with quote, offsets, kind, reference, confidence, status, gazetteer id and source. {LICENCE}"))


def _content(read: ReadArticle, mentions: pd.DataFrame | None, form: Format, table: str, gazetteer: Gazetteer) -> bytes:
    return render(select(read, mentions), form, table, gazetteer)
