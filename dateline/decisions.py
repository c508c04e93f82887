"""Decisions: what a person says of a reading, as a log that only grows, and what a report reads like with them.

A decision changes no reading; :func:`apply` lays the log over what the engine read, so that neither a new engine nor an undo can lose one.
A decision about a mention carries the words and their surroundings: it holds on to them when offsets shift, and brings the mention
back where a newer engine no longer finds it. Pure: the library stores, the screen asks.
"""

from __future__ import annotations

import hashlib
import math
import uuid
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any

from dateline.errors import DecisionError
from dateline.kinds import kinds
from dateline.names import fold_key
from dateline.packed import mention_id, place_from_json, place_to_json
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
MAX_REASON = 2_000
FORMS = ("name", "adjective", "people")
FORMAT = "dateline-decisions"
FORMAT_VERSION = 1
_NOTHING: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Anchor:
    """Where a decision's mention stands: offsets, words and surroundings."""

    start: int
    end: int
    text: str
    before: str = ""
    after: str = ""


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
    value: Mapping[str, Any] = field(default_factory=dict)
    """``place``: {"place": a place or None}; ``kind``: {"kind"}; ``reference``: {"reference"}; ``undo`` and ``redo``: {"batch"}."""
    was: Mapping[str, Any] = field(default_factory=dict)
    """The reading it was made on, to bring it back: form, place, kind, reference. Of ``add``, the engine's proposal."""
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
    value: Mapping[str, Any],
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
    was = {
        "form": reading.mention.form, "place": place_to_json(reading.choice.place) if reading.choice.place else None,
        "kind": reading.kind.value, "reference": reading.reference.value,
    }  # fmt: skip
    made = Decision(
        number, batch or number, article.id, now(), who, action, scope, anchor_of(article, reading.mention.start, reading.mention.end),
        dict(value), was, why[:MAX_WHY],
    )  # fmt: skip
    return checked(made)


def undoing(decision: Decision, *, who: str, again: bool = False) -> Decision:
    """Return the decision that takes back the batch of ``decision``, or with ``again`` makes it count again."""
    number = uuid.uuid4().hex
    return Decision(
        number, number, decision.report, now(), who, "redo" if again else "undo", "mention", decision.anchor, {"batch": decision.batch}
    )


def checked(decision: Decision) -> Decision:
    """Return ``decision`` if it is one that can be laid over a reading.

    Raises:
        DecisionError: it is not; the message says what is wrong with it.
    """
    value, known = decision.value, {kind.name for kind in kinds()}
    wrong = ""
    if decision.action not in ACTIONS:
        wrong = f"the action {decision.action!r} is unknown"
    elif decision.scope not in SCOPES:
        wrong = f"the scope {decision.scope!r} is unknown"
    elif decision.action == "kind" and not _one_of(value.get("kind"), known):
        wrong = f"the kind {value.get('kind')!r} is unknown"
    elif decision.action == "reference" and not _one_of(value.get("reference"), REFERENCES):
        wrong = f"the reference {value.get('reference')!r} is unknown"
    elif decision.action in ("undo", "redo") and not isinstance(value.get("batch"), str):
        wrong = "it does not say what it undoes"
    elif decision.action == "place":
        wrong = _wrong_place(value.get("place"))
    wrong = wrong or _wrong_memory(decision.was, known)
    if wrong:
        msg = f"The decision {decision.id!r} cannot be taken over: {wrong}."
        raise DecisionError(msg)
    return decision


def _one_of(value: object, known: Collection[str]) -> bool:
    return isinstance(value, str) and value in known


def _wrong_memory(was: Mapping[str, Any], known: Collection[str]) -> str:
    """Return what is wrong with the reading that a decision remembers, or ""."""
    for name, allowed in (("form", FORMS), ("kind", known), ("reference", REFERENCES)):
        if name in was and not _one_of(was[name], allowed):
            return f"it remembers the {name} {was[name]!r}, which is unknown"
    sure = was.get("confidence", 0.0)
    if isinstance(sure, bool) or not isinstance(sure, int | float) or not 0 <= sure <= 1:
        return f"it remembers the confidence {sure!r}, which is no share"
    reasons = (was.get(f"{name}_reason", "") for name in ("place", "kind", "reference"))
    if not all(isinstance(reason, str) and len(reason) <= MAX_REASON for reason in reasons):
        return "it remembers a reason that is no text, or too long"
    return _wrong_place(was["place"]) if was.get("place") is not None else ""


def _wrong_place(data: object) -> str:
    """Return what is wrong with a place as JSON, or ""."""
    if data is None:
        return ""
    try:
        place = place_from_json(dict(data))  # type: ignore[call-overload]  # whatever it is, it must act like a mapping
        if not all(
            isinstance(text, str)
            for text in (place.id, place.name, place.feature, place.country, place.admin1, place.exactness, place.source)
        ):
            return "its place has something that is no text where text belongs"
        if not all(isinstance(text, str) for text in (*place.aliases, *place.claims)) or not place.name or len(place.name) > 200:
            return "its place has no name, or one too long"
        numbers = (place.lat, place.lon, place.radius_km, place.population)
        if any(isinstance(number, bool) or not isinstance(number, int | float) for number in numbers):
            return "its place has something that is no number where a number belongs"
        if not (math.isfinite(place.lat + place.lon + place.radius_km) and -90 <= place.lat <= 90 and -180 <= place.lon <= 180):
            return f"its place lies at {place.lat}, {place.lon}, which is not on earth"
    except (TypeError, ValueError, KeyError) as error:
        return f"its place cannot be read ({error})"
    return ""


def in_force(decisions: Iterable[Decision]) -> tuple[Decision, ...]:
    """Return the decisions that count, in their order: undone ones and the undoing itself left out."""
    undone: dict[str, bool] = {}
    ordered = sorted(decisions, key=lambda d: (d.at, d.id))
    for decision in ordered:
        if decision.action in ("undo", "redo"):
            undone[decision.value["batch"]] = decision.action == "undo"
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
            stack.append(decision.value["batch"])
        elif decision.action == "redo":
            stack = [batch for batch in stack if batch != decision.value["batch"]]
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
    mention = Mention(number, *span, decision.anchor.text, 1.0, reason, str(was.get("form", "name")))
    place = place_from_json(dict(was["place"])) if was.get("place") else None
    why = str(was.get("place_reason") or ("proposed by the engine" if place else "not placed yet"))
    choice = Choice(place, why, float(was.get("confidence") or 0.0))
    kind = Label(str(was.get("kind") or "setting"), str(was.get("kind_reason") or "as it was"))
    use = Label(str(was.get("reference") or "literal"), str(was.get("reference_reason") or "as it was"))
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
        data = decision.value["place"]
        place = place_from_json(dict(data)) if data else None
        others = tuple(p for p in (reading.choice.place, *reading.choice.others) if p is not None and (place is None or p.id != place.id))
        reading = replace(reading, choice=Choice(place, by, 1.0 if place else 0.0, others))
    elif decision.action == "kind":
        reading = replace(reading, kind=Label(str(decision.value["kind"]), by))
    elif decision.action == "reference":
        reading = replace(reading, reference=Label(str(decision.value["reference"]), by))
    return replace(reading, status="corrected", decided=by)


def in_words(decision: Decision) -> str:
    """Return what a decision does, in a few words for the history: "placed at Bakhmut"."""
    value = decision.value
    match decision.action:
        case "place":
            return f"placed at {value['place']['name']}" if value.get("place") else "taken off the map"
        case "kind":
            return f"called {value['kind']}"
        case "reference":
            return "marked as no place" if value["reference"] == NOT_A_PLACE else f"called {value['reference']}"
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
    if not (math.isfinite(lat) and math.isfinite(lon) and -90 <= lat <= 90 and -180 <= lon <= 180):
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
        "decisions": [decision_to_json(d) for d in decisions],
    }  # fmt: skip


def decision_to_json(decision: Decision) -> dict[str, Any]:
    """Return one decision as JSON."""
    a = decision.anchor
    return {
        "id": decision.id, "batch": decision.batch, "report": decision.report, "at": decision.at, "who": decision.who,
        "action": decision.action, "scope": decision.scope,
        "start": a.start, "end": a.end, "text": a.text, "before": a.before, "after": a.after,
        "value": dict(decision.value), "was": dict(decision.was), "why": decision.why,
    }  # fmt: skip


def decision_from_json(data: Mapping[str, Any]) -> Decision:
    """Return the decision that :func:`decision_to_json` wrote, checked.

    Raises:
        DecisionError: a part is missing, of a wrong sort, or means nothing.
    """
    try:
        texts = {name: data[name] for name in ("id", "batch", "report", "at", "who", "action", "scope", "text", "before", "after", "why")}
        if not all(isinstance(value, str) and len(value) <= 2_000 for value in texts.values()):
            raise TypeError("something that is no text, or too long")
        start, end, value, was = data["start"], data["end"], data["value"], data["was"]
        if not (type(start) is int and type(end) is int and 0 <= start <= end and isinstance(value, dict) and isinstance(was, dict)):
            raise TypeError("offsets or values of a wrong sort")
        datetime.fromisoformat(texts["at"])
    except (KeyError, TypeError, ValueError) as error:
        msg = f"An entry of the file is not a decision ({error}): {str(data)[:80]!r}. Export it again from Dateline."
        raise DecisionError(msg) from error
    anchor = Anchor(start, end, texts["text"], texts["before"], texts["after"])
    return checked(Decision(
        texts["id"], texts["batch"], texts["report"], texts["at"], texts["who"], texts["action"], texts["scope"], anchor, value, was,
        texts["why"],
    ))  # fmt: skip


def from_json(data: object, article: Article) -> tuple[tuple[Decision, ...], int]:
    """Return the decisions of a file for ``article``, and how many were left out because their words are not in this text.

    They are taken over under this library's id of the report, whatever it is called where they were made. Of the log of another text, or
    another state of this one, only decisions about single mentions are taken, where their words and surroundings are found.

    Raises:
        DecisionError: the file is no log of decisions, or of a newer Dateline.
    """
    if not isinstance(data, dict) or data.get("format") != FORMAT or not isinstance(data.get("decisions"), list):
        msg = f"The file is no log of decisions: it has no format {FORMAT!r}. Export one from Dateline."
        raise DecisionError(msg)
    if data.get("version") != FORMAT_VERSION:
        msg = f"The file has version {data.get('version')!r} of the format; this Dateline knows {FORMAT_VERSION}. Update Dateline."
        raise DecisionError(msg)
    about = data.get("report")
    about = about if isinstance(about, dict) else {}
    origin, same_text = str(about.get("id", "")), about.get("text_sha256") == digest_of(article.text)
    made = [decision_from_json(entry) for entry in data["decisions"]]
    here = [replace(d, report=article.id) if d.report == origin else d for d in made]
    fit = [d for d in here if d.scope == "always" or d.report == article.id]
    fit = [d for d in fit if d.action in ("undo", "redo") or (locate(article, d.anchor) if d.scope == "mention" else same_text)]
    return tuple(fit), len(made) - len(fit)
