"""Which language a text is in: py3langid's model, asked about the head of the text."""

from __future__ import annotations

import py3langid

_HEAD = 4_000
_LEAST = 40
"""With fewer letters than this nothing is said."""


def language_of(text: str) -> str:
    """Return the ISO 639-1 code of the language of ``text``, or "" where there is too little of it."""
    head = text[:_HEAD]
    if sum(ch.isalpha() for ch in head) < _LEAST:
        return ""
    return str(py3langid.classify(head)[0])
