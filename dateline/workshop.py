"""Where foreign bytes and texts are worked on, each in a child process with limits: taking text out, fetching, reading."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from dateline.errors import LinkFailed, ReportError, TooDemanding
from dateline.intake.draft import Draft
from dateline.limits import (
    EXTRACT_MEMORY_MB,
    EXTRACT_TIMEOUT_S,
    FETCH_TIMEOUT_S,
    MAX_FILE_MB,
    READ_MEMORY_MB,
    READ_TIMEOUT_S,
)
from dateline.packed import article_to_json, from_json
from dateline.records import Article, ReadArticle
from dateline.reports import check_size
from dateline.sandbox import Limits, Sandbox

Progress = Callable[[float], None]


class Workshop:
    """The three sandboxes of an app or a command. Safe to share between threads."""

    def __init__(self) -> None:
        """Make the sandboxes; no process starts before it is needed."""
        self._extract = Sandbox("dateline.intake.job:extracting", Limits(EXTRACT_TIMEOUT_S, EXTRACT_MEMORY_MB))
        self._fetch = Sandbox("dateline.intake.job:fetching", Limits(FETCH_TIMEOUT_S, EXTRACT_MEMORY_MB))
        self._read = Sandbox("dateline.reading_job:ReadingJob", Limits(READ_TIMEOUT_S, READ_MEMORY_MB))

    def warm(self) -> None:
        """Start the processes that the first report will need. Returns at once."""
        self._read.warm()
        self._extract.warm()

    def close(self) -> None:
        """Stop the processes."""
        for sandbox in (self._extract, self._fetch, self._read):
            sandbox.close()

    def extract(self, content: bytes, name: str) -> Draft:
        """Return the text of a file's bytes, and what the file says of itself.

        Raises:
            ReportError: empty, too long, no text, damaged, or over the limits of time and memory.
        """
        check_size(len(content), name)
        answer, _ = self._extract.call(name, {"name": name}, content)
        return _draft(answer)

    def open(self, path: Path) -> Draft:
        """Return the text of the file at ``path``; see :meth:`extract`.

        Raises:
            ReportError: also where it cannot be read at all.
        """
        try:
            check_size(path.stat().st_size, path.name)  # before reading: never load a huge file to refuse it
            content = path.read_bytes()
        except OSError as error:
            msg = f"{path.name!r} cannot be read: {error.strerror or error}. Check that the file is there and readable."
            raise ReportError(msg) from error
        return self.extract(content, path.name)

    def fetch(self, link: str) -> Draft:
        """Return the article at a web address. The one place where a report's reading leaves this machine.

        Raises:
            LinkError: not the public web, no answer in :data:`~dateline.limits.FETCH_TIMEOUT_S`, more than
                :data:`~dateline.limits.MAX_FILE_MB`.
            ReportError: there is no article in what came.
        """
        try:
            answer, content = self._fetch.call(link, {"link": link})
        except TooDemanding as error:
            msg = f"{link[:80]!r} did not send its page within {FETCH_TIMEOUT_S:.0f} s and {MAX_FILE_MB} MB. Copy the text and paste it."
            raise LinkFailed(msg) from error
        draft = self.extract(content, str(answer["name"]))
        return replace(draft, source=str(answer["address"]))

    def read(
        self, article: Article, given: list[tuple[int, int]] | None = None, progress: Progress | None = None
    ) -> tuple[ReadArticle, str]:
        """Return the report, read, and what read it (see :func:`~dateline.reading.made_by`).

        Args:
            article: the report.
            given: spans to read instead of finding any.
            progress: told the share done.

        Raises:
            TooDemanding: it took more than :data:`~dateline.limits.READ_TIMEOUT_S` or :data:`~dateline.limits.READ_MEMORY_MB`.
        """
        task: dict[str, Any] = {"article": article_to_json(article), "given": given}
        answer, _ = self._read.call(article.title or article.id, task, progress=progress)
        return from_json(article, answer["reading"]), str(answer["made_by"])


def _draft(answer: dict[str, Any]) -> Draft:
    fields: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value for name, value in answer.items()}
    return Draft(**fields)
