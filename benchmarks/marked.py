"""Kinds and references on the marked documents that trained nothing (``data/marked/test``): shares and a confusion table.

``python -m benchmarks.marked`` prints the tables; ``--mistakes N`` also prints N mistakes with their sentences.
"""

from __future__ import annotations

import argparse
from collections import Counter
from dataclasses import dataclass

from data.train.corpora import MARKED, Document, marked
from dateline import REFERENCES, Article, Reader, Reading, kinds, load_reader, read


@dataclass(frozen=True, slots=True)
class Pair:
    """A marked mention beside its reading, spans given."""

    document: Document
    kind: str
    reference: str
    reading: Reading


def pairs(reader: Reader) -> list[Pair]:
    """Return every marked mention of the test documents with what the engine says of it."""
    found = []
    for document in marked(MARKED / "test"):
        wanted = {(p["start"], p["end"]): p for p in document.places}
        for reading in read(Article(document.id, document.title, document.text), reader, given=wanted).readings:
            want = wanted[(reading.mention.start, reading.mention.end)]
            found.append(Pair(document, want["kind"], want["reference"], reading))
    return found


def share(right: int, count: int) -> float:
    """Return a percentage."""
    return 100 * right / max(1, count)


def figures(found: list[Pair]) -> dict[str, float]:
    """Return the shares of kinds, of references and of literal against associative that are right."""
    literal = ("literal", "modifier")
    return {
        "kind": share(sum(p.kind == p.reading.kind.value for p in found), len(found)),
        "reference": share(sum(p.reference == p.reading.reference.value for p in found), len(found)),
        "literal or not": share(sum((p.reference in literal) == (p.reading.reference.value in literal) for p in found), len(found)),
    }


def confusion(wanted: list[str], got: list[str], labels: tuple[str, ...]) -> str:
    """Return a Markdown table: rows are what was marked, columns what was read."""
    counts = Counter(zip(wanted, got, strict=True))
    rows = ["| marked \\ read | " + " | ".join(labels) + " | right |", "|---" * (len(labels) + 2) + "|"]
    for want in labels:
        row = [counts[(want, label)] for label in labels]
        if sum(row):
            rows.append(f"| {want} | " + " | ".join(map(str, row)) + f" | {share(counts[(want, want)], sum(row)):.0f} % |")
    return "\n".join(rows)


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mistakes", type=int, default=0)
    args = parser.parse_args()
    found = pairs(load_reader(()))
    documents = {p.document.id: p.document.head for p in found}
    wars, registers = {h["war"] for h in documents.values()}, {h["register"] for h in documents.values()}
    print(f"{len(found)} mentions in {len(documents)} documents, {len(wars)} wars, {len(registers)} registers; spans given\n")
    print("; ".join(f"{name} {value:.1f} %" for name, value in figures(found).items()) + "\n")
    print(confusion([p.kind for p in found], [p.reading.kind.value for p in found], tuple(k.name for k in kinds())) + "\n")
    print(confusion([p.reference for p in found], [p.reading.reference.value for p in found], REFERENCES))
    wrong = [p for p in found if p.kind != p.reading.kind.value]
    for p in wrong[:: max(1, len(wrong) // args.mistakes)][: args.mistakes] if args.mistakes else ():
        r = p.reading
        print(
            f"\n- {p.document.text[r.passage.start : r.passage.end]}\n  {r.mention.text}: marked {p.kind}, read {r.kind.value} ({r.kind.reason})"
        )


if __name__ == "__main__":
    main()
