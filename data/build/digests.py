"""Writes ``data/digests.json``: by what Dateline tells that weights and gazetteer are those that ship. Run after either changed."""

from __future__ import annotations

import io
import lzma

from dateline import weights
from dateline.digests import DATA, SHIPPED, Digest, file_digest, to_json
from dateline.gazetteer import PACKED, UNPACKED


def shipped_now() -> dict[str, Digest]:
    """Return the digests of the files as they are, by their path inside ``data/``."""
    found = {path.relative_to(DATA).as_posix(): _of(path.read_bytes()) for path in sorted(weights.FOLDER.iterdir())}
    packed = PACKED.read_bytes()
    found[PACKED.name] = _of(packed)
    found[UNPACKED] = file_digest(io.BytesIO(lzma.decompress(packed)), blocks=True)
    return found


def _of(content: bytes) -> Digest:
    return file_digest(io.BytesIO(content))


def write() -> None:
    """Write them, and print of which files they are."""
    found = shipped_now()
    SHIPPED.write_text(to_json(found), encoding="utf-8", newline="\n")
    print(f"{SHIPPED.name}: {', '.join(found)}")


if __name__ == "__main__":
    write()
