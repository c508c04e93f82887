"""Everything that can go wrong, as one tree.

::

    DatelineError
    ├── ReportError            a report cannot be opened or read; the message names it
    │   ├── EmptyReport        there is no text in it
    │   ├── NotText            the bytes are no text and no document we know
    │   ├── TooLong            over a limit of :mod:`dateline.limits`
    │   ├── Unreadable         damaged, locked, or not what it says it is
    │   └── TooDemanding       needs more time or memory than it may have; nothing else was harmed
    ├── LinkError              a web address was not fetched
    │   ├── LinkRefused        we do not go there: not the web, or inside this network
    │   └── LinkFailed         the site did not answer, or not with a page
    ├── StoreError             the library cannot be opened or written
    │   └── DamagedReport      a report in it is not what was saved; the others are
    ├── DecisionError          a decision (correction) cannot be taken over
    ├── PackError              a gazetteer pack cannot be fetched, built or opened
    ├── ExportError            a result cannot be written in the form asked for
    └── DataError              Dateline's own data is missing or damaged

``None`` and empty tuples are no errors: they mean "asked, and not there".
Every message names the thing by ``repr`` and says what to do.
"""


class DatelineError(Exception):
    """Base of all errors that Dateline raises on purpose."""


class ReportError(DatelineError):
    """A report cannot be opened or read."""


class EmptyReport(ReportError):  # noqa: N818  # read as what the report is
    """The report holds no text."""


class NotText(ReportError):  # noqa: N818  # likewise
    """The bytes are no text and no document: a picture, an archive, a program."""


class TooLong(ReportError):  # noqa: N818  # likewise
    """The report is over a limit named in :mod:`dateline.limits`."""


class Unreadable(ReportError):  # noqa: N818  # likewise
    """The document is damaged, locked with a password, or not what it says it is."""


class TooDemanding(ReportError):  # noqa: N818  # likewise
    """The report needs more time or memory than one report may have."""


class LinkError(DatelineError):
    """A web address was not fetched."""


class LinkRefused(LinkError):  # noqa: N818  # read as what became of the link
    """Dateline does not go there: not the web, or an address inside this machine or network."""


class LinkFailed(LinkError):  # noqa: N818  # likewise
    """The site did not answer in time, or not with a page."""


class StoreError(DatelineError):
    """The library cannot be opened or written."""


class DamagedReport(StoreError):  # noqa: N818  # read as what the report is
    """A report's row in the library is not as it was written: a disk, a copy or a hand changed it."""


class DecisionError(DatelineError):
    """A decision (a correction) cannot be taken over."""


class PackError(DatelineError):
    """A gazetteer pack cannot be fetched, built or opened."""


class ExportError(DatelineError):
    """A result cannot be written in the form asked for."""


class DataError(DatelineError):
    """Dateline's own data (gazetteer, weights) is missing or damaged."""
