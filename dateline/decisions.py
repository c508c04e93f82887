"""Decisions: what a person says of a reading, as a log that only grows, and what a report reads like with them.

A decision changes no reading; :func:`apply` lays the log over what the engine read, so that neither a new engine nor an undo can lose one.
A decision about a mention carries the words and their surroundings: it holds on to them when offsets shift, and brings the mention
back where a newer engine no longer finds it. Pure: the library stores, the screen asks.
"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from msgspec import UNSET

from dateline import codec
from dateline.codec import DecisionData, LogData, PlaceData, Undecodable, ValueData, WasData, mention_id
from dateline.errors import DecisionError
from dateline.kinds import kinds
from dateline.names import fold_key
from dateline.passages import passage_at
from dateline.records import Article, Choice, Label, Mention, Place, ReadArticle, Reading
from dateline.vocabulary import REFERENCES

ACTIONS = ("check", "place", "kind", "reference", "add", "undo", "redo")
SCOPES = ("mention", "name", "always")
"""This mention; all of this name in this report; all of this name in this report and in those added from now on."""
NOT_A_PLACE = "not_a_place"
AROUND = 30
"""Characters kept on either side of a mention to find it again."""
MAX_WHY = 500
FORMAT = "dateline-decisions"
FORMAT_VERSION = 1
MAX_LOG_MB = 20
MAX_CLOCK_SKEW = timedelta(days=1)
"""A decision from further in the future would outweigh every later one: it is refused."""


@dataclass(frozen=True, slots=True)
class Anchor:
    """Where a decision's mention stands: offsets, words and surroundings."""

    start: int
    end: int
    text: str
    before: str = ""
    after: str = ""


@dataclass(frozen=True, slots=True)
class Value:
    """What a decision sets: each action has one field, the others say nothing."""

    place: Place | None = None
    """Of ``place``: where the mention is; None takes it off the map."""
    kind: str = ""
    reference: str = ""
    batch: str = ""
    """Of ``undo`` and ``redo``: the batch that they take back or bring back."""


@dataclass(frozen=True, slots=True)
class Was:
    """The reading that a decision was made on, to bring it back; of ``add``, the engine's proposal."""

    form: str = "name"
    place: Place | None = None
    place_reason: str = ""
    confidence: float = 0.0
    kind: str = ""
    kind_reason: str = ""
    reference: str = ""
    reference_reason: str = ""


@dataclass(frozen=True, slots=True)
class Decision:
    """One entry of the log: who decided what, when, about which mention or name, and why."""

    id: str
    batch: str
    """Decisions of one click share it; undo takes them back together."""
    report: str
    at: str
    """UTC, ISO 8601 with microseconds: the order of the log."""
    who: str
    action: str
    scope: str
    anchor: Anchor
    value: Value = Value()
    was: Was = Was()
    why: str = ""


def now() -> str:
    """Return the time as decisions write it."""
    return datetime.now(UTC).isoformat(timespec="microseconds")


def anchor_of(article: Article, start: int, end: int) -> Anchor:
    """Return the anchor of a span of the report."""
    text = article.text
    return Anchor(start, end, text[start:end], text[max(0, start - AROUND) : start], text[end : end + AROUND])


def decide(
    article: Article,
    reading: Reading,
    action: str,
    value: Value = Value(),  # frozen
    *,
    who: str,
    scope: str = "mention",
    why: str = "",
    batch: str = "",
) -> Decision:
    """Return a new decision about a reading of a report.

    Raises:
        DecisionError: an unknown action, scope, kind or reference, or a point that is not on earth.
    """
    number = uuid.uuid4().hex
    was = Was(reading.mention.form, reading.choice.place, kind=reading.kind.value, reference=reading.reference.value)
    made = Decision(
        number, batch or number, article.id, now(), who, action, scope, anchor_of(article, reading.mention.start, reading.mention.end),
        value, was, why[:MAX_WHY],
    )  # fmt: skip
    return checked(made)


def undoing(decision: Decision, *, who: str, again: bool = False) -> Decision:
    """Return the decision that takes back the batch of ``decision``, or with ``again`` makes it count again."""
    number = uuid.uuid4().hex
    return Decision(
        number, number, decision.report, now(), who, "redo" if again else "undo", "mention", decision.anchor, Value(batch=decision.batch)
    )


def checked(decision: Decision) -> Decision:
    """Return ``decision`` if it is one that can be laid over a reading.

    Raises:
        DecisionError: it is not; the message says what is wrong with it.
    """
    if wrong := _wrong(decision):
        msg = f"The decision {decision.id[:80]!r} cannot be taken over: {wrong}."
        raise DecisionError(msg)
    return decision


def _wrong(decision: Decision) -> str:
    """Return what is wrong with a decision, or ""."""
    value, was, known = decision.value, decision.was, {kind.name for kind in kinds()}
    if decision.action not in ACTIONS:
        return f"the action {decision.action!r} is unknown"
    if decision.scope not in SCOPES:
        return f"the scope {decision.scope!r} is unknown"
    if decision.action == "kind" and value.kind not in known:
        return f"the kind {value.kind!r} is unknown"
    if decision.action == "reference" and value.reference not in REFERENCES:
        return f"the reference {value.reference!r} is unknown"
    if decision.action in ("undo", "redo") and not value.batch:
        return "it does not say what it undoes"
    if was.kind and was.kind not in known:
        return f"it remembers the kind {was.kind!r}, which is unknown"
    if was.reference and was.reference not in REFERENCES:
        return f"it remembers the reference {was.reference!r}, which is unknown"
    return ""


def copied(decisions: Iterable[Decision], taken: Collection[str], report: str) -> tuple[Decision, ...]:
    """Return decisions for ``report``; those whose ids are ``taken`` get new ones.

    They are made of the old, so that doing it again gives the same.
    """
    decisions = tuple(decisions)
    batches = {d.batch for d in decisions if d.id in taken}

    def number(old: str, known: Collection[str]) -> str:
        return hashlib.sha256(f"{report} {old}".encode()).hexdigest()[:32] if old in known else old

    return tuple(
        replace(d, id=number(d.id, taken), batch=number(d.batch, batches), value=replace(d.value, batch=number(d.value.batch, batches)))
        for d in decisions
    )


def in_force(decisions: Iterable[Decision]) -> tuple[Decision, ...]:
    """Return the decisions that count, in their order: undone ones and the undoing itself left out."""
    undone: dict[str, bool] = {}
    ordered = sorted(decisions, key=lambda d: (d.at, d.id))
    for decision in ordered:
        if decision.action in ("undo", "redo"):
            undone[decision.value.batch] = decision.action == "undo"
    return tuple(d for d in ordered if d.action not in ("undo", "redo") and not undone.get(d.batch, False))


def to_undo(decisions: Sequence[Decision], who: str) -> Decision | None:
    """Return the latest decision of ``who`` that can be undone, or None."""
    return next((d for d in reversed(in_force(decisions)) if d.who == who), None)


def to_redo(decisions: Sequence[Decision], who: str) -> Decision | None:
    """Return a decision of the batch that ``who`` undid last and may do again, or None: a new decision ends that."""
    mine = sorted((d for d in decisions if d.who == who), key=lambda d: (d.at, d.id))
    stack: list[str] = []
    for decision in mine:
        if decision.action == "undo":
            stack.append(decision.value.batch)
        elif decision.action == "redo":
            stack = [batch for batch in stack if batch != decision.value.batch]
        else:
            stack = []
    return next((d for d in mine if stack and d.batch == stack[-1] and d.action not in ("undo", "redo")), None)


def locate(article: Article, anchor: Anchor) -> tuple[int, int] | None:
    """Return where an anchor's words stand in a report now, or None if they are gone or stand at several places alike."""
    text = article.text
    if text[anchor.start : anchor.end] == anchor.text != "":
        return anchor.start, anchor.end
    if not anchor.text:
        return None
    for before, after in ((anchor.before, anchor.after), (anchor.before, ""), ("", anchor.after)):
        words = before + anchor.text + after
        if len(words) > len(anchor.text) and text.count(words) == 1:
            start = text.index(words) + len(before)
            return start, start + len(anchor.text)
    return None


def apply(read: ReadArticle, decisions: Iterable[Decision]) -> ReadArticle:
    """Return what the engine read with the decisions laid over it, in the order of the text.

    Standing decisions of other reports come first, so that one's own about this report weigh more; then the later weighs more. What was
    marked as no place stays, with the reference ``not_a_place``: it can be found and taken back.
    """
    readings = {r.mention.id: r for r in read.readings}
    active = in_force(decisions)
    for decision in sorted(active, key=lambda d: d.report == read.article.id):
        if decision.scope == "mention":
            found = _the_mention(read, readings, decision)
            if found is None:
                continue
            if decision.action == "add":
                for other in _overlapping(readings.values(), found):
                    del readings[other.mention.id]
            readings[found.mention.id] = _changed(found, decision)
        else:
            key = fold_key(decision.anchor.text)
            for name, reading in readings.items():
                if fold_key(reading.mention.text) == key:
                    readings[name] = _changed(reading, decision)
    ordered = sorted(readings.values(), key=lambda r: (r.mention.start, r.mention.end))
    return replace(read, readings=tuple(ordered))


def _the_mention(read: ReadArticle, readings: Mapping[str, Reading], decision: Decision) -> Reading | None:
    """Return the reading that a decision is about; one the engine does not have is made from what the decision remembers."""
    if decision.report != read.article.id:
        return None
    span = locate(read.article, decision.anchor)
    if span is None or not read.passages:
        return None
    number = mention_id(*span)
    if number in readings:
        return readings[number]
    was = decision.was
    added = decision.action == "add"
    reason = f"added by {decision.who}" if added else f"kept, because {decision.who} decided about it; the engine no longer finds it"
    mention = Mention(number, *span, decision.anchor.text, 1.0, reason, was.form)
    choice = Choice(was.place, was.place_reason or ("proposed by the engine" if was.place else "not placed yet"), was.confidence)
    kind = Label(was.kind or "setting", was.kind_reason or "as it was")
    use = Label(was.reference or "literal", was.reference_reason or "as it was")
    return Reading(mention, passage_at(read.passages, span[0]), choice, kind, use)


def _overlapping(readings: Iterable[Reading], one: Reading) -> list[Reading]:
    m = one.mention
    return [r for r in readings if r.mention.start < m.end and m.start < r.mention.end and r.mention.id != m.id]


def _changed(reading: Reading, decision: Decision) -> Reading:
    what = in_words(decision)
    by = f"{what} by {decision.who}, {decision.at[:10]}" + (f": {decision.why}" if decision.why else "")
    if decision.action == "check":
        sure = replace(reading.choice, confidence=1.0) if reading.choice.place else reading.choice
        return replace(reading, choice=sure, status="corrected" if reading.status == "corrected" else "checked", decided=by)
    if decision.action == "place":
        place = decision.value.place
        others = tuple(p for p in (reading.choice.place, *reading.choice.others) if p is not None and (place is None or p.id != place.id))
        reading = replace(reading, choice=Choice(place, by, 1.0 if place else 0.0, others))
    elif decision.action == "kind":
        reading = replace(reading, kind=Label(decision.value.kind, by))
    elif decision.action == "reference":
        reading = replace(reading, reference=Label(decision.value.reference, by))
    return replace(reading, status="corrected", decided=by)


def in_words(decision: Decision) -> str:
    """Return what a decision does, in a few words for the history: "placed at Bakhmut"."""
    value = decision.value
    match decision.action:
        case "place":
            return f"placed at {value.place.name}" if value.place else "taken off the map"
        case "kind":
            return f"called {value.kind}"
        case "reference":
            return "marked as no place" if value.reference == NOT_A_PLACE else f"called {value.reference}"
        case "add":
            return "added"
        case "undo":
            return "undone"
        case "redo":
            return "done again"
        case _:
            return "checked"


def place_at(lat: float, lon: float, name: str) -> Place:
    """Return a place of a person's own: a point on the map, or typed.

    Raises:
        DecisionError: it is not on earth.
    """
    if not (-90 <= lat <= 90 and -180 <= lon <= 180):  # NaN is not between them either
        msg = f"{lat}, {lon} is no point on earth. Give latitude and longitude in degrees, as 48.59, 38.00."
        raise DecisionError(msg)
    lat, lon = round(lat, 5), round(lon, 5)
    return Place(f"pt:{lat:.5f},{lon:.5f}", name, "PPL", lat, lon, source="placed by hand")


@dataclass(frozen=True, slots=True)
class Difference:
    """One mention that two readings of a report see differently."""

    mention: str
    text: str
    what: str
    """``found``, ``lost``, ``place``, ``kind`` or ``reference``."""
    before: str
    after: str


def differences(before: ReadArticle, after: ReadArticle) -> tuple[Difference, ...]:
    """Return what changed from one reading of a report to another, in the order of the text."""
    old, new = ({r.mention.id: r for r in read.readings} for read in (before, after))
    found = []
    for name in sorted(old.keys() | new.keys(), key=lambda n: (old.get(n) or new[n]).mention.start):
        one, other = old.get(name), new.get(name)
        if one is None or other is None:
            text = (old.get(name) or new[name]).mention.text
            found.append(Difference(name, text, "lost" if one else "found", _place(one), _place(other)))
            continue
        sides = (
            ("place", _place_key(one), _place_key(other), _place(one), _place(other)),
            ("kind", one.kind.value, other.kind.value, one.kind.value, other.kind.value),
            ("reference", one.reference.value, other.reference.value, one.reference.value, other.reference.value),
        )
        found.extend(Difference(name, one.mention.text, what, a, b) for what, key_a, key_b, a, b in sides if key_a != key_b)
    return tuple(found)


def _place(reading: Reading | None) -> str:
    if reading is None:
        return ""
    place = reading.choice.place
    return f"{place.name}, {place.admin1 or place.country}".rstrip(", ") if place else "not placed"


def _place_key(reading: Reading) -> str:
    return reading.choice.place.id if reading.choice.place else ""


def digest_of(text: str) -> str:
    """Return the SHA-256 of a text."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def to_json(article: Article, decisions: Iterable[Decision]) -> dict[str, Any]:
    """Return a log as JSON for another person or machine: the report it is about, and every decision."""
    return {
        "format": FORMAT, "version": FORMAT_VERSION,
        "report": {"id": article.id, "title": article.title, "text_sha256": digest_of(article.text)},
        "decisions": [codec.as_json(data_of(d)) for d in decisions],
    }  # fmt: skip


def data_of(decision: Decision) -> DecisionData:
    """Return a decision as it is stored and handed over."""
    a, value, was = decision.anchor, decision.value, decision.was
    sets = ValueData(
        place=_place_data(value.place) if decision.action == "place" else UNSET, kind=value.kind or UNSET,
        reference=value.reference or UNSET, batch=value.batch or UNSET,
    )  # fmt: skip
    before = WasData(
        was.form, _place_data(was.place), was.place_reason, was.confidence, was.kind, was.kind_reason, was.reference, was.reference_reason  # type: ignore[arg-type]  # records hold plain strings
    )  # fmt: skip
    return DecisionData(
        decision.id, decision.batch, decision.report, decision.at, decision.who, decision.action, decision.scope,  # type: ignore[arg-type]
        a.start, a.end, a.text, a.before, a.after, sets, before, decision.why,
    )  # fmt: skip


def _place_data(place: Place | None) -> PlaceData | None:
    return codec.place_data(place) if place else None


def decision_of(entry: bytes | str) -> Decision:
    """Return the decision that ``encode(data_of(decision))`` wrote, checked.

    Raises:
        DecisionError: a part is missing, of a wrong sort, out of its range, or means nothing.
    """
    try:
        data = codec.decode(entry, DecisionData)
    except Undecodable as error:
        msg = f"An entry of the log is not a decision: {error}. Export it again from Dateline."
        raise DecisionError(msg) from None
    if data.action == "place" and data.value.place is UNSET:
        msg = f"The decision {data.id[:80]!r} cannot be taken over: it does not say where the place is."
        raise DecisionError(msg)
    if data.end < data.start:
        msg = f"The decision {data.id[:80]!r} cannot be taken over: its offsets end before they begin."
        raise DecisionError(msg)
    sets, was = data.value, data.was
    value = Value(
        codec.place_of(sets.place) if isinstance(sets.place, PlaceData) else None, _given(sets.kind), _given(sets.reference),
        _given(sets.batch),
    )  # fmt: skip
    before = Was(
        was.form, codec.place_of(was.place) if was.place else None, was.place_reason, was.confidence, was.kind, was.kind_reason,
        was.reference, was.reference_reason,
    )  # fmt: skip
    anchor = Anchor(data.start, data.end, data.text, data.before, data.after)
    return checked(Decision(data.id, data.batch, data.report, data.at, data.who, data.action, data.scope, anchor, value, before, data.why))


def _given(word: object) -> str:
    return word if isinstance(word, str) else ""


def from_json(data: bytes | object, article: Article) -> tuple[tuple[Decision, ...], int]:
    """Return the decisions of a file for ``article``, and how many were left out because their words are not in this text.

    They are taken over under this library's id of the report, whatever it is called where they were made. Of the log of another text, or
    another state of this one, only decisions about single mentions are taken, where their words and surroundings are found.

    Args:
        data: the file's bytes, or what was parsed of them.
        article: the report.

    Raises:
        DecisionError: the file is no log of decisions, or of a newer Dateline, or one of its entries is wrong.
    """
    try:
        raw = data if isinstance(data, bytes) else codec.plain(data)
        if len(raw) > MAX_LOG_MB * 1_000_000:
            raise Undecodable(f"it has {len(raw) / 1e6:.0f} MB; the limit is {MAX_LOG_MB} MB")
        log = codec.decode(raw, LogData)
    except Undecodable as error:
        msg = f"The file is no log of decisions of the format {FORMAT!r}: {error}. Export one from Dateline."
        raise DecisionError(msg) from None
    if log.version != FORMAT_VERSION:
        msg = f"The file has version {log.version!r} of the format; this Dateline knows {FORMAT_VERSION}. Update Dateline."
        raise DecisionError(msg)
    made = [decision_of(bytes(entry)) for entry in log.decisions]
    latest = (datetime.now(UTC) + MAX_CLOCK_SKEW).isoformat(timespec="microseconds")
    if late := next((d for d in made if d.at > latest), None):
        msg = f"The decision {late.id[:80]!r} is dated {late.at[:10]}, in the future. Set the clock of the machine it was made on."
        raise DecisionError(msg)
    origin, same_text = log.report.id, log.report.text_sha256 == digest_of(article.text)
    here = [replace(d, report=article.id) if d.report == origin else d for d in made]
    fit = [d for d in here if d.scope == "always" or d.report == article.id]
    fit = [d for d in fit if d.action in ("undo", "redo") or (locate(article, d.anchor) if d.scope == "mention" else same_text)]
    return tuple(fit), len(made) - len(fit)
