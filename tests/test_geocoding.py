"""Online geocoders against a real, faulty server: five outcomes told apart, at most one question a second, nothing wrong believed."""

from __future__ import annotations

import http.server
import itertools
import json
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from dateline import LinkRefused
from dateline import geocoding as g
from dateline.library import Library
from tests.conftest import ROOT

GOOD = [{
    "lat": "48.59", "lon": "38.0", "name": "Bakhmut", "display_name": "Bakhmut, Ukraine", "osm_type": "node", "osm_id": 7,
    "addresstype": "town", "address": {"country_code": "ua"},
}]  # fmt: skip


class _Service(http.server.BaseHTTPRequestHandler):
    """A geocoder that does what its server is told."""

    protocol_version = "HTTP/1.1"

    def do_GET(self):
        self.server.asked.append((time.time(), self.path, dict(self.headers)))
        getattr(self, self.server.fault)()

    def log_message(self, *_):
        return

    def say(self, body, status=200, **headers):
        body = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def good(self):
        self.say(GOOD)

    def nothing(self):
        self.say([])

    def rate(self):
        self.say(b"slow down", 429, Retry_After="25")

    def rate_for_a_day(self):
        self.say(b"slow down", 429, Retry_After="86400000")

    def outage(self):
        self.say(b"down", 503)

    def error(self):
        self.say(b"oops", 500)

    def forbidden(self):
        self.say(b"<html>blocked</html>", 403)

    def unauthorised(self):
        self.say(b"key?", 401)

    def portal(self):
        self.say(b"<html>please log in to the hotel network</html>")

    def redirect(self):
        self.say(b"", 302, Location="http://127.0.0.1:1/login")

    def half_json(self):
        self.say(b'[{"lat": "48.5", ')

    def no_point(self):
        self.say([{"display_name": "Bakhmut", "osm_id": 1}])

    def not_a_number(self):
        self.say([{**GOOD[0], "lat": "NaN"}])

    def off_the_earth(self):
        self.say([{**GOOD[0], "lat": "4859"}])

    def other_shape(self):
        self.say({"error": "Something went wrong"})

    def hang(self):
        time.sleep(20)

    def reset(self):
        self.connection.close()

    def drip(self):
        self.send_response(200)
        self.end_headers()
        for _ in range(30):
            try:
                self.wfile.write(b" ")
                self.wfile.flush()
            except OSError:
                return
            time.sleep(0.3)

    def flood(self):
        self.send_response(200)
        self.end_headers()
        try:
            for _ in range(300):
                self.wfile.write(b" " * 1_000_000)
        except OSError:
            return


class _Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_):
        return


@pytest.fixture
def service(monkeypatch):
    server = _Server(("127.0.0.1", 0), _Service)
    server.asked, server.fault = [], "good"
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    monkeypatch.setattr(g, "TIMEOUT_S", 1.5)
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def library(tmp_path, service):
    made = Library(tmp_path / "library.sqlite")
    g.set_address(made, "nominatim", f"http://127.0.0.1:{service.server_address[1]}")
    return made


FAULTS = {
    "rate": "refused", "rate_for_a_day": "refused", "outage": "unavailable", "error": "unavailable", "forbidden": "refused", "unauthorised": "refused",
    "portal": "invalid", "redirect": "unavailable", "half_json": "invalid", "no_point": "invalid", "not_a_number": "invalid", "off_the_earth": "invalid",
    "other_shape": "invalid", "hang": "unavailable", "reset": "unavailable", "drip": "unavailable", "flood": "invalid",
}  # fmt: skip


def test_there_are_sixteen_faults_and_one_more():
    assert len(FAULTS) >= 16


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_told_from_no_such_place_and_forgotten(library, service, fault):
    service.fault = fault
    started = time.monotonic()
    (answer,) = g.ask(library, "nominatim", ["Qorvexhilamo"])
    assert answer.outcome == FAULTS[fault]
    assert answer.places == ()
    assert time.monotonic() - started < 4
    assert len(service.asked) == 1, "one question is one request"
    service.fault = "good"
    g.forgive(library, "nominatim")
    (again,) = g.ask(library, "nominatim", ["Qorvexhilamo"])
    assert (again.outcome, again.remembered) == ("found", False)


def test_a_place_is_found_and_remembered_and_only_the_name_goes_out(library, service):
    (answer,) = g.ask(library, "nominatim", ["Bakhmut"])
    (place,) = answer.places
    assert (place.id, place.name, place.lat, place.lon, place.country) == ("osm:n7", "Bakhmut", 48.59, 38.0, "UA")
    assert "OpenStreetMap" in place.source
    (again,) = g.ask(library, "nominatim", ["bakhmut"])
    assert again.remembered
    assert again.places == answer.places
    assert len(service.asked) == 1
    _, path, headers = service.asked[0]
    assert "q=Bakhmut" in path
    assert "Dateline" in headers["User-Agent"]
    assert not {"Referer", "Cookie"} & set(headers)


def test_not_found_is_an_answer_of_its_own(library, service):
    service.fault = "nothing"
    assert g.ask(library, "nominatim", ["Qorvex"])[0].outcome == "not_found"
    assert g.ask(library, "nominatim", ["Qorvex"])[0].remembered


def test_nobody_listens(library):
    g.set_address(library, "nominatim", "http://127.0.0.1:9")
    assert g.ask(library, "nominatim", ["x"])[0].outcome == "unavailable"


def test_a_refusal_is_obeyed_by_every_later_question(library, service):
    service.fault = "forbidden"
    answers = g.ask(library, "nominatim", ["a", "b", "c"])
    assert [a.outcome for a in answers] == ["refused"] * 3
    assert len(service.asked) == 1
    assert "not asked again before" in answers[1].detail


def test_three_failures_in_a_row_make_a_pause(library, service, monkeypatch):
    monkeypatch.setattr(g, "INTERVAL_S", 0.0)
    service.fault = "outage"
    answers = g.ask(library, "nominatim", list("abcde"))
    assert [a.outcome for a in answers] == ["unavailable"] * 5
    assert len(service.asked) == 3


ASKER = """
import sys
from pathlib import Path
from dateline import geocoding as g
from dateline.library import Library
print([a.outcome for a in g.ask(Library(Path(sys.argv[1])), "nominatim", [sys.argv[2] + str(i) for i in range(3)])])
"""


def test_three_sessions_together_ask_once_a_second_as_the_server_sees_it(library, service):
    askers = [
        subprocess.Popen([sys.executable, "-c", ASKER, str(library.store.path), name], cwd=ROOT, stdout=subprocess.PIPE, text=True)
        for name in "abc"
    ]
    said = [asker.communicate(timeout=60)[0] for asker in askers]
    assert all(line.count("found") == 3 for line in said), said
    times = sorted(at for at, *_ in service.asked)
    assert len(times) == 9
    gaps = [later - earlier for earlier, later in itertools.pairwise(times)]
    assert min(gaps) >= 0.9, gaps  # a request is a few milliseconds on its way
    assert (len(times) - 1) / (times[-1] - times[0]) <= 1.0


def test_a_clock_that_was_put_back_does_not_block_for_ever(library, service):
    with library.store.change() as db:
        db.execute("INSERT OR REPLACE INTO turn VALUES(?, ?, 0, 0)", (g._at(library, "nominatim"), time.time() + 10**6))
    assert g.ask(library, "nominatim", ["Bakhmut"])[0].outcome == "found"


def test_photon_is_understood_too(library, service, monkeypatch):
    g.set_address(library, "photon", f"http://127.0.0.1:{service.server_address[1]}")
    feature = {
        "geometry": {"coordinates": [38.0, 48.59]},
        "properties": {"name": "Bakhmut", "osm_type": "N", "osm_id": 7, "osm_value": "town", "countrycode": "UA"},
    }
    monkeypatch.setattr(_Service, "good", lambda self: self.say({"features": [feature]}))
    (place,) = g.ask(library, "photon", ["Bakhmut"])[0].places
    assert (place.lat, place.lon, place.country) == (48.59, 38.0, "UA")
    monkeypatch.setattr(_Service, "good", lambda self: self.say({"features": [{**feature, "geometry": {}}]}))
    assert g.ask(library, "photon", ["Soledar"])[0].outcome == "invalid"


@pytest.mark.parametrize("address", ["ftp://x", "localhost:8080", "http://", "http://user@x", "http://x/?q=1", "http://["])
def test_what_is_no_address_of_a_server_is_refused(library, address):
    before = g.address_of(library, "nominatim")
    with pytest.raises(LinkRefused):
        g.set_address(library, "nominatim", address)
    assert g.address_of(library, "nominatim") == before
    g.set_address(library, "nominatim", "")
    assert g.address_of(library, "nominatim") == g.PROVIDERS["nominatim"]
    assert Path(library.store.path).exists()
