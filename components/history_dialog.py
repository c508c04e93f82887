"""The dialog of decisions: who decided what and when, one's own name, and logs to hand over and take in."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from functools import partial

import pandas as pd
import streamlit as st

from components.words import changed, plain
from dateline import Article, DatelineError
from dateline import decisions as log
from dateline.decisions import Decision, Difference

_SCOPES = {"mention": "this mention", "name": "all of the name", "always": "from then on"}
_STEPS = ("undo", "redo")
MAX_LOG_MB = 20


def table(decisions: Sequence[Decision]) -> pd.DataFrame:
    """Return the log as a table for the screen, the newest first; undone decisions say so."""
    counting = {d.id for d in log.in_force(decisions)}
    rows = [
        (
            d.at[:16].replace("T", " "), d.who, d.anchor.text, log.in_words(d), "" if d.action in _STEPS else _SCOPES[d.scope], d.why,
            "" if d.id in counting or d.action in _STEPS else "undone",
        )
        for d in reversed(decisions)
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=["When (UTC)", "Who", "Name", "Decided", "For", "Why", ""])


@st.dialog("Decisions", width="large", on_dismiss="rerun")
def show(
    article: Article, decisions: Sequence[Decision], who: str, made_by: str, *, outdated: bool,
    rename: Callable[[str], None], merge: Callable[[object], tuple[int, int]], remake: Callable[[], Sequence[Difference]],
) -> None:  # fmt: skip
    """Draw the dialog for a report.

    Args:
        article: the report.
        decisions: its log.
        who: the name that decisions are made under.
        made_by: what the report was read by.
        outdated: whether this engine or its packs might read it differently.
        rename: changes the name.
        merge: takes over a log, returns how many were new and how many did not fit.
        remake: reads the report again, returns what changed.
    """
    name = st.text_input("Your name in the log", value=who, max_chars=60, key="who_name", help="It goes along when you hand the log over.")
    if name.strip():
        rename(name.strip())
    st.caption("Every decision is kept, also undone ones. A new engine never overwrites one.")
    if decisions:
        st.dataframe(table(decisions), hide_index=True, height=260, alt="The log of decisions")
        st.download_button(
            f"Hand over the log ({len(decisions)}, JSON)", partial(_file, article, decisions), key="log_download",
            file_name=f"{article.id}-decisions.json", mime="application/json", icon=":material/download:", on_click="ignore",
        )  # fmt: skip
    else:
        st.caption("Nobody has decided about this report yet.")
    given = st.file_uploader("Take in a log of this report", type=["json"], key="log_upload")
    if given is not None and st.session_state.get("log_taken") != given.file_id:
        st.session_state["log_taken"] = given.file_id
        try:
            new, left_out = merge(_parsed(given.getvalue()))
        except DatelineError as error:
            st.error(plain(str(error)), icon=":material/error:")
        else:
            st.success(f"{new} new decisions were taken over." + (f" {left_out} fit no words of this text." if left_out else ""))
    st.divider()
    st.text(f"Read by engine {made_by}")
    if st.button("Read it again", key="remake", icon=":material/refresh:", type="primary" if outdated else "secondary"):
        with st.spinner("Reading"):
            found = remake()
        changed(found)
    elif outdated:
        st.caption("The engine or the gazetteer's packs have changed since: reading it again may find more. Decisions stay.")


def _file(article: Article, decisions: Sequence[Decision]) -> str:
    return json.dumps(log.to_json(article, decisions), ensure_ascii=False, indent=1)


def _parsed(content: bytes) -> object:
    if len(content) > MAX_LOG_MB * 1_000_000:
        return None
    try:
        return json.loads(content)
    except (ValueError, RecursionError):
        return None
