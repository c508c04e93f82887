"""``python -m dateline check``: whether everything that Dateline keeps and believes is what it was; and what to do where it is not."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from dateline import gazetteer, packs, weights
from dateline.commands.terminal import say
from dateline.errors import DatelineError, StoreError
from dateline.folders import home_folder
from dateline.library import health
from dateline.library.backups import Backups
from dateline.library.library import FILE


def add(commands: Any) -> None:
    """Add ``check`` to the command line's commands."""
    command = commands.add_parser("check", help="look whether the library and the data are whole; repair, or go back to a backup")
    command.add_argument("--repair", action="store_true", help="make a whole library of what is left of it and of its backups")
    command.add_argument(
        "--restore", metavar="BACKUP", help="put a backup in the place of the library (its name as listed here, or a path); nothing is lost"
    )
    command.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Check, repair or restore; return 0 where everything is whole, 1 where something is not."""
    library = home_folder() / FILE
    if args.restore:
        aside = health.restore(library, _backup(library, args.restore))
        say(f"The backup is the library now. What was there before is {str(aside)!r}.")
    if args.repair:
        _repaired(library)
    whole = [_library(library), _data()]
    return 0 if all(whole) else 1


def _library(path: Path) -> bool:
    if not path.exists():
        say(f"library   none yet ({str(path)!r})")
        return True
    found = health.check(path)
    say(f"library   {found.reports} reports, {found.decisions} decisions: {'whole' if found.well else 'HURT'} ({str(path)!r})")
    if found.trouble:
        say(f"          {found.trouble}")
    for report in found.hurt:
        say(f"          the report {report!r} is not what was saved")
    if found.unreadable:
        say(f"          {found.unreadable} decisions cannot be read or are gone; the others count")
    if found.stale:
        say(f"          {found.stale} readings cannot be read; these reports are read again when they are opened")
    for backup in Backups(path).all():
        say(f"backup    {backup.name}, {backup.stat().st_size / 1e6:.1f} MB")
    if not found.well:
        say("          Bring back what can be: python -m dateline check --repair (close Dateline first; the hurt file is kept).")
    return found.well


def _repaired(path: Path) -> None:
    done = health.repair(path)
    say(f"Repaired: {done.reports} reports and {done.decisions} decisions are whole. The hurt library is {str(done.aside)!r}.")
    if done.from_backups:
        say(f"From backups: {', '.join(done.from_backups)}.")
    if done.decisions_lost:
        say(f"{done.decisions_lost} decisions are lost; where one of them took another back, that one counts again. Look at Decisions.")
    if done.lost:
        say(f"Lost, unless you have them elsewhere: {', '.join(done.lost)}.")


def _backup(library: Path, name: str) -> Path:
    found = next((backup for backup in Backups(library).everything() if backup.name == name), Path(name))
    if not found.is_file():
        msg = f"There is no backup {name!r}. They are listed by: python -m dateline check"
        raise StoreError(msg)
    return found


def _data() -> bool:
    """Print whether weights, gazetteer and packs are those that were made, every byte of them."""
    whole = True
    for name, look in (("weights", _weights), ("gazetteer", _gazetteer), ("packs", _packs)):
        try:
            trouble = look()
        except DatelineError as error:
            trouble = str(error)
        say(f"{name:10}{'whole' if not trouble else 'HURT: ' + trouble}")
        whole &= not trouble
    return whole


def _weights() -> str:
    for path in sorted(weights.FOLDER.iterdir()):
        weights.content(path)
    return ""


def _gazetteer() -> str:
    if gazetteer.verified(thorough=True):
        return ""
    return f"{str(gazetteer.core_file())!r} is not the gazetteer that ships. Delete it; it is unpacked again at the next start."


def _packs() -> str:
    hurt = [*packs.damaged(), *(pack.name for pack in packs.installed() if not packs.verified(pack.path))]
    return f"{', '.join(map(repr, hurt))} cannot be used. Add them again: python -m dateline gazetteer add" if hurt else ""
