"""The gate: reading may not get worse than the floors in ``benchmarks/floors.json``.

``make gate`` scores the shipped weights on the eighth of the development corpora that trained nothing, where these lie beside the project, and always on the
project's own marked documents and seeds. It fails where a figure is under its floor by more than the noise.
``--raise`` lifts the floors to what was reached; ``--lower NAME`` is the only way down, for the one figure it names.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from pathlib import Path

from benchmarks import corpora, field, marked, scoring
from data.train.corpora import CORPORA, MARKED, corpus, held_out
from dateline import Reader, load_reader, open_report, read

FLOORS = Path(__file__).with_name("floors.json")
ROOT = Path(__file__).resolve().parents[1]
LOWER_IS_BETTER = frozenset(["field falsely placed per 1,000 words"])


def digest(paths: list[Path]) -> str:
    """Return a digest of files: floors hold for the data they were measured on, and no other."""
    total = hashlib.sha256()
    for path in sorted(paths):
        total.update(path.name.encode() + b"\0" + path.read_bytes())
    return total.hexdigest()[:16]


def own(reader: Reader) -> dict[str, float]:
    """Return the figures on what is marked in this repository."""
    figures = {f"marked {name}": value for name, value in marked.figures(marked.pairs(reader)).items()}
    figures |= {f"field {name}": value for name, value in field.figures(field.measured(reader)["all"]).items()}
    for path in sorted((ROOT / "seeds").glob("*.md")):
        s = scoring.score(read(open_report(path), reader), scoring.load(path.with_suffix(".answer.csv")))
        figures[f"{path.stem} found"] = marked.share(s.marked - len(s.missed), s.marked)
        figures[f"{path.stem} placed"] = marked.share(s.marked - len(s.missed) - len(s.misplaced), s.marked)
        figures[f"{path.stem} kind"] = 100 * s.kinds_right
    return figures


def public(reader: Reader) -> dict[str, float]:
    """Return the figures on what of the public corpora trained nothing."""
    figures = {}
    for name in corpora.PARTS:
        tally = corpora.score([d for d in corpus(f"{name}.dev") if held_out(d)], reader, name)
        figures |= {f"{name} finding": tally.found_f1, f"{name} end to end": tally.end_to_end_f1, f"{name} choosing": tally.choosing,
                    f"{name} coverage": tally.coverage}  # fmt: skip
    figures["wiktor choosing"] = corpora.score([d for d in corpus("wiktor.dev") if held_out(d)], reader, "news").choosing
    geowebnews = [d for d in corpora.with_references("geowebnews") if held_out(d)]
    figures["geowebnews literal or not"] = corpora.references(reader, geowebnews)["accuracy"]
    return figures


def main() -> int:
    """Measure and compare; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--raise", dest="lift", action="store_true", help="lift floors to what was reached")
    parser.add_argument("--lower", metavar="NAME", help="set the floor of this one figure to what was reached, even if lower")
    args = parser.parse_args()
    reader = load_reader(())
    sets = {"own": (own, [*MARKED.rglob("*.txt"), *(ROOT / "seeds").glob("*.*")])}
    if CORPORA.exists():
        sets["public"] = (public, list(CORPORA.glob("*.jsonl.gz")))
    floors = json.loads(FLOORS.read_text(encoding="utf-8")) if FLOORS.exists() else {"noise": 0.5, "own": {}, "public": {}}
    failed = False
    for name, (measure, paths) in sets.items():
        held, now = floors[name], digest(paths)
        figures = measure(reader)
        changed = held.get("digest") not in (None, now)
        if changed:
            print(f"{name}: the data changed since the floors were set; the figures are not comparable. Check them, then use --raise.")
            failed = failed or not args.lift
        for figure, value in figures.items():
            floor = held.get("floors", {}).get(figure)
            up = 1 if figure not in LOWER_IS_BETTER else -1
            low = floor is not None and up * value < up * floor - floors["noise"]
            if low and args.lower != figure and not changed:
                failed = True
            print(f"{'FAIL' if low else 'ok  '} {figure:40s} {value:5.1f}" + (f"  floor {floor:.1f}" if floor is not None else ""))
            if (args.lift and (floor is None or up * value > up * floor or changed)) or args.lower == figure:
                held.setdefault("floors", {})[figure] = round(value, 1)
        if args.lift:
            held["digest"] = now
    if args.lift or args.lower:
        FLOORS.write_text(json.dumps(floors, indent=1) + "\n", encoding="utf-8")
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
