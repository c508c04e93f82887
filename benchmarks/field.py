"""The field: reports as they are pasted (``data/marked/field``), which trained nothing; what is found, placed and typed, and what is placed that is no place.

``python -m benchmarks.field`` prints the figures, by register too; ``--mistakes N`` also N falsely placed names and N places taken for another.
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, fields

import numpy as np

from benchmarks.marked import share
from data.train.corpora import MARKED, Document, is_right, marked
from data.train.reliability import ece
from dateline import Article, Reader, Reading, load_reader, read

SURE = 0.9
LITERAL = ("literal", "modifier")


@dataclass
class Counts:
    """What was counted over some documents."""

    words: int = 0
    gold: int = 0
    got: int = 0
    exact: int = 0
    found: int = 0
    placed: int = 0
    right: int = 0
    false: int = 0
    traps: int = 0
    taken: int = 0
    typed: int = 0
    kind: int = 0
    reference: int = 0
    literal: int = 0
    dots: list[tuple[float, bool]] = field(default_factory=list)
    """(confidence, whether it is right) of every placed name whose truth is known."""
    wrong: list[str] = field(default_factory=list)

    def add(self, other: Counts) -> None:
        """Add what was counted over other documents."""
        for one in fields(self):
            setattr(self, one.name, getattr(self, one.name) + getattr(other, one.name))


def _overlapping(start: int, end: int, places: Iterable[dict[str, object]]) -> dict[str, object] | None:
    return next((p for p in places if p["start"] < end and start < p["end"]), None)  # type: ignore[operator]


def count(document: Document, reader: Reader, c: Counts) -> None:
    """Add one document to ``c``."""
    article = Article(document.id, document.title, document.text)
    gold = {(p["start"], p["end"]): p for p in document.places if p["reference"] != "not_a_place"}
    traps = [p for p in document.places if p["reference"] == "not_a_place"]
    got = read(article, reader).readings
    spans = {(r.mention.start, r.mention.end) for r in got}
    c.words += len(document.text.split())
    c.gold, c.got, c.exact = c.gold + len(gold), c.got + len(got), c.exact + len(gold.keys() & spans)
    c.found += sum(any(s < end and start < e for s, e in spans) for start, end in gold)
    c.traps, c.taken = c.traps + len(traps), c.taken + sum(any(s < p["end"] and p["start"] < e for s, e in spans) for p in traps)
    for r in got:
        _place(document, r, _overlapping(r.mention.start, r.mention.end, gold.values()), c)
    for r in read(article, reader, given=gold).readings:
        want = gold[(r.mention.start, r.mention.end)]
        c.typed += 1
        c.kind += r.kind.value == want["kind"]
        c.reference += r.reference.value == want["reference"]
        c.literal += (r.reference.value in LITERAL) == (want["reference"] in LITERAL)


def _place(document: Document, r: Reading, want: dict[str, object] | None, c: Counts) -> None:
    place = r.choice.place
    if place is None:
        return
    where = f"{document.id}: {r.mention.text!r} in {place.name}, {place.country} ({r.choice.confidence:.2f})"
    if want is None:
        c.false += 1
        c.dots.append((r.choice.confidence, False))
        c.wrong.append(f"no place   {where}")
    elif want.get("lat") is not None:
        right = is_right(place, float(want["lat"]), float(want["lon"]), True)  # type: ignore[arg-type]
        c.placed, c.right = c.placed + 1, c.right + right
        c.dots.append((r.choice.confidence, right))
        if not right:
            c.wrong.append(f"other place {where}, marked at {want['lat']}, {want['lon']}")


def calibration(dots: list[tuple[float, bool]]) -> tuple[float, float, float]:
    """Return (expected calibration error over equal bins, per cent right of those at least SURE, per cent that these are of all)."""
    if not dots:
        return 0.0, 0.0, 0.0
    p, y = np.array([d[0] for d in dots]), np.array([d[1] for d in dots], float)
    sure = p >= SURE
    return ece(p, y), share(int(y[sure].sum()), int(sure.sum())), share(int(sure.sum()), len(p))


def figures(c: Counts) -> dict[str, float]:
    """Return the figures of what was counted, in per cent but for the last."""
    error, at_sure, _ = calibration(c.dots)
    return {
        "found": share(c.found, c.gold), "finding F1": 200 * c.exact / max(1, c.got + c.gold), "right among placed": share(c.right, c.placed),
        "kind": share(c.kind, c.typed), "reference": share(c.reference, c.typed), "literal or not": share(c.literal, c.typed),
        "right at 0.9 or more": at_sure, "calibration": 100 - 100 * error, "falsely placed per 1,000 words": 1000 * c.false / max(1, c.words),
    }  # fmt: skip


def measured(reader: Reader) -> dict[str, Counts]:
    """Return the counts by register, and of all under ``all``."""
    by_register: dict[str, Counts] = defaultdict(Counts)
    for document in marked(MARKED / "field"):
        count(document, reader, by_register[document.head["register"]])
    for c in list(by_register.values()):
        by_register["all"].add(c)
    return by_register


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mistakes", type=int, default=0)
    args = parser.parse_args()
    by_register = measured(load_reader(()))
    names = list(figures(Counts()))
    print("| register | words | mentions | " + " | ".join(names) + " |\n" + "|---" * (len(names) + 3) + "|")
    for register, c in sorted(by_register.items(), key=lambda item: item[0] == "all"):
        print(
            f"| {register} | {c.words:,} | {c.gold:,} | "
            + " | ".join(f"{value:.1f}" if name != names[-1] else f"{value:.2f}" for name, value in figures(c).items())
            + " |"
        )
    whole = by_register["all"]
    error, at_sure, part = calibration(whole.dots)
    print(f"\n{whole.taken} of {whole.traps} names that are no place's were taken for one. Doubt, with these counted as errors: expected calibration error {error:.3f}; "
          f"of the dots at {SURE} or more {at_sure:.1f} % are right, and those are {part:.0f} % of {len(whole.dots)}.")  # fmt: skip
    for line in whole.wrong[:: max(1, len(whole.wrong) // args.mistakes)][: args.mistakes] if args.mistakes else ():
        print(f"- {line}")


if __name__ == "__main__":
    main()
