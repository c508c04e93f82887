"""The reader: the report's text with every mention marked, and what one decides about a mention."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

import streamlit as st

from dateline import REFERENCES, kinds
from dateline.decisions import NOT_A_PLACE

REFERENCE_LABELS = {
    "literal": "the place itself", "modifier": "tells what sort (the Kyiv talks)", "metonym": "its government or army",
    "demonym": "its people or nationality", "embedded": "part of another name",
}  # fmt: skip

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


@dataclass(frozen=True, slots=True)
class View:
    """What the reader shows beside the text.

    Attributes:
        report: id of the report, for the address.
        bounds: (south, west), (north, east) of what the report is about, for the map.
        visible: ids of the mentions that pass the filters, or None for all of them.
        place: id of the chosen place.
        sequence: the number the browser gave its last choice, echoed so that late answers are known as such.
        tiles: url and attribution of online tiles, or None for the app's own map.
        undo: what undo would take back, in words, or "".
        redo: what redo would do again, or "".
        done: the numbers of the wishes that were done lately, so that the browser sends them no more.
        said: what came of the last decision: ``kind`` (saved or trouble), ``text``, ``number``.
    """

    report: str
    bounds: tuple[tuple[float, float], tuple[float, float]]
    visible: list[str] | None
    place: str | None
    sequence: int | None
    tiles: dict[str, str] | None
    undo: str
    redo: str
    done: list[int]
    said: dict[str, Any] | None


def show(marked: str, view: View, on_pick: Callable[[], None], on_wish: Callable[[], None], *, key: str) -> None:
    """Draw the reader.

    Args:
        marked: what :func:`dateline.marking.mark` made; sent again only when it changes.
        view: what else it shows.
        on_pick: called when the browser chose a place; the value is in ``st.session_state[key]["pick"]``.
        on_wish: called when a person decided something; the value is in ``st.session_state[key]["wish"]``.
        key: key of the component.
    """
    choices = {
        "kinds": [{"name": kind.name, "label": kind.label, "letter": kind.letter, "about": kind.about} for kind in kinds()],
        "references": [{"name": name, "label": REFERENCE_LABELS[name]} for name in REFERENCES if name != NOT_A_PLACE],
    }
    _PANE(key=key, data={"html": marked, **asdict(view), **choices}, on_pick_change=on_pick, on_wish_change=on_wish)
