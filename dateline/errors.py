"""Everything that can go wrong, as one tree.

::

    DatelineError
    ├── ReportError            a report cannot be opened or read; the message names it
    │   ├── EmptyReport        there is no text in it
    │   ├── NotText            the bytes are not text in any encoding we know
    │   └── TooLong            over the limits of :mod:`dateline.reports`
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
    """The bytes are not text: a picture, an archive, a program."""


class TooLong(ReportError):  # noqa: N818  # likewise
    """The report is over a limit named in :mod:`dateline.reports`."""


class DataError(DatelineError):
    """Dateline's own data (gazetteer, weights) is missing or damaged."""
