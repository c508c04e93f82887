"""The facts the engine passes on: frozen records that hold and do nothing.

Offsets are Unicode code points into :attr:`Article.text`, end-exclusive, so that
``text[start:end]`` is always the surface form. Coordinates are WGS84 decimal degrees.
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Article:
    """A report as it was opened: the text the reader sees, and where it came from."""

    id: str
    """Stable name of the report in the library, for example the file's stem."""
    title: str
    text: str
    """The body, exactly as extracted. All offsets count from its first code point."""
    date: str = ""
    """Plain ISO date (``2023-03-07``), never a time with a zone; empty where unknown."""
    byline: str = ""
    outlet: str = ""
    source: str = ""
    """Address of the original, or empty."""
    language: str = ""
    """ISO 639-1 code, or empty where it is not known."""


@dataclass(frozen=True, slots=True)
class Passage:
    """A span of the report: one sentence, with the paragraph it stands in."""

    index: int
    start: int
    end: int
    paragraph: int


@dataclass(frozen=True, slots=True)
class Place:
    """One place on earth, as a gazetteer lists it."""

    id: str
    """Gazetteer id: ``gn:<GeoNames id>`` or ``dl:<slug>`` for the hand-written supplement."""
    name: str
    feature: str
    """GeoNames feature code: PPL, PPLC, ADM1, PCLI, RGN, SEA, STM ..."""
    lat: float
    lon: float
    country: str = ""
    """ISO 3166-1 alpha-2 of the country GeoNames files it under; empty for seas and the like."""
    admin1: str = ""
    """Name of the first-level region, empty where there is none."""
    population: int = 0
    radius_km: float = 0.0
    """Half the size of the place: 0 for a town drawn as a point, the rough radius of an area."""
    exactness: str = "point"
    """How exact the point is: ``point`` (a settlement), ``area`` (a representative point of an
    area) or ``approximate`` (worked out from the towns inside)."""
    aliases: tuple[str, ...] = ()
    claims: tuple[str, ...] = ()
    """For contested places: who claims or administers it, one neutral statement each."""
    source: str = ""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A place that a name may mean, and how well the name fits it."""

    place: Place
    match: str
    """``name`` (its main name), ``alias``, ``fold`` (same after folding spelling), ``fuzzy``,
    ``adjective`` or ``people`` (a demonym)."""


@dataclass(frozen=True, slots=True)
class Mention:
    """One occurrence of a place name in a report."""

    id: str
    """``m<start>-<end>``: stable as long as the text is."""
    start: int
    end: int
    text: str
    score: float
    """Probability, 0 to 1, that this is a place name at all."""
    reason: str
    """The evidence for that, in words a reader can check."""
    form: str = "name"
    """``name``, ``adjective`` (Ukrainian) or ``people`` (Ukrainians)."""
    host: str = ""
    """The longer name this one stands inside (``Ukrainian Armed Forces``), or empty."""


@dataclass(frozen=True, slots=True)
class OtherName:
    """A name that is no place's in this report, though the gazetteer has places of that name."""

    start: int
    end: int
    text: str
    sort: str
    """``person``, ``organisation`` or ``other``; see :data:`dateline.vocabulary.NAME_TYPES`."""
    reason: str
    """Why it is not on the map, in words."""


@dataclass(frozen=True, slots=True)
class Choice:
    """Which place a mention means, why, how sure, and what else it could have been."""

    place: Place | None
    reason: str
    confidence: float
    others: tuple[Place, ...] = ()


@dataclass(frozen=True, slots=True)
class Label:
    """A label with its reason: the kind of a mention, or how the name is used."""

    value: str
    reason: str


@dataclass(frozen=True, slots=True)
class Reading:
    """One mention, read: which place, what the report says of it, how the name is used."""

    mention: Mention
    passage: Passage
    choice: Choice
    kind: Label
    reference: Label
    status: str = "unchecked"
    """``unchecked`` (as the engine read it), ``checked`` (a person says it is right) or ``corrected`` (a person changed or added it)."""
    decided: str = ""
    """Who decided last, when and why, in words; empty where nobody did."""


@dataclass(frozen=True, slots=True)
class ReadArticle:
    """A report with all its readings, in the order of the text."""

    article: Article
    passages: tuple[Passage, ...]
    readings: tuple[Reading, ...] = field(default=())
    other_names: tuple[OtherName, ...] = field(default=())
    """Names left off the map because they are no place's, in the order of the text."""
