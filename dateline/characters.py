"""Characters that are no part of any name or line, and do something instead: to a terminal, to a table, to the order of what is read."""

from __future__ import annotations

import re

UNSAFE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
"""Control characters (an escape begins a terminal's commands), line and paragraph separators, what turns the direction of writing
round, and lone surrogates, which no encoding can hold. Marks that scripts need (joiners, marks of direction) are not among them."""


def escaped(text: str) -> str:
    r"""Return ``text`` with each :data:`UNSAFE` character as Python and JSON write it: ``\u001b``."""
    return UNSAFE.sub(lambda found: f"\\u{ord(found[0]):04x}", text)
