"""What the sandboxes of the intake do: take the text out of bytes, and fetch a page. Run inside :mod:`dateline.worker`."""

from __future__ import annotations

import importlib
import ipaddress
import os
from pathlib import PurePosixPath
from urllib.parse import unquote, urlsplit

from dateline.codec import FileTask, LinkTask, PageAnswer, decode, encode
from dateline.intake import extraction, fetch
from dateline.intake.language import language_of
from dateline.limits import FETCH_PORTS
from dateline.worker import Job, Tell, forbid_calls_out


def extracting() -> Job:
    """Return the job that takes the text out of a file; from now on this process reaches nothing."""
    _load()
    forbid_calls_out()
    return extract_job


def fetching() -> Job:
    """Return the job that fetches a page."""
    return fetch_job


def _load() -> None:
    """Load what is loaded late, so that the memory limit counts the file's share only."""
    for parser in extraction.READERS.values():
        importlib.import_module(f"dateline.intake.{parser}")
    language_of("A sentence long enough for the language model to be read from its file.")


def extract_job(task: bytes, content: bytes, _tell: Tell) -> tuple[bytes, bytes]:
    """Answer a :class:`~dateline.codec.FileTask` and a file's bytes with its draft."""
    return encode(extraction.checked(content, decode(task, FileTask).name)), b""


def fetch_job(task: bytes, _content: bytes, _tell: Tell) -> tuple[bytes, bytes]:
    """Answer a :class:`~dateline.codec.LinkTask` with a :class:`~dateline.codec.PageAnswer` and the page's bytes."""
    link = decode(task, LinkTask).link
    # address:port of a site inside that whoever runs Dateline allows, an intranet's wiki say
    allowed = os.environ.get("DATELINE_FETCH_ALSO", "")
    host, _colon, port = allowed.rpartition(":")
    if allowed:
        page = fetch.fetch(
            link, lambda address: fetch.is_public(address) or address == ipaddress.ip_address(host),
            (*FETCH_PORTS, int(port)),
        )  # fmt: skip
    else:
        page = fetch.fetch(link)
    return encode(PageAnswer(_name(page), page.address)), page.content


def _name(page: fetch.Page) -> str:
    """Return a file name for a page: its last path part, with the suffix of its media type."""
    parts = urlsplit(page.address)
    last = PurePosixPath(unquote(parts.path)).name[:80] or (parts.hostname or "page")
    suffix = {"text/html": ".html", "application/xhtml+xml": ".html", "application/pdf": ".pdf", "text/plain": ".txt"}.get(
        page.media_type, ""
    )
    return last if not suffix or last.lower().endswith(suffix) else last + suffix
