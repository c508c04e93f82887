"""Online geocoders, through geopy: off by default, asked only for names that a person sends, one at a time.

geopy turns an outage into "no such place" and an answer without coordinates into 0, 0 (measured in the project's reliability survey,
section 2.3); so five outcomes are told apart here, answers are looked at before they are believed, and only two of the five are
remembered. One request a second goes out over all sessions and processes of this machine: the turn is taken in the library's file (OSM's
policy asks for that, https://operations.osmfoundation.org/policies/nominatim/).
"""

from __future__ import annotations

import json
import math
import time
import warnings
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import certifi
import urllib3
from geopy import exc
from geopy.adapters import AdapterHTTPError, BaseSyncAdapter
from geopy.geocoders import Nominatim, Photon

from dateline.codec import PlaceData, Undecodable, decode, encode, place_data, place_of
from dateline.errors import LinkRefused
from dateline.library import Library
from dateline.names import fold_key
from dateline.records import Place

OUTCOMES = {
    "found": "found", "not_found": "the service knows no such place",
    "unavailable": "the service could not be reached; nothing is said of the name",
    "refused": "the service refuses to answer now",
    "invalid": "the service answered with nonsense; nothing is said of the name",
}  # fmt: skip
"""The five outcomes, in words."""
PROVIDERS = {"nominatim": "https://nominatim.openstreetmap.org", "photon": "https://photon.komoot.io"}
"""Geocoders by name, with their public addresses; a server of one's own may stand in (:func:`address_of`)."""
USER_AGENT = "Dateline/0.1 (reads conflict reports on one desk; asks by hand only)"
INTERVAL_S = 1.1
TIMEOUT_S = 8.0
"""For one question in all, whatever the server does."""
MAX_ANSWER_BYTES = 1_000_000
MAX_WAIT_S = 60.0
"""For a turn: when more are waiting before us, the service counts as unavailable."""
FAILURES_TO_PAUSE = 3
PAUSE_S = 300.0
REFUSED_PAUSE_S = 3_600.0
MAX_REFUSED_S = 86_400.0
KEPT = {"found": timedelta(days=180), "not_found": timedelta(days=30)}
"""What is remembered, and for how long."""
MAX_NAMES = 50
"""Names sent at one press of the button."""
LIMIT = 5
_FEATURES = {
    "country": "PCLI", "state": "ADM1", "region": "ADM1", "province": "ADM1", "county": "ADM2", "district": "ADM2", "river": "STM",
    "lake": "LK", "water": "LK", "sea": "SEA", "bay": "BAY", "strait": "STRT", "island": "ISL", "peak": "MT", "aerodrome": "AIRP",
    "suburb": "PPLX",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Answer:
    """What a geocoder said of a name."""

    name: str
    provider: str
    outcome: str
    """One of :data:`OUTCOMES`."""
    places: tuple[Place, ...] = ()
    detail: str = ""
    """What went wrong, in words, where something did."""
    remembered: bool = False
    """Whether it was asked before, and not again now."""


class _Adapter(BaseSyncAdapter):  # type: ignore[misc]  # geopy has no types
    """One request, no retries, no redirects, no proxy, one deadline, one megabyte: what geopy's own adapters do not promise."""

    def __init__(self, *, proxies: object, ssl_context: object) -> None:
        super().__init__(proxies=proxies, ssl_context=ssl_context)
        self._pool = urllib3.PoolManager(cert_reqs="CERT_REQUIRED", ca_certs=certifi.where(), num_pools=1)

    def get_json(self, url: str, *, timeout: float, headers: dict[str, str]) -> Any:
        text = self.get_text(url, timeout=timeout, headers=headers)
        try:
            return json.loads(text)
        except (ValueError, RecursionError) as error:
            raise exc.GeocoderParseError("the answer is not JSON") from error

    def get_text(self, url: str, *, timeout: float, headers: dict[str, str]) -> str:
        until = time.monotonic() + timeout
        try:
            answer = self._pool.request("GET", url, headers=headers, timeout=timeout, retries=False, redirect=False, preload_content=False)
            try:
                body = bytearray()
                while piece := answer.read1(1 << 16, decode_content=True):
                    body += piece
                    if len(body) > MAX_ANSWER_BYTES:
                        raise exc.GeocoderParseError("the answer is over a megabyte")
                    if time.monotonic() > until:
                        raise exc.GeocoderTimedOut("the answer took too long")
            finally:
                answer.close()
        except (urllib3.exceptions.TimeoutError, TimeoutError) as error:
            raise exc.GeocoderTimedOut("the service did not answer in time") from error
        except (urllib3.exceptions.DecodeError, UnicodeError) as error:
            raise exc.GeocoderParseError("the answer cannot be unpacked") from error
        except (urllib3.exceptions.HTTPError, OSError) as error:
            raise exc.GeocoderUnavailable(type(error).__name__) from error
        text = bytes(body).decode("utf-8", "replace")
        if answer.status != 200:
            raise AdapterHTTPError(f"status {answer.status}", status_code=answer.status, headers=dict(answer.headers), text=text[:200])
        return text


def address_of(library: Library, provider: str) -> str:
    """Return the address that ``provider`` is asked at: one's own server if set, else the public one."""
    return library.setting(f"geocoder:{provider}") or PROVIDERS[provider]


def set_address(library: Library, provider: str, address: str) -> None:
    """Ask ``provider`` at another address from now on; "" is the public one again.

    Raises:
        LinkRefused: it is no address of a server.
    """
    try:
        parts = urlsplit(address.strip())
    except ValueError:
        parts = urlsplit("")
    if address.strip() and (parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.username):
        msg = f"{address!r} is no address of a server. Write it as http://localhost:8080, or leave it empty for the public one."
        raise LinkRefused(msg)
    library.set(f"geocoder:{provider}", address.strip().rstrip("/"))


def ask(library: Library, provider: str, names: Iterable[str], progress: Callable[[float], None] = lambda _: None) -> list[Answer]:
    """Return what ``provider`` says of each name, one request a second at most; what was asked lately is not asked again.

    After a refusal the rest is not asked. Nothing but the names goes out: no text, no report.

    Args:
        library: remembers answers, and whose turn it is.
        provider: a key of :data:`PROVIDERS`.
        names: at most :data:`MAX_NAMES` of them.
        progress: told the share done.
    """
    wanted = list(dict.fromkeys(name.strip() for name in names if name.strip()))[:MAX_NAMES]
    answers: list[Answer] = []
    for number, name in enumerate(wanted):
        answers.append(_remembered(library, provider, name) or _asked(library, provider, name))
        progress((number + 1) / len(wanted))
    return answers


def _asked(library: Library, provider: str, name: str) -> Answer:
    if (pause := _turn(library, provider)) is not None:
        return Answer(name, provider, *pause)
    outcome, places, detail, wait_s = _question(provider, address_of(library, provider), name)
    _note(library, provider, outcome, wait_s)
    answer = Answer(name, provider, outcome, places, detail)
    if outcome in KEPT:
        body = encode([place_data(place) for place in places]).decode()
        with library.store.change() as db:
            db.execute(
                "INSERT OR REPLACE INTO answer VALUES(?,?,?,?,?)",
                (_at(library, provider), fold_key(name), outcome, body, datetime.now(UTC).isoformat()),
            )
    return answer


def _at(library: Library, provider: str) -> str:
    """Return the name under which a provider's answers are remembered: with its address, for servers differ."""
    return f"{provider} {address_of(library, provider)}"


def _remembered(library: Library, provider: str, name: str) -> Answer | None:
    with library.store.look() as db:
        row = db.execute(
            "SELECT outcome, body, at FROM answer WHERE provider = ? AND query = ?", (_at(library, provider), fold_key(name))
        ).fetchone()
    try:
        if row is None or datetime.fromisoformat(row["at"]) + KEPT[row["outcome"]] < datetime.now(UTC):
            return None
        places = tuple(map(place_of, decode(row["body"], tuple[PlaceData, ...])))
    except (Undecodable, ValueError, TypeError, KeyError):  # damaged: it is asked again
        return None
    return Answer(name, provider, row["outcome"], places, remembered=True)


def _turn(library: Library, provider: str) -> tuple[str, tuple[Place, ...], str] | None:
    """Wait for this machine's turn to ask ``provider``; return None then, or the outcome where it may not be asked."""
    now = time.time()
    where = _at(library, provider)
    with library.store.change() as db:
        row = db.execute("SELECT free_at, refused_until, failures FROM turn WHERE provider = ?", (where,)).fetchone()
        free_at, refused_until, failures = tuple(row) if row else (0.0, 0.0, 0)
        if now < refused_until <= now + MAX_REFUSED_S:
            until = datetime.fromtimestamp(refused_until).strftime("%H:%M")
            outcome = "refused" if failures < FAILURES_TO_PAUSE else "unavailable"
            return outcome, (), f"it is not asked again before {until}"
        if free_at > now + MAX_WAIT_S:  # a clock that was put back, or too many waiting
            if free_at < now + 2 * MAX_WAIT_S:
                return "unavailable", (), "too many questions are waiting on this machine"
            free_at = now
        slot = max(now, free_at)
        db.execute("INSERT OR REPLACE INTO turn VALUES(?,?,?,?)", (where, slot + INTERVAL_S, 0.0, failures))
    time.sleep(max(0.0, slot - now))
    return None


def _note(library: Library, provider: str, outcome: str, wait_s: float) -> None:
    """Remember how the service behaves: a refusal is obeyed at once, three failures in a row make a pause."""
    where = _at(library, provider)
    with library.store.change() as db:
        failures = db.execute("SELECT failures FROM turn WHERE provider = ?", (where,)).fetchone()[0]
        failures = failures + 1 if outcome in ("unavailable", "invalid") else 0
        pause = min(wait_s or REFUSED_PAUSE_S, MAX_REFUSED_S) if outcome == "refused" else PAUSE_S if failures >= FAILURES_TO_PAUSE else 0.0
        until = time.time() + pause if pause else 0.0
        db.execute("UPDATE turn SET failures = ?, refused_until = ? WHERE provider = ?", (failures, until, where))


def forgive(library: Library, provider: str) -> None:
    """Ask a paused provider again: a person knows that it is well."""
    with library.store.change() as db:
        db.execute("UPDATE turn SET failures = 0, refused_until = 0 WHERE provider = ?", (_at(library, provider),))


def _question(provider: str, address: str, name: str) -> tuple[str, tuple[Place, ...], str, float]:
    """Ask once; return outcome, places, what went wrong, and for how many seconds the service wants to be left alone."""
    parts = urlsplit(address)
    common: dict[str, Any] = {
        "domain": parts.netloc + parts.path, "scheme": parts.scheme, "user_agent": USER_AGENT, "timeout": TIMEOUT_S,
        "adapter_factory": _Adapter, "proxies": {},
    }  # fmt: skip
    try:
        geocoder = (Nominatim if provider == "nominatim" else Photon)(**common)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # geopy warns of points off the earth, and refuses them: here that is an outcome
            found = geocoder.geocode(name, exactly_one=False, limit=LIMIT, language="en") or []
        places = tuple(_place(provider, location.raw, name) for location in found)
    except (exc.GeocoderRateLimited, exc.GeocoderQuotaExceeded) as error:
        wait_s = getattr(error, "retry_after", None)
        return "refused", (), "too many questions", float(wait_s) if isinstance(wait_s, int | float) and wait_s > 0 else 0.0
    except (exc.GeocoderInsufficientPrivileges, exc.GeocoderAuthenticationFailure) as error:
        return "refused", (), type(error).__name__, 0.0
    except (exc.GeocoderParseError, exc.GeocoderQueryError) as error:
        return "invalid", (), str(error)[:200], 0.0
    except (exc.GeocoderTimedOut, exc.GeocoderUnavailable, exc.GeocoderServiceError) as error:
        return "unavailable", (), str(error)[:200], 0.0
    except (ValueError, TypeError, KeyError, AttributeError, IndexError) as error:
        return "invalid", (), f"{type(error).__name__} in the answer", 0.0
    return ("found" if places else "not_found"), places, "", 0.0


def _place(provider: str, raw: dict[str, Any], name: str) -> Place:
    """Return a place from a service's own answer, looked at: geopy makes 0, 0 of what has no coordinates.

    Raises:
        KeyError, TypeError, ValueError, IndexError: it is not what the service documents.
    """
    if provider == "nominatim":
        lat, lon, facts = float(raw["lat"]), float(raw["lon"]), raw
        title = str(raw.get("name") or raw.get("display_name") or name)
        sort = str(raw.get("addresstype") or raw.get("type") or "")
        country = str((raw.get("address") or {}).get("country_code") or "")
    else:
        lon, lat = (float(value) for value in raw["geometry"]["coordinates"][:2])
        facts = raw["properties"]
        title, sort, country = str(facts.get("name") or name), str(facts.get("osm_value") or ""), str(facts.get("countrycode") or "")
    if not (math.isfinite(lat) and math.isfinite(lon) and -90 <= lat <= 90 and -180 <= lon <= 180):
        msg = f"{lat}, {lon} is no point on earth"
        raise ValueError(msg)
    number = f"{str(facts.get('osm_type') or 'x')[:1].lower()}{int(facts.get('osm_id') or 0)}"
    admin1 = str(facts.get("state") or "") if provider == "photon" else ""
    return Place(
        f"osm:{number}", title.split(",")[0][:120], _FEATURES.get(sort, "PPL"), round(lat, 5), round(lon, 5), country.upper()[:2],
        admin1[:80],
        source=f"© OpenStreetMap contributors (ODbL), by {provider.capitalize()}",
    )  # fmt: skip
