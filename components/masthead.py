"""The frame of the page: name, report picker, headline, sources. And the style sheet all panes share."""

from __future__ import annotations

import html
from collections.abc import Sequence
from pathlib import Path

import streamlit as st

from components.words import plain
from dateline import Article, kinds
from dateline.library import Entry

STYLE = Path(__file__).with_name("style.css")
ICON = Path(__file__).resolve().parents[1] / "static" / "dateline" / "icon.svg"
_PAINT = {
    "paper": "backgroundColor", "panel": "secondaryBackgroundColor", "ink": "textColor", "line": "borderColor",
    "accent": "primaryColor", "link": "linkColor",
}  # fmt: skip
BUTTONS = (
    ("add", "Add", ":material/add:"), ("library", "Library", ":material/library_books:"), ("history", "Decisions", ":material/history:"),
    ("gazetteer", "Gazetteer", ":material/public:"), ("export", "Export", ":material/download:"),
)  # fmt: skip
ABOUT = (
    "**Dateline** reads a conflict report and shows its places on a map beside the text. "
    "Everything happens on this machine; nothing is sent anywhere unless you switch it on."
)


def page() -> None:
    """Set up the page and its style."""
    st.set_page_config(page_title="Dateline", page_icon=str(ICON), layout="wide", menu_items={"About": ABOUT})
    st.html(f"<style>{_variables()}{STYLE.read_text(encoding='utf-8')}</style>")


def _variables() -> str:
    """Return the CSS variables of both themes, from the configuration and the kinds.

    The browser's preference counts until the page has told which theme it shows
    (``data-dateline-theme``, set by ``static/dateline/link.js``).
    """
    blocks = {}
    for scheme in ("light", "dark"):
        paint = "".join(f"--dl-{name}:{st.get_option(f'theme.{scheme}.{option}')};" for name, option in _PAINT.items())
        blocks[scheme] = paint + "".join(f"--k-{kind.name}:{getattr(kind, scheme)};" for kind in kinds())
    classes = "".join(f".k-{kind.name}{{--k:var(--k-{kind.name})}}" for kind in kinds())
    return (
        f":root{{{blocks['light']}}}@media(prefers-color-scheme:dark){{:root:not([data-dateline-theme]){{{blocks['dark']}}}}}"
        f":root[data-dateline-theme=dark]{{{blocks['dark']}}}{classes}"
    )


def bar(entries: Sequence[Entry]) -> tuple[str | None, str | None]:
    """Draw the name, the report picker and the buttons; return the chosen report's id and the pressed button's name, each or None."""
    with st.container(horizontal=True, key="masthead", vertical_alignment="center"):
        st.html('<div class="dl-brand"><b>Dateline</b><span>Every place in a report, and what it says of it</span></div>')
        chosen, wanted = _picked(entries) if entries else (None, st.query_params.get("report"))
        pressed = None
        for name, label, icon in BUTTONS:
            if st.button(label, icon=icon, key=f"open_{name}", type="tertiary", disabled=name == "export" and chosen is None):
                pressed = name
    with st.container(key="wrong_address"):
        if wanted is not None:
            st.warning(plain(f"The address asks for the report {wanted!r}, which is not in the library."))
    return chosen, pressed


def _picked(entries: Sequence[Entry]) -> tuple[str, str | None]:
    """Return the chosen report's id, and the id that the address asks for where there is no such report."""
    titles = {e.id: f"{e.title} ({e.date})" if e.date else e.title for e in entries}
    wanted = st.query_params.get("report")
    # the address is what counts, also after the browser's Back
    if wanted in titles:
        st.session_state["report_choice"] = wanted
    elif st.session_state.get("report_choice") not in titles:
        st.session_state["report_choice"] = next(iter(titles))
    choice = st.selectbox(
        "Report",
        list(titles),
        key="report_choice",
        label_visibility="collapsed",
        on_change=_changed,
        width=380,
        format_func=titles.__getitem__,
    )
    return choice, wanted if wanted not in titles else None


def move(report: str, place: str | None) -> None:
    """Make the address name a report and a place of it; the next run shows them."""
    st.session_state.pop("stay", None)  # somebody went on
    st.query_params["report"] = report
    if place:
        st.query_params["place"] = place
    else:
        st.query_params.pop("place", None)


def stay(report: str, place: str | None) -> None:
    """Make the run that is about to begin show a report and a place, whatever address the browser sends along meanwhile.

    For a run that nobody asked for: the browser may not have heard yet of the address that the last click wrote.
    """
    st.session_state["stay"] = (report, place)


def settle() -> None:
    """Put right the address of a run that :func:`stay` was said for. Once: what comes after is where somebody went."""
    if wanted := st.session_state.pop("stay", None):
        move(*wanted)


def go_to(report: str) -> None:
    """Make the address name another report; the next run shows it."""
    move(report, None)
    st.session_state["q"] = ""  # a search is about one report


def _changed() -> None:
    go_to(st.session_state["report_choice"])


def headline(article: Article, notes: Sequence[str]) -> bool:
    """Draw the report's title, where it comes from and what was left out; return whether the original is asked for."""
    meta = [html.escape(part) for part in (article.date, article.byline, article.outlet) if part]
    if article.language and article.language != "en":
        meta.append(f"language: {html.escape(article.language)}")
    with st.container(horizontal=True, key="headline", vertical_alignment="bottom", gap="small"):
        left_out = f'<p class="dl-notes">{html.escape(" ".join(notes))}</p>' if notes else ""
        st.html(f'<div class="dl-headline"><h1>{html.escape(article.title)}</h1><p>{" <i>·</i> ".join(meta)}</p>{left_out}</div>')
        if not article.source:
            return False
        return st.button(
            "Open the original", icon=":material/open_in_new:", key="original", type="tertiary",
            help="Asks first: the site would see the request",
        )  # fmt: skip


def refused(message: str) -> None:
    """Say why a report cannot be shown; the picker above stays."""
    st.error(plain(message), icon=":material/error:")


def tiles_switch() -> bool:
    """Draw the switch for online tiles, with what it reveals; return whether it is on."""
    return st.toggle(
        "OpenStreetMap tiles: its servers will see your IP address and where you look", key="tiles",
        help="Off: the map comes from this app and nothing leaves your machine. On: your browser asks tile.openstreetmap.org for every "
        "square of the map you look at, so its operators learn your IP address and where you are looking.",
    )  # fmt: skip


def sources() -> None:
    """Draw the attributions that the data's licences ask for, and what leaves the machine."""
    st.html(
        '<footer class="dl-sources"><p>Contains data from '
        '<a href="https://www.geonames.org" rel="noopener noreferrer" target="_blank">GeoNames</a>, '
        "CC BY 4.0, modified. Base map and outlines made with Natural Earth. Borders: dashed where disputed; an outline says under which "
        "country GeoNames files the towns inside, not whose it is.</p>"
        "<p>Read by machine; what somebody checked or corrected says so. Nothing leaves this machine unless you switch on online tiles, "
        "open an original, fetch a link, get a gazetteer pack or ask an online geocoder.</p></footer>"
    )
