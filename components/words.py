"""Words that several panes share: text that Markdown leaves alone, and what became of a file."""

from __future__ import annotations

import re

from dateline.library import Outcome

_MARKDOWN = re.compile(r"([\\`*_{}\[\]()#+\-.!|<>~$:&])")
_OUTCOMES = {
    "added": "{} was added.", "duplicate": "{} is in the library already: the same text.", "restored": "{} was in the bin: it is back.",
    "changed": "{} has new text; your decisions hold on to their words.",
}  # fmt: skip


def plain(text: str) -> str:
    """Return text that Streamlit's Markdown shows as it is.

    Messages name files and addresses, and Markdown would fetch an image that such a name asks for.
    """
    return _MARKDOWN.sub(r"\\\1", text)


def outcome(became: Outcome) -> str:
    """Return what became of a file as a sentence."""
    return _OUTCOMES.get(became.words, "{}").format(became.name) if became.report else became.words
