"""What the reading sandbox does: read a report. Run inside :mod:`dateline.worker`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from dateline.packed import to_json
from dateline.packs import installed, paths
from dateline.reading import Reader, load_reader, made_by, read
from dateline.records import Article


class ReadingJob:
    """Reads reports with one reader; a gazetteer pack that came or went since makes a new one."""

    def __init__(self) -> None:
        """Load weights and gazetteer, and read a word, so that nothing is left to load within the memory limit."""
        self._packs = installed()
        self._reader: Reader = load_reader(paths(self._packs))
        read(Article("warm", "", "Troops left Bakhmut."), self._reader)

    def __call__(self, task: dict[str, Any], _: bytes, progress: Callable[[float], None]) -> tuple[dict[str, Any], bytes]:
        """Answer ``{"article", "given"?}`` with the reading and what made it."""
        if (packs := installed()) != self._packs:
            self._packs, self._reader = packs, load_reader(paths(packs))
        given = [tuple(span) for span in task["given"]] if task.get("given") is not None else None
        done = read(Article(**task["article"]), self._reader, given=given, progress=progress)
        return {"reading": to_json(done), "made_by": made_by(self._reader.gazetteer)}, b""
