"""Trained weights: arrays in an ``.npz`` file, never a pickle."""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dateline.digests import agrees, shipped
from dateline.errors import DataError

FOLDER = Path(__file__).resolve().parents[1] / "data" / "weights"
MAX_REMEMBERED = 50_000
"""Words whose pieces are remembered; a report of nothing but new words starts afresh."""


def content(path: Path) -> bytes:
    """Return the bytes of a file of weights; of one in :data:`FOLDER` they are those that ship (see :mod:`dateline.digests`).

    Raises:
        DataError: it is of the shipped ones and has changed: a turned sign reads as well as a right one, and reads wrongly.
        OSError: it cannot be read.
    """
    found = path.read_bytes()
    if path.parent == FOLDER and not agrees(found, shipped(f"{FOLDER.name}/{path.name}")):
        msg = f"The weights in {str(path)!r} are not those that ship with Dateline: damaged, or changed. Check out the file again."
        raise DataError(msg)
    return found


def load(path: Path, *, as_stored: bool = False) -> dict[str, NDArray[Any]]:
    """Return the arrays of a file by name: half-precision weights as float32 (unless ``as_stored``), all else as it is.

    Raises:
        DataError: the file is missing, damaged or not what ships; the message names it.
    """
    try:
        with np.load(io.BytesIO(content(path)), allow_pickle=False) as file:
            held = {name: file[name] for name in file.files}
    except (OSError, ValueError, EOFError, zipfile.BadZipFile) as error:
        msg = f"The weights in {str(path)!r} cannot be read: {error}. Check out the file again."
        raise DataError(msg) from error
    return {name: array.astype(np.float32) if array.dtype == np.float16 and not as_stored else array for name, array in held.items()}


@lru_cache(maxsize=1)
def digest() -> str:
    """Return eight hexadecimal digits that change with any of the shipped weights."""
    found = hashlib.sha256()
    for path in sorted(FOLDER.iterdir()):
        found.update(path.read_bytes())
    return found.hexdigest()[:8]


def made_for(path: Path, held: dict[str, NDArray[Any]], name: str, wanted: tuple[str, ...]) -> None:
    """Check that the labels ``name`` in a file are those that this version works with.

    Raises:
        DataError: they are others; the message names the file.
    """
    if name not in held or tuple(str(v) for v in held[name]) != wanted:
        msg = f"The weights in {str(path)!r} were made for another version. Check out the file again, or run `make weights`."
        raise DataError(msg)


def save(path: Path, arrays: Mapping[str, NDArray[Any]]) -> None:
    """Write arrays as they are to ``path``, compressed, making its folder if need be."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        np.savez_compressed(file, allow_pickle=False, **arrays)
