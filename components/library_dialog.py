"""The dialog of the library: find, open, describe and delete reports, and bring them back from the bin."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pandas as pd
import streamlit as st

from components.words import plain, tried
from dateline import DatelineError
from dateline.library import Entry, Library
from dateline.library.reports import EDITABLE

_LABELS = {
    "title": "Title",
    "byline": "Byline",
    "outlet": "Outlet",
    "date": "Date (2023-03-07)",
    "source": "Address of the original",
    "language": "Language",
}


def table(entries: Sequence[Entry]) -> pd.DataFrame:
    """Return the list of reports as a table for the screen, a row an entry, in their order."""
    return pd.DataFrame({
        "Title": [e.title for e in entries],
        "Date": [e.date for e in entries],
        "Outlet": [e.outlet for e in entries],
        "Places": pd.array([e.places for e in entries], dtype="Int64"),
        "Unchecked": pd.array([e.unchecked for e in entries], dtype="Int64"),
        "Added": [e.added_at[:16].replace("T", " ") for e in entries],
        "From": [e.origin for e in entries],
    })  # fmt: skip


@st.dialog("Library", width="large", on_dismiss="rerun")
def show(library: Library, go_to: Callable[[str], None]) -> None:
    """Draw the dialog; ``go_to`` opens a report in the next run."""
    search = st.text_input("Search titles and texts", key="library_search", icon=":material/search:", placeholder="Words of title or text")
    entries = library.reports.entries(search)
    st.caption(
        f"{len(entries)} report{'s' if len(entries) != 1 else ''}" + (" with these words" if search.strip() else ", all on this machine")
    )
    if entries:
        picked = st.dataframe(
            table(entries), hide_index=True, height=280, on_select="rerun", selection_mode="single-row", key=f"library_{hash(search)}",
            alt="The reports of the library",
        )["selection"]["rows"]  # fmt: skip
        if picked and picked[0] < len(entries):
            st.session_state["library_one"] = entries[picked[0]].id
        # the table forgets its row when what it shows changes: a saved description, say
        one = next((e for e in entries if e.id == st.session_state.get("library_one")), None)
        if one:
            _one(library, one, go_to)
        else:
            st.caption("Choose a row to open, describe or delete the report.")
    _bin(library)


def _one(library: Library, entry: Entry, go_to: Callable[[str], None]) -> None:
    left, right, _ = st.columns([1, 1, 3])
    if left.button("Open", key="library_open", type="primary", icon=":material/arrow_forward:"):
        go_to(entry.id)
        st.rerun()
    if right.button("Delete", key="library_delete", icon=":material/delete:", help="Into the bin below, whence it can be brought back"):
        if tried(library.reports.delete, entry.id):
            st.toast(plain(f"{entry.title} is in the bin. Undo: Library, Bin, Bring back."))
            st.rerun(scope="fragment")
        return
    try:
        article = library.reports.get(entry.id)
    except DatelineError as error:
        st.error(plain(str(error)), icon=":material/error:")
        return
    if article is None:
        return
    with st.form(f"describe_{entry.id}", border=True):
        columns = st.columns(2)
        values = {
            name: columns[number % 2].text_input(_LABELS[name], value=getattr(article, name), max_chars=300)
            for number, name in enumerate(EDITABLE)
        }
        if st.form_submit_button("Save the description") and tried(library.reports.edit, entry.id, values):
            st.toast("Saved.")
            st.rerun(scope="fragment")


def _bin(library: Library) -> None:
    binned = library.reports.entries(binned=True)
    if not binned:
        return
    with st.expander(f"Bin ({len(binned)})", icon=":material/delete:"):
        for entry in binned:
            words, back, away = st.columns([4, 1.3, 1.5], vertical_alignment="center")
            words.text(f"{entry.title} ({(entry.deleted_at or '')[:10]})")
            if back.button("Bring back", key=f"back_{entry.id}") and tried(library.reports.restore, entry.id):
                st.rerun(scope="fragment")
            told = "Text, reading and decisions are overwritten on the disk, in the backups too"
            if away.button("Delete for good", key=f"away_{entry.id}", help=told) and tried(library.reports.erase, entry.id):
                st.rerun(scope="fragment")
