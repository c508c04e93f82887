"""Scoring on public corpora: finding, end to end, choosing on given spans, references; beside the published figures.

``python -m benchmarks.corpora`` scores the shipped weights on the development parts (seven eighths of which trained them: a check that
nothing broke, no claim). ``python -m benchmarks.corpora --held-out`` scores them on the eighth of every corpus that trained nothing: that is
what README quotes.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from data.train.corpora import CORPORA, GWN_USES, RIGHT_KM, Document, corpus, held_out
from dateline import PROFILES, Article, Reader, Reading, distance_km, load_reader, read

_LITERAL = frozenset(["literal", "modifier"])


@dataclass(frozen=True, slots=True)
class Published:
    """The best published figures for one corpus, with their source."""

    found: float | None
    end_to_end: float | None
    source: str


PARTS = {
    "trnews": Published(81.6, 62.3, "Stanford NER; CamCoder: their own output files (EUPEG), scored with this scorer"),
    "lgl": Published(71.4, 47.8, "Stanford NER; CamCoder: their own output files (EUPEG), scored with this scorer"),
    "geovirus": Published(91.8, 66.8, "Stanford NER; CamCoder: their own output files (EUPEG), scored with this scorer"),
    "geowebnews": Published(75.3, 55.9, "spaCy md with nationalities; Edinburgh Geoparser (EUPEG output), scored with this scorer"),
    "wotr": Published(72.1, None, "spaCy md with trimmed articles, scored with this scorer"),
}


@dataclass(frozen=True, slots=True)
class Tally:
    """Counts over documents; every figure is worked out from these."""

    gold: int = 0
    got: int = 0
    found: int = 0
    placed_gold: int = 0
    placed_got: int = 0
    right: int = 0
    given: int = 0
    covered: int = 0
    chosen: int = 0
    chosen_covered: int = 0

    def plus(self, **counts: int) -> Tally:
        """Return the tally with ``counts`` added."""
        return replace(self, **{name: getattr(self, name) + count for name, count in counts.items()})

    @property
    def found_f1(self) -> float:
        """F1 of exact spans, in per cent."""
        return _f1(self.found, self.got, self.gold)

    @property
    def end_to_end_f1(self) -> float:
        """F1 of right span and point within 161 km; names found but not placed cost recall; those that the gold has
        without a point are left out."""
        return _f1(self.right, self.placed_got, self.placed_gold)

    @property
    def coverage(self) -> float:
        """Share of placed gold mentions for which the gazetteer has a right candidate, in per cent."""
        return 100 * self.covered / max(1, self.given)

    @property
    def choosing(self) -> float:
        """Share of the covered gold mentions that are placed right, spans given, in per cent."""
        return 100 * self.chosen_covered / max(1, self.covered)

    @property
    def accuracy(self) -> float:
        """Acc@161: share of all placed gold mentions that are placed right, spans given, in per cent."""
        return 100 * self.chosen / max(1, self.given)


def _f1(right: int, got: int, gold: int) -> float:
    return 200 * right / max(1, got + gold)


def score(documents: Iterable[Document], reader: Reader, profile: str) -> Tally:
    """Return the tally of ``documents`` read under a profile, and with their spans given."""
    policy, tally = PROFILES[profile], Tally()
    for document in documents:
        gold = {(p["start"], p["end"]): p for p in reversed(document.places)}
        article = Article(document.id, document.title, document.text)
        done = {(r.mention.start, r.mention.end): r for r in read(article, reader, policy).readings}
        points = {span: (p["lat"], p["lon"]) for span, p in gold.items() if p.get("lat") is not None}
        no_point = {span for span in done if any(s < span[1] and span[0] < e for s, e in gold.keys() - points.keys())}
        placed = [span for span, reading in done.items() if reading.choice.place is not None and span not in no_point]
        tally = tally.plus(
            gold=len(gold), got=len(done), found=len(gold.keys() & done.keys()), placed_gold=len(points), placed_got=len(placed),
            right=sum(_right(done[span], point) for span, point in points.items() if span in done),
        )  # fmt: skip
        given = read(article, reader, policy, sorted(points)).readings if points else ()
        for reading in given:
            lat, lon = points[(reading.mention.start, reading.mention.end)]
            covered = any(distance_km(c.place.lat, c.place.lon, lat, lon) <= RIGHT_KM for c in reader.gazetteer.listed(reading.mention))
            right = _right(reading, (lat, lon))
            tally = tally.plus(given=1, covered=covered, chosen=right, chosen_covered=right and covered)
    return tally


def _right(reading: Reading, point: tuple[float, float]) -> bool:
    place = reading.choice.place
    return place is not None and distance_km(place.lat, place.lon, *point) <= RIGHT_KM


def references(reader: Reader, documents: Sequence[Document]) -> dict[str, float]:
    """Return accuracy of literal against associative on GeoWebNews and ReLocaR (spans given), and F1 with spans found."""
    right = count = 0
    for document in documents:
        wanted = {(p["start"], p["end"]): p["reference"] for p in document.places if p.get("reference")}
        if not wanted:
            continue
        for reading in read(Article(document.id, "", document.text), reader, given=wanted).readings:
            want = wanted[(reading.mention.start, reading.mention.end)]
            right += (want in _LITERAL) == (reading.reference.value in _LITERAL)
            count += 1
    return {"right": right, "count": count, "accuracy": 100 * right / max(1, count)}


def two_way_f1(reader: Reader, documents: Sequence[Document]) -> float:
    """Return F1 of GeoWebNews names found with the right one of the labels literal and associative."""
    right = got = gold = 0
    for document in documents:
        wanted = {(p["start"], p["end"]): p["reference"] in _LITERAL for p in document.places if p.get("reference")}
        done = {
            (r.mention.start, r.mention.end): r.reference.value in _LITERAL
            for r in read(Article(document.id, "", document.text), reader, PROFILES["geowebnews"]).readings
        }
        right += sum(done.get(span) == literal for span, literal in wanted.items())
        got, gold = got + len(done), gold + len(wanted)
    return _f1(right, got, gold)


def with_references(name: str) -> list[Document]:
    """Return GeoWebNews (all eleven types) or ReLocaR with ``reference`` in each place."""
    if name == "relocar":
        uses = {"literal": "literal", "metonymic": "metonym"}
        return [replace(d, places=tuple(dict(p, reference=uses.get(p["type"])) for p in d.places)) for d in corpus("relocar.dev")]
    typed = {d.id: d for d in corpus("geowebnews_typed.dev")}
    return [
        replace(d, places=tuple(dict(p, reference=GWN_USES[p["type"]]) for p in typed[d.id].places if p["type"] in GWN_USES))
        for d in corpus("geowebnews.dev")
    ]


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--held-out", action="store_true", help="only the documents that trained nothing")
    parser.add_argument("--json", type=Path, help="write the tallies here as well")
    args = parser.parse_args()
    if not CORPORA.exists():
        print(f"The corpora are not at {str(CORPORA)!r}; nothing to score.")
        return
    reader = load_reader(())

    def part(documents: Sequence[Document]) -> list[Document]:
        return [d for d in documents if held_out(d)] if args.held_out else list(documents)

    print(
        "| corpus | documents | finding F1 | best published | end to end F1 | best published | choosing, covered | coverage | Acc@161, all |"
    )
    print("|---|---|---|---|---|---|---|---|---|")
    tallies = {}
    for name, published in PARTS.items():
        documents = part(corpus(f"{name}.dev"))
        tally = tallies[name] = score(documents, reader, name)
        print(
            f"| {name} | {len(documents)} | {tally.found_f1:.1f} | {published.found or '-'} | {tally.end_to_end_f1:.1f} | {published.end_to_end or '-'}"
            f" | {tally.choosing:.1f} | {tally.coverage:.1f} | {tally.accuracy:.1f} |", flush=True,
        )  # fmt: skip
    documents = part(corpus("wiktor.dev"))
    tally = tallies["wiktor"] = score(documents, reader, "news")
    print(
        f"| wiktor (given spans) | {len(documents)} | - | - | - | - | {tally.choosing:.1f} | {tally.coverage:.1f} | {tally.accuracy:.1f} |"
    )
    gwn = part(with_references("geowebnews"))
    print(f"\nReferences: GeoWebNews literal/associative F1 {two_way_f1(reader, gwn):.1f} (published 77.6), "
          f"spans given {references(reader, gwn)['accuracy']:.1f} %; "
          f"ReLocaR accuracy {references(reader, with_references('relocar'))['accuracy']:.1f} on documents that train (published 84.8)")  # fmt: skip
    print("\nPublished: " + "; ".join(f"{name}: {p.source}" for name, p in PARTS.items()))
    if args.json:
        args.json.write_text(
            json.dumps({n: {"found_f1": t.found_f1, "end_to_end_f1": t.end_to_end_f1, "choosing": t.choosing} for n, t in tallies.items()})
        )


if __name__ == "__main__":
    main()
