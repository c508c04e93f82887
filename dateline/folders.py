"""Where Dateline keeps what is the user's: the library, gazetteer packs, unpacked data."""

from __future__ import annotations

import contextlib
import os
import stat
from pathlib import Path

import platformdirs


def home_folder() -> Path:
    """Return the folder of the library and the packs: ``DATELINE_HOME``, else the user's data folder. It may not exist yet."""
    if own := os.environ.get("DATELINE_HOME"):
        return Path(own)
    return Path(platformdirs.user_data_dir("dateline", appauthor=False))


def cache_folder() -> Path:
    """Return the folder of what can be made again: ``DATELINE_CACHE``, else the user's cache folder. It may not exist yet."""
    if own := os.environ.get("DATELINE_CACHE"):
        return Path(own)
    return Path(platformdirs.user_cache_dir("dateline", appauthor=False))


def private_folder(folder: Path) -> Path:
    """Return ``folder``, made if need be, readable by its owner only: it may name sources.

    Also where it was there before, made by an older Dateline or by hand: a folder of ours, and what we keep in it, is closed to
    others. The user's own home, a folder that others write to (``/tmp``), and what another user owns are left as they are; of
    these, only our files are closed. Where a system has no such permissions nothing is done, and a failure is no error.

    Raises:
        OSError: it cannot be made.
    """
    home = home_folder()
    if home in folder.parents:
        private_folder(home)
    if not folder.is_dir():
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if os.name == "posix" and (folder == home or home in folder.parents or cache_folder() in folder.parents):
        if not _is_for_others_too(folder):
            _close(folder, 0o700)
        for pattern in _PRIVATE if folder == home else ("*.sqlite*",):
            for path in folder.glob(pattern):
                _close(path, 0o600)
    return folder


def private_file(path: Path) -> None:
    """Make a file of ours readable by its owner only; one that is not there, or another's, is left as it is."""
    if os.name == "posix":
        _close(path, 0o600)


_PRIVATE = ("library*.sqlite*", "packs/*.sqlite*", "backups/*.sqlite*")
"""What Dateline keeps in its home; other files there are not ours."""


def _is_for_others_too(folder: Path) -> bool:
    """Return whether a folder is the user's home or holds it, or belongs to all (sticky): closing it would harm more than Dateline."""
    here, user = folder.resolve(), Path(os.path.expanduser("~")).resolve()  # noqa: PTH111  # Path.home() raises where there is none
    return here == user or here in user.parents or bool(here.stat().st_mode & stat.S_ISVTX)


def _close(path: Path, mode: int) -> None:
    """Take from others every permission to a file or folder that is ours; a file that is a link is left alone.

    By name and not through an open file: closing a file takes from this process the locks that SQLite holds on it.
    """
    with contextlib.suppress(OSError):
        found = path.stat() if mode == 0o700 else path.lstat()
        if found.st_uid == os.geteuid() and found.st_mode & 0o077 and (mode == 0o700 or stat.S_ISREG(found.st_mode)):
            path.chmod(mode)
