"""The dialog of decisions: who decided what and when, one's own name, and logs to hand over and take in."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from functools import partial

import pandas as pd
import streamlit as st

from components.words import changed, plain, tried
from dateline import Article, DatelineError
from dateline import decisions as log
from dateline.decisions import Decision, Difference
from dateline.desk import Merged

_SCOPES = {"mention": "this mention", "name": "all of the name", "always": "from then on"}
_STEPS = ("undo", "redo")


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
    article: Article, decisions: Sequence[Decision], standing: Sequence[Decision], who: str, made_by: str, *, outdated: bool,
    rename: Callable[[str], None], merge: Callable[[bytes], Merged], revoke: Callable[[Decision], None],
    remake: Callable[[], Sequence[Difference]],
) -> None:  # fmt: skip
    """Draw the dialog for a report.

    Args:
        article: the report.
        decisions: its log.
        standing: the decisions of the whole library that count from now on.
        who: the name that decisions are made under.
        made_by: what the report was read by.
        outdated: whether this engine or its packs might read it differently.
        rename: changes the name.
        merge: takes over a log.
        revoke: takes back a decision that counts from now on.
        remake: reads the report again, returns what changed.
    """
    name = st.text_input("Your name in the log", value=who, max_chars=60, key="who_name", help="It goes along when you hand the log over.")
    if name.strip():
        tried(rename, name.strip())
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
            merged = merge(given.getvalue())
        except DatelineError as error:
            st.error(plain(str(error)), icon=":material/error:")
        else:
            st.success(_taken(merged))
    _standing(standing, revoke)
    st.divider()
    st.text(f"Read by engine {made_by}")
    if st.button("Read it again", key="remake", icon=":material/refresh:", type="primary" if outdated else "secondary"):
        with st.spinner("Reading"):
            found: list[Difference] = []
            done = tried(lambda: found.extend(remake()))
        if done:
            changed(found)
    elif outdated:
        st.caption("The engine or the gazetteer's packs have changed since: reading it again may find more. Decisions stay.")


def _file(article: Article, decisions: Sequence[Decision]) -> str:
    return json.dumps(log.to_json(article, decisions), ensure_ascii=False, indent=1)


def _taken(merged: Merged) -> str:
    words = f"{merged.new} new decisions were taken over."
    if merged.left_out:
        words += f" {merged.left_out} fit no words of this text."
    if merged.standing:
        words += f" {merged.standing} of them count for reports added from now on too: see below."
    return words


def _standing(standing: Sequence[Decision], revoke: Callable[[Decision], None]) -> None:
    """List what counts from now on, whatever report it was decided on, each with its way back."""
    if not standing:
        return
    with st.expander(f"From now on ({len(standing)})", icon=":material/rule:"):
        st.caption("These count for every report added after them.")
        for made in reversed(standing):
            words, away = st.columns([5, 1.3], vertical_alignment="center")
            words.text(f"{made.anchor.text}: {log.in_words(made)}, by {made.who}, {made.at[:10]}")
            if away.button("Take back", key=f"revoke_{made.id}") and tried(revoke, made):
                st.rerun()
