"""The library: every report, what was read in it and what people decided, in one file on this machine.

One SQLite file (WAL, ``synchronous=FULL``: what was answered as saved is on the disk) in :func:`dateline.folders.home_folder`. Several
processes and tabs may use it at once.
"""

from dateline.library.folder import Outcome
from dateline.library.library import WHO, Counts, Library
from dateline.library.reports import Added, Entry

__all__ = ["WHO", "Added", "Counts", "Entry", "Library", "Outcome"]
