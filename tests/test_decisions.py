"""What people decide: laid over the reading, never lost, undone and done again, merged without conflict."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dateline import Article, DecisionError, Place, codec
from dateline import decisions as d
from dateline.decisions import Value
from dateline.kinds import kinds
from dateline.vocabulary import REFERENCES

VARNA = Place("gn:726050", "Varna", "PPL", 43.21, 27.91, "BG", source="GeoNames")


def reading_of(read, text, number=0):
    return [r for r in read.readings if r.mention.text == text][number]


def decided(read, text, action, value=None, number=0, **more):
    return d.decide(read.article, reading_of(read, text, number), action, value or Value(), who="ana", **more)


def test_a_place_is_corrected_for_one_mention_or_for_the_name(bakhmut):
    one = d.apply(bakhmut, [decided(bakhmut, "Soledar", "place", Value(VARNA), why="the ship, not the town")])
    changed = reading_of(one, "Soledar")
    assert (changed.choice.place, changed.status) == (VARNA, "corrected")
    assert "ana" in changed.choice.reason
    assert "the ship, not the town" in changed.choice.reason
    assert changed.choice.others[0] == reading_of(bakhmut, "Soledar").choice.place
    count = sum(r.mention.text == "Bakhmut" for r in bakhmut.readings)
    every = d.apply(bakhmut, [decided(bakhmut, "Bakhmut", "kind", Value(kind="setting"), scope="name")])
    assert sum(r.mention.text == "Bakhmut" and r.kind.value == "setting" and r.status == "corrected" for r in every.readings) == count > 5
    assert sum(r.status == "corrected" for r in every.readings) == count


def test_checked_is_not_corrected_and_corrected_stays_so(bakhmut):
    check = decided(bakhmut, "Kyiv", "check")
    assert reading_of(d.apply(bakhmut, [check]), "Kyiv").status == "checked"
    kind = decided(bakhmut, "Kyiv", "kind", Value(kind="setting"))
    assert reading_of(d.apply(bakhmut, [kind, decided(bakhmut, "Kyiv", "check")]), "Kyiv").status == "corrected"


def test_what_is_no_place_stays_to_be_found(bakhmut):
    done = d.apply(bakhmut, [decided(bakhmut, "Soledar", "reference", Value(reference="not_a_place"))])
    assert reading_of(done, "Soledar").reference.value == d.NOT_A_PLACE
    assert len(done.readings) == len(bakhmut.readings)


def test_a_missed_mention_is_added_in_its_passage(bakhmut):
    text = bakhmut.article.text
    start = text.index("town")
    proposal = replace(bakhmut.readings[0], mention=replace(bakhmut.readings[0].mention, start=start, end=start + 4, text="town"))
    done = d.apply(bakhmut, [d.decide(bakhmut.article, proposal, "add", who="ana")])
    (added,) = [r for r in done.readings if r.mention.start == start]
    assert (added.mention.text, added.status) == ("town", "corrected")
    assert added.passage.start <= start < added.passage.end
    assert [r.mention.start for r in done.readings] == sorted(r.mention.start for r in done.readings)


def test_undo_and_redo_walk_back_and_forth(bakhmut):
    first, second = decided(bakhmut, "Kyiv", "check"), decided(bakhmut, "Kyiv", "kind", Value(kind="setting"))
    log = [first, second]
    assert d.to_undo(log, "ana") == second
    assert d.to_undo(log, "bo") is None
    log.append(d.undoing(second, who="ana"))
    assert reading_of(d.apply(bakhmut, log), "Kyiv").status == "checked"
    assert d.to_undo(log, "ana") == first
    assert d.to_redo(log, "ana") == second
    log.append(d.undoing(second, who="ana", again=True))
    assert reading_of(d.apply(bakhmut, log), "Kyiv").kind.value == "setting"
    assert d.to_redo(log, "ana") is None
    log += [d.undoing(second, who="ana"), decided(bakhmut, "Soledar", "check")]
    assert d.to_redo(log, "ana") is None, "a new decision ends redo"


def test_a_standing_decision_gives_way_to_ones_own(bakhmut):
    standing = replace(
        decided(bakhmut, "Kyiv", "kind", Value(kind="reporting"), scope="always"), report="elsewhere", at="2099-01-01T00:00:00+00:00"
    )
    assert {r.kind.value for r in d.apply(bakhmut, [standing]).readings if r.mention.text == "Kyiv"} == {"reporting"}
    own = decided(bakhmut, "Kyiv", "kind", Value(kind="setting"))
    assert reading_of(d.apply(bakhmut, [standing, own]), "Kyiv").kind.value == "setting"


def test_a_decision_outlives_an_engine_that_no_longer_finds_the_mention(bakhmut):
    place = decided(bakhmut, "Soledar", "place", Value(VARNA))
    blind = replace(bakhmut, readings=tuple(r for r in bakhmut.readings if r.mention.text != "Soledar"))
    (kept,) = [r for r in d.apply(blind, [place]).readings if r.mention.text == "Soledar"]
    assert kept.choice.place == VARNA
    assert "no longer finds" in kept.mention.reason


def test_a_decision_holds_on_to_its_words_when_the_text_shifts(reader, bakhmut):
    from dateline import read

    place = decided(bakhmut, "Soledar", "place", Value(VARNA))
    moved = read(replace(bakhmut.article, text="A line that an editor put in.\n\n" + bakhmut.article.text), reader)
    done = d.apply(moved, [place])
    assert [i for i, r in enumerate(x for x in done.readings if x.mention.text == "Soledar") if r.choice.place == VARNA] == [0]
    gone = read(replace(bakhmut.article, text="Kyiv said nothing."), reader)
    assert d.apply(gone, [place]) == gone


def some_decisions(read):
    """A strategy: logs of decisions by two people, with undoing in them."""
    step = st.tuples(
        st.sampled_from(["check", "place", "kind", "reference", "undo", "redo"]), st.integers(0, len(read.readings) - 1),
        st.sampled_from(d.SCOPES), st.sampled_from(["ana", "bo"]), st.integers(0, 9),
    )  # fmt: skip

    def build(steps):
        log: list[d.Decision] = []
        for action, number, scope, who, pick in steps:
            if action in ("undo", "redo"):
                found = d.to_undo(log, who) if action == "undo" else d.to_redo(log, who)
                if found:
                    log.append(d.undoing(found, who=who, again=action == "redo"))
                continue
            value = {
                "check": Value(), "place": Value(VARNA if pick % 2 else None), "kind": Value(kind=kinds()[pick % len(kinds())].name),
                "reference": Value(reference=REFERENCES[pick % len(REFERENCES)]),
            }[action]  # fmt: skip
            log.append(d.decide(read.article, read.readings[number], action, value, who=who, scope=scope))
        return log

    return st.lists(step, max_size=14).map(build)


@given(st.data())
def test_merging_logs_in_any_order_gives_the_same(bakhmut, data):
    """Law: what a report reads like depends on the set of decisions, not on the order in which they came together."""
    log = data.draw(some_decisions(bakhmut))
    shuffled = data.draw(st.permutations(log + log[: len(log) // 2]))
    unique = list({one.id: one for one in shuffled}.values())
    assert d.apply(bakhmut, unique) == d.apply(bakhmut, log)


@given(st.data())
def test_undoing_everything_gives_what_the_engine_read(bakhmut, data):
    """Law: undo, as often as it goes, ends at the reading; redo as often brings all of it back."""
    log = data.draw(some_decisions(bakhmut))
    before = d.apply(bakhmut, log)
    undone = 0
    for who in ("ana", "bo"):
        while found := d.to_undo(log, who):
            log.append(d.undoing(found, who=who))
            undone += 1
    assert d.apply(bakhmut, log) == bakhmut
    assert undone <= len(log)
    assert before.article == bakhmut.article


@given(st.data())
def test_a_log_comes_back_from_json_as_it_was(bakhmut, data):
    log = data.draw(some_decisions(bakhmut))
    again, left_out = d.from_json(json.loads(json.dumps(d.to_json(bakhmut.article, log))), bakhmut.article)
    assert (list(again), left_out) == (log, 0)


@given(st.data())
def test_applying_twice_is_applying_once(bakhmut, data):
    log = data.draw(some_decisions(bakhmut))
    once = d.apply(bakhmut, log)
    assert [(r.choice.place, r.kind.value, r.reference.value, r.status) for r in d.apply(once, log).readings] == [
        (r.choice.place, r.kind.value, r.reference.value, r.status) for r in once.readings
    ]


def plain(place):
    return codec.as_json(codec.place_data(place))


def entry(bakhmut, **changes):
    made = codec.as_json(d.data_of(decided(bakhmut, "Kyiv", "place", Value(VARNA))))
    for name, value in changes.items():
        made[name] = value
    return {"format": d.FORMAT, "version": 1, "report": {"id": bakhmut.article.id}, "decisions": [made]}


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"action": "burn"}, "action"), ({"scope": "world"}, "scope"), ({"start": -1}, "start"), ({"start": True}, "start"), ({"at": "soon"}, r"\.at"),
        ({"value": {"place": {"id": "x"}}}, "missing required field"), ({"value": []}, "value"), ({"who": 7}, "who"), ({"why": "x" * 3_000}, "why"),
        ({"value": {"place": plain(VARNA) | {"lat": 91.0}}}, "lat"), ({"value": {"place": plain(VARNA) | {"lat": float("nan")}}}, "no JSON"),
        ({"value": {"place": plain(VARNA) | {"population": float("inf")}}}, "no JSON"), ({"value": {"place": plain(VARNA) | {"population": -1}}}, "population"),
        ({"value": {"place": list(plain(VARNA).items())}}, "place"), ({"value": {"place": plain(VARNA) | {"exactness": "secretly"}}}, "exactness"),
        ({"value": {"place": plain(VARNA) | {"name": "\ud800"}}}, "no JSON"), ({"id": "\udc00"}, "no JSON"), ({"value": {}}, "where the place is"),
        ({"value": {"place": plain(VARNA) | {"name": "x" * 5_000}}}, "name"), ({"value": {"place": plain(VARNA) | {"extra": 1}}}, "unknown"),
        ({"at": "2999-01-01T00:00:00+00:00"}, "future"), ({"at": "2023-01-01T00:00:00+05:00"}, r"\.at"), ({"start": 9, "end": 2}, "end before"),
        ({"action": "kind", "value": {"kind": "party"}}, "'party'"), ({"action": "undo", "value": {}}, "what it undoes"),
        ({"was": {"place": {"lat": 1}}}, "missing required field"), ({"was": {"kind": "party"}}, "'party'"), ({"was": {"confidence": 2}}, "confidence"),
    ],
)  # fmt: skip
def test_a_file_with_a_wrong_entry_is_refused_by_what_is_wrong(bakhmut, changes, says):
    with pytest.raises(DecisionError, match=says):
        d.from_json(entry(bakhmut, **changes), bakhmut.article)


@pytest.mark.parametrize("constant", ["NaN", "Infinity", "-Infinity", "1e999", '"\\ud800"', "[" * 5_000])
def test_a_log_with_what_json_does_not_have_is_refused(bakhmut, constant):
    raw = json.dumps(entry(bakhmut)).replace("43.21", constant)
    assert constant in raw
    with pytest.raises(DecisionError):
        d.from_json(raw.encode(), bakhmut.article)


@pytest.mark.parametrize("data", [None, [], {}, {"format": "other"}, {"format": d.FORMAT, "version": 2, "decisions": []}, "x"])
def test_what_is_no_log_is_refused(bakhmut, data):
    with pytest.raises(DecisionError):
        d.from_json(data, bakhmut.article)


def test_a_log_of_another_text_is_left_out_and_counted(bakhmut):
    again, left_out = d.from_json(entry(bakhmut), Article("other", "Other", "Nothing of the kind is said here."))
    assert (again, left_out) == ((), 1)


def test_a_point_by_hand_must_be_on_earth():
    assert d.place_at(48.591234567, -0.0, "here").id == "pt:48.59123,-0.00000"
    for lat, lon in ((91, 0), (0, 181), (float("nan"), 0), (float("inf"), 0)):
        with pytest.raises(DecisionError):
            d.place_at(lat, lon, "x")


def test_differences_say_what_changed(bakhmut):
    after = d.apply(
        bakhmut,
        [decided(bakhmut, "Soledar", "place", Value(VARNA)), decided(bakhmut, "Kyiv", "kind", Value(kind="setting"))],
    )
    shorter = replace(after, readings=after.readings[:-1])
    found = d.differences(bakhmut, shorter)
    assert {f.what for f in found} == {"place", "kind", "lost"}
    assert next(f for f in found if f.what == "place").after == "Varna, BG"
    assert d.differences(bakhmut, bakhmut) == ()
