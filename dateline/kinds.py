"""The kinds of a mention: what a report says of a place. They are data (``data/kinds.toml``), in order of precedence.

The trained weights tell the eight kinds of the file as it ships apart; a kind of one's own is told by ten example sentences
(:mod:`dateline.geoparsing.taught`).
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from dateline.errors import DataError

KINDS_FILE = Path(__file__).resolve().parents[1] / "data" / "kinds.toml"


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of mention: its name in tables, how the screen shows it, and examples where the weights do not know it."""

    name: str
    label: str
    letter: str
    light: str
    dark: str
    about: str
    examples: tuple[str, ...] = ()
    """Sentences with the place's name in double square brackets: ``Thousands marched in [[Goma]].``"""


@cache
def kinds() -> tuple[Kind, ...]:
    """Return the kinds in order of precedence, from ``data/kinds.toml``.

    Raises:
        DataError: the file is missing or not as it should be; the message says where.
    """
    try:
        tables = tomllib.loads(KINDS_FILE.read_text(encoding="utf-8"))
        return tuple(_kind(name, table) for name, table in tables.items())
    except (OSError, ValueError, KeyError, TypeError) as error:
        msg = f"The kinds in {str(KINDS_FILE)!r} cannot be used: {error!r}. Compare with CONTRIBUTING, 'Add a kind'."
        raise DataError(msg) from error


def _kind(name: str, table: dict[str, Any]) -> Kind:
    return Kind(
        name=name, label=table["label"], letter=table["letter"], light=table["light"], dark=table["dark"], about=table["about"],
        examples=tuple(table.get("examples", ())),
    )  # fmt: skip
