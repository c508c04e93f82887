"""What is printed to a terminal: only ever text. An escape in a mail's subject or a file's name gives it no orders."""

from __future__ import annotations

import sys

from dateline.characters import escaped


def printable(text: object) -> str:
    r"""Return ``text`` as one line that a terminal shows and does not obey.

    Control characters, line ends, what turns the direction of writing round and lone surrogates become visible: ``\u001b``.
    """
    return escaped(str(text))


def say(text: object) -> None:
    """Print one line on standard output."""
    print(printable(text))


def warn(text: object) -> None:
    """Print one line on standard error, with the program's name before it."""
    print(f"dateline: {printable(text)}", file=sys.stderr)


def json_lines(text: str) -> str:
    r"""Return JSON text that says the same and is printable: what :func:`printable` shows, JSON too writes as ``\u001b``."""
    return "\n".join(escaped(line) for line in text.split("\n"))
