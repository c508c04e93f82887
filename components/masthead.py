"""The frame of the page: name, report picker, headline, sources. And the style sheet all panes share."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from pathlib import Path

import streamlit as st

from dateline import Article, ReportError, kinds, open_report

STYLE = Path(__file__).with_name("style.css")
ICON = Path(__file__).resolve().parents[1] / "static" / "dateline" / "icon.svg"
_MARKDOWN = re.compile(r"([\\`*_{}\[\]()#+\-.!|<>~$:&])")
_PAINT = {
    "paper": "backgroundColor", "panel": "secondaryBackgroundColor", "ink": "textColor", "line": "borderColor",
    "accent": "primaryColor", "link": "linkColor",
}  # fmt: skip
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


@st.cache_data(max_entries=256, show_spinner=False)
def _title(path: str, modified_ns: int) -> str:  # noqa: ARG001  # it is part of the cache key
    try:
        article = open_report(Path(path))
    except ReportError:
        return f"{Path(path).name} (cannot be read)"
    return f"{article.title} ({article.date})" if article.date else article.title


def choose(reports: Sequence[Path], folder: Path) -> Path | None:
    """Draw the name and the report picker; return the chosen report, or None where there is none."""
    with st.container(horizontal=True, key="masthead", vertical_alignment="center"):
        st.html('<div class="dl-brand"><b>Dateline</b><span>Every place in a report, and what it says of it</span></div>')
        if not reports:
            st.warning(plain(f"There is no report in {str(folder)!r}. Put a .txt or .md file there and reload the page."))
            return None
        by_id = {path.stem if _unique(path, reports) else path.name: path for path in reports}
        wanted = st.query_params.get("report")
        # the address is what counts, also after the browser's Back
        if wanted in by_id:
            st.session_state["report_choice"] = wanted
        elif st.session_state.get("report_choice") not in by_id:
            st.session_state["report_choice"] = next(iter(by_id))
        choice = st.selectbox(
            "Report", list(by_id), key="report_choice", label_visibility="collapsed", on_change=_changed, width=420,
            format_func=lambda name: _title(str(by_id[name]), by_id[name].stat().st_mtime_ns),
        )  # fmt: skip
    if wanted is not None and wanted not in by_id:
        st.warning(plain(f"The address asks for the report {wanted!r}, which is not in {str(folder)!r}. Showing another one."))
    return by_id[choice]


def _unique(path: Path, reports: Sequence[Path]) -> bool:
    return sum(other.stem == path.stem for other in reports) == 1


def _changed() -> None:
    st.query_params["report"] = st.session_state["report_choice"]
    st.query_params.pop("place", None)
    st.session_state["q"] = ""  # a search is about one report


def plain(text: str) -> str:
    """Return text that Streamlit's Markdown shows as it is.

    Messages name files and addresses, and Markdown would fetch an image that such a name asks for.
    """
    return _MARKDOWN.sub(r"\\\1", text)


def headline(article: Article) -> None:
    """Draw the report's title and where it comes from."""
    meta = [html.escape(part) for part in (article.date, article.byline, article.outlet) if part]
    if article.source:
        meta.append(
            f'<a href="{html.escape(article.source)}" target="_blank" rel="noopener noreferrer nofollow"'
            ' referrerpolicy="no-referrer" title="Leaves this machine: the site will see your visit">Open the original &#8599;</a>'
        )
    st.html(f'<div class="dl-headline"><h1>{html.escape(article.title)}</h1><p>{" <i>·</i> ".join(meta)}</p></div>')


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
        "<p>Read by machine and not checked. Nothing leaves this machine unless you switch on online tiles or "
        "open the original.</p></footer>"
    )
