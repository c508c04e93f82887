"""``python -m dateline decisions``: hand over the log of a report, and take one in."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from dateline import decisions as log
from dateline.commands.terminal import json_lines, say
from dateline.desk import Desk
from dateline.errors import DecisionError
from dateline.files import whole
from dateline.library import Library
from dateline.packs import open_gazetteer
from dateline.workshop import Workshop


def add(commands: Any) -> None:
    """Add ``decisions`` to the command line's commands."""
    command = commands.add_parser("decisions", help="hand over what was decided about a report, or take it in")
    actions = command.add_subparsers(required=True, metavar="ACTION")
    action = actions.add_parser("export", help="write the log of a report as JSON")
    action.add_argument("report", metavar="REPORT", help="the id of a report in the library")
    action.add_argument("-o", "--out", default="-", metavar="FILE", help="where to; - is standard output")
    action.set_defaults(run=_export)
    action = actions.add_parser("import", help="take in a log; what is there already stays, nothing is lost")
    action.add_argument("report", metavar="REPORT")
    action.add_argument("file", type=Path, metavar="FILE")
    action.set_defaults(run=_import)


def _desk(shop: Workshop) -> Desk:
    return Desk(Library(), shop, open_gazetteer())


def _export(args: argparse.Namespace) -> int:
    library = Library()
    article = library.reports.get(args.report)
    if article is None:
        msg = f"There is no report {args.report!r} in the library. There are: {', '.join(e.id for e in library.reports.entries())}."
        raise DecisionError(msg)
    text = json_lines(json.dumps(log.to_json(article, library.decisions(article.id)), ensure_ascii=False, indent=1))
    if args.out == "-":
        sys.stdout.write(text + "\n")
    else:
        with whole(Path(args.out)) as file:
            file.write(text.encode() + b"\n")
    return 0


def _import(args: argparse.Namespace) -> int:
    try:
        data = json.loads(args.file.read_bytes())
    except (ValueError, RecursionError) as error:
        msg = f"{args.file.name!r} is not JSON ({error}). Export it again from Dateline."
        raise DecisionError(msg) from error
    shop = Workshop()
    try:
        new, left_out = _desk(shop).merge(args.report, data)
    finally:
        shop.close()
    say(f"{new} new decisions; {left_out} fit no words of this text.")
    return 0
