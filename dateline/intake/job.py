"""What the sandboxes of the intake do: take the text out of bytes, and fetch a page. Run inside :mod:`dateline.worker`."""

from __future__ import annotations

import ipaddress
import os
from dataclasses import asdict
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import unquote, urlsplit

from dateline.intake import extraction, fetch
from dateline.intake.language import language_of
from dateline.limits import FETCH_PORTS
from dateline.worker import Job, Progress, forbid_calls_out


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
    language_of("A sentence long enough for the language model to be read from its file.")


def extract_job(task: dict[str, Any], content: bytes, _progress: Progress) -> tuple[dict[str, Any], bytes]:
    """Answer ``{"name"}`` and a file's bytes with its draft."""
    return asdict(extraction.checked(content, str(task["name"]))), b""


def fetch_job(task: dict[str, Any], _content: bytes, _progress: Progress) -> tuple[dict[str, Any], bytes]:
    """Answer ``{"link"}`` with the page's bytes, the name to open them under, and the address in the end."""
    # address:port of a site inside that whoever runs Dateline allows, an intranet's wiki say
    allowed = os.environ.get("DATELINE_FETCH_ALSO", "")
    host, _colon, port = allowed.rpartition(":")
    if allowed:
        page = fetch.fetch(
            str(task["link"]), lambda address: fetch.is_public(address) or address == ipaddress.ip_address(host),
            (*FETCH_PORTS, int(port)),
        )  # fmt: skip
    else:
        page = fetch.fetch(str(task["link"]))
    return {"name": _name(page), "address": page.address}, page.content


def _name(page: fetch.Page) -> str:
    """Return a file name for a page: its last path part, with the suffix of its media type."""
    parts = urlsplit(page.address)
    last = PurePosixPath(unquote(parts.path)).name[:80] or (parts.hostname or "page")
    suffix = {"text/html": ".html", "application/xhtml+xml": ".html", "application/pdf": ".pdf", "text/plain": ".txt"}.get(
        page.media_type, ""
    )
    return last if not suffix or last.lower().endswith(suffix) else last + suffix
