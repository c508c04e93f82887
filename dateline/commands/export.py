"""``python -m dateline export``: a report's places to files, the same that the screen hands over."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from dateline import decisions as log
from dateline.commands.gazetteer import bar
from dateline.commands.reading import said
from dateline.commands.terminal import say, warn
from dateline.desk import Desk
from dateline.errors import ExportError
from dateline.exports import FORMATS, export, format_of, select
from dateline.gazetteer import Gazetteer
from dateline.intake.draft import as_article
from dateline.kinds import kinds
from dateline.library import Library
from dateline.packs import open_gazetteer
from dateline.records import ReadArticle
from dateline.tables import mentions_table
from dateline.workshop import Workshop


def add(commands: Any) -> None:
    """Add ``export`` to the command line's commands."""
    command = commands.add_parser("export", help="a report's places to a map, a picture or a table")
    command.add_argument("report", metavar="REPORT", help="a file, or the id of a report in the library (with the decisions made there)")
    command.add_argument(
        "--to", action="append", required=True, metavar="FILE",
        help=f"where to, several times if wanted; the ending is the form: {', '.join(f.suffix for f in FORMATS)}; "
        "places.csv has a row a place, any other name a row a mention",
    )  # fmt: skip
    command.add_argument("--kinds", metavar="KINDS", help="only mentions of these kinds, joined by commas")
    command.add_argument("--checked", action="store_true", help="only what a person checked or corrected")
    command.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Write what ``args`` ask for; return the exit status."""
    for name in args.to:
        if Path(name).exists() and Path(args.report).exists() and Path(name).samefile(args.report):
            msg = f"{name!r} is the report itself: it would be replaced. Choose another name."
            raise ExportError(msg)
        format_of(name)  # an unknown ending is said before anything is read
    gazetteer = open_gazetteer()
    with Workshop() as shop:
        read = _read(args.report, shop, gazetteer)
    mentions = mentions_table(read)
    mentions = mentions[mentions["reference"] != log.NOT_A_PLACE]
    if args.kinds:
        wanted = {kind.strip() for kind in args.kinds.split(",")}
        if unknown := wanted - set(mentions["kind"]):
            known = ", ".join(kind.name for kind in kinds())
            warn(f"no mention is of the kind {sorted(unknown)[0]!r}; the kinds are: {known}.")
        mentions = mentions[mentions["kind"].isin(wanted)]
    if args.checked:
        mentions = mentions[mentions["status"] != "unchecked"]
    selection = select(read, mentions)
    for name in args.to:
        export(selection, name, gazetteer)
        say(f"{name}: {selection.note}")
    return 0


def _read(report: str, shop: Workshop, gazetteer: Gazetteer) -> ReadArticle:
    """Return the report, read: a file is read now, a report of the library comes with its decisions."""
    path = Path(report)
    if path.exists():
        draft = shop.open(path)
        said(draft)
        return shop.read(as_article(draft, path.stem), progress=bar("Reading"))[0]
    return Desk(Library(), shop, gazetteer).open(report, bar("Reading")).read
