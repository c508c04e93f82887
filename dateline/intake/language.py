"""Which language a text is in: py3langid's model, asked about the head of the text."""

from __future__ import annotations

_HEAD = 4_000
_LEAST = 40
"""With fewer letters than this nothing is said."""


def language_of(text: str) -> str:
    """Return the ISO 639-1 code of the language of ``text``, or "" where there is too little of it."""
    head = text[:_HEAD]
    if sum(ch.isalpha() for ch in head) < _LEAST:
        return ""
    import py3langid  # its model takes a tenth of a second, and whoever only asks mostly_latin needs none

    return str(py3langid.classify(head)[0])


def mostly_latin(text: str) -> bool:
    """Return whether most letters of a text are Latin: the engine reads English."""
    letters = [ch for ch in text[:20_000] if ch.isalpha()]
    return 2 * sum(ch < "\u0250" or "\u1e00" <= ch < "\u1f00" for ch in letters) >= len(letters)
