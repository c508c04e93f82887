"""Where foreign bytes and texts are worked on, each in a child process with limits: taking text out, fetching, reading."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import fields, replace
from pathlib import Path
from typing import Self

from dateline.codec import FileTask, LinkTask, PageAnswer, ReadAnswer, ReadTask, Undecodable, decode, decode_reading
from dateline.errors import DataError, LinkFailed, TooDemanding
from dateline.geoparsing.annotation_schemes import DEFAULT, Policy
from dateline.intake.draft import Draft, check_size, content_of
from dateline.intake.plain_text import encodable
from dateline.limits import (
    EXTRACT_MEMORY_MB,
    EXTRACT_TIMEOUT_S,
    FETCH_TIMEOUT_S,
    MAX_FILE_MB,
    READ_MEMORY_MB,
    READ_TIMEOUT_S,
    read_timeout_s,
)
from dateline.records import Article, ReadArticle
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

    def __enter__(self) -> Self:
        """Return the workshop; its processes stop when the block ends."""
        return self

    def __exit__(self, *_: object) -> None:
        """Stop the processes."""
        self.close()

    def extract(self, content: bytes, name: str) -> Draft:
        """Return the text of a file's bytes, and what the file says of itself.

        Raises:
            ReportError: empty, too long, no text, damaged, or over the limits of time and memory.
        """
        check_size(len(content), name)
        # a file's name may be no text: bytes of another encoding come as halves of characters
        answer, _ = self._extract.call(name, FileTask(encodable(name)), content)
        return decode(answer, Draft)

    def open(self, path: Path) -> Draft:
        """Return the text of the file at ``path``; see :meth:`extract`.

        Raises:
            ReportError: also where it cannot be read at all.
        """
        return self.extract(content_of(path), path.name)

    def fetch(self, link: str) -> Draft:
        """Return the article at a web address. The one place where a report's reading leaves this machine.

        Raises:
            LinkError: not the public web, no answer in :data:`~dateline.limits.FETCH_TIMEOUT_S`, more than
                :data:`~dateline.limits.MAX_FILE_MB`.
            ReportError: there is no article in what came.
        """
        try:
            answer, content = self._fetch.call(link, LinkTask(encodable(link)))
        except TooDemanding as error:
            msg = f"{link[:80]!r} did not send its page within {FETCH_TIMEOUT_S:.0f} s and {MAX_FILE_MB} MB. Copy the text and paste it."
            raise LinkFailed(msg) from error
        page = decode(answer, PageAnswer)
        return replace(self.extract(content, page.name), source=page.address)

    def read(
        self, article: Article, given: Iterable[tuple[int, int]] | None = None, progress: Progress | None = None, policy: Policy = DEFAULT
    ) -> tuple[ReadArticle, str]:
        """Return the report, read, and what read it (see :func:`~dateline.reading.made_by`).

        Args:
            article: the report.
            given: spans to read instead of finding any.
            progress: told the share done.
            policy: what counts as a mention.

        Raises:
            TooDemanding: it took more than :func:`~dateline.limits.read_timeout_s` or :data:`~dateline.limits.READ_MEMORY_MB`.
        """
        article = replace(article, **{field.name: encodable(getattr(article, field.name)) for field in fields(Article)})
        name = article.title or article.id
        task = ReadTask(article, None if given is None else tuple(given), policy.schemes, tuple(policy.include))
        answer, reading = self._read.call(name, task, progress=progress, timeout_s=read_timeout_s(len(article.text)))
        try:
            return decode_reading(article, reading), decode(answer, ReadAnswer).made_by
        except Undecodable as error:  # our own engine: a fault of ours, not of the report's
            msg = f"The engine's answer about {name!r} cannot be used: {error}. Please report this."
            raise DataError(msg) from error
