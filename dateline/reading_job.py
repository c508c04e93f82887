"""What the reading sandbox does: read a report. Run inside :mod:`dateline.worker`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from dateline.geoparsing.encoder import Encoder
from dateline.packed import to_json
from dateline.packs import installed, open_gazetteer
from dateline.ranking import Ranker
from dateline.reading import Reader, made_by, read
from dateline.records import Article


class ReadingJob:
    """Reads reports with one reader; a gazetteer pack that came or went since opens its gazetteer anew."""

    def __init__(self) -> None:
        """Load weights and gazetteer, and read a word, so that nothing is left to load within the memory limit."""
        self._packs = installed()
        self._reader = Reader(Encoder(), Ranker(), open_gazetteer(self._packs))
        read(Article("warm", "", "Troops left Bakhmut."), self._reader)

    def __call__(self, task: dict[str, Any], _: bytes, progress: Callable[[float], None]) -> tuple[dict[str, Any], bytes]:
        """Answer ``{"article", "given"?}`` with the reading and what made it."""
        if (packs := installed()) != self._packs:
            self._packs, self._reader = packs, replace(self._reader, gazetteer=open_gazetteer(packs))
        given = [tuple(span) for span in task["given"]] if task.get("given") is not None else None
        done = read(Article(**task["article"]), self._reader, given=given, progress=progress)
        return {"reading": to_json(done), "made_by": made_by(self._reader.gazetteer)}, b""
