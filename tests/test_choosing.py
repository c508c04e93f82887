"""Choosing: the right homonym for the right reason, from what the report says."""

from __future__ import annotations

import pytest

from dateline import Article, ReadArticle, read


@pytest.fixture
def places(reader):
    def of(text: str) -> dict[str, tuple[str, str]]:
        done: ReadArticle = read(Article("x", "", text), reader)
        return {r.mention.text: (r.choice.place.country, r.choice.place.feature) for r in done.readings if r.choice.place}

    return of


def test_what_a_town_lies_in_decides(places):
    assert places("They met in Paris, Texas, and drove on.")["Paris"][0] == "US"
    assert places("They met in Paris, France, and drove on.")["Paris"][0] == "FR"


def test_the_reports_country_decides(places):
    colombia = places(
        "Colombian troops left Bogotá. Rebels attacked Cartagena and Valencia fell silent. Colombia sent more soldiers to Cartagena."
    )
    assert colombia["Cartagena"][0] == "CO"


def test_neighbours_decide_between_villages_of_one_name(reader):
    done = read(
        Article("x", "", "Fighting went on near Bakhmut, in Khromove and in Ivanivske. Ukrainian forces held Chasiv Yar."),
        reader,
    )
    ivanivske = next(r.choice.place for r in done.readings if r.mention.text == "Ivanivske")
    assert (ivanivske.lat, ivanivske.lon) == pytest.approx((48.56, 37.88), abs=0.1)


def test_words_beside_the_name_tell_region_from_town(places):
    found = places("Shelling went on in Donetsk region. Hospitals in the city of Luhansk were full.")
    assert found["Donetsk"][1] == "ADM1"
    assert found["Luhansk"][1] == "PPL"


def test_a_country_wins_over_towns_of_its_name(places):
    assert places("Refugees crossed into Chad and Lebanon.") == {"Chad": ("TD", "PCLI"), "Lebanon": ("LB", "PCLI")}


def test_every_choice_lists_what_else_it_could_have_been(reader):
    done = read(Article("x", "", "Talks were held in San Cristóbal in Venezuela."), reader)
    choice = done.readings[0].choice
    assert choice.place.country == "VE"
    assert len(choice.others) > 3
    assert choice.place not in choice.others


def test_a_misspelt_name_is_placed_but_marked_uncertain(reader):
    done = read(Article("x", "", "Shelling was reported in Kramatorsq, a city in Ukraine."), reader)
    reading = next(r for r in done.readings if r.mention.text == "Kramatorsq")
    assert reading.choice.place.name == "Kramatorsk"
    assert reading.choice.confidence < 0.6
    assert "please check" in reading.choice.reason


def test_what_nothing_knows_is_kept_without_a_place(reader):
    done = read(Article("x", "", "The convoy stopped in the village of Qorvexhilamo, near Goma."), reader)
    unknown = [r for r in done.readings if r.mention.text == "Qorvexhilamo"]
    assert unknown
    assert all(r.choice.place is None and r.choice.confidence == 0 for r in unknown)
