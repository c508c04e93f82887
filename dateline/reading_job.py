"""What the reading sandbox does: read a report. Run inside :mod:`dateline.worker`."""

from __future__ import annotations

from dataclasses import replace

from dateline.codec import ReadAnswer, ReadTask, decode, encode, encode_reading
from dateline.geoparsing.annotation_schemes import DEFAULT, Policy
from dateline.geoparsing.encoder import Encoder
from dateline.packs import installed, open_gazetteer
from dateline.ranking import Ranker
from dateline.reading import Reader, made_by, read
from dateline.records import Article
from dateline.worker import Tell


class ReadingJob:
    """Reads reports with one reader; a gazetteer pack that came or went since opens its gazetteer anew."""

    def __init__(self) -> None:
        """Load weights and gazetteer, and read a word, so that nothing is left to load within the memory limit."""
        self._packs = installed()
        self._reader = Reader(Encoder(), Ranker(), open_gazetteer(self._packs))
        read(Article("warm", "", "Troops left Bakhmut."), self._reader)

    def __call__(self, task: bytes, _: bytes, progress: Tell) -> tuple[bytes, bytes]:
        """Answer a :class:`~dateline.codec.ReadTask` with what made the reading, and the reading itself."""
        if (packs := installed()) != self._packs:
            self._packs, self._reader = packs, replace(self._reader, gazetteer=open_gazetteer(packs))
        asked = decode(task, ReadTask)
        policy = DEFAULT if asked.schemes is None else Policy(asked.schemes, frozenset(asked.include or ()))
        done = read(asked.article, self._reader, policy, asked.given, progress)
        return encode(ReadAnswer(made_by(self._reader.gazetteer))), encode_reading(done)
