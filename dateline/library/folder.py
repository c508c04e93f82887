"""A watched folder: its files become reports of the library, each once, and again when it changes."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path, PurePath

from dateline.decisions import digest_of
from dateline.errors import DamagedReport, DataError, DatelineError, TooDemanding
from dateline.intake.draft import Draft
from dateline.intake.formats import SUFFIXES
from dateline.intake.plain_text import encodable
from dateline.library.library import Library
from dateline.library.reports import Added
from dateline.limits import MAX_FILES_AT_ONCE


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one file."""

    name: str
    report: str | None
    """The report it is, or None where it was refused."""
    words: str
    """``added``, ``changed``, ``duplicate`` ..., or why it was refused."""

    @property
    def refused(self) -> bool:
        """Whether it is no report."""
        return self.report is None


def list_reports(folder: Path, suffixes: Collection[str] = SUFFIXES) -> tuple[Path, ...]:
    """Return the report files (those whose names end in ``suffixes``) directly in ``folder``, by name.

    Links that lead out of the folder are left out.
    """
    root = folder.resolve()
    return tuple(
        path
        for path in sorted(folder.iterdir() if folder.is_dir() else ())
        if path.suffix.lower() in suffixes and path.is_file() and path.resolve().is_relative_to(root)
    )


def files_of(folder: Path) -> tuple[Path, ...]:
    """Return the report files of every format directly in ``folder``, by name, as absolute paths."""
    return tuple(path.resolve() for path in list_reports(folder))


def changes(library: Library, folder: Path) -> list[Path]:
    """Return the files of ``folder`` that are new or changed since they were taken, at most as many as are taken at once.

    Cheap: no file is opened.
    """
    files = files_of(folder)
    known = library.files_known(files)
    found = []
    for path in files:
        try:
            stat = path.stat()
        except OSError:  # gone in the meantime
            continue
        if path not in known or (known[path].modified_ns, known[path].size) != (stat.st_mtime_ns, stat.st_size):
            found.append(path)
    return found[:MAX_FILES_AT_ONCE]


def take(library: Library, path: Path, open_file: Callable[[Path], Draft]) -> Outcome:
    """Take one file into the library and return what became of it. A file that was taken before and changed keeps its report."""
    name = encodable(path.name)  # bytes of another encoding come as halves of characters
    try:
        stat = path.stat()
        before = library.files_known([path]).get(path)
        draft = open_file(path)
    except (TooDemanding, DataError) as error:  # a busy machine, perhaps: it is tried again
        return Outcome(name, None, str(error))
    except (OSError, DatelineError) as error:
        why = str(error) if isinstance(error, DatelineError) else f"{name!r} cannot be read: {error.strerror}."
        if path.exists():
            library.keep_file(path, stat.st_mtime_ns, stat.st_size, None, why)
        return Outcome(name, None, why)
    try:
        added = _added(library, draft, name, before.report if before else None)
    except DamagedReport as error:  # said once, not every two seconds
        library.keep_file(path, stat.st_mtime_ns, stat.st_size, None, str(error))
        return Outcome(name, None, str(error))
    library.keep_file(path, stat.st_mtime_ns, stat.st_size, added.report)
    return Outcome(name, added.report, added.outcome)


def _added(library: Library, draft: Draft, name: str, report: str | None) -> Added:
    """Add what a file holds now, or give it to the report that it was before."""
    # the file's own report, and nobody else's: a text that came another way too is not overwritten
    if report and library.files_of_report(report) == 1 and library.reports.origin(report) == name:
        same = library.reports.digest(report) == digest_of(draft.text)
        return Added(report, draft.title, "duplicate") if same else library.reports.change_text(report, draft)
    return library.reports.add(draft, name, PurePath(name).stem)


def troubles(library: Library, folder: Path) -> tuple[str, ...]:
    """Return why files of ``folder`` are no reports, one message each."""
    return tuple(seen.trouble for seen in library.files_known(files_of(folder)).values() if seen.trouble)
