"""Files: written whole or not at all, databases opened for reading only, and what a stopped process left behind swept up."""

from __future__ import annotations

import contextlib
import errno
import os
import re
import secrets
import sqlite3
import stat
import time
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

DAY_S = 86_400.0
_OURS = re.compile(r"\.dateline-[0-9a-f]{16}\.part")
"""Names of the temporary files that :func:`replacing` makes, and nobody else."""
_STRAIGHT = ("/dev/", "/proc/")
"""Where names stand for what is open already (``/dev/stdout``): there is nothing to put in their place."""


@contextlib.contextmanager
def replacing(target: Path, mode: int | None = None) -> Iterator[Path]:
    """Yield an empty file beside ``target`` that takes its place when all went well.

    On any error, and on Ctrl+C, it is removed and ``target`` stays as it was. What is moved into place is on the disk (``fsync``).
    A target that is a link is followed. An existing target keeps its permissions and its owner; one that may not be written stays.

    Args:
        target: where the file goes in the end.
        mode: permissions of a new file; by default what the system gives a new file (0666 without the umask).

    Raises:
        OSError: the file cannot be written.
    """
    target = Path(os.path.realpath(target))
    old = target.stat() if target.exists() else None
    if old is not None:
        mode = stat.S_IMODE(old.st_mode)
        if not os.access(target, os.W_OK):  # a new name would go over it all the same
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(target))
    sweep(target.parent)
    # the name is short whatever the target's is, and new: O_EXCL follows no link that somebody laid there
    temporary = target.with_name(f".dateline-{secrets.token_hex(8)}.part")
    try:
        os.close(os.open(temporary, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666 if mode is None else 0o600))
        yield temporary
        _to_disk(temporary)
        if old is not None and hasattr(os, "chown"):
            with contextlib.suppress(OSError):  # only root may give a file away, and only root has one to give back
                os.chown(temporary, old.st_uid, old.st_gid)
        if mode is not None:
            temporary.chmod(mode)
        temporary.replace(target)
    except BaseException as error:
        with contextlib.suppress(OSError):
            temporary.unlink()
        if isinstance(error, OSError) and error.filename is not None and str(temporary) == str(error.filename):
            error.filename, error.filename2 = str(target), None  # the name that a person knows
        raise
    if os.name == "posix":  # the new name, too, is to outlast a power cut; elsewhere a folder cannot be opened
        _to_disk(target.parent)


@contextlib.contextmanager
def whole(target: Path, mode: int | None = None) -> Iterator[BinaryIO]:
    """Yield a file for writing bytes that is there whole when all went well, or not at all; see :func:`replacing`.

    A device or a pipe (``/dev/stdout``) is written straight: nothing can stand in for it.

    Raises:
        OSError: the file cannot be written.
    """
    if _is_straight(target):
        with target.open("wb") as file:
            yield file
        return
    with replacing(target, mode) as temporary, temporary.open("wb") as file:
        yield file


def read_only(path: Path, *, immutable: bool = False, timeout_s: float = 5.0) -> sqlite3.Connection:
    """Return a connection to a SQLite file that cannot write; whatever signs its path has, it is no part of an address.

    Args:
        path: the file.
        immutable: whether nobody writes it: then it is read without locks and without a journal beside it.
        timeout_s: seconds to wait for who writes it.

    Raises:
        sqlite3.Error: it is not there, or is none.
    """
    how = "mode=ro&immutable=1" if immutable else "mode=ro"
    address = f"{path.absolute().as_uri()}?{how}"
    # read by many threads in turn, and closed by whichever ends last
    return sqlite3.connect(address, uri=True, timeout=timeout_s, isolation_level=None, check_same_thread=False)


def _is_straight(target: Path) -> bool:
    if str(target.absolute()).startswith(_STRAIGHT):
        return True
    try:
        return not stat.S_ISREG(target.stat().st_mode)
    except FileNotFoundError:
        return False


def _to_disk(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY if path.is_dir() else os.O_RDWR)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def sweep(folder: Path, names: re.Pattern[str] = _OURS, older_than_s: float = DAY_S) -> None:
    """Remove what stopped processes left in ``folder``: files with such names that were last written so long ago. Errors are none.

    Args:
        folder: may be anybody's; only names that match whole are looked at.
        names: by default those of the temporary files that :func:`replacing` makes.
        older_than_s: seconds; a younger file may still be written by another process.
    """
    with contextlib.suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            with contextlib.suppress(OSError):
                if names.fullmatch(entry.name) and time.time() - entry.stat(follow_symlinks=False).st_mtime > older_than_s:
                    Path(entry.path).unlink()
