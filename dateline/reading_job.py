"""What the reading sandbox does: read a report. Run inside :mod:`dateline.worker`."""

from __future__ import annotations

from dateline.codec import ReadAnswer, ReadTask, decode, encode, encode_reading
from dateline.geoparsing.annotation_schemes import DEFAULT, Policy
from dateline.packs import installed, paths
from dateline.reading import Reader, load_reader, made_by, read
from dateline.records import Article
from dateline.worker import Tell


class ReadingJob:
    """Reads reports with one reader; a gazetteer pack that came or went since makes a new one."""

    def __init__(self) -> None:
        """Load weights and gazetteer, and read a word, so that nothing is left to load within the memory limit."""
        self._packs = installed()
        self._reader: Reader = load_reader(paths(self._packs))
        read(Article("warm", "", "Troops left Bakhmut."), self._reader)

    def __call__(self, task: bytes, _: bytes, progress: Tell) -> tuple[bytes, bytes]:
        """Answer a :class:`~dateline.codec.ReadTask` with what made the reading, and the reading itself."""
        if (packs := installed()) != self._packs:
            self._packs, self._reader = packs, load_reader(paths(packs))
        asked = decode(task, ReadTask)
        policy = DEFAULT if asked.schemes is None else Policy(asked.schemes, frozenset(asked.include or ()))
        done = read(asked.article, self._reader, policy, asked.given, progress)
        return encode(ReadAnswer(made_by(self._reader.gazetteer))), encode_reading(done)
