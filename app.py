"""Dateline's screen, top to bottom: open a report, read it, show it, take decisions about it."""

from __future__ import annotations

import gc
import os
from functools import partial
from pathlib import Path

import pandas as pd
import streamlit as st
from starlette.applications import Starlette
from starlette.routing import Mount
from streamlit.delta_generator import DeltaGenerator

from components import protocol, serving
from components.words import plain
from dateline import (
    DatelineError,
    Desk,
    Gazetteer,
    Library,
    Opened,
    Place,
    Workshop,
    mentions_table,
    mostly_latin,
    other_names_table,
    packs,
    place_key,
    places_table,
)
from dateline import decisions as log
from dateline.desk import Decided, Recent, Stamp, unknown_names
from dateline.layers import focus
from dateline.library import WHO
from dateline.library import folder as watched
from dateline.library.store import ADVICE
from dateline.marking import mark

if __name__ == "__main__":  # the screen, run anew for everyone who comes, whenever something changes
    from components import (
        add_dialog,
        export_dialog,
        filters,
        gazetteer_dialog,
        history_dialog,
        library_dialog,
        map_pane,
        masthead,
        place_card,
        place_list,
        reader_pane,
        table_pane,
    )  # fmt: skip
else:  # what the server looks for in this file: the screen behind a door
    # Without the panes: a component that is declared before anyone has come is never served.
    screen = st.App(__file__)
    app = Starlette(routes=[Mount("/", screen)], middleware=serving.door(), lifespan=screen.lifespan())

ROOT = Path(__file__).resolve().parent
# DATELINE_REPORTS: the watched folder. DATELINE_HOME: where the library lies. DATELINE_GAZETTEER: a gazetteer file instead of the core one.
REPORTS = Path(os.environ.get("DATELINE_REPORTS") or ROOT / "seeds")
WISHES_KEPT = 200
WATCH_S = 2.0  # how often a page looks for decisions of others and for new files


# What is cached for all sessions is read-only, or safe to share between threads.
@st.cache_resource(show_spinner=False)
def workshop() -> Workshop:
    """Return the sandboxes, one set a process, their processes starting up."""
    made = Workshop()
    made.warm()
    _set_aside()
    return made


def _set_aside() -> None:
    """Let Python's garbage collector pass over everything that is loaded by now: modules, which stay for as long as the process does.

    Streamlit collects in full after every run, also after those that only look whether somebody decided something; with half a million
    objects of pandas, pyarrow and others to look through, that was half of a click and nearly all of such a look, and every session waited.
    """
    gc.collect()
    gc.freeze()


@st.cache_resource(show_spinner="Opening the gazetteer", max_entries=2)
def gazetteer(installed: tuple[packs.Pack, ...]) -> Gazetteer:
    """Return the gazetteer with these packs."""
    return packs.open_gazetteer(installed)


@st.cache_resource(show_spinner="Opening the library", max_entries=2)
def library(home: str | None) -> Library:  # noqa: ARG001  # another home is another library
    """Return the library."""
    return Library()


@st.cache_resource(max_entries=2)
def recent(home: str | None) -> Recent:  # noqa: ARG001  # another home has other reports
    """Return the reports opened last."""
    return Recent()


def desk() -> Desk:
    """Return the desk: library, sandboxes, and the gazetteer with the packs of now."""
    home = os.environ.get("DATELINE_HOME")
    return Desk(library(home), workshop(), gazetteer(packs.installed()), recent(home))


@st.cache_data(max_entries=16, show_spinner=False)
def mentions_of(report: str, stamp: Stamp, _opened: Opened) -> pd.DataFrame:  # noqa: ARG001  # the stamp is the cache key
    """Return the mentions table of a report."""
    return mentions_table(_opened.read)


@st.cache_data(max_entries=16, show_spinner=False)
def marked_text(report: str, stamp: Stamp, _opened: Opened) -> str:
    """Return the report's text as HTML with its mentions marked."""
    done = _opened.read
    return mark(done.article.text, done.passages, mentions_of(report, stamp, _opened))


def picked() -> None:
    """Take over what the browser chose: the address carries it, and is what the next run reads."""
    pick = protocol.pick(st.session_state["reader"]["pick"])
    if pick is None:
        st.session_state["said"] = protocol.trouble(0)
        return
    st.session_state["sequence"] = pick.sequence
    masthead.move(st.session_state["report_choice"], pick.place)


def wished(pane: str) -> None:
    """Do what a person asked for in a pane, each wish once: the browser sends those again that it has not heard of."""
    done: list[int] = st.session_state.setdefault("wishes_done", [])
    for wish in protocol.wishes(st.session_state[pane]["wish"]):
        if wish.at in done:
            continue
        done.append(wish.at)
        if isinstance(wish, protocol.Misfit):
            st.session_state["said"] = protocol.trouble(wish.at)
        else:
            grant(wish, str(wish.at))
    del done[:-WISHES_KEPT]


def grant(wish: protocol.Asked, number: str) -> None:
    """Take one decision. It is saved before the screen says so."""
    report, mention = wish.report, getattr(wish, "mention", "")
    if isinstance(wish, protocol.AskOffer):
        st.session_state["offered"] = (report, mention, wish.query)
        return
    st.session_state.pop("offered", None)
    here, who = desk(), name_of_user()
    try:
        now = here.opened(report)
        if isinstance(wish, protocol.AskUndo | protocol.AskRedo):
            again = isinstance(wish, protocol.AskRedo)
            made = here.undo(now, who, again=again)
            words = f"{'Done again' if again else 'Undone'}: {log.in_words(made.made)}" if made else "Nothing to undo"
        elif isinstance(wish, protocol.AskAdd):
            made = here.add(now, wish.start, wish.end, who)
            words = "Saved: added"
        else:
            made = here.decide(now, protocol.decision(wish), who)
            words = f"Saved: {log.in_words(made.made)}"
    except DatelineError as error:
        st.session_state["said"] = {"kind": "trouble", "text": str(error), "number": number, "mention": mention}
        return
    st.session_state["said"] = {"kind": "saved", "text": words, "number": number, "mention": mention}
    if made:
        follow(made)


def follow(decided: Decided) -> None:
    """Keep the mention that was decided about in view: its place may be another one now."""
    read = decided.opened.read
    span = log.locate(read.article, decided.made.anchor)
    reading = next((r for r in read.readings if (r.mention.start, r.mention.end) == span), None)
    if reading:
        st.session_state["said"]["mention"] = reading.mention.id
        place = reading.choice.place
        masthead.move(read.article.id, place.id if place else f"un:{reading.mention.text.casefold()}")


def use(report: str, name: str, place: Place) -> None:
    """Place all of a name where a geocoder found it."""
    decided = desk().use(desk().opened(report), name, place, name_of_user())
    made = decided.made
    st.session_state["said"] = {"kind": "saved", "text": f"Saved: {log.in_words(made)}", "number": made.id, "mention": ""}
    follow(decided)


def name_of_user() -> str:
    """Return the name that decisions are made under."""
    return str(st.session_state.get("who") or desk().library.setting("who", WHO))


def rename(name: str) -> None:
    """Decide under another name from now on in this session, and in those that begin later."""
    if name == name_of_user():  # the dialog asks whenever it is drawn
        return
    st.session_state["who"] = name
    desk().library.set("who", name)


def take_folder(slot: DeltaGenerator) -> None:
    """Take new and changed files of the watched folder into the library, with progress in ``slot``."""
    here = desk()
    new = () if here.library.store.read_only else watched.changes(here.library, REPORTS)
    if not new:
        return
    bar = slot.progress(0.0, "Taking in reports")
    for number, path in enumerate(reversed(new)):  # what is taken last stands first in the list
        bar.progress(number / len(new), plain(f"Taking in {path.name}"))
        watched.take(here.library, path, here.workshop.open)
    bar.empty()


@st.fragment(run_every=WATCH_S)
def watch(report: str | None, stamp: object, place: str | None) -> None:
    """Look now and then whether somebody decided something, or a file came: then show the page anew. Not under an open dialog.

    ``report``, ``place`` and ``stamp`` are what was drawn. A browser that asks for this look may not have heard yet of the address that
    the last run wrote: without them, a click would be undone where somebody else decides at the same moment.
    """
    if st.session_state["dialog"]:  # it would close, with what is typed in it
        return
    here = desk()
    try:
        news = report is not None and stamp is not None and here.stamp(report) != stamp
        news = news or (not here.library.store.read_only and bool(watched.changes(here.library, REPORTS)))
    except DatelineError:  # what was drawn stays; whoever does something is told
        return
    if news:
        if report:
            masthead.stay(report, place)
        st.rerun()


def main() -> None:
    """Draw the page."""
    masthead.page()
    masthead.settle()
    st.session_state["dialog"] = False  # whatever runs the whole page has closed it
    # What comes and goes has a place of its own: if what follows moved, the browser would build map and panes anew.
    slot = st.empty()
    try:
        take_folder(slot)
        shelf = desk().library
        report, pressed = masthead.bar(shelf.reports.entries())
    except DatelineError as error:
        masthead.refused(str(error))
        return
    with st.container(key="notices"):
        if shelf.store.read_only:
            st.info(
                plain(f"The library {str(shelf.store.path)!r} can only be read here: nothing is added, nothing decided."),
                icon=":material/lock:",
            )
        for trouble in watched.troubles(shelf, REPORTS):
            masthead.refused(trouble)
        if report is None:
            st.info(plain(f"The library is empty. Press Add, or put a report into {str(REPORTS)!r}."), icon=":material/library_add:")
    drawn = None
    if report is not None:
        original, drawn = draw(report, slot, exporting=pressed == "export")
        pressed = original or pressed
    dialogs(pressed, report)
    # what was drawn, not what is there by now: a decision that came in between must be seen as new
    watch(report, drawn, st.query_params.get("place"))


def draw(report: str, slot: DeltaGenerator, *, exporting: bool) -> tuple[str | None, Stamp | None]:
    """Draw a report and, if so, the dialog that exports it.

    Return "original" where its original is asked for, and the stamp of what was drawn. Progress of reading is shown in ``slot``.
    """
    try:
        if desk().needs_reading(report):
            bar = slot.progress(0.0, "Reading the report")
            desk().open(report, lambda share: bar.progress(share, "Reading the report"))
            bar.empty()
        stamp = desk().stamp(report)
        done = desk().opened(report, stamp)
        mentions = mentions_of(report, stamp, done)
    except DatelineError as error:
        masthead.refused(str(error))
        return None, None
    article = done.read.article
    original = masthead.headline(article, desk().library.reports.notes(report))
    with st.container(key="about_text"):
        if mentions.empty:
            st.info("No place names were found in this report. The text is shown below as it is.", icon=":material/travel_explore:")
        if done.unreadable:
            st.warning(
                plain(f"{done.unreadable} decisions are damaged or gone and are left aside; the others count. {ADVICE}"),
                icon=":material/healing:",
            )
        if wanted := desk().missing_country(done.read):
            st.caption(plain(f"Some names are unknown here; the villages of {wanted[1]} are a pack of their own: see Gazetteer above."))
        if not mostly_latin(article.text):
            st.info(
                "This report does not look like English. Dateline reads English: many places will be missed.", icon=":material/translate:"
            )
    visible = show(done, mentions, marked_text(report, stamp, done))
    if exporting:
        export_dialog.show(done.read, visible, desk().gazetteer)
    return "original" if original else None, stamp


def show(done: Opened, mentions: pd.DataFrame, marked: str) -> pd.DataFrame:
    """Draw filters and panes, all from the same filtered mentions; return these."""
    names, report = desk().gazetteer, done.read.article.id
    visible = filters.show(mentions, lambda name: frozenset(c.place.id for c in names.candidates(name)))
    places = places_table(visible[visible["reference"] != log.NOT_A_PLACE])
    place = st.query_params.get("place")
    with st.container(key="workbench"):
        left, middle, right = st.columns([3, 7, 6], gap="small")
        list_box, reader_box = left.container(key="pane_list"), right.container(key="pane_reader")
        with middle.container(key="pane_map"):
            map_box, card_box = st.container(key="map"), st.container(key="below_map")
    # The cheap panes first, the map last: what is filtered changes everywhere at nearly the same moment.
    with list_box:
        place_list.show(places, names.country_names, "No place passes the filters." if len(mentions) else "No places.", key="list")
    with card_box:
        online = masthead.tiles_switch()
        card = _card(done, mentions, visible, places, place, names)
        place_card.show(card, place, report, _offer(done, places, names), lambda: wished("card"), key="card")
    with reader_box:
        own = [d for d in done.decisions if d.report == report]
        last, again = log.to_undo(own, name_of_user()), log.to_redo(own, name_of_user())
        view = protocol.ReaderView(
            report=report, bounds=focus(mentions), visible=None if len(visible) == len(mentions) else list(visible["mention_id"]),
            place=place, sequence=st.session_state.get("sequence"), tiles=map_pane.OSM if online else None,
            undo=log.in_words(last) if last else "", redo=log.in_words(again) if again else "",
            done=list(st.session_state.get("wishes_done", ())), said=st.session_state.get("said"),
        )  # fmt: skip
        reader_pane.show(marked, view, picked, lambda: wished("reader"), key="reader")
    with map_box:
        map_pane.show(places, names.outline, key="map")
    with st.container(key="pane_table"):
        table_pane.show(report, visible, places, other_names_table(done.read))
    masthead.sources()
    return visible


def _card(done: Opened, mentions: pd.DataFrame, visible: pd.DataFrame, places: pd.DataFrame, place: str | None, names: Gazetteer) -> str:
    if place is None:
        return place_card.hint(len(places))
    of_place = visible[place_key(visible) == place] if len(visible) else visible
    if of_place.empty:
        named = mentions[place_key(mentions) == place] if len(mentions) else mentions
        return place_card.hidden(str(named["place"].iloc[0] or named["text"].iloc[0])) if len(named) else place_card.hint(len(places))
    # the table's rows are the readings, in the same order: its index is their number
    return place_card.card([done.read.readings[i] for i in of_place.index], places, names.country_names)


def _offer(done: Opened, places: pd.DataFrame, names: Gazetteer) -> protocol.Offer | None:
    """Return the places to choose from for the mention that somebody wants to move, or None."""
    report, mention, query = st.session_state.get("offered") or ("", "", "")
    reading = next((r for r in done.read.readings if r.mention.id == mention), None)
    if reading is None or report != done.read.article.id:
        return None
    options = [c.place for c in names.starting(query)] if query else desk().candidates(reading)
    return place_card.offer(mention, query, options, places, names.country_names)


def dialogs(pressed: str | None, report: str | None) -> None:
    """Open the dialog that was asked for."""
    here = desk()
    st.session_state["dialog"] = pressed is not None
    if pressed in ("add", "original"):
        article = here.library.reports.get(report) if pressed == "original" and report else None
        add_dialog.show(
            here.add_text, here.add_file, here.add_link, masthead.go_to, REPORTS, watched.troubles(here.library, REPORTS),
            article.source if article else "",
        )  # fmt: skip
    elif pressed == "library":
        library_dialog.show(here.library, masthead.go_to)
    elif pressed == "gazetteer":
        read = here.opened(report).read if report else None
        gazetteer_dialog.show(
            here.library, here.missing_country(read) if read else None, unknown_names(read) if read else (),
            lambda name, place: use(report or "", name, place), partial(here.remake, report) if report else None,
        )  # fmt: skip
    elif pressed == "history" and report:
        done = here.opened(report)
        history_dialog.show(
            done.read.article, done.decisions, here.library.standing(), name_of_user(), done.made_by, outdated=done.outdated,
            rename=rename, merge=lambda data: here.merge(report, data), revoke=lambda made: here.revoke(made, name_of_user()),
            remake=lambda: here.remake(report),
        )  # fmt: skip


if __name__ == "__main__":
    main()
