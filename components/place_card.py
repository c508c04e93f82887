"""The place card: what is known of the chosen place, why it was chosen, and what else it could have been."""

from __future__ import annotations

import html
import math
from collections import Counter
from collections.abc import Callable, Sequence

import pandas as pd
import streamlit as st

from components.protocol import CardData, Offer
from dateline import Place, Reading, direction, distance_km, kinds
from dateline.features import areas, is_area, word
from dateline.layers import kind_symbol
from dateline.style import style
from dateline.tables import spelling, status_of

MAX_NEIGHBOURS = 9
MAX_OTHERS = 5
MAX_OFFERED = 20

_PANE = st.components.v2.component(
    "dateline_card",
    html="""
    <section class="dl-card" aria-label="The chosen place" aria-live="polite"></section>
    <section class="dl-offer" hidden tabindex="-1" aria-label="Choose a place">
      <header><h2></h2><p>Pick one (digits pick), click the map, or search. Esc leaves.</p></header>
      <input type="text" placeholder="Search the gazetteer, or type 48.59, 38.00" maxlength="100"
        aria-label="Search the gazetteer, or type coordinates">
      <ol></ol>
      <p class="dl-offer-end"><button type="button" data-do="nowhere">Not on the map</button> <button type="button">Leave it</button></p>
    </section>
    """,
    js="""
    export default async function (component) {
      const pane = await import(new URL("app/static/dateline/place_card.js", document.baseURI).href);
      return pane.show(component);
    }
    """,
    isolate_styles=False,
)


def card(readings: Sequence[Reading], places: pd.DataFrame, country_name: dict[str, str]) -> str:
    """Return the card of one place as HTML, everything in it escaped.

    Args:
        readings: the visible readings of this place, at least one.
        places: the visible places table, for distances to the others.
        country_name: country names by ISO code.
    """
    best = max(readings, key=lambda r: r.choice.confidence)
    place = best.choice.place
    if place is None:
        return _unplaced(readings, country_name)
    heading = spelling([(r.mention.text, r.reference.value) for r in readings], place.name)
    return (
        f"<header><h2>{html.escape(heading)}</h2>{_chip(readings)}{_badges(readings)}</header>"
        f'<p class="dl-card-where">{html.escape(_where(place, country_name))}</p>'
        f"{_why(best)}{_claims(place, country_name)}<dl>{_facts(place, heading, readings)}</dl>"
        f"{_neighbours(place, places)}{_others(best, country_name)}"
    )


def hint(found: int) -> str:
    """Return the card for when no place is chosen."""
    if not found:
        return '<p class="dl-card-hint">No place passes the filters.</p>'
    return (
        '<p class="dl-card-hint"><b>Choose a place</b> on the map, in the list or in the text to see what the report '
        "says of it, why it was placed there, and what else it could be.</p>"
    )


def hidden(name: str) -> str:
    """Return the card for a chosen place that the filters hide."""
    return f'<p class="dl-card-hint"><b>{html.escape(name)}</b> is hidden by the filters.</p>'


def _chip(readings: Sequence[Reading]) -> str:
    status = status_of(r.status for r in readings)
    return f'<span class="dl-chip s-{status}">{style().statuses[status].short}</span>'


def _badges(readings: Sequence[Reading]) -> str:
    counts = Counter(r.kind.value for r in readings)
    items = [
        f'<li class="k-{k.name}{" hollow" if kind_symbol(k.name).hollow else ""}"><i aria-hidden="true">{k.letter}</i>'
        f"{html.escape(k.label)} {counts[k.name]}</li>"
        for k in kinds()
        if counts[k.name]
    ]
    return f'<ul class="dl-kinds">{"".join(items)}</ul>'


def _where(place: Place, country_name: dict[str, str]) -> str:
    inside = (place.admin1, country_name.get(place.country, ""))
    return ", ".join(dict.fromkeys([word(place.feature).capitalize(), *(p for p in inside if p and p != place.name)]))


def coordinates(lat: float, lon: float, exactness: str) -> str:
    """Return coordinates for reading, in degrees; fewer decimals where the point stands for an area."""
    digits = 4 if exactness == "point" else 1
    north, east = ("N" if lat >= 0 else "S"), ("E" if lon >= 0 else "W")
    return f"{abs(lat):.{digits}f}° {north}, {abs(lon):.{digits}f}° {east}"


_EXACTNESS = {"point": "", "area": " (a point that stands for the area)", "approximate": " (approximate)"}


def _facts(place: Place, heading: str, readings: Sequence[Reading]) -> str:
    names = list(dict.fromkeys(r.mention.text for r in readings))
    also = [a for a in place.aliases if a not in names]
    surest = max(r.choice.confidence for r in readings)
    status = status_of(r.status for r in readings)
    facts = [
        ("In the gazetteer", place.name if place.name != heading else ""),
        ("In the report", ", ".join(names) + f" ({len(readings)} mention{'s' if len(readings) != 1 else ''})"),
        ("Also called", ", ".join(also)),
        ("Coordinates", coordinates(place.lat, place.lon, place.exactness) + _EXACTNESS[place.exactness]),
        ("Population", f"{place.population:,}" if (place.population and not is_area(place.feature)) or place.feature == "PCLI" else ""),
        ("Sure of the place", f"{_percent(surest)}, placed by machine" if status == "unchecked" else ""),
        ("Looked at", _looked_at(readings, status)),
        ("Source", f"{place.source}, {place.id}"),
    ]
    return "".join(f"<dt>{html.escape(name)}</dt><dd>{html.escape(value)}</dd>" for name, value in facts if value)


def _looked_at(readings: Sequence[Reading], status: str) -> str:
    """Return what people decided about a place's mentions, in words."""
    done = [r for r in readings if r.status != "unchecked"]
    if not done:
        return "not checked by anybody"
    share = "" if status != "unchecked" else f"{len(done)} of {len(readings)} mentions; "
    return share + (done[-1].decided or status)


def _percent(share: float) -> str:
    return "over 99%" if share > 0.99 else f"{share:.0%}"  # a machine is never wholly sure


def _why(best: Reading) -> str:
    return f"<p><b>Why this place:</b> {html.escape(best.choice.reason)}.</p>"


def _claims(place: Place, country_name: dict[str, str]) -> str:
    if not place.claims:
        return ""
    items = []
    for claim in place.claims:
        who, _, what = claim.partition(":")
        items.append(f"<li><b>{html.escape(country_name.get(who, who))}</b>{html.escape(f': {what.strip()}' if what else '')}</li>")
    return f'<div class="dl-claims"><b>Contested:</b><ul>{"".join(items)}</ul></div>'


def _others(best: Reading, country_name: dict[str, str]) -> str:
    others = best.choice.others[:MAX_OTHERS]
    if not others:
        return ""
    items = "".join(
        f"<li>{html.escape(o.name)} <span>{html.escape(_where(o, country_name))}"
        f"{html.escape(f', {o.population:,} people') if o.population and not is_area(o.feature) else ''}</span></li>"
        for o in others
    )
    more = len(best.choice.others) - len(others)
    tail = f"<li><span>and {more} more of this name</span></li>" if more > 0 else ""
    return f"<details><summary>What else it could have been ({len(best.choice.others)})</summary><ul>{items}{tail}</ul></details>"


def _nearest(place: Place, places: pd.DataFrame, limit: int) -> list[tuple[float, str, str, str]]:
    """Return (km, id, name, direction) of the report's towns nearest to a place."""
    others = places[(places["place_id"] != place.id) & places["lat"].notna() & ~areas(places["feature"])]
    # flat-earth degrees pick the few that geopy then measures: a thousand great circles take 20 ms
    shrink = math.cos(math.radians(place.lat))
    rough = (others["lat"] - place.lat) ** 2 + ((others["lon"] - place.lon) * shrink) ** 2
    others = others.loc[rough.nsmallest(2 * limit).index]
    return sorted(
        (distance_km(place.lat, place.lon, row.lat, row.lon), row.place_id, row.name, direction(place.lat, place.lon, row.lat, row.lon))
        for row in others.itertuples()
    )[:limit]


def _neighbours(place: Place, places: pd.DataFrame) -> str:
    if is_area(place.feature):
        return ""
    ranked = _nearest(place, places, MAX_NEIGHBOURS)
    if not ranked:
        return ""
    count = int(((places["place_id"] != place.id) & places["lat"].notna() & ~areas(places["feature"])).sum())
    items = "".join(
        f'<li><button type="button" data-place="{html.escape(pid)}">{html.escape(name)}</button> {km:,.0f} km {compass}</li>'
        for km, pid, name, compass in ranked
    )
    more = f" (the nearest {len(ranked)} of {count})" if count > len(ranked) else ""
    return f'<div class="dl-near"><b>From here to the report’s other towns{more}</b><ul>{items}</ul></div>'


def _unplaced(readings: Sequence[Reading], country_name: dict[str, str]) -> str:
    first = readings[0]
    return (
        f"<header><h2>{html.escape(first.mention.text)}</h2>{_badges(readings)}</header>"
        f'<p class="dl-card-where">Not placed</p><p><b>Why:</b> {html.escape(first.choice.reason)}. It is not on the map; '
        f"it was found because {html.escape(first.mention.reason)}.</p>{_others(first, country_name)}"
    )


def offer(mention: str, query: str, options: Sequence[Place], places: pd.DataFrame, country_name: dict[str, str]) -> Offer:
    """Return what a mention may mean as plain JSON, to choose from: text is text there.

    Args:
        mention: id of the mention.
        query: what was searched for, "" for the name itself.
        options: the places, likeliest first.
        places: the report's places, to say what each option lies near.
        country_name: country names by ISO code.
    """
    return {"mention": mention, "query": query, "places": [
        {"id": p.id, "name": p.name, "where": _where(p, country_name), "lat": p.lat, "lon": p.lon, "about": _about(p, places, country_name)}
        for p in options[:MAX_OFFERED]
    ]}  # fmt: skip


def _about(place: Place, places: pd.DataFrame, country_name: dict[str, str]) -> str:
    """Return what tells a place from its namesakes: what and where it is, its people, and how far from the report's nearest other town."""
    people = f"{place.population:,} people" if place.population and not is_area(place.feature) else ""
    ranked = _nearest(place, places, 1)
    near = f"{ranked[0][0]:,.0f} km from {ranked[0][2]}" if ranked else ""
    return ", ".join(part for part in (_where(place, country_name), people, near) if part)


def show(content: str, place: str | None, report: str, offered: Offer | None, on_wish: Callable[[], None], *, key: str) -> None:
    """Draw the card of ``place`` from the HTML that :func:`card`, :func:`hint` or :func:`hidden` made, and :func:`offer` in its place.

    ``on_wish`` is called when a person asks for places or picks one; the value is in ``st.session_state[key]["wish"]``.
    """
    data: CardData = {"html": content, "place": place, "report": report, "offer": offered}
    _PANE(key=key, data=data, on_wish_change=on_wish)
