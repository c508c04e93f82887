"""What crosses a boundary as bytes: one schema a boundary, decoded strictly by msgspec, into records.

Three boundaries share this module: what the library stores (readings, decisions), what people hand over (logs of decisions) and what
a sandbox's pipe carries. A field that is missing, unknown, of a wrong sort, out of its range or no text that can be encoded (a lone
surrogate) makes the whole thing unreadable: :class:`Undecodable`, never another exception. What that means, each caller says: a stored
reading is read again, a stored decision set aside, a log refused.

The text of a report is not in a stored reading: offsets point into the report's own. A place stands once, however often it is named.
"""

from __future__ import annotations

import dataclasses
import json
from typing import Annotated, Any, Literal, TypeVar

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

from dateline.records import Article, Choice, Label, Mention, OtherName, Passage, Place, ReadArticle, Reading

READING_FORMAT: Literal[2] = 2
"""Of stored readings. Version 1 had rows without names; it is read again."""
MAX_NAME = 200
"""Characters of a place's name; the longest of GeoNames has 169."""
MAX_REASON = 2_000


class Undecodable(ValueError):  # noqa: N818  # read as what the bytes are
    """Bytes that do not follow their schema. The message says where and how, and quotes nothing of them."""


Offset = Annotated[int, Meta(ge=0, le=10_000_000)]
Share = Annotated[float, Meta(ge=0, le=1)]
Latitude = Annotated[float, Meta(ge=-90, le=90)]
Longitude = Annotated[float, Meta(ge=-180, le=180)]
Name = Annotated[str, Meta(min_length=1, max_length=MAX_NAME)]
Short = Annotated[str, Meta(max_length=MAX_NAME)]
Reason = Annotated[str, Meta(max_length=MAX_REASON)]
Word = Annotated[str, Meta(max_length=40, pattern=r"\A[\w -]*\Z")]
"""A kind's or a reference's name."""
Exactness = Literal["point", "area", "approximate"]
Form = Literal["name", "adjective", "people"]
NameType = Literal["person", "organisation", "other"]


class PlaceData(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A :class:`~dateline.records.Place`; fields with their default value are left out."""

    id: Name
    name: Name
    feature: Annotated[str, Meta(max_length=12, pattern=r"\A[A-Z0-9]*\Z")]
    lat: Latitude
    lon: Longitude
    country: Annotated[str, Meta(max_length=2)] = ""
    admin1: Short = ""
    population: Annotated[int, Meta(ge=0, le=20_000_000_000)] = 0
    radius_km: Annotated[float, Meta(ge=0, le=21_000)] = 0.0
    exactness: Exactness = "point"
    aliases: Annotated[tuple[Short, ...], Meta(max_length=50)] = ()
    claims: Annotated[tuple[Reason, ...], Meta(max_length=50)] = ()
    source: Annotated[str, Meta(max_length=500)] = ""


class ReadingData(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One mention, read. Places are numbers into the list of the report's places."""

    start: Offset
    end: Offset
    score: Share
    found_reason: Reason
    passage: Offset
    place_reason: Reason
    confidence: Share
    kind: Word
    kind_reason: Reason
    reference: Word
    reference_reason: Reason
    place: Offset | None = None
    others: tuple[Offset, ...] = ()
    form: Form = "name"
    host: Reason = ""


class PassageData(Struct, frozen=True, forbid_unknown_fields=True):
    """A sentence and the number of its paragraph."""

    start: Offset
    end: Offset
    paragraph: Offset


class OtherNameData(Struct, frozen=True, forbid_unknown_fields=True):
    """A name of no place."""

    start: Offset
    end: Offset
    sort: NameType
    reason: Reason


class ReportData(Struct, frozen=True, forbid_unknown_fields=True):
    """What the engine read in a report."""

    format: Literal[2]
    passages: tuple[PassageData, ...]
    places: tuple[PlaceData, ...]
    readings: tuple[ReadingData, ...]
    other_names: tuple[OtherNameData, ...]


T = TypeVar("T")


def encode(data: object) -> bytes:
    """Return a struct or record as JSON."""
    return msgspec.json.encode(data)


def decode(data: bytes | str, sort: type[T]) -> T:
    """Return the JSON ``data`` as a ``sort``.

    Raises:
        Undecodable: it is not JSON (NaN and Infinity are none), or does not follow the schema.
    """
    try:
        return msgspec.json.decode(data, type=sort)
    except (msgspec.MsgspecError, UnicodeError, RecursionError, ValueError) as error:
        raise Undecodable(_where(error)) from None  # its cause may quote the data


def plain(data: object) -> bytes:
    """Return what somebody has parsed already as JSON again, so that it can be decoded strictly.

    Raises:
        Undecodable: it is nothing that JSON has.
    """
    try:
        return json.dumps(data).encode("ascii")
    except (TypeError, ValueError, RecursionError) as error:
        raise Undecodable(f"it is no JSON ({type(error).__name__})") from None


def _where(error: BaseException) -> str:
    """Return what is wrong and where, without the data's own words."""
    if not isinstance(error, msgspec.ValidationError):
        return "it is no JSON" if isinstance(error, msgspec.DecodeError) else f"it cannot be decoded ({type(error).__name__})"
    what, _, where = str(error).replace("`", "").rpartition(" - at ")
    if what.startswith(("Invalid enum", "Object contains unknown")):
        what = "a word that is none of those allowed" if "enum" in what else "a field that is unknown"
    return f"{what or where[:200]} at {where[:80]}" if what else where[:200]


def place_data(place: Place) -> PlaceData:
    """Return a place as it is stored."""
    return PlaceData(**{name: getattr(place, name) for name in _PLACE})


def place_of(data: PlaceData) -> Place:
    """Return the place that :func:`place_data` made."""
    return Place(**{name: getattr(data, name) for name in _PLACE})


_PLACE = tuple(field.name for field in dataclasses.fields(Place))


def mention_id(start: int, end: int) -> str:
    """Return the id of the mention at these offsets."""
    return f"m{start}-{end}"


def encode_reading(read: ReadArticle) -> bytes:
    """Return what the engine read in a report as JSON; its text and description are not in it."""
    numbers: dict[Place, int] = {}

    def number(place: Place) -> int:
        return numbers.setdefault(place, len(numbers))

    readings = tuple(
        ReadingData(
            start=r.mention.start, end=r.mention.end, score=r.mention.score, found_reason=r.mention.reason[:MAX_REASON],
            passage=r.passage.index, place_reason=r.choice.reason[:MAX_REASON], confidence=r.choice.confidence,
            kind=r.kind.value, kind_reason=r.kind.reason[:MAX_REASON],
            reference=r.reference.value, reference_reason=r.reference.reason[:MAX_REASON],
            place=None if r.choice.place is None else number(r.choice.place), others=tuple(map(number, r.choice.others)),
            form=r.mention.form, host=r.mention.host[:MAX_REASON],  # type: ignore[arg-type]  # records hold plain strings
        )
        for r in read.readings
    )  # fmt: skip
    return encode(ReportData(
        READING_FORMAT, tuple(PassageData(p.start, p.end, p.paragraph) for p in read.passages),
        tuple(place_data(place) for place in numbers), readings,
        tuple(OtherNameData(n.start, n.end, n.sort, n.reason[:MAX_REASON]) for n in read.other_names),  # type: ignore[arg-type]
    ))  # fmt: skip


def decode_reading(article: Article, data: bytes) -> ReadArticle:
    """Return the reading of ``article`` that :func:`encode_reading` wrote.

    Raises:
        Undecodable: it is not what that wrote, of another format, or not of this text: offsets or numbers point nowhere.
    """
    held = decode(data, ReportData)
    passages = tuple(Passage(i, p.start, p.end, p.paragraph) for i, p in enumerate(held.passages))
    spans: list[ReadingData | OtherNameData | PassageData] = [*held.readings, *held.other_names, *held.passages]
    if any(not one.start < one.end <= len(article.text) for one in spans):
        raise Undecodable("an offset lies outside the report's text")
    places = tuple(map(place_of, held.places))
    try:
        readings = tuple(
            Reading(
                Mention(mention_id(r.start, r.end), r.start, r.end, article.text[r.start : r.end], r.score, r.found_reason, r.form, r.host),
                passages[r.passage],
                Choice(None if r.place is None else places[r.place], r.place_reason, r.confidence, tuple(places[n] for n in r.others)),
                Label(r.kind, r.kind_reason), Label(r.reference, r.reference_reason),
            )
            for r in held.readings
        )  # fmt: skip
    except IndexError:
        raise Undecodable("a number points to no place or passage") from None
    others = (OtherName(n.start, n.end, article.text[n.start : n.end], n.sort, n.reason) for n in held.other_names)
    return ReadArticle(article, passages, readings, tuple(others))


# decisions


class ValueData(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What a decision sets: of ``place`` a place or null, of ``kind`` and ``reference`` a word, of ``undo`` and ``redo`` a batch."""

    place: PlaceData | UnsetType | None = UNSET
    kind: Word | UnsetType = UNSET
    reference: Word | UnsetType = UNSET
    batch: Name | UnsetType = UNSET


class WasData(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """The reading that a decision was made on; of ``add``, the engine's proposal."""

    form: Form = "name"
    place: PlaceData | None = None
    place_reason: Reason = ""
    confidence: Share = 0.0
    kind: Word = ""
    kind_reason: Reason = ""
    reference: Word = ""
    reference_reason: Reason = ""


class DecisionData(Struct, frozen=True, forbid_unknown_fields=True):
    """One entry of the log, as it is stored and handed over."""

    id: Name
    batch: Name
    report: Name
    at: Annotated[str, Meta(pattern=r"\A\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?\+00:00\Z")]
    who: Name
    action: Literal["check", "place", "kind", "reference", "add", "undo", "redo"]
    scope: Literal["mention", "name", "always"]
    start: Offset
    end: Offset
    text: Reason
    before: Short
    after: Short
    value: ValueData
    was: WasData
    why: Reason


class AboutReport(Struct, frozen=True, omit_defaults=True):
    """Which report a log is about."""

    id: Short = ""
    title: Reason = ""
    text_sha256: Short = ""


class LogData(Struct, frozen=True):
    """A log of decisions as a file; its entries are looked at one by one, so that a message can name the wrong one."""

    format: Literal["dateline-decisions"]
    version: int
    decisions: tuple[msgspec.Raw, ...]
    report: AboutReport = AboutReport()


# the pipe of a sandbox


class Ready(Struct, frozen=True, tag=True):
    """The child has loaded what it needs."""


class Progress(Struct, frozen=True, tag=True):
    """The share of a task that is done."""

    share: Share


class Failed(Struct, frozen=True, tag=True):
    """The task raised an error: its class and message."""

    error: str
    message: str


class Done(Struct, frozen=True, tag=True):
    """The task's answer, as its job encoded it."""

    answer: msgspec.Raw


Frame = Ready | Progress | Failed | Done


class ReadTask(Struct, frozen=True):
    """Read a report: all of it, or only given spans."""

    article: Article
    given: tuple[tuple[Offset, Offset], ...] | None = None
    schemes: tuple[str, ...] | None = None
    include: tuple[str, ...] | None = None


class ReadAnswer(Struct, frozen=True):
    """What read the report; the reading itself is the frame's content."""

    made_by: str


class FileTask(Struct, frozen=True):
    """Take the text out of the bytes beside it."""

    name: str


class LinkTask(Struct, frozen=True):
    """Fetch a page."""

    link: str


class PageAnswer(Struct, frozen=True):
    """A fetched page: the name to open its bytes under, and the address in the end."""

    name: str
    address: str


def as_json(data: object) -> Any:
    """Return a struct as plain values, for a file that people may read."""
    return msgspec.to_builtins(data)
