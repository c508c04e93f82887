"""Where Dateline keeps what is the user's: the library, gazetteer packs, unpacked data."""

from __future__ import annotations

import os
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
    """Return ``folder``, made if need be, readable by its owner only: it may name sources."""
    if not folder.is_dir():
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def private_file(path: Path) -> None:
    """Make a file of ours readable by its owner only, where the system knows owners; one that is not there is no error."""
    try:
        if path.is_file() and not path.is_symlink() and path.stat().st_mode & 0o077:
            path.chmod(0o600)
    except OSError:  # another's file, or a system without modes
        return
