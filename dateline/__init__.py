"""Dateline: which places a report names, where they are, and what it says of them.

>>> from dateline import export, load_reader, open_report, read, select
>>> done = read(open_report("seeds/bakhmut-2023-03-07.md"), load_reader())  # doctest: +SKIP
>>> export(select(done), "places.geojson")                                   # doctest: +SKIP

This is the one door: names in ``__all__`` are public, everything else may change.
"""

from dateline.batch import read_lines, toponyms
from dateline.choosing import UNCERTAIN_BELOW
from dateline.desk import Desk, Opened, Wish
from dateline.distances import direction, distance_km
from dateline.errors import (
    DataError,
    DatelineError,
    DecisionError,
    EmptyReport,
    ExportError,
    LinkError,
    LinkFailed,
    LinkRefused,
    NotText,
    PackError,
    ReportError,
    StoreError,
    TooDemanding,
    TooLong,
    Unreadable,
)
from dateline.exports import export, select
from dateline.gazetteer import Gazetteer
from dateline.geoparsing.annotation_schemes import DEFAULT, PROFILES, Policy
from dateline.geoparsing.encoder import Encoder
from dateline.intake.extraction import open_report
from dateline.intake.language import mostly_latin
from dateline.kinds import Kind, kinds
from dateline.library import Library
from dateline.library.folder import list_reports
from dateline.ranking import Ranker
from dateline.reading import ENGINE_VERSION, Reader, load_reader, read
from dateline.records import Article, Candidate, Choice, Label, Mention, OtherName, Passage, Place, ReadArticle, Reading
from dateline.tables import (
    MENTION_COLUMNS,
    OTHER_NAME_COLUMNS,
    PLACE_COLUMNS,
    mentions_table,
    other_names_table,
    place_key,
    places_table,
)
from dateline.vocabulary import NAME_TYPES, REFERENCES
from dateline.workshop import Workshop

__all__ = [
    "DEFAULT",
    "ENGINE_VERSION",
    "MENTION_COLUMNS",
    "NAME_TYPES",
    "OTHER_NAME_COLUMNS",
    "PLACE_COLUMNS",
    "PROFILES",
    "REFERENCES",
    "UNCERTAIN_BELOW",
    "Article",
    "Candidate",
    "Choice",
    "DataError",
    "DatelineError",
    "DecisionError",
    "Desk",
    "EmptyReport",
    "Encoder",
    "ExportError",
    "Gazetteer",
    "Kind",
    "Label",
    "Library",
    "LinkError",
    "LinkFailed",
    "LinkRefused",
    "Mention",
    "NotText",
    "Opened",
    "OtherName",
    "PackError",
    "Passage",
    "Place",
    "Policy",
    "Ranker",
    "ReadArticle",
    "Reader",
    "Reading",
    "ReportError",
    "StoreError",
    "TooDemanding",
    "TooLong",
    "Unreadable",
    "Wish",
    "Workshop",
    "direction",
    "distance_km",
    "export",
    "kinds",
    "list_reports",
    "load_reader",
    "mentions_table",
    "mostly_latin",
    "open_report",
    "other_names_table",
    "place_key",
    "places_table",
    "read",
    "read_lines",
    "select",
    "toponyms",
]  # fmt: skip
