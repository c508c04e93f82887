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
from dateline.library import WHO, Library
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
    action = actions.add_parser("standing", help="list what counts from now on, for every report")
    action.set_defaults(run=_standing)
    action = actions.add_parser("revoke", help="take back a decision that counts from now on")
    action.add_argument("decision", metavar="ID", help="as 'standing' lists it")
    action.set_defaults(run=_revoke)


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
    with Workshop() as shop:
        merged = _desk(shop).merge(args.report, args.file.read_bytes())
    say(f"{merged.new} new decisions; {merged.left_out} fit no words of this text.")
    if merged.standing:
        say(f"{merged.standing} of them count for reports added from now on too. They are listed by: python -m dateline decisions standing")
    return 0


def _standing(_: argparse.Namespace) -> int:
    for made in Library().standing():
        say(f"{made.id}  {made.anchor.text}: {log.in_words(made)}, by {made.who}, {made.at[:10]}")
    return 0


def _revoke(args: argparse.Namespace) -> int:
    library = Library()
    made = next((d for d in library.standing() if d.id == args.decision), None)
    if made is None:
        msg = f"No decision {args.decision!r} counts from now on. They are listed by: python -m dateline decisions standing"
        raise DecisionError(msg)
    library.decide([log.undoing(made, who=library.setting("who", WHO))])
    say(f"Taken back: {made.anchor.text}, {log.in_words(made)}.")
    return 0
