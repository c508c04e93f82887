"""The command line: ``python -m dateline COMMAND``."""

from __future__ import annotations

import argparse
import os
import sys

from dateline.commands import check, decisions, export, gazetteer, reading
from dateline.commands.terminal import warn
from dateline.errors import DatelineError


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; return the exit status: 0 done, 1 refused, 2 misused."""
    parser = argparse.ArgumentParser(
        prog="python -m dateline", description="Which places a report names, where they are, what it says of them."
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for command in (reading, export, decisions, gazetteer, check):
        command.add(commands)
    args = parser.parse_args(arguments)
    try:
        return int(args.run(args))
    except DatelineError as error:
        warn(error)
    except OSError as error:
        if isinstance(error, BrokenPipeError):  # the reader of our output has seen enough
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            return 0
        where = f"{error.filename!r}: " if error.filename else ""
        warn(f"{where}{error.strerror or error}. Check the path and the room on the disk.")
    return 1


if __name__ == "__main__":
    sys.exit(main())
