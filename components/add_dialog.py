"""The dialog that adds reports: pasted text, files, a web address, and what became of the watched folder."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import streamlit as st

from components.words import outcome, plain
from dateline.intake.fetch import host_of
from dateline.intake.formats import SUFFIXES
from dateline.library import Outcome
from dateline.limits import FETCH_TIMEOUT_S, MAX_FILE_MB, MAX_FILES_AT_ONCE

_DONE = "added_outcomes"


@st.dialog("Add reports", width="large", on_dismiss="rerun")
def show(
    add_text: Callable[[str, str], Outcome], add_file: Callable[[str, bytes], Outcome], add_link: Callable[[str], Outcome],
    go_to: Callable[[str], None], folder: Path, troubles: Sequence[str], link: str = "",
) -> None:  # fmt: skip
    """Draw the dialog.

    Args:
        add_text: takes text and title.
        add_file: takes name and bytes.
        add_link: takes a web address; the site sees the request.
        go_to: opens a report in the next run.
        folder: the watched folder.
        troubles: why files of it are no reports.
        link: the address to begin with: the original of a report.
    """
    names = ["Files", "Paste", "Link", "Folder"]
    files, paste, web, watched = st.tabs(names, default="Link" if link else "Files")
    with files:
        _files(add_file, go_to)
    with paste:
        _paste(add_text, go_to)
    with web:
        _link(add_link, go_to, link)
    with watched:
        st.text(f"Watched: {folder}")
        st.caption("What you put there is added by itself, within seconds. Another folder: make run REPORTS=folder.")
        for trouble in troubles:
            st.error(plain(trouble), icon=":material/error:")


def _files(add_file: Callable[[str, bytes], Outcome], go_to: Callable[[str], None]) -> None:
    chosen = st.file_uploader(
        f"Drop reports here: {', '.join(SUFFIXES)}, at most {MAX_FILE_MB} MB each, {MAX_FILES_AT_ONCE} at once",
        type=[suffix.lstrip(".") for suffix in SUFFIXES], accept_multiple_files=True, key="upload",
    )  # fmt: skip
    done: dict[str, Outcome] = st.session_state.setdefault(_DONE, {})
    new = [file for file in chosen or () if file.file_id not in done][:MAX_FILES_AT_ONCE]
    if new:
        bar = st.progress(0.0, "Taking out the text")
        for number, file in enumerate(new):
            bar.progress(number / len(new), plain(f"{number + 1} of {len(new)}: {file.name}"))
            done[file.file_id] = add_file(file.name, file.getvalue())
        bar.empty()
    _outcomes([done[file.file_id] for file in chosen or () if file.file_id in done], go_to)


def _paste(add_text: Callable[[str, str], Outcome], go_to: Callable[[str], None]) -> None:
    title = st.text_input("Title", key="paste_title", placeholder="Made from the first line if empty")
    text = st.text_area("Text", key="paste_text", height=260, placeholder="Paste the report here")
    if st.button("Add the text", key="paste_add", type="primary", disabled=not text.strip()):
        became = add_text(text, title)
        if became.report:
            go_to(became.report)
            st.rerun()
        _outcomes([became], go_to)


def _link(add_link: Callable[[str], Outcome], go_to: Callable[[str], None], link: str) -> None:
    address = st.text_input("Web address of a report", value=link, key=f"link_{link}", placeholder="https://")
    host = host_of(address)
    if host:
        st.warning(
            plain(
                f"{host} will see a request from this machine's network address, and when. Nothing else goes along: no cookie, no referrer."
            ),
            icon=":material/visibility:",
        )
    st.caption(f"At most {MAX_FILE_MB} MB and {FETCH_TIMEOUT_S:.0f} seconds. Nothing is fetched before you press the button.")
    if st.button("Fetch it", key="link_fetch", type="primary", disabled=not host):
        with st.spinner("Waiting for the site"):
            became = add_link(address)
        if became.report:
            go_to(became.report)
            st.rerun()
        _outcomes([became], go_to)


def _outcomes(outcomes: Sequence[Outcome], go_to: Callable[[str], None]) -> None:
    for number, became in enumerate(outcomes):
        if became.report is None:
            st.error(plain(outcome(became)), icon=":material/error:")
            continue
        words, button = st.columns([5, 1], vertical_alignment="center")
        words.success(plain(outcome(became)), icon=":material/check:")
        if button.button("Open", key=f"open_added_{number}"):
            go_to(became.report)
            st.rerun()
