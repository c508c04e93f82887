"""Words that several panes share: text that Markdown leaves alone, what became of a file, what another reading changed."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

import pandas as pd
import streamlit as st

from dateline import DatelineError
from dateline.decisions import Difference
from dateline.library import Outcome

_MARKDOWN = re.compile(r"([\\`*_{}\[\]()#+\-.!|<>~$:&])")
_OUTCOMES = {
    "added": "{} was added.", "duplicate": "{} is in the library already: the same text.", "restored": "{} was in the bin: it is back.",
    "changed": "{} has new text; your decisions hold on to their words.",
}  # fmt: skip

_WHAT = {"found": "newly found", "lost": "no longer found", "place": "another place", "kind": "another kind", "reference": "another use"}


def plain(text: str) -> str:
    """Return text that Streamlit's Markdown shows as it is.

    Messages name files and addresses, and Markdown would fetch an image that such a name asks for.
    """
    return _MARKDOWN.sub(r"\\\1", text)


def outcome(became: Outcome) -> str:
    """Return what became of a file as a sentence."""
    return _OUTCOMES.get(became.words, "{}").format(became.name) if became.report else became.words


def changed(found: Sequence[Difference]) -> None:
    """Say what another reading of a report changed."""
    places = len({d.mention for d in found if d.what in ("place", "found", "lost")})
    if not found:
        st.success("Nothing changed.")
        return
    st.info(f"{places} place{'s' if places != 1 else ''} changed; {len(found)} differences in all.")
    rows = [(d.text, _WHAT[d.what], d.before, d.after) for d in found]
    st.dataframe(pd.DataFrame(rows, columns=["Name", "What", "Before", "Now"]), hide_index=True, alt="What changed")


def tried(action: Callable[..., object], *given: object) -> bool:
    """Do something; return whether it went well, and say why on the screen where it did not."""
    try:
        action(*given)
    except DatelineError as error:
        st.error(plain(str(error)), icon=":material/error:")
        return False
    return True
