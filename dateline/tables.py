"""The two tables that every pane, export and batch job reads, and the one schema of their columns.

*mentions*: one row an occurrence of a place name. *places*: one row a place, made from the mentions
by :func:`places_table`; filtering mentions and grouping again always gives consistent places.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

import pandas as pd

from dateline.kinds import kinds
from dateline.passages import passage_at
from dateline.records import ReadArticle, Reading


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table: its name, pandas dtype, unit and meaning."""

    name: str
    dtype: str
    meaning: str
    unit: str = ""


MENTION_COLUMNS = (
    Column("report", "str", "id of the report"),
    Column("mention_id", "str", "id of the mention, unique in the report"),
    Column("start", "int64", "first character in the report's text", "code points"),
    Column("end", "int64", "end of the mention, exclusive", "code points"),
    Column("text", "str", "the name as the report writes it; text[start:end]"),
    Column("place_id", "str", "gazetteer id of the chosen place; empty where none was found"),
    Column("place", "str", "main name of the chosen place"),
    Column("feature", "str", "GeoNames feature code of the place (PPL town, PCLI country, ADM1 region ...)"),
    Column("country", "str", "country GeoNames files the place under, ISO 3166-1 alpha-2"),
    Column("admin1", "str", "first-level region the place lies in"),
    Column("lat", "float64", "latitude of the place, WGS84; NaN where there is no place", "degrees"),
    Column("lon", "float64", "longitude of the place, WGS84; NaN where there is no place", "degrees"),
    Column("exactness", "str", "how exact the point is: point, area or approximate"),
    Column("radius_km", "float64", "rough radius of an area, 0 for a point", "kilometres"),
    Column("kind", "str", "what the report says of the place; see data/kinds.toml"),
    Column("kind_reason", "str", "the words that decided the kind"),
    Column("reference", "str", "how the name is used: literal, modifier, metonym, demonym, embedded"),
    Column("reference_reason", "str", "why"),
    Column("confidence", "float64", "how sure the choice of the place is", "0 to 1"),
    Column("place_reason", "str", "why this place and no other"),
    Column("source", "str", "gazetteer or person that the place comes from"),
    Column("status", "str", "unchecked, checked or corrected: what a person decided about this mention"),
    Column("decided", "str", "who decided last, when and why; empty where nobody did"),
    Column("found_reason", "str", "why the words are taken for a place name"),
    Column("passage", "int64", "number of the passage that holds the mention, from 0"),
    Column("passage_start", "int64", "first character of the passage", "code points"),
    Column("passage_end", "int64", "end of the passage, exclusive", "code points"),
    Column("quote", "str", "the passage, as written"),
)

PLACE_COLUMNS = (
    Column("place_id", "str", "gazetteer id; unplaced names have an id of their own, 'un:<name>'"),
    Column("name", "str", "the report's commonest spelling of it; the main name where the report only has its people or adjective"),
    Column("place", "str", "main name of the place in the gazetteer, or the name as written where none was found"),
    Column("feature", "str", "GeoNames feature code; empty where no place was found"),
    Column("country", "str", "country GeoNames files the place under, ISO 3166-1 alpha-2"),
    Column("admin1", "str", "first-level region"),
    Column("lat", "float64", "latitude, WGS84; NaN where there is no place", "degrees"),
    Column("lon", "float64", "longitude, WGS84; NaN where there is no place", "degrees"),
    Column("exactness", "str", "how exact the point is: point, area or approximate"),
    Column("radius_km", "float64", "rough radius of an area, 0 for a point", "kilometres"),
    Column("mentions", "int64", "how many mentions are counted here"),
    Column("kind", "str", "the commonest kind among them (of equals the higher in data/kinds.toml); actor only where all are"),
    Column("kinds", "str", "all kinds with their counts: 'fighting 6, threatened 5'"),
    Column("confidence", "float64", "the highest confidence among them", "0 to 1"),
    Column("names", "str", "the names the report uses, joined by ' | '"),
    Column("source", "str", "gazetteer or person that the place comes from"),
    Column("status", "str", "unchecked while any mention is; else corrected if any was, else checked"),
    Column("first_start", "int64", "where the first of them stands in the text", "code points"),
)


OTHER_NAME_COLUMNS = (
    Column("report", "str", "id of the report"),
    Column("start", "int64", "first character in the report's text", "code points"),
    Column("end", "int64", "end of the name, exclusive", "code points"),
    Column("text", "str", "the name as the report writes it; text[start:end]"),
    Column("sort", "str", "what it names: person, organisation (also an armed group) or other"),
    Column("reason", "str", "why it is not on the map"),
    Column("quote", "str", "the passage, as written"),
)


def empty(columns: tuple[Column, ...]) -> pd.DataFrame:
    """Return a table without rows that has these columns and dtypes."""
    return pd.DataFrame({c.name: pd.Series(dtype=c.dtype) for c in columns})


def mentions_table(read: ReadArticle) -> pd.DataFrame:
    """Return one row a mention, in the order of the text; columns :data:`MENTION_COLUMNS`."""
    if not read.readings:
        return empty(MENTION_COLUMNS)
    rows = [_row(read, reading) for reading in read.readings]
    table = pd.DataFrame(rows, columns=[c.name for c in MENTION_COLUMNS])
    return table.astype({c.name: c.dtype for c in MENTION_COLUMNS})


def _row(read: ReadArticle, reading: Reading) -> tuple[object, ...]:
    mention, passage, choice = reading.mention, reading.passage, reading.choice
    place = choice.place
    nan = float("nan")
    return (
        read.article.id, mention.id, mention.start, mention.end, _clean(mention.text),
        place.id if place else "", place.name if place else "", place.feature if place else "",
        place.country if place else "", place.admin1 if place else "",
        place.lat if place else nan, place.lon if place else nan, place.exactness if place else "", place.radius_km if place else 0.0,
        reading.kind.value, reading.kind.reason, reading.reference.value, reading.reference.reason,
        choice.confidence, choice.reason, place.source if place else "", reading.status, reading.decided, mention.reason,
        passage.index, passage.start, passage.end, _clean(read.article.text[passage.start : passage.end]),
    )  # fmt: skip


def other_names_table(read: ReadArticle) -> pd.DataFrame:
    """Return one row a name that is no place's though the gazetteer has one of that name; columns :data:`OTHER_NAME_COLUMNS`."""
    if not read.other_names:
        return empty(OTHER_NAME_COLUMNS)
    rows = []
    for name in read.other_names:
        passage = passage_at(read.passages, name.start)
        quote = _clean(read.article.text[passage.start : passage.end])
        rows.append((read.article.id, name.start, name.end, _clean(name.text), name.sort, name.reason, quote))
    table = pd.DataFrame(rows, columns=[c.name for c in OTHER_NAME_COLUMNS])
    return table.astype({c.name: c.dtype for c in OTHER_NAME_COLUMNS})


def _clean(text: str) -> str:
    """Return text that can be encoded: lone surrogates, which no table can hold, become U+FFFD."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def place_key(mentions: pd.DataFrame) -> pd.Series:
    """Return the place id of each mention; names without a place share one by spelling."""
    return mentions["place_id"].where(mentions["place_id"] != "", "un:" + mentions["text"].str.casefold())


def status_of(statuses: Iterable[str]) -> str:
    """Return the status of a place from those of its mentions: the least looked-at one counts."""
    seen = set(statuses)
    return "unchecked" if "unchecked" in seen else "corrected" if "corrected" in seen else "checked"


_FROM_MENTIONS = (
    "place", "text", "feature", "country", "admin1", "lat", "lon", "exactness", "radius_km", "kind", "confidence", "start", "source",
    "status", "reference",
)  # fmt: skip


def spelling(members: Iterable[tuple[str, str]], main: str) -> str:
    """Return the commonest spelling of a place among (text, reference) of its mentions, of equals the first.

    A demonym (*Ukrainian*) is no spelling of the place; capitals throughout (*BAKHMUT*) only where the report writes it in no other way.
    """
    names = [" ".join(text.split()) for text, reference in members if reference != "demonym"]
    counts = Counter(name for name in names if not (name.isupper() and len(name) > 4)) or Counter(names)
    return counts.most_common(1)[0][0] if counts else main


def places_table(mentions: pd.DataFrame) -> pd.DataFrame:
    """Return one row a place, most mentioned first; columns :data:`PLACE_COLUMNS`."""
    if mentions.empty:
        return empty(PLACE_COLUMNS)
    order = {kind.name: rank for rank, kind in enumerate(kinds())}
    # plain lists: a pandas frame a group costs a third of a second at 1,000 places
    columns = {name: mentions[name].tolist() for name in _FROM_MENTIONS}
    groups: dict[str, list[int]] = {}
    for number, place_id in enumerate(place_key(mentions)):
        groups.setdefault(place_id, []).append(number)
    rows = []
    for place_id, members in groups.items():
        first = {name: values[members[0]] for name, values in columns.items()}
        counts = Counter(columns["kind"][n] for n in members)
        ranked = sorted(counts.items(), key=lambda item: (item[0] == "actor", -item[1], order.get(item[0], len(order))))
        rows.append((
            place_id, spelling([(columns["text"][n], columns["reference"][n]) for n in members], first["place"]),
            first["place"] or first["text"], first["feature"], first["country"], first["admin1"],
            first["lat"], first["lon"], first["exactness"], first["radius_km"], len(members), ranked[0][0],
            ", ".join(f"{kind} {count}" for kind, count in ranked), max(columns["confidence"][n] for n in members),
            " | ".join(dict.fromkeys(columns["text"][n] for n in members)), first["source"],
            status_of(columns["status"][n] for n in members), first["start"],
        ))  # fmt: skip
    table = pd.DataFrame(rows, columns=[c.name for c in PLACE_COLUMNS])
    table = table.astype({c.name: c.dtype for c in PLACE_COLUMNS})
    return table.sort_values(["mentions", "first_start"], ascending=[False, True], ignore_index=True)
