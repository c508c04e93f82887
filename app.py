"""Dateline's screen, top to bottom: open a report, read it, show it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

import pandas as pd
import streamlit as st

from components import filters, map_pane, masthead, place_card, place_list, reader_pane, table_pane
from dateline import (
    DatelineError,
    Gazetteer,
    Network,
    Ranker,
    ReadArticle,
    Reader,
    Sayer,
    list_reports,
    mentions_table,
    mostly_latin,
    open_report,
    place_key,
    places_table,
    read,
)  # fmt: skip

ROOT = Path(__file__).resolve().parent
# DATELINE_REPORTS: the folder of reports. DATELINE_GAZETTEER: a gazetteer file instead of the core one.
REPORTS = Path(os.environ.get("DATELINE_REPORTS") or ROOT / "seeds")


# What is cached for all sessions is read-only: frozen records, weights and a read-only file.
@st.cache_resource(show_spinner="Opening the gazetteer")
def engine() -> Reader:
    """Return the weights and the gazetteer, loaded once a process."""
    own = os.environ.get("DATELINE_GAZETTEER")
    return Reader(Network(), Sayer(), Ranker(), Gazetteer(Path(own) if own else None))


@st.cache_resource(max_entries=16, show_spinner="Reading the report")
def reading(path: str, modified_ns: int) -> ReadArticle:  # noqa: ARG001  # it is part of the cache key
    """Return the report at ``path``, read. ``modified_ns`` makes a changed file a new one."""
    return read(open_report(Path(path)), engine())


@st.cache_data(max_entries=16, show_spinner=False)
def mentions_of(path: str, modified_ns: int) -> pd.DataFrame:
    """Return the mentions table of the report at ``path``."""
    return mentions_table(reading(path, modified_ns))


@st.cache_data(max_entries=16, show_spinner=False)
def marked_text(path: str, modified_ns: int) -> str:
    """Return the report's text as HTML with its mentions marked."""
    done = reading(path, modified_ns)
    return reader_pane.mark(done.article.text, done.passages, mentions_of(path, modified_ns))


def picked() -> None:
    """Take over what the browser chose: the address carries it, and is what the next run reads."""
    pick: Mapping[str, object] = st.session_state["reader"]["pick"] or {}
    st.session_state["sequence"] = pick.get("sequence")
    st.query_params["report"] = st.session_state["report_choice"]
    if place := pick.get("place"):
        st.query_params["place"] = str(place)
    else:
        st.query_params.pop("place", None)


def main() -> None:
    """Draw the page."""
    masthead.page()
    reports = list_reports(REPORTS)
    path = masthead.choose(reports, REPORTS)
    if path is None:
        return
    file, modified_ns = str(path), path.stat().st_mtime_ns
    try:
        done = reading(file, modified_ns)
    except DatelineError as error:
        masthead.refused(str(error))
        return
    masthead.headline(done.article)
    mentions = mentions_of(file, modified_ns)
    if mentions.empty:
        st.info("No place names were found in this report. The text is shown below as it is.", icon=":material/travel_explore:")
    if not mostly_latin(done.article.text):
        st.info("This report does not look like English. Dateline reads English: many places will be missed.", icon=":material/translate:")
    show(path, done, mentions, marked_text(file, modified_ns))


def show(path: Path, done: ReadArticle, mentions: pd.DataFrame, marked: str) -> None:
    """Draw filters and panes, all from the same filtered mentions."""
    gazetteer = engine().gazetteer
    visible = filters.show(mentions, lambda name: frozenset(c.place.id for c in gazetteer.candidates(name)))
    places = places_table(visible)
    place = st.query_params.get("place")
    with st.container(key="workbench"):
        left, middle, right = st.columns([3, 7, 6], gap="small")
        list_box, reader_box = left.container(key="pane_list"), right.container(key="pane_reader")
        with middle.container(key="pane_map"):
            map_box, card_box = st.container(key="map"), st.container(key="below_map")
    # The cheap panes first, the map last: what is filtered changes everywhere at nearly the same moment.
    with list_box:
        place_list.show(places, gazetteer.country_names, "No place passes the filters." if len(mentions) else "No places.", key="list")
    with card_box:
        online = masthead.tiles_switch()
        place_card.show(_card(done, mentions, visible, places, place, gazetteer), place, key="card")
    with reader_box:
        ids = None if len(visible) == len(mentions) else list(visible["mention_id"])
        tiles = map_pane.OSM if online else None
        reader_pane.show(marked, ids, place, st.session_state.get("sequence"), tiles, path.stem, picked, key="reader")
    with map_box:
        map_pane.show(places, map_pane.focus(mentions), gazetteer.outline, key=f"map-{path.stem}")
    with st.container(key="pane_table"):
        table_pane.show(path.stem, visible, places)
    masthead.sources()


def _card(
    done: ReadArticle, mentions: pd.DataFrame, visible: pd.DataFrame, places: pd.DataFrame, place: str | None, gazetteer: Gazetteer
) -> str:
    if place is None:
        return place_card.hint(len(places))
    of_place = visible[place_key(visible) == place] if len(visible) else visible
    if of_place.empty:
        named = mentions[place_key(mentions) == place] if len(mentions) else mentions
        return place_card.hidden(str(named["place"].iloc[0] or named["text"].iloc[0])) if len(named) else place_card.hint(len(places))
    # the table's rows are the readings, in the same order: its index is their number
    return place_card.card([done.readings[i] for i in of_place.index], places, gazetteer.country_names)


main()
