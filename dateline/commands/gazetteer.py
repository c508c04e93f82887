"""``python -m dateline gazetteer``: add, list, update and remove gazetteer packs."""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from dateline import packs
from dateline.commands.terminal import say, warn
from dateline.downloads import country_extract, mirror
from dateline.errors import PackError

_BAR = 30


def add(commands: Any) -> None:
    """Add ``gazetteer`` to the command line's commands."""
    command = commands.add_parser("gazetteer", help="add a country's villages, or places of your own")
    actions = command.add_subparsers(required=True, metavar="ACTION")
    for name, words in (
        ("add", "fetch a country's villages from GeoNames, or take a file"),
        ("update", "the same again, for a pack you have"),
    ):
        action = actions.add_parser(name, help=words)
        action.add_argument("name", metavar="UA", help="a country's two letters (ISO 3166-1), or a name for a pack of your own places")
        action.add_argument(
            "--file",
            type=Path,
            metavar="FILE",
            help="UA.zip from GeoNames, for machines without internet; or a CSV with name, lat, lon, aliases",
        )
        action.set_defaults(run=_add, again=name == "update")
    actions.add_parser("list", help="list the packs").set_defaults(run=_list)
    action = actions.add_parser("remove", help="remove a pack")
    action.add_argument("name", metavar="UA")
    action.set_defaults(run=_remove)


def _add(args: argparse.Namespace) -> int:
    if args.again and args.name.casefold() not in {
        name.casefold() for name in (*(pack.name for pack in packs.installed()), *packs.damaged())
    }:
        msg = f"There is no pack {args.name!r} to update. Add it: python -m dateline gazetteer add {args.name}"
        raise PackError(msg)
    if args.again and args.file is None and not re.fullmatch("[A-Za-z]{2}", args.name):
        msg = f"{args.name!r} is a pack of your own. Give the new table: --file places.csv"
        raise PackError(msg)
    own = args.file is not None and args.file.suffix.lower() in (".csv", ".tsv")
    if own:
        about = packs.add_own(args.name, args.file, bar("Building"))
    else:
        archive = args.file
        if archive is None:
            warn(f"asking {mirror()} for {args.name.upper()}.zip: its operators see your address and the country.")
            archive = country_extract(args.name, bar("Fetching"))
        about = packs.add_country(args.name, archive, bar("Building"))
    say(in_words(about))
    return 0


def _list(_: argparse.Namespace) -> int:
    found = packs.installed()
    for pack in found:
        say(in_words(packs.about(pack)))
    for name in packs.damaged():
        warn(f"the pack {name!r} is damaged or changed, and not used. Add it again, or remove it.")
    if not found:
        say("No packs: the core gazetteer alone. Add a country's villages: python -m dateline gazetteer add UA")
    return 0


def _remove(args: argparse.Namespace) -> int:
    packs.remove(args.name)
    say(f"The pack {args.name} is removed.")
    return 0


def in_words(about: packs.About) -> str:
    """Return what a pack says of itself as one line."""
    number = f"{about.places:,} place{'' if about.places == 1 else 's'}"
    size = f"{number} under {about.names:,} names, {about.size_mb:.1f} MB"
    return f"{about.name}: {size}, built {about.made} from {about.source}. {about.licence}."


def bar(what: str) -> Callable[[float], None]:
    """Return a progress function that draws a bar on a terminal, and nothing elsewhere. ``what`` stands before it."""

    def draw(share: float) -> None:
        if sys.stderr.isatty():
            done = round(_BAR * share)
            print(f"\r{what} [{'#' * done}{'.' * (_BAR - done)}]", end="\n" if share >= 1 else "", file=sys.stderr, flush=True)

    return draw
