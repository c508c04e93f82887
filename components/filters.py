"""The filter bar: which mentions are looked at. The shaping (:func:`apply`) is pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import pandas as pd
import streamlit as st

from dateline import kinds
from dateline.decisions import NOT_A_PLACE
from dateline.layers import kind_symbol
from dateline.names import fold_key

CONFIDENCE_STEPS = (0.0, 0.5, 0.7, 0.9)
_CONFIDENCE_LABELS = {0.0: "Any", 0.5: "50 %", 0.7: "70 %", 0.9: "90 %"}
_KEYS = ("kinds", "q", "demonyms", "embedded", "none", "unchecked", "confidence")


@dataclass(frozen=True, slots=True)
class Filters:
    """What the reader asked to see. The defaults show what a map should show."""

    kinds: frozenset[str] = frozenset()
    """Kinds to show; empty means all."""
    query: str = ""
    demonyms: bool = False
    embedded: bool = False
    not_places: bool = False
    only_unchecked: bool = False
    min_confidence: float = 0.0
    named: frozenset[str] = frozenset()
    """Ids of the places that the query names in some other spelling or language."""


def apply(mentions: pd.DataFrame, filters: Filters) -> pd.DataFrame:
    """Return the rows of the mentions table that pass every filter, in the order of the text.

    The query matches places (name as written, main name, region) in any spelling that folds alike,
    and passages by their words, whatever their case.
    """
    if mentions.empty:
        return mentions
    keep = mentions["confidence"] >= filters.min_confidence
    if not filters.demonyms:
        keep &= mentions["reference"] != "demonym"
    if not filters.embedded:
        keep &= mentions["reference"] != "embedded"
    if not filters.not_places:
        keep &= mentions["reference"] != NOT_A_PLACE
    if filters.only_unchecked:
        keep &= mentions["status"] == "unchecked"
    if filters.kinds:
        keep &= mentions["kind"].isin(filters.kinds)
    if query := filters.query.strip():
        key = fold_key(query)
        named = mentions["place_id"].isin(filters.named)
        if key:
            for column in ("text", "place", "admin1"):
                folded = {value: key in fold_key(value) for value in mentions[column].unique()}
                named |= mentions[column].map(folded)
        keep &= named | mentions["quote"].str.casefold().str.contains(query.casefold(), regex=False)
    return mentions[keep]


def kind_counts(mentions: pd.DataFrame, filters: Filters) -> dict[str, int]:
    """Return how many mentions of each kind pass all the other filters."""
    others = replace(filters, kinds=frozenset())
    counts = apply(mentions, others)["kind"].value_counts()
    return {kind.name: int(counts.get(kind.name, 0)) for kind in kinds()}


def clear() -> None:
    """Set every filter back to its default."""
    for key, value in zip(_KEYS, ([], "", False, False, False, False, 0.0), strict=True):
        st.session_state[key] = value


def show(mentions: pd.DataFrame, places_named: Callable[[str], frozenset[str]]) -> pd.DataFrame:
    """Draw the filter bar and return the mentions that pass it. Its state travels in the address.

    ``places_named``: the ids of the places that a name may mean, so that Artemivsk finds Bakhmut.
    """
    with st.container(horizontal=True, key="filters", vertical_alignment="center", gap="small"):
        chosen = st.pills(
            "Kinds of mention", [k.label for k in kinds()], selection_mode="multi", key="kinds",
            bind="query-params", label_visibility="collapsed",
        )  # fmt: skip
        query = st.text_input(
            "Search places and passages", key="q", bind="query-params", label_visibility="collapsed",
            placeholder="Search places and passages", icon=":material/search:", width=230,
        )  # fmt: skip
        with st.popover("More filters", icon=":material/tune:", key="more"):
            demonyms = st.toggle("Nationalities (Ukrainian, Russians)", key="demonyms", bind="query-params")
            embedded = st.toggle("Names inside organisations (US Army)", key="embedded", bind="query-params")
            not_places = st.toggle("Marked as no place", key="none", bind="query-params")
            unchecked = st.toggle("Only what nobody has checked", key="unchecked", bind="query-params")
            confidence = st.select_slider(
                "At least this sure of the place", CONFIDENCE_STEPS, key="confidence",
                format_func=lambda step: _CONFIDENCE_LABELS[step], bind="query-params",
            )  # fmt: skip
        by_label = {k.label: k.name for k in kinds()}
        query = (query or "").strip()
        filters = Filters(
            frozenset(by_label[label] for label in chosen or ()), query, demonyms, embedded, not_places, unchecked, confidence,
            places_named(query) if query else frozenset(),
        )  # fmt: skip
        visible = apply(mentions, filters)
        st.button("Clear", on_click=clear, disabled=filters == Filters(), key="clear", type="tertiary")
    _decorate(kind_counts(mentions, filters))
    if not not_places:
        mentions = mentions[mentions["reference"] != NOT_A_PLACE]
    placed, all_placed = (len(set(table["place_id"]) - {""}) for table in (visible, mentions))
    left_out = mentions["reference"].isin([name for name, on in (("demonym", demonyms), ("embedded", embedded)) if not on]).sum()
    note = f" <span>·</span> {left_out} nationalities and names inside organisations not shown" if left_out else ""
    st.html(
        f'<p class="dl-count" role="status"><b>{len(visible)}</b> of {_number(len(mentions), "mention")}'
        f" <span>·</span> <b>{placed}</b> of {_number(all_placed, 'place')}{note}</p>"
    )
    return visible


def _number(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"


def _decorate(counts: dict[str, int]) -> None:
    """Give each kind's pill its letter, colour and count. Labels stay plain: they are in the address."""
    rules = []
    for number, kind in enumerate(kinds(), start=1):
        pill = f'.st-key-kinds button[data-variant="pills"]:nth-of-type({number})'
        rules.append(f'{pill}{{--k:var(--k-{kind.name})}}{pill}::before{{content:"{kind.letter}"}}')
        rules.append(f'{pill}::after{{content:"{counts[kind.name]}"}}')
        if kind_symbol(kind.name).hollow:
            rules.append(f"{pill}::before{{background:transparent;color:var(--k);box-shadow:inset 0 0 0 2px var(--k)}}")
        if not counts[kind.name]:
            rules.append(f"{pill}:not([data-selected]){{opacity:.5}}")
    st.html(f"<style>{''.join(rules)}</style>")
