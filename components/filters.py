"""The filter bar: which mentions are looked at. The shaping (:func:`apply`) is pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
import streamlit as st

from dateline import kinds
from dateline.decisions import NOT_A_PLACE
from dateline.layers import kind_symbol
from dateline.names import fold_key

CONFIDENCE_STEPS = (0.0, 0.5, 0.7, 0.9)
_CONFIDENCE_LABELS = {0.0: "Any", 0.5: "50 %", 0.7: "70 %", 0.9: "90 %"}
Kept = npt.NDArray[np.bool_]
"""For each row of the mentions table, whether it is kept."""
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
    return _rows(mentions, _of_kinds(mentions, filters.kinds) & _passing(mentions, filters))


def kind_counts(mentions: pd.DataFrame, filters: Filters) -> dict[str, int]:
    """Return how many mentions of each kind pass all the other filters."""
    return _counts(mentions, _passing(mentions, filters))


def _passing(mentions: pd.DataFrame, filters: Filters) -> Kept:
    """Return for each mention whether it passes all filters but that of kinds.

    Plain lists: a question to a column of text costs pandas as much as all of this.
    """
    hidden = {
        name for name, on in (("demonym", filters.demonyms), ("embedded", filters.embedded), (NOT_A_PLACE, filters.not_places)) if not on
    }
    keep = _each(sure >= filters.min_confidence for sure in mentions["confidence"].tolist())
    keep &= _each(reference not in hidden for reference in mentions["reference"].tolist())
    if filters.only_unchecked:
        keep &= _each(status == "unchecked" for status in mentions["status"].tolist())
    if query := filters.query.strip():
        keep &= _found(mentions, query, filters.named)
    return keep


def _found(mentions: pd.DataFrame, query: str, named: frozenset[str]) -> Kept:
    """Return for each mention whether a query finds it."""
    words, key = query.casefold(), fold_key(query)
    found = _each(place in named or words in quote.casefold() for place, quote in zip(mentions["place_id"], mentions["quote"], strict=True))
    for column in ("text", "place", "admin1") if key else ():
        values = mentions[column].tolist()
        folded = {value: key in fold_key(value) for value in set(values)}
        found |= _each(folded[value] for value in values)
    return found


def _of_kinds(mentions: pd.DataFrame, chosen: frozenset[str]) -> Kept:
    return _each(not chosen or kind in chosen for kind in mentions["kind"].tolist())


def _each(answers: Iterable[bool]) -> Kept:
    return np.fromiter(answers, dtype=bool)


def _rows(mentions: pd.DataFrame, keep: Kept) -> pd.DataFrame:
    return mentions if keep.all() else mentions[keep]


def _counts(mentions: pd.DataFrame, keep: Kept) -> dict[str, int]:
    counts = Counter(kind for kind, kept in zip(mentions["kind"].tolist(), keep.tolist(), strict=True) if kept)
    return {kind.name: counts[kind.name] for kind in kinds()}


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
        passing = _passing(mentions, filters)
        visible = _rows(mentions, _of_kinds(mentions, filters.kinds) & passing)
        st.button("Clear", on_click=clear, disabled=filters == Filters(), key="clear", type="tertiary")
    _decorate(_counts(mentions, passing))
    references = mentions["reference"].tolist()
    count = len(references) - (0 if not_places else references.count(NOT_A_PLACE))
    all_placed = len({
        place for place, reference in zip(mentions["place_id"], references, strict=True) if not_places or reference != NOT_A_PLACE
    } - {""})  # fmt: skip
    placed = len(set(visible["place_id"]) - {""})
    left_out = sum(references.count(name) for name, on in (("demonym", demonyms), ("embedded", embedded)) if not on)
    note = f" <span>·</span> {left_out} nationalities and names inside organisations not shown" if left_out else ""
    st.html(
        f'<p class="dl-count" role="status"><b>{len(visible)}</b> of {_number(count, "mention")}'
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
