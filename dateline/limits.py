"""What Dateline takes on, in named numbers: what is over one of them is refused with a message that names it.

README, "What it reads", shows these; ``tests/test_docs.py`` holds the two together.
"""

from __future__ import annotations

MAX_FILE_MB = 10
"""A file or a fetched page, decoded. Text of this size is a library, not a report."""
MAX_CHARACTERS = 400_000
"""Of text, about 65,000 words: a book chapter, read in a quarter of a minute on two cores."""
MAX_PIECES = 100_000
"""Of words, to the encoder: what 400,000 characters of English have. A text of nothing but single letters, or in a script that falls
into many pieces, has more, and would take minutes and gigabytes."""
MAX_MENTIONS = 20_000
"""Names in a report: a report of nothing else would take gigabytes to place them against each other."""
MAX_PDF_PAGES = 300
MAX_HTML_MB = 5
MAX_TAG_CHARACTERS = 20_000
"""Of one HTML tag: a page with 300,000 attributes on one tag holds every HTML parser for minutes."""
MAX_ZIP_MEMBERS = 1_000
MAX_UNPACKED_MB = 50
"""Of a .docx: it is a zip, and 1 MB of zip can hold 500 MB of zeros."""
MAX_PARTS = 200
"""Of an e-mail: its parts, one inside the other."""

EXTRACT_TIMEOUT_S = 9.0
EXTRACT_MEMORY_MB = 640
"""What taking the text out of one file may need beyond the reader's own size."""
READ_TIMEOUT_S = 90.0
"""Of the longest report; see :func:`read_timeout_s`."""
READ_SECONDS_AT_LEAST = 10.0
READ_MEMORY_MB = 1_000
"""What reading one report may need beyond the engine's own size."""

FETCH_TIMEOUT_S = 20.0
"""For a link in all: connecting, redirects, every byte."""
FETCH_MAX_REDIRECTS = 3
FETCH_PORTS = (80, 443)

MAX_FILES_AT_ONCE = 200
MB = 1_000_000


def too_many(name: str, count: int, limit: int, what: str) -> str:
    """Return the message that refuses a report which has more of something than is read at once."""
    return f"{name!r} has {count:,} {what}; the limit is {limit:,}. Split it into several reports."


def read_timeout_s(characters: int) -> float:
    """Return how many seconds reading a report of this length may take: in proportion, and :data:`READ_SECONDS_AT_LEAST`."""
    return max(READ_SECONDS_AT_LEAST, READ_TIMEOUT_S * characters / MAX_CHARACTERS)
