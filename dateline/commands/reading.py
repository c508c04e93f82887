"""``python -m dateline read``: JSON lines to JSON lines, or a report to a table for a terminal."""

from __future__ import annotations

import argparse
import contextlib
import gzip
import json
import sys
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

from dateline.batch import read_lines, toponyms
from dateline.commands.terminal import printable, warn
from dateline.errors import DatelineError
from dateline.files import whole
from dateline.geoparsing.annotation_schemes import DEFAULT, INCLUDABLE, PROFILES, Policy
from dateline.intake.draft import Draft, as_article
from dateline.intake.formats import SUFFIXES
from dateline.records import ReadArticle
from dateline.workshop import Workshop

_WIDTHS = {"name": 24, "place": 34, "kind": 11, "reference": 10}


def add(commands: Any) -> None:
    """Add ``read`` to the command line's commands."""
    command = commands.add_parser(
        "read", help="read reports", description="Read reports: JSON lines to JSON lines, or one report to a table."
    )
    command.add_argument("source", metavar="IN", help=f"IN.jsonl, IN.jsonl.gz, - for standard input, or a report: {', '.join(SUFFIXES)}")
    command.add_argument("-o", "--out", default="-", metavar="OUT", help="where the answer goes (.gz is compressed); - is standard output")
    command.add_argument("--include", metavar="USES", help=f"list only names so used, of: {','.join(INCLUDABLE)} (default: all)")
    command.add_argument("--profile", choices=sorted(PROFILES), help="follow the annotation habits of a public corpus")
    command.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Read what ``args`` name; return the exit status."""
    policy = _policy(args)
    if args.out != "-" and Path(args.out).exists() and Path(args.source).exists() and Path(args.out).samefile(args.source):
        msg = f"{args.out!r} is what is to be read: the answer would replace it. Choose another name."
        raise DatelineError(msg)
    if args.source != "-" and Path(args.source).suffix.lower() in SUFFIXES:
        return _read_report(Path(args.source), args.out, policy)
    return _read_lines(args.source, args.out, policy)


def _policy(args: argparse.Namespace) -> Policy:
    policy = PROFILES[args.profile] if args.profile else DEFAULT
    if args.include is None:
        return policy
    wanted = {use.strip() for use in args.include.split(",") if use.strip()}
    if unknown := wanted - set(INCLUDABLE):
        msg = f"--include does not know {sorted(unknown)[0]!r}; choose of: {', '.join(INCLUDABLE)}."
        raise DatelineError(msg)
    return Policy(policy.schemes, frozenset(wanted))


def _read_lines(source: str, target: str, policy: Policy) -> int:
    failed = count = 0
    with _opened(source) as lines, _written(target) as out, _whole(source), Workshop() as shop:
        for answer in read_lines(lines, shop, policy):
            count += 1
            failed += "error" in answer
            # ASCII: a lone surrogate, which no encoding can hold, goes out as it came in
            out.write(json.dumps(answer).encode("ascii") + b"\n")
            out.flush()
    if failed:
        warn(f"{failed} of {count} lines could not be read; each has its reason in the output.")
    return 0


@contextlib.contextmanager
def _whole(source: str) -> Iterator[None]:
    try:
        yield
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        msg = f"{source!r} is cut short or damaged: a file given with -o is not written, or stays as it was. Get it again."
        raise DatelineError(msg) from error


def said(draft: Draft) -> None:
    """Say on standard error what one should know of a report's text."""
    for note in draft.notes:
        warn(note)
    if draft.language and draft.language != "en":
        warn(f"the text is in another language ({draft.language}). Dateline reads English: many places are missed.")


def _read_report(path: Path, target: str, policy: Policy) -> int:
    with Workshop() as shop:
        draft = shop.open(path)
        said(draft)
        done, _ = shop.read(as_article(draft, path.stem), policy=policy)
    with _written(target) as out:
        out.write(as_text(done).encode("utf-8", "backslashreplace"))
    return 0


def as_text(done: ReadArticle) -> str:
    """Return the readings of a report as lines for a terminal: name, place, kind, reference, how sure, point."""
    head = "".join(title.ljust(width) for title, width in _WIDTHS.items()) + "sure  point"
    lines = [f"{printable(done.article.title or done.article.id)}: {len(done.readings)} mentions", "", head]
    for answer in toponyms(done):
        place = (
            f"{answer['place_name']} ({answer['feature']}{' ' + answer['country'] if answer['country'] else ''})"
            if answer["place_id"]
            else "?"
        )
        cells = (answer["name"], place, answer["kind"], answer["reference"])
        row = "".join(_cell(str(cell), width) for cell, width in zip(cells, _WIDTHS.values(), strict=True))
        point = f"{answer['lat']:.3f}, {answer['lon']:.3f}" if answer["place_id"] else ""
        lines.append(f"{row}{answer['confidence']:.2f}  {point}".rstrip())
    return "\n".join(lines) + "\n"


def _cell(text: str, width: int) -> str:
    text = printable(" ".join(text.split()))
    return (text if len(text) < width else text[: width - 2] + "…").ljust(width)


@contextlib.contextmanager
def _opened(source: str) -> Iterator[BinaryIO]:
    if source == "-":
        yield sys.stdin.buffer
        return
    with Path(source).open("rb") as file:
        if file.peek(2)[:2] == b"\x1f\x8b":
            with gzip.open(file) as unpacked:
                yield unpacked  # type: ignore[misc]  # it gives lines of bytes too
        else:
            yield file


@contextlib.contextmanager
def _written(target: str) -> Iterator[BinaryIO]:
    if target == "-":
        yield sys.stdout.buffer
        return
    with whole(Path(target)) as file:
        if target.endswith(".gz"):
            with gzip.GzipFile("", "wb", fileobj=file) as packed:  # no name in it: it would be the temporary one
                yield packed  # type: ignore[misc]  # it takes bytes too
        else:
            yield file
