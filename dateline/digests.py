"""Digests: whether a file is still the one that was made. SHA-256 of the whole, and of blocks, so that a part can be looked at.

``data/digests.json`` holds those of what ships with Dateline; ``python -m data.build.digests`` writes it. They tell damage, a mixed-up
checkout and a change of the copy in the cache. They are no signature: whoever may write the data may write the digests too.
"""

from __future__ import annotations

import hashlib
import json
import random
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated, BinaryIO

import msgspec

from dateline.errors import DataError

DATA = Path(__file__).resolve().parents[1] / "data"
SHIPPED = DATA / "digests.json"
BLOCK = 1 << 19
SAMPLED = 4
"""Blocks of a file that are looked at when not all of it is: its first, and others by chance. About 2 ms."""


@dataclass(frozen=True, slots=True)
class Digest:
    """What a file was when it was made."""

    size: Annotated[int, msgspec.Meta(ge=0)]
    """Bytes."""
    sha256: str
    blocks: tuple[str, ...] = ()
    """SHA-256 of each :data:`BLOCK` of it, or empty where it is only ever read whole."""


def file_digest(file: BinaryIO, *, blocks: bool = False) -> Digest:
    """Return the digest of an open file, from its beginning; with ``blocks``, also of each of its blocks."""
    size, whole, cut = 0, hashlib.sha256(), []
    while block := file.read(BLOCK):
        size += len(block)
        whole.update(block)
        cut.append(_hash(block))
    return Digest(size, whole.hexdigest(), tuple(cut) if blocks else ())


def agrees(content: bytes, digest: Digest) -> bool:
    """Return whether a file's content is what it was."""
    return len(content) == digest.size and _hash(content) == digest.sha256


def verified(path: Path, digest: Digest, *, thorough: bool) -> bool:
    """Return whether the file at ``path`` is what it was: its size and a few blocks of it, or with ``thorough`` all of it.

    The first block is always among them: there SQLite counts the changes of a database, so that none it made itself goes unseen.
    A file that cannot be read is none.
    """
    try:
        if path.stat().st_size != digest.size:
            return False
        if thorough or not digest.blocks:
            with path.open("rb") as file:
                return hashlib.file_digest(file, "sha256").hexdigest() == digest.sha256
        return _blocks_agree(path, digest, _chosen(len(digest.blocks)))
    except OSError:
        return False


def _chosen(count: int) -> Iterable[int]:
    return {0, *random.sample(range(count), min(count, SAMPLED - 1))}  # chance, no secret


def _blocks_agree(path: Path, digest: Digest, numbers: Iterable[int]) -> bool:
    with path.open("rb") as file:
        for number in numbers:
            file.seek(number * BLOCK)
            if _hash(file.read(BLOCK)) != digest.blocks[number]:
                return False
    return True


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def to_json(digests: dict[str, Digest]) -> str:
    """Return digests by file name as JSON text."""
    return json.dumps({name: asdict(digest) for name, digest in sorted(digests.items())}, indent=1) + "\n"


def from_json(text: bytes) -> dict[str, Digest]:
    """Return what :func:`to_json` wrote.

    Raises:
        ValueError: it did not.
    """
    try:
        return msgspec.json.decode(text, type=dict[str, Digest])
    except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
        msg = "these are no digests"
        raise ValueError(msg) from error


def shipped(name: str, file: Path | None = None) -> Digest:
    """Return the digest of what ships as ``name`` (a path inside ``data/``).

    Args:
        name: as ``weights/encoder.npz``.
        file: where the digests stand; by default :data:`SHIPPED`.

    Raises:
        DataError: the digests are missing or damaged, or have no such name.
    """
    file = file or SHIPPED
    try:
        return from_json(file.read_bytes())[name]
    except (OSError, ValueError) as error:
        msg = f"The digests in {str(file)!r} cannot be read: {error}. Check out the file again."
        raise DataError(msg) from error
    except KeyError as error:
        msg = f"The digests in {str(file)!r} do not know {name!r}. Check out both again, or run `python -m data.build.digests`."
        raise DataError(msg) from error
