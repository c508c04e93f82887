"""The dialog of the gazetteer: packs of villages and of one's own places, and online geocoders for names that nothing here knows."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from urllib.parse import urlsplit

import streamlit as st

from components.words import changed, plain
from dateline import DatelineError, Place, geocoding, packs
from dateline.commands.gazetteer import in_words
from dateline.decisions import Difference
from dateline.downloads import country_extract, mirror
from dateline.library import Library

Progress = Callable[[float], None]
_PROVIDERS = {"nominatim": "Nominatim", "photon": "Photon"}


@st.dialog("Gazetteer", width="large", on_dismiss="rerun")
def show(
    library: Library, wanted: tuple[str, str] | None, unknown: Sequence[str], use: Callable[[str, Place], None],
    remake: Callable[[], Sequence[Difference]] | None,
) -> None:  # fmt: skip
    """Draw the dialog.

    Args:
        library: remembers what geocoders answered.
        wanted: code and name of the country that the report is about and whose villages are missing, or None.
        unknown: names of the report that no gazetteer here knows.
        use: takes a name and a place: all of this name in the report is placed there.
        remake: reads the open report again and returns what changed, or None where none is open.
    """
    here, online = st.tabs(["Packs on this machine", "Online geocoders"])
    with here:
        _packs(wanted, remake)
    with online:
        _geocoders(library, unknown, use)


def _packs(wanted: tuple[str, str] | None, remake: Callable[[], Sequence[Difference]] | None) -> None:
    st.caption("The core gazetteer has the towns of the world; villages come in packs, one a country, from GeoNames (CC BY 4.0).")
    for pack in packs.installed():
        words, again, away = st.columns([5, 1.2, 1.2], vertical_alignment="center")
        try:
            about = packs.about(pack)
        except DatelineError as error:
            words.error(plain(str(error)))
            about = None
        if about:
            words.text(in_words(about))
            if about.sort == "country" and again.button("Update", key=f"update_{pack.name}"):
                _fetch(pack.name)
        if away.button("Remove", key=f"remove_{pack.name}"):
            packs.remove(pack.name)
            st.rerun(scope="fragment")
    for name in packs.damaged():
        words, away = st.columns([6.2, 1.2], vertical_alignment="center")
        words.error(
            plain(f"The pack {name!r} is damaged or was changed, and is not asked. Add it again, or remove it."), icon=":material/error:"
        )
        if away.button("Remove", key=f"remove_{name}"):
            packs.remove(name)
            st.rerun(scope="fragment")
    code = st.text_input(
        "Country to add (two letters, as UA or SD)", value=wanted[0] if wanted else "", max_chars=2, key="pack_code",
        help=f"This report is mostly about {wanted[1]}, whose villages are not here." if wanted else None,
    )  # fmt: skip
    host = urlsplit(mirror()).hostname or mirror()
    st.caption(plain(f"{host} will see this machine's network address and the country, nothing else."))
    if st.button(f"Get the villages of {code.upper() or '..'}", key="pack_get", type="primary", disabled=len(code) != 2):
        _fetch(code)
    with st.expander("Without internet, or places of your own", icon=":material/upload_file:"):
        given = st.file_uploader(
            "UA.zip from GeoNames, or a CSV with the columns name, lat, lon, aliases", type=["zip", "csv"], key="pack_file"
        )
        name = st.text_input(
            "Name of a pack of your own", key="pack_name", placeholder="field notes", help="For a CSV; a country has its code"
        )
        if st.button("Add the file", key="pack_add", disabled=given is None) and given is not None:
            _from_file(given.name, given.getvalue(), name)
    if (
        remake
        and st.session_state.get("pack_added")
        and st.button("Read this report again with it", key="pack_remake", icon=":material/refresh:")
    ):
        with st.spinner("Reading"):
            found = remake()
        changed(found)


def _fetch(code: str) -> None:
    def make(bar: Progress) -> packs.About:
        archive = country_extract(code, lambda share: bar(share * 0.7))
        return packs.add_country(code, archive, lambda share: bar(0.7 + share * 0.3))

    _made("Fetching", make)


def _from_file(file: str, content: bytes, name: str) -> None:
    def make(bar: Progress) -> packs.About:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / ("places.csv" if file.lower().endswith(".csv") else "extract.zip")
            path.write_bytes(content)
            if path.suffix == ".csv":
                return packs.add_own(name or Path(file).stem, path, bar)
            return packs.add_country(Path(file).stem, path, bar)

    _made("Building the pack", make)


def _made(what: str, make: Callable[[Progress], packs.About]) -> None:
    """Make a pack under a progress bar and say what it brought, or why there is none."""
    bar = st.progress(0.0, what)
    try:
        about = make(lambda share: bar.progress(share, what))
    except DatelineError as error:
        st.error(plain(str(error)), icon=":material/error:")
        return
    finally:
        bar.empty()
    st.session_state["pack_added"] = True
    st.success(plain(in_words(about)), icon=":material/check:")


def _geocoders(library: Library, unknown: Sequence[str], use: Callable[[str, Place], None]) -> None:
    if not unknown:
        st.caption("Every name of this report is known here: there is nothing to ask.")
        return
    provider = st.selectbox("Service", list(_PROVIDERS), format_func=_PROVIDERS.__getitem__, key="geocoder")
    address = st.text_input(
        "Its address",
        value=geocoding.address_of(library, provider),
        key=f"address_{provider}",
        help="A server of your own keeps names at home",
    )
    if address.strip() != geocoding.address_of(library, provider):
        try:
            geocoding.set_address(library, provider, "" if address.strip() == geocoding.PROVIDERS[provider] else address)
        except DatelineError as error:
            st.error(plain(str(error)), icon=":material/error:")
            return
    names = st.pills(
        "Names that nothing here knows", unknown, selection_mode="multi", default=list(unknown)[: geocoding.MAX_NAMES], key="ask_names"
    )
    host = urlsplit(geocoding.address_of(library, provider)).hostname or ""
    st.warning(
        plain(f"{host} will see your network address and these {len(names)} names, one a second: {', '.join(names)}. No text goes along."),
        icon=":material/visibility:",
    )  # fmt: skip
    if st.button(f"Send {len(names)} names to {_PROVIDERS[provider]}", key="ask", type="primary", disabled=not names):
        bar = st.progress(0.0, "Asking")
        st.session_state["answers"] = geocoding.ask(library, provider, names, lambda share: bar.progress(share, "Asking"))
        bar.empty()
    _answers(library, provider, [a for a in st.session_state.get("answers", ()) if a.name in unknown and a.provider == provider], use)


def _answers(library: Library, provider: str, answers: Sequence[geocoding.Answer], use: Callable[[str, Place], None]) -> None:
    for answer in answers:
        if answer.outcome != "found":
            detail = f" ({answer.detail})" if answer.detail else ""
            say = st.info if answer.outcome == "not_found" else st.error
            say(plain(f"{answer.name}: {geocoding.OUTCOMES[answer.outcome]}{detail}."))
            continue
        for number, place in enumerate(answer.places[:3]):
            words, button = st.columns([5, 1], vertical_alignment="center")
            words.text(f"{answer.name}: {place.name}, {place.country} ({place.lat:.3f}, {place.lon:.3f}). {place.source}")
            if button.button("Use", key=f"use_{answer.name}_{number}"):
                use(answer.name, place)
                st.rerun()
    if any(a.outcome in ("refused", "unavailable") for a in answers) and st.button(
        "Ask again in spite of the pause", key="forgive", type="tertiary"
    ):
        geocoding.forgive(library, provider)
        st.rerun(scope="fragment")
