"""The desk: opening, reading again, deciding, adding and merging, each saved before it is answered."""

from __future__ import annotations

import pytest

from dateline import DecisionError, Desk, Gazetteer, Library, Place, ReportError, Wish
from dateline import decisions as log
from dateline.desk import unknown_names

TEXT = "Shelling hit Bakhmut on Monday, officials in Kyiv said. Troops left Soledar. The convoy stopped at Qorvexhilamo, by the river."


@pytest.fixture
def desk(tmp_path, workshop, gazetteer, home):
    """A desk in a home without packs: one that another test left there would make every reading outdated."""
    return Desk(Library(tmp_path / "library.sqlite"), workshop, gazetteer)


@pytest.fixture
def report(desk):
    return desk.add_text(TEXT, "The week").report


def mention(opened, text):
    return next(r for r in opened.read.readings if r.mention.text == text)


def decide(desk, report, action, text, who="ana", **more):
    opened = desk.open(report)
    return desk.decide(opened, Wish(action, mention(opened, text).mention.id, **more), who)


def test_a_report_is_read_once_and_opened_from_the_library_then(desk, report):
    assert desk.needs_reading(report)
    told: list[float] = []
    first = desk.open(report, told.append)
    assert told == [0.75, 0.85]
    assert not desk.needs_reading(report)
    assert desk.open(report).read == first.read
    assert not first.outdated
    with pytest.raises(ReportError, match="'nothing'"):
        desk.open("nothing")


def test_wishes_become_decisions_and_counts(desk, report):
    desk.open(report)
    assert desk.library.reports.entries()[0].unchecked == 3
    decide(desk, report, "check", "Kyiv")
    decide(desk, report, "kind", "Bakhmut", value="civilians")
    decide(desk, report, "point", "Soledar", lat=48.7, lon=38.1)
    opened = desk.open(report)
    assert mention(opened, "Soledar").choice.place.id == "pt:48.70000,38.10000"
    assert mention(opened, "Bakhmut").kind.value == "civilians"
    assert desk.library.reports.entries()[0].unchecked == 0
    decide(desk, report, "place", "Soledar", value="")
    assert mention(desk.open(report), "Soledar").choice.place is None
    decide(desk, report, "place", "Soledar", value="gn:706757")
    assert mention(desk.open(report), "Soledar").choice.place.name == "Soledar"


@pytest.mark.parametrize(
    "wish",
    [
        Wish("kind", "m13-20", value="party"),
        Wish("place", "m13-20", value="gn:1"),
        Wish("check", "m0-1"),
        Wish("point", "m13-20", lat=99.0),
        Wish("burn", "m13-20"),
        Wish("check", "m13-20", scope="world"),
    ],
)
def test_a_wish_that_means_nothing_is_refused_and_nothing_is_saved(desk, report, wish):
    opened = desk.open(report)
    with pytest.raises(DecisionError):
        desk.decide(opened, wish, "ana")
    assert desk.library.decisions(report) == ()


def test_words_are_added_with_what_the_engine_makes_of_them(desk, report):
    opened = desk.open(report)
    start = TEXT.index("the river")
    made = desk.add(opened, start - 1, start + len("the river,"), "ana")
    assert made.made.anchor.text == "the river"
    assert mention(made.opened, "the river").status == "corrected"
    added = mention(desk.open(report), "the river")
    assert (added.status, added.mention.start) == ("corrected", start)
    with pytest.raises(DecisionError, match="already"):
        desk.add(desk.open(report), TEXT.index("Kyiv"), TEXT.index("Kyiv") + 4, "ana")
    for span in ((5, 5), (-1, 3), (0, 10_000), (TEXT.index(", by"), TEXT.index(" by"))):
        with pytest.raises(DecisionError):
            desk.add(desk.open(report), *span, "ana")


def test_undo_is_ones_own(desk, report):
    decide(desk, report, "check", "Kyiv", who="ana")
    decide(desk, report, "check", "Bakhmut", who="bo")
    assert desk.undo(desk.open(report), "ana").made.anchor.text == "Kyiv"
    assert desk.undo(desk.open(report), "ana") is None
    assert desk.undo(desk.open(report), "ana", again=True).made.anchor.text == "Kyiv"
    assert [r.status for r in desk.open(report).read.readings if r.mention.text in ("Kyiv", "Bakhmut")] == ["checked"] * 2


def test_reading_again_keeps_decisions_and_says_what_changed(desk, report):
    decide(desk, report, "point", "Soledar", lat=48.7, lon=38.1)
    stored = desk.open(report)
    fewer = type(stored.engine)(stored.engine.article, stored.engine.passages, stored.engine.readings[1:])
    desk.library.keep_reading(fewer, "an older engine")
    assert desk.open(report).outdated
    found = desk.remake(report)
    assert [(d.text, d.what) for d in found] == [("Bakhmut", "found")]
    assert mention(desk.open(report), "Soledar").choice.place.lat == 48.7


def test_logs_of_two_desks_merge_into_the_same(desk, report, tmp_path, workshop):
    other = Desk(Library(tmp_path / "other.sqlite"), workshop, Gazetteer())
    theirs = other.add_text(TEXT, "Another title").report
    decide(other, theirs, "kind", "Kyiv", who="bo", value="setting")
    decide(desk, report, "check", "Bakhmut")
    ours = log.to_json(desk.open(report).read.article, desk.library.decisions(report))
    back = log.to_json(other.open(theirs).read.article, other.library.decisions(theirs))
    assert [(m.new, m.left_out) for m in (desk.merge(report, back), other.merge(theirs, ours), desk.merge(report, back))] == [
        (1, 0),
        (1, 0),
        (0, 0),
    ]
    assert desk.open(report).read.readings == other.open(theirs).read.readings


def test_a_name_that_nothing_knows_offers_the_country_and_takes_a_geocoders_place(desk, report, home):
    opened = desk.open(report)
    assert unknown_names(opened.read) == ("Qorvexhilamo",)
    assert desk.missing_country(opened.read) == ("UA", "Ukraine")
    place = Place("osm:n7", "Qorvexhilamo", "PPL", 48.5, 37.9, "UA", source="© OpenStreetMap contributors (ODbL), by Nominatim")
    desk.use(opened, "Qorvexhilamo", place, "ana")
    after = desk.open(report)
    assert mention(after, "Qorvexhilamo").choice.place == place
    assert unknown_names(after.read) == ()
    assert desk.missing_country(after.read) is None


def test_candidates_begin_with_what_was_chosen(desk, report):
    opened = desk.open(report)
    bakhmut = mention(opened, "Bakhmut")
    assert desk.candidates(bakhmut)[0] == bakhmut.choice.place
    assert len({place.id for place in desk.candidates(bakhmut)}) == len(desk.candidates(bakhmut))


def test_a_decision_comes_back_with_the_report_and_the_next_look_opens_nothing(desk, report, monkeypatch):
    desk.open(report)
    opened = desk.opened(report)
    laid_over = []
    original = log.apply
    monkeypatch.setattr(log, "apply", lambda *args: laid_over.append(1) or original(*args))
    decided = desk.decide(opened, Wish("check", mention(opened, "Kyiv").mention.id), "ana")
    assert mention(decided.opened, "Kyiv").status == "checked"
    assert desk.opened(report) is decided.opened
    assert len(laid_over) == 1, "laid over once: what was saved is what is shown"
    assert decided.opened.read == desk.open(report).read


def test_a_log_of_another_report_of_the_same_library_is_taken_over_and_saved(desk, report):
    decide(desk, report, "kind", "Kyiv", value="setting")
    other = desk.add_text(TEXT + " More came.", "Another").report
    data = log.to_json(desk.open(report).read.article, desk.library.decisions(report))
    assert desk.merge(other, data).new == 1
    assert mention(desk.open(other), "Kyiv").kind.value == "setting"
    assert len(desk.library.decisions(other)) == len(desk.library.decisions(report)) == 1
    assert desk.merge(other, data).new == 0


def test_nothing_is_remembered_of_a_report_that_changed_while_somebody_decided(desk, report):
    desk.open(report)
    opened = desk.opened(report)
    desk.library.reports.edit(report, {"title": "Another title"})
    desk.decide(opened, Wish("check", mention(opened, "Kyiv").mention.id), "ana")
    assert desk.opened(report).read.article.title == "Another title"


def test_erasing_a_report_takes_its_standing_decisions_memory_along(desk, report):
    decide(desk, report, "kind", "Kyiv", value="setting", scope="always")
    later = desk.add_text("A later report: Kyiv denied everything.", "Later").report
    desk.open(later)
    assert mention(desk.opened(later), "Kyiv").kind.value == "setting"
    (standing,) = desk.library.standing()
    desk.library.reports.delete(report)
    desk.library.reports.erase(report)
    desk.revoke(standing, "bo")
    assert mention(desk.opened(later), "Kyiv").status == "unchecked"


def test_a_decision_of_another_in_between_is_seen(desk, report):
    opened = desk.opened(report)
    other = Desk(Library(desk.library.store.path), desk.workshop, desk.gazetteer)
    theirs = other.opened(report)
    other.decide(theirs, Wish("check", mention(theirs, "Bakhmut").mention.id), "bo")
    desk.decide(opened, Wish("check", mention(opened, "Kyiv").mention.id), "ana")
    assert [mention(desk.opened(report), name).status for name in ("Kyiv", "Bakhmut")] == ["checked", "checked"]


def test_what_counts_from_now_on_is_listed_and_taken_back_in_every_report(desk, report):
    decide(desk, report, "kind", "Kyiv", value="setting", scope="always")
    later = desk.add_text("A later report: Kyiv denied everything.", "Later").report
    assert mention(desk.open(later), "Kyiv").kind.value == "setting"
    (standing,) = desk.library.standing()
    assert (standing.anchor.text, standing.scope) == ("Kyiv", "always")
    desk.revoke(standing, "bo")
    assert desk.library.standing() == ()
    assert mention(desk.open(later), "Kyiv").status == "unchecked"
    assert mention(desk.open(report), "Kyiv").status == "unchecked"
