"""Getting a country's extract from GeoNames: asked for by a person, with progress, resumed where it broke off.

What leaves the machine: one request for ``XX.zip``, which tells GeoNames' servers your address and the country.
"""

from __future__ import annotations

import os
import re
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import certifi
import urllib3
from urllib3.exceptions import HTTPError

from dateline.errors import PackError
from dateline.files import DAY_S, sweep
from dateline.folders import cache_folder, private_folder
from dateline.limits import MB

MIRROR = "https://download.geonames.org/export/dump"
MAX_DOWNLOAD_MB = 400
"""The largest country, the United States, has about 70 MB packed."""
KEPT_S = 7 * DAY_S
"""How long what came of a download that broke off waits to be gone on with."""
_LEFT = re.compile(r"[A-Z]{2}\.zip\.part(?:\.state)?")
_CHUNK = 1 << 16
_WAIT_S = 20.0
_TRIES = 3


def mirror() -> str:
    """Return the address of the extracts: ``DATELINE_GEONAMES``, else GeoNames' own."""
    return (os.environ.get("DATELINE_GEONAMES") or MIRROR).rstrip("/")


def country_extract(code: str, progress: Callable[[float], None] = lambda _: None) -> Path:
    """Return ``XX.zip`` of a country in the cache folder, whole and checked; what broke off before is gone on with.

    Args:
        code: ISO 3166-1 alpha-2.
        progress: told the share done.

    Raises:
        PackError: no such country, no connection, or not a whole zip in the end. What came is kept for the next try.
    """
    code = code.upper()
    if not re.fullmatch(r"[A-Z]{2}", code):
        msg = f"{code!r} is not a country code. Give the two letters of ISO 3166-1, as UA or SD."
        raise PackError(msg)
    folder = private_folder(cache_folder() / "downloads")
    sweep(folder, _LEFT, KEPT_S)
    target, part = folder / f"{code}.zip", folder / f"{code}.zip.part"
    address = f"{mirror()}/{code}.zip"
    with urllib3.PoolManager(cert_reqs="CERT_REQUIRED", ca_certs=certifi.where()) as pool:
        trouble = ""
        for _ in range(_TRIES):
            try:
                if _got(pool, address, part, progress):
                    trouble = ""
                    break
                trouble = "the connection broke off"
            except (HTTPError, OSError) as error:
                trouble = f"{type(error).__name__}"
    if trouble:
        done = part.stat().st_size / MB if part.exists() else 0
        msg = (
            f"{address!r} could not be fetched ({trouble}; {done:.1f} MB so far are kept). Check the connection and add {code!r} again, "
            f"or get the file elsewhere and run: python -m dateline gazetteer add {code} --file {code}.zip"
        )
        raise PackError(msg)
    if not _is_whole(part):
        part.unlink(missing_ok=True)
        _validator(part).unlink(missing_ok=True)
        msg = f"{address!r} sent something that is not a whole zip. Add {code!r} again; if it happens again, get the file elsewhere."
        raise PackError(msg)
    part.replace(target)
    _validator(part).unlink(missing_ok=True)
    return target


def _is_whole(path: Path) -> bool:
    try:
        with zipfile.ZipFile(path) as archive:
            return archive.testzip() is None
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError):
        return False


def _validator(part: Path) -> Path:
    """Return the file that says which state of the server's file a part belongs to."""
    return part.with_name(part.name + ".state")


def _got(pool: urllib3.PoolManager, address: str, part: Path, progress: Callable[[float], None]) -> bool:
    """Fetch what is missing of ``part``; return whether it is whole now."""
    have = part.stat().st_size if part.exists() else 0
    state = _validator(part).read_text(encoding="utf-8") if have and _validator(part).exists() else ""
    # If-Range: the rest of the same file, or all of the new one; without a state there is no telling, so all of it
    headers = {"Range": f"bytes={have}-", "If-Range": state} if state else {}
    answer = pool.request("GET", address, headers=headers, preload_content=False, timeout=_WAIT_S, retries=2)
    try:
        if answer.status == 416:  # nothing is missing, or the file changed: the check of the zip tells
            return True
        if answer.status not in (200, 206):
            raise PackError(_refusal(address, answer.status))
        if answer.status == 200:
            have = 0
        expected = have + int(answer.headers.get("Content-Length") or 0)
        if expected > MAX_DOWNLOAD_MB * MB:
            msg = f"{address!r} is {expected / MB:.0f} MB; the limit is {MAX_DOWNLOAD_MB} MB."
            raise PackError(msg)
        _validator(part).write_text(answer.headers.get("ETag") or answer.headers.get("Last-Modified") or "", encoding="utf-8")
        with part.open("ab" if have else "wb") as file:
            for piece in answer.stream(_CHUNK):
                file.write(piece)
                have += len(piece)
                if have > MAX_DOWNLOAD_MB * MB:
                    msg = f"{address!r} goes on and on; the limit is {MAX_DOWNLOAD_MB} MB."
                    raise PackError(msg)
                if expected:
                    progress(min(1.0, have / expected))
        return not answer.headers.get("Content-Length") or have >= expected
    finally:
        answer.close()


def _refusal(address: str, status: int) -> str:
    if status == 404:
        return f"There is no {address!r}. Check the country code, as UA or SD."
    return f"{address!r} was refused ({status}). Try again later, or get the file elsewhere and add it with --file."
