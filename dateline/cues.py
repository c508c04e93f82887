"""Cue words are data (``data/cues.toml``); this turns a list of them into a regular expression."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path

from dateline.errors import DataError

_FLAT = str.maketrans({"\t": " ", "\u00a0": " ", "\u202f": " ", "\u2009": " "})
CUES_FILE = Path(__file__).resolve().parents[1] / "data" / "cues.toml"


@cache
def _lists() -> dict[str, dict[str, list[str]]]:
    try:
        return tomllib.loads(CUES_FILE.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        msg = f"The cue words in {str(CUES_FILE)!r} cannot be used: {error!r}. Check out the file again."
        raise DataError(msg) from error


def flat(text: str) -> str:
    """Return ``text`` with tabs and unbreakable spaces as plain ones, length and offsets unchanged."""
    return text.translate(_FLAT)


def any_of(section: str, name: str) -> str:
    """Return the cues of one list as a group, for use inside a larger regular expression.

    Raises:
        DataError: the file or the list is missing.
    """
    try:
        return f"(?:{'|'.join(_lists()[section][name])})"
    except KeyError as error:
        msg = f"The cue words in {str(CUES_FILE)!r} have no list {name!r} under {section!r}."
        raise DataError(msg) from error
