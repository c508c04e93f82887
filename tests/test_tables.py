"""The two tables: one schema, and places that always agree with their mentions."""

from __future__ import annotations

import csv
import io

from hypothesis import given
from hypothesis import strategies as st

from components.filters import Filters, apply, kind_counts
from dateline import MENTION_COLUMNS, PLACE_COLUMNS, Article, ReadArticle, kinds, mentions_table, place_key, places_table
from dateline.exports import to_csv

EMPTY = ReadArticle(Article("x", "", "Nothing."), ())


def test_columns_are_those_of_the_schema_also_when_empty(bakhmut):
    for read in (bakhmut, EMPTY):
        mentions = mentions_table(read)
        assert list(mentions.columns) == [c.name for c in MENTION_COLUMNS]
        assert [str(d) for d in mentions.dtypes] == [c.dtype for c in MENTION_COLUMNS]
        places = places_table(mentions)
        assert list(places.columns) == [c.name for c in PLACE_COLUMNS]
        assert [str(d) for d in places.dtypes] == [c.dtype for c in PLACE_COLUMNS]


def test_every_column_has_a_meaning():
    assert all(c.meaning for c in (*MENTION_COLUMNS, *PLACE_COLUMNS))


def test_rows_are_the_readings_in_order(bakhmut):
    table = mentions_table(bakhmut)
    assert list(table["mention_id"]) == [r.mention.id for r in bakhmut.readings]
    assert table["mention_id"].is_unique
    text = bakhmut.article.text
    assert all(text[row.start : row.end] == row.text for row in table.itertuples())
    assert all(text[row.passage_start : row.passage_end] == row.quote for row in table.itertuples())


FILTERS = st.builds(
    Filters,
    kinds=st.frozensets(st.sampled_from([k.name for k in kinds()])),
    query=st.sampled_from(["", "Bakhmut", "slovyansk", "BAKHMUT ", "open road", "no such words", "(", "É", "'"]),
    demonyms=st.booleans(),
    embedded=st.booleans(),
    min_confidence=st.sampled_from([0.0, 0.5, 0.9, 1.0]),
)


@given(FILTERS)
def test_places_count_exactly_the_filtered_mentions(bakhmut, filters):
    visible = apply(mentions_table(bakhmut), filters)
    places = places_table(visible)
    assert places["mentions"].sum() == len(visible)
    assert set(places["place_id"]) == set(place_key(visible)) if len(visible) else places.empty
    assert visible.index.is_monotonic_increasing


@given(FILTERS)
def test_a_filter_only_takes_away_and_counts_add_up(bakhmut, filters):
    table = mentions_table(bakhmut)
    visible = apply(table, filters)
    assert set(visible.index) <= set(table.index)
    counts = kind_counts(table, filters)
    wanted = filters.kinds or set(counts)
    assert len(visible) == sum(counts[kind] for kind in wanted)


def test_search_finds_places_in_any_spelling_and_words_of_passages(bakhmut):
    table = mentions_table(bakhmut)
    assert set(apply(table, Filters(query="slovyansk"))["place"]) >= {"Sloviansk"}
    by_words = apply(table, Filters(query="open road"))
    assert len(by_words)
    assert all(
        "open road" in q.casefold() or "open road" in p.casefold() for q, p in zip(by_words["quote"], by_words["place"], strict=True)
    )


def test_nationalities_and_names_in_organisations_are_off_by_default(bakhmut):
    assert not set(apply(mentions_table(bakhmut), Filters())["reference"]) & {"demonym", "embedded"}


def test_a_place_is_an_actor_only_where_nothing_else_is_said_of_it(bakhmut):
    places = places_table(apply(mentions_table(bakhmut), Filters())).set_index("place")
    assert places.loc["Moscow", "kind"] == "actor"
    assert places.loc["Kyiv", "kind"] != "actor"


def test_csv_has_no_cell_that_a_spreadsheet_takes_for_a_formula(bakhmut):
    table = mentions_table(bakhmut).head(10).copy()
    for row, start in enumerate(["=", "+", "-", "@", "\t=", "\r=", "＝", "＋", "－", "＠"]):
        table.loc[row, "text"] = f'{start}HYPERLINK("http://evil.example","x")'
    text = to_csv(table)
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    assert len(rows) == 10
    for row in rows:
        assert row["text"].startswith("'")
        assert "HYPERLINK" in row["text"]
    assert to_csv(table[["start"]]) == table[["start"]].to_csv(index=False, lineterminator="\r\n")
