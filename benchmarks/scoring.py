"""Scoring a reading against a marked answer: found, placed, typed; and what was placed that is no place."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

from dateline import ReadArticle, distance_km
from dateline.features import is_area

NEAR_KM = 30.0
SHARED_ORIGINAL = Path(__file__).resolve().parents[2] / "shared" / "seeds" / "zelensky-bakhmut-2023-03-07.txt"


@dataclass(frozen=True, slots=True)
class Marked:
    """One mention of a marked answer."""

    start: int
    end: int
    text: str
    place_id: str
    lat: float
    lon: float
    kind: str
    reference: str


@dataclass(frozen=True, slots=True)
class Score:
    """How a reading compares with its marked answer. Lists name what went wrong."""

    marked: int
    missed: tuple[str, ...]
    misplaced: tuple[str, ...]
    wrong_kinds: tuple[str, ...]
    wrong_references: tuple[str, ...]
    unmarked: tuple[str, ...]
    """Placed, but not in the answer."""

    @property
    def kinds_right(self) -> float:
        """Share of the marked mentions that were found with the right kind."""
        return 1 - (len(self.wrong_kinds) + len(self.missed)) / self.marked

    @property
    def references_right(self) -> float:
        """Share of the marked mentions that were found with the right reference."""
        return 1 - (len(self.wrong_references) + len(self.missed)) / self.marked


def load(answer: Path) -> tuple[Marked, ...]:
    """Return the marked mentions in a ``.answer.csv``."""
    with answer.open(encoding="utf-8", newline="") as file:
        return tuple(
            Marked(
                int(row["start"]), int(row["end"]), row["text"], row["place_id"], float(row["lat"]), float(row["lon"]),
                row["kind"], row["reference"],
            )
            for row in csv.DictReader(file)
        )  # fmt: skip


def score(read: ReadArticle, marked: tuple[Marked, ...]) -> Score:
    """Compare a reading with its answer.

    A town is placed right within 30 km of the marked point; a country, region, sea or river only
    when it is the very entity that was marked.
    """
    got = {(r.mention.start, r.mention.end): r for r in read.readings}
    missed, misplaced, wrong_kinds, wrong_references = [], [], [], []
    for want in marked:
        where = f"{want.text}@{want.start}"
        reading = got.pop((want.start, want.end), None)
        if reading is None:
            missed.append(where)
            continue
        place = reading.choice.place
        same = place is not None and place.id == want.place_id
        near = place is not None and not is_area(place.feature) and distance_km(place.lat, place.lon, want.lat, want.lon) <= NEAR_KM
        if not (same or near):
            misplaced.append(f"{where} in {place.name if place else 'no place'}, not {want.place_id}")
        if reading.kind.value != want.kind:
            wrong_kinds.append(f"{where} {reading.kind.value}, not {want.kind}")
        if reading.reference.value != want.reference:
            wrong_references.append(f"{where} {reading.reference.value}, not {want.reference}")
    return Score(
        len(marked), tuple(missed), tuple(misplaced), tuple(wrong_kinds), tuple(wrong_references),
        tuple(f"{r.mention.text}@{r.mention.start}" for r in got.values() if r.choice.place is not None),
    )  # fmt: skip
