"""Dateline: which places a report names, where they are, and what it says of them.

>>> from dateline import Gazetteer, open_report, read, spacy_tagger, mentions_table
>>> report = open_report(Path("seeds/bakhmut-2023-03-07.md"))          # doctest: +SKIP
>>> table = mentions_table(read(report, spacy_tagger(), Gazetteer()))  # doctest: +SKIP

This is the one door: names in ``__all__`` are public, everything else may change.
"""

from dateline.choosing import UNCERTAIN_BELOW
from dateline.distances import direction, distance_km
from dateline.errors import DataError, DatelineError, EmptyReport, NotText, ReportError, TooLong
from dateline.gazetteer import Gazetteer
from dateline.kinds import Kind, kinds
from dateline.reading import ENGINE_VERSION, read
from dateline.records import Article, Candidate, Choice, Label, Mention, Passage, Place, ReadArticle, Reading
from dateline.references import REFERENCES
from dateline.reports import decode, list_reports, mostly_latin, open_report, parse
from dateline.tables import MENTION_COLUMNS, PLACE_COLUMNS, mentions_table, place_key, places_table
from dateline.tagger import Span, Tagger, Tagging, spacy_tagger

__all__ = [
    "ENGINE_VERSION", "MENTION_COLUMNS", "PLACE_COLUMNS", "REFERENCES", "UNCERTAIN_BELOW",
    "Article", "Candidate", "Choice", "DataError", "DatelineError", "EmptyReport", "Gazetteer", "Kind",
    "Label", "Mention", "NotText", "Passage", "Place", "ReadArticle", "Reading", "ReportError", "Span",
    "Tagger", "Tagging", "TooLong",
    "decode", "direction", "distance_km", "kinds", "list_reports", "mentions_table", "mostly_latin", "open_report",
    "parse", "place_key", "places_table", "read", "spacy_tagger",
]  # fmt: skip
