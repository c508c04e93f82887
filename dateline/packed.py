"""A reading as plain JSON and back: what the sandbox hands over and the library stores.

The text is not in it: offsets point into the report's own. A place stands once, however often it is named.
"""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from dateline.records import Article, Choice, Label, Mention, OtherName, Passage, Place, ReadArticle, Reading

_PLACE = tuple(field.name for field in fields(Place))


def place_to_json(place: Place) -> dict[str, Any]:
    """Return a place as JSON: its fields by name, those with their default value left out."""
    plain = Place("", "", "", 0.0, 0.0)
    return {
        name: list(value) if isinstance(value, tuple) else value
        for name in _PLACE
        if (value := getattr(place, name)) != getattr(plain, name) or name in ("id", "name", "feature", "lat", "lon")
    }


def place_from_json(data: dict[str, Any]) -> Place:
    """Return the place that :func:`place_to_json` wrote."""
    fields_of: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value for name, value in data.items()}
    return Place(**fields_of)


def article_to_json(article: Article) -> dict[str, Any]:
    """Return a report with its text as JSON."""
    return {field.name: getattr(article, field.name) for field in fields(Article)}


def to_json(read: ReadArticle) -> dict[str, Any]:
    """Return what the engine read in a report as JSON: passages, places, readings."""
    numbers: dict[Place, int] = {}

    def number(place: Place) -> int:
        return numbers.setdefault(place, len(numbers))

    readings = [
        [
            r.mention.start, r.mention.end, r.mention.score, r.mention.reason, r.mention.form, r.mention.host, r.passage.index,
            None if r.choice.place is None else number(r.choice.place), r.choice.reason, r.choice.confidence,
            [number(other) for other in r.choice.others],
            r.kind.value, r.kind.reason, r.reference.value, r.reference.reason,
        ]
        for r in read.readings
    ]  # fmt: skip
    return {
        "passages": [[p.start, p.end, p.paragraph] for p in read.passages],
        "places": [place_to_json(place) for place in numbers],
        "readings": readings,
        "other_names": [[name.start, name.end, name.sort, name.reason] for name in read.other_names],
    }


def mention_id(start: int, end: int) -> str:
    """Return the id of the mention at these offsets."""
    return f"m{start}-{end}"


def from_json(article: Article, data: dict[str, Any]) -> ReadArticle:
    """Return the reading of ``article`` that :func:`to_json` wrote.

    Raises:
        KeyError, TypeError, ValueError, IndexError: it is not what that wrote.
    """
    passages = tuple(Passage(i, *row) for i, row in enumerate(data["passages"]))
    places = [place_from_json(row) for row in data["places"]]
    readings = []
    for start, end, score, why_found, form, host, passage, place, why, confidence, others, kind, why_kind, use, why_use in data["readings"]:
        mention = Mention(mention_id(start, end), start, end, article.text[start:end], score, why_found, form, host)
        choice = Choice(None if place is None else places[place], why, confidence, tuple(places[other] for other in others))
        readings.append(Reading(mention, passages[passage], choice, Label(kind, why_kind), Label(use, why_use)))
    others = (OtherName(start, end, article.text[start:end], sort, why) for start, end, sort, why in data.get("other_names", ()))
    return ReadArticle(article, passages, tuple(readings), tuple(others))
