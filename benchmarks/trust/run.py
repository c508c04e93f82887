"""The command: which attacks run, the table they end in, and whether all of it held."""

from __future__ import annotations

import argparse
import importlib
import sys
import time
from collections.abc import Iterable, Sequence
from pathlib import Path

from benchmarks.trust.campaign import Order, Result, kept

ATTACKS = {
    "kills": "a process killed (-9) while it saves decisions, and two that save at once",
    "files": "mutated files of every format, and bombs",
    "texts": "the worst texts for the engine",
    "libraries": "damaged libraries",
    "logs": "hostile logs of decisions",
    "addresses": "addresses that lead inside",
    "payloads": "scripts and templates in everything that is shown or exported",
}  # fmt: skip


def main(argv: Sequence[str] | None = None) -> int:
    """Run the attacks that were asked for, print one table, and return 1 if any succeeded."""
    args = _parser().parse_args(argv)
    order = Order(args.seed, args.quick, args.keep, args.hang)
    results = []
    for name in args.only or ATTACKS:
        started = time.monotonic()
        print(f"{name}: {ATTACKS[name]} ...", file=sys.stderr, flush=True)
        result = importlib.import_module(f"benchmarks.trust.{name}").run(order)
        print(f"{name}: {result.failed()} of {result.tried} failed, {time.monotonic() - started:.0f} s", file=sys.stderr, flush=True)
        for cause, failures in result.by_cause().items():
            print(f"  {len(failures)} x {cause}  (for example {failures[0].case})", file=sys.stderr, flush=True)
        if order.keep:
            kept(result, order.keep)
        results.append(result)
    print(table(results))
    return int(any(result.failures for result in results))


def table(results: Iterable[Result]) -> str:
    """Return the results as a table in Markdown."""
    rows = [f"| {ATTACKS[r.attack]} | {r.tried:,} | {r.failed():,} | {r.worst} |" for r in results]
    return "\n".join(["| attack | tried | failed | worst |", "|---|--:|--:|---|", *rows])


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.trust", description="Attack Dateline; print what was tried and what failed."
    )
    parser.add_argument("--quick", action="store_true", help="a tenth of everything")
    parser.add_argument(
        "--only", choices=list(ATTACKS), action="append", metavar="NAME", help=f"one of {', '.join(ATTACKS)}; may be repeated"
    )
    parser.add_argument("--seed", type=int, default=1, help="another seed tries other cases (default 1)")
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="write what failed into this folder")
    parser.add_argument("--hang", action="store_true", help="also try what is known to hang, not only to fail")
    return parser
