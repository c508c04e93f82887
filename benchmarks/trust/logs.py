"""Hostile logs of decisions: what a colleague, or somebody who poses as one, hands over as JSON.

The shape of a log is walked field by field, and every field is given every wrong value; logs that are wrong as a whole come on top. Held to:
``Desk.merge`` takes a log or refuses it with a :class:`~dateline.errors.DecisionError`; afterwards every report opens, its tables and exports
can be made, and a report that is added later opens too. A log is taken for good: what poisons a report does so for ever.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import replace
from pathlib import Path
from typing import Any

from benchmarks.trust.campaign import Order, Result, crash, own_home, told, workshop
from dateline import DatelineError, DecisionError, Desk, Gazetteer, Workshop, mentions_table, other_names_table, places_table
from dateline import decisions as log
from dateline.decisions import Value
from dateline.exports import FORMATS, render, select
from dateline.intake.draft import Draft
from dateline.layers import features, focus
from dateline.library import Library
from dateline.marking import mark
from dateline.records import Place

TEXT = "Shelling hit Bakhmut on Monday, said the mayor Qorvandel. Troops left Soledar for Kyiv; nobody stayed in Bakhmut."
OTHER = "Families fled from Soledar to Kyiv at night, wrote Qorvandel. Bakhmut was quiet."
LATER = "Later, Bakhmut burned, and Kyiv and Soledar were dark."
SECRETS = ("Qorvandel", "nobody stayed")
SLOW = ("png", "svg", "page")
EVERY = 5
"""Exports of a second each are tried after every fifth log that was taken."""
FIELDS = 700
"""Of some 6,000 logs with one wrong field, so many are tried; another seed tries others."""
_LONG = "x" * 10_000_000

WRONG: dict[str, Any] = {
    "nothing": None, "true": True, "zero": 0, "minus one": -1, "a huge number": 10**400, "NaN": float("nan"), "Infinity": float("inf"),
    "minus Infinity": float("-inf"), "a fraction": 0.5, "an empty text": "", "a text": "pwned", "a lone surrogate": "a\ud800b",
    "a NUL": "a\0b", "a line end": "a\nb\u2028c", "right to left": "\u202egnp.exe", "markup": "<img src=x onerror=alert(1)>",
    "a template": "{{7*7}}${7*7}", "a formula": '=HYPERLINK("http://x/")', "10 MB of text": _LONG, "a list": [], "a list of texts": ["a"],
    "a list of lists": [["a", "b"]], "an object": {}, "an object in an object": {"a": {"a": 1}}, "a long list": [1] * 100_000,
}  # fmt: skip


def run(order: Order) -> Result:
    """Hand over every log, each to a library of its own."""
    result, chance = Result("logs"), order.chance("logs")
    with own_home() as home, workshop() as shop:
        gazetteer = Gazetteer()
        base, good = _base(home / "base.sqlite", shop, gazetteer)
        fields, wholes = list(_fields(good)), list(_wholes(good))
        cases = [*chance.sample(wholes, len(wholes) // 10 if order.quick else len(wholes)), *chance.sample(fields, order.share(FIELDS))]
        taken = 0
        for number, (name, data) in enumerate(cases):
            path = home / f"{number}.sqlite"
            shutil.copy(base, path)
            desk = Desk(Library(path), shop, gazetteer)
            took = _handed_over(desk, name, data, result)
            if took:
                taken += 1
                slow = taken % EVERY == 1
                _still_works(desk, name, data, result, slow=slow)
            path.unlink()
        result.worst = f"{taken} taken, {result.tried - taken} refused"
    return result


def _base(path: Path, shop: Workshop, gazetteer: Gazetteer) -> tuple[Path, dict[str, Any]]:
    """Return a library of two reports that are read, and a right log with a decision of every action about the first."""
    library = Library(path)
    desk = Desk(library, shop, gazetteer)
    for title, text in (("First", TEXT), ("Second", OTHER)):
        opened = desk.open(library.reports.add(Draft(text, title), "pasted").report)
    opened = desk.open("first")
    reading = opened.engine.readings[0]
    place = Place("my:x", "Somewhere", "PPL", 48.5, 38.0, "UA", "Donetsk", 10, 1.0, "point", ("Alias",), ("A claim",), "a source")
    made = [
        log.decide(opened.engine.article, reading, action, value, who="ana", scope=scope, why="seen")
        for action, value, scope in (
            ("check", Value(), "mention"), ("place", Value(place), "name"), ("place", Value(place), "always"),
            ("kind", Value(kind="setting"), "mention"), ("reference", Value(reference="literal"), "mention"),
        )
    ]  # fmt: skip
    added = log.decide(opened.engine.article, reading, "add", who="ana")
    start = TEXT.index("Monday")
    added = replace(
        added,
        anchor=log.anchor_of(opened.engine.article, start, start + 6),
        was=replace(added.was, place=place, place_reason="r", confidence=0.5, kind_reason="r", reference_reason="r"),
    )
    made += [added, log.undoing(made[0], who="ana")]
    with library.store.look() as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    return path, log.to_json(opened.engine.article, made)


def _fields(good: dict[str, Any]) -> Iterator[tuple[str, object]]:
    """Yield every log of which one field has a wrong value, with a name that says which."""
    for number, decision in enumerate(good["decisions"]):
        for path in _paths(decision):
            for what, value in WRONG.items():
                data = deepcopy(good)
                if _put(data["decisions"][number], path, value) == value:
                    continue
                if number == 2:  # of the two that place something, the one for all reports: it alone reaches reports added later
                    data["decisions"] = [data["decisions"][number]]
                yield f"{decision['action']} ({decision['scope']}): {'.'.join(map(str, path))} is {what}", data
    for path in (("format",), ("version",), ("report",), ("report", "id"), ("report", "text_sha256"), ("decisions",)):
        for what, value in WRONG.items():
            data = deepcopy(good)
            if _put(data, path, value) == value:
                continue
            yield f"{'.'.join(path)} is {what}", data


def _paths(value: object, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Yield the path of every part of a JSON value."""
    parts = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, part in parts:
        yield (*path, key)
        yield from _paths(part, (*path, key))


def _put(data: Any, path: tuple[str | int, ...], value: object) -> object:
    """Put a value where a path leads, and return what was there."""
    for key in path[:-1]:
        data = data[key]
    before, data[path[-1]] = data[path[-1]], value
    return before


def _wholes(good: dict[str, Any]) -> Iterator[tuple[str, object]]:
    """Yield logs that are wrong in a way no single field is."""

    def changed(number: int, change: Callable[[dict[str, Any]], object]) -> dict[str, Any]:
        data = deepcopy(good)
        change(data["decisions"][number])
        return data

    place = good["decisions"][1]["value"]["place"]
    yield "place as a list of pairs", changed(1, lambda d: d["value"].update(place=list(place.items())))
    yield "remembered place as a list of pairs", changed(5, lambda d: d["was"].update(place=list(place.items())))
    yield "place with an unknown field", changed(1, lambda d: d["value"].update(place={**place, "colour": "red"}))
    for exactness in ("exact", "POINT", "", "area", "approximate", "\ud800"):
        yield f"exactness {exactness!r}", changed(1, lambda d, e=exactness: d["value"]["place"].update(exactness=e))
    for radius in (-5.0, 1e308, 30_000, 1e-320):
        yield f"radius {radius!r}", changed(1, lambda d, r=radius: d["value"]["place"].update(radius_km=r))
    for population in (-1, 10**30, 0.5, 1e308):
        yield f"population {population!r}", changed(1, lambda d, p=population: d["value"]["place"].update(population=p))
    for lat, lon in ((90, 180), (-90, -180), (90.0000001, 0), (0, 181), (0, 0), (-0.0, -0.0), (10**30, 0)):
        yield f"point {lat}, {lon}", changed(1, lambda d, a=lat, o=lon: d["value"]["place"].update(lat=a, lon=o))
    for number in ("gn:", "gn:x", "gn:1' OR 1", "", "un:bakhmut", "pt:", "../x", "\ud800", "gn:" + "9" * 150):
        yield f"place id {number[:12]!r}", changed(1, lambda d, n=number: d["value"]["place"].update(id=n))
    for feature in ("", "XXXX", "ppl", "\ud800", "P" * 2_000):
        yield f"feature {feature[:12]!r}", changed(1, lambda d, f=feature: d["value"]["place"].update(feature=f))
    for country in ("", "XX", "ukraine", "u" * 2_000, "\ud800", "<b>"):
        yield f"country {country[:12]!r}", changed(1, lambda d, c=country: d["value"]["place"].update(country=c))
    for name in ("\u200f" * 100, "ა" * 200, "a" * 201, " ", "\n", "$\\frac{", "$x$", "\ud800", "\uffff", "\x0b"):
        for which, scope in ((1, "name"), (2, "always")):
            yield f"place name {name[:8]!r} ({scope})", changed(which, lambda d, n=name: d["value"]["place"].update(name=n))
    for aliases in (["a"] * 10_000, ["\ud800"], ["a" * 10_000], [1], [None], "abc"):
        yield f"aliases {str(aliases)[:16]}", changed(1, lambda d, a=aliases: d["value"]["place"].update(aliases=a))
        yield f"claims {str(aliases)[:16]}", changed(1, lambda d, a=aliases: d["value"]["place"].update(claims=a))
    for at in (
        "0001-01-01", "9999-12-31T23:59:59.999999+00:00", "2026-13-01", "2026-02-30", "yesterday", "2026-W01-1", "20260101T000000", "2026-01-01T00:00:00+25:00",
        "2026-01-01T00:00:00+14:00", "٢٠٢٦-٠١-٠١", "2026-01-01 00:00:00", " 2026-01-01",
    ):  # fmt: skip
        yield f"at {at}", changed(1, lambda d, a=at: d.update(at=a))
        yield f"at {at} (always)", changed(2, lambda d, a=at: d.update(at=a))
    for text in ("", " ", "\ud800", "Bakhmut\ud800", "a" * 2_001, "\u0301" * 2_000, "🇺🇦", "Bakhmut\0", "."):
        yield f"always about {text[:10]!r}", changed(2, lambda d, t=text: d.update(text=t))
        yield f"name about {text[:10]!r}", changed(1, lambda d, t=text: d.update(text=t))
    for field in ("id", "batch", "report", "who", "why", "before", "after"):
        yield f"{field} is a lone surrogate", changed(3, lambda d, f=field: d.update({f: "\udc80"}))
    for start, end in ((0, 10**30), (10**9, 10**9), (5, 2), (2**63, 2**64), (2**31, 2**31 + 7)):
        yield f"span {start}-{end}", changed(3, lambda d, a=start, b=end: d.update(start=a, end=b))
        yield f"added span {start}-{end}", changed(5, lambda d, a=start, b=end: d.update(start=a, end=b))
    whole = len(TEXT)
    yield "the whole text added", changed(5, lambda d: d.update(start=0, end=whole, text=TEXT, before="", after=""))
    yield "undo of an unknown batch", changed(6, lambda d: d["value"].update(batch="nobody made this"))
    yield "undo of itself", changed(6, lambda d: d["value"].update(batch=d["batch"]))
    yield "undo for always", changed(6, lambda d: d.update(scope="always"))
    yield "redo of what was not undone", changed(6, lambda d: d.update(action="redo"))
    yield "add for all of a name", changed(5, lambda d: d.update(scope="name"))
    yield "add for always", changed(5, lambda d: d.update(scope="always"))
    yield "check for always", changed(0, lambda d: d.update(scope="always"))
    yield "kind for always", changed(3, lambda d: d.update(scope="always"))
    yield "place without its value", changed(1, lambda d: d.update(value={}))
    yield "place that is false", changed(1, lambda d: d["value"].update(place=False))
    yield "place without coordinates", changed(1, lambda d: d["value"].update(place={"id": "x", "name": "x", "feature": "PPL"}))
    yield "extra fields", changed(1, lambda d: d.update({"__class__": "x", "constructor": {"prototype": 1}, "": 0}))
    yield "value with extra fields", changed(1, lambda d: d["value"].update({"constructor": 1, "batch": 3}))
    yield "of the other report", changed(1, lambda d: d.update(report="second"))
    yield "of a report that is not here", changed(1, lambda d: d.update(report="nobody"))
    yield "the same decision twice", {**good, "decisions": good["decisions"] * 2}
    yield "the same id, another decision", {**good, "decisions": [{**d, "id": "one"} for d in good["decisions"]]}
    yield "no decisions", {**good, "decisions": []}
    yield (
        "ten thousand decisions",
        {**good, "decisions": [{**good["decisions"][0], "id": f"n{n}", "batch": f"n{n}"} for n in range(10_000)]},
    )
    yield "version 99", {**good, "version": 99}
    yield "version true", {**good, "version": True}
    yield "version 1.0", {**good, "version": 1.0}
    yield "a list", [good]
    yield "a text", "decisions"
    yield "deep nesting of an extra field", changed(1, lambda d: d.update(extra=_deep(900)))
    yield "deep nesting of the value", changed(1, lambda d: d["value"].update(extra=_deep(900)))
    yield "deep nesting of what was", changed(1, lambda d: d["was"].update(extra=_deep(900)))
    yield "deep nesting of the place", changed(1, lambda d: d["value"].update(place=_deep(900)))


def _deep(levels: int) -> list[Any]:
    inner: list[Any] = []
    for _ in range(levels):
        inner = [inner]
    return inner


def _handed_over(desk: Desk, name: str, data: object, result: Result) -> bool:
    """Hand over one log; return whether it was taken."""
    result.tried += 1
    try:
        desk.merge("first", data)
    except DecisionError as error:
        if wrong := told(error, "", SECRETS):
            result.fail(name, f"Desk.merge: {wrong}", _small(data))
        if len(str(error)) > 2_000:
            result.fail(name, "Desk.merge: the message is longer than a screen", _small(data))
        return False
    except DatelineError as error:
        result.fail(name, f"Desk.merge refuses with {type(error).__name__}, not with DecisionError: {str(error)[-60:]!r}", _small(data))
        return False
    except Exception as error:
        result.fail(name, f"Desk.merge: {crash(error)}", _small(data))
        return False
    return True


def _still_works(desk: Desk, name: str, data: object, result: Result, *, slow: bool) -> None:
    """Note what does not work any more in a library that has taken a log."""
    desk.library.reports.add(Draft(LATER, "Later"), "pasted")
    for report in ("first", "second", "later"):
        steps = _steps(desk, report, slow=slow and report == "first")
        while True:
            try:
                step = next(steps, None)
            except Exception as error:
                result.fail(name, f"taken, and then of the {_which(report)} report: {crash(error)}", _small(data))
                break
            if step is None:
                break
            what, do = step
            try:
                do()
            except Exception as error:
                result.fail(name, f"taken, and then of the {_which(report)} report {what}: {crash(error)}", _small(data))


def _which(report: str) -> str:
    return {"first": "very", "second": "other", "later": "later"}[report]


def _steps(desk: Desk, report: str, *, slow: bool) -> Iterator[tuple[str, Callable[[], object]]]:
    """Yield what an app does with a report, opened, one thing after the other."""
    library = desk.library
    library.decisions_stamp(report)
    opened = desk.open(report)
    mentions = mentions_table(opened.read)
    places = places_table(mentions[mentions["reference"] != log.NOT_A_PLACE])
    selection = select(opened.read)
    article = opened.read.article
    yield "the text", lambda: mark(article.text, opened.read.passages, mentions).encode()
    yield "the map", lambda: json.dumps(features(places, {}), allow_nan=False).encode()
    yield "the map's focus", lambda: json.dumps(focus(mentions), allow_nan=False)
    yield "other names", lambda: other_names_table(opened.read)
    yield "the history", lambda: [(log.in_words(d), d.at[:16]) for d in opened.decisions]
    yield "the log handed over", lambda: json.dumps(log.to_json(article, opened.decisions), ensure_ascii=False).encode()
    yield "the candidates", lambda: [desk.candidates(r) for r in opened.read.readings]
    yield "undo", lambda: log.to_undo(opened.decisions, "ana")
    for form in FORMATS:
        if form.name in SLOW and not slow:
            continue
        for table in form.tables or ("mentions",):
            yield f"as {form.name}", lambda form=form, table=table: render(selection, form, table)
    if report == "first":
        yield "read again", lambda: desk.remake(report)
    yield "undone", lambda: desk.undo(opened, "ana")


def _small(data: object) -> str:
    """Return a log as JSON, with long texts cut short."""

    def short(value: object) -> object:
        if isinstance(value, str) and len(value) > 3_000:
            return f"{value[:20]}... ({len(value):,} characters)"
        if isinstance(value, dict):
            return {key: short(part) for key, part in value.items()}
        return [short(part) for part in value[:200]] if isinstance(value, list) else value

    try:
        return json.dumps(short(data), indent=1)
    except (RecursionError, ValueError):
        return "too deep to write down"
