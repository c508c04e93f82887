"""The reader: the report's text with every mention marked, and what one decides about a mention."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from components.protocol import ReaderData, ReaderView
from dateline import REFERENCES, kinds
from dateline.decisions import NOT_A_PLACE
from dateline.style import style

_PANE = st.components.v2.component(
    "dateline_reader",
    html="""
    <div class="dl-bar idle" hidden role="group" aria-label="Passages of the chosen place">
      <span class="dl-bar-title"></span><span class="dl-bar-count" aria-live="polite"></span>
      <span class="dl-bar-steps"></span>
      <span class="dl-bar-buttons"><button type="button" aria-label="Previous passage" title="Previous passage">&#8249;</button><button
        type="button" aria-label="Next passage" title="Next passage">&#8250;</button><button type="button" aria-label="Choose no place"
        title="Choose no place">&#215;</button></span>
    </div>
    <div class="dl-decide" role="group" aria-label="Decide about this mention"></div>
    <article class="dl-text" tabindex="0" aria-label="Text of the report"></article>
    """,
    js="""
    export default async function (component) {
      const pane = await import(new URL("app/static/dateline/reader.js", document.baseURI).href);
      return pane.show(component);
    }
    """,
    isolate_styles=False,
)


def show(marked: str, view: ReaderView, on_pick: Callable[[], None], on_wish: Callable[[], None], *, key: str) -> None:
    """Draw the reader.

    Args:
        marked: what :func:`dateline.marking.mark` made; sent again only when it changes.
        view: what else it shows.
        on_pick: called when the browser chose a place; the value is in ``st.session_state[key]["pick"]``.
        on_wish: called when a person decided something; the value is in ``st.session_state[key]["wish"]``.
        key: key of the component.
    """
    data: ReaderData = {
        **view, "html": marked,
        "kinds": [{"name": kind.name, "label": kind.label, "letter": kind.letter, "about": kind.about} for kind in kinds()],
        "references": [{"name": name, "label": style().references[name]} for name in REFERENCES if name != NOT_A_PLACE],
        "statuses": {name: status.short for name, status in style().statuses.items()},
    }  # fmt: skip
    _PANE(key=key, data=data, on_pick_change=on_pick, on_wish_change=on_wish)
