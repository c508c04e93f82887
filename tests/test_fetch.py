"""Links: nothing leads inside, nothing lasts, nothing of the reader goes along."""

from __future__ import annotations

import functools
import gzip
import http.server
import ipaddress
import socket
import threading
import time
from unittest import mock

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dateline import LinkError, LinkFailed, LinkRefused, Workshop
from dateline.intake import fetch
from dateline.limits import FETCH_TIMEOUT_S, MAX_FILE_MB, MB

INSIDE, PUBLIC = "127.0.0.2", "127.0.0.3"
PAGE = b"<html><title>Report</title><body><article>" + b"<p>Shelling hit Bakhmut on Monday, officials said in a long statement.</p>" * 5


class _Site(http.server.BaseHTTPRequestHandler):
    """A site that answers by its path, and remembers who asked with which headers."""

    def do_GET(self):
        self.server.seen.append((self.client_address, self.path, dict(self.headers)))
        path, _, query = self.path.partition("?")
        if path == "/to":
            self.send_response(302)
            self.send_header("Location", query)
            self.end_headers()
        elif path == "/drip":
            self.send_response(200)
            self.end_headers()
            for _ in range(200):
                self.wfile.write(b"x")
                self.wfile.flush()
                time.sleep(1)
        elif path == "/gzip":
            self._send(gzip.compress(b"\0" * 60_000_000), "text/html", ("Content-Encoding", "gzip"))
        elif path == "/big":
            self._send(b"x" * (MAX_FILE_MB * MB + 1), "text/plain")
        elif path == "/hang":
            time.sleep(60)
        elif path == "/missing":
            self.send_error(404)
        else:
            self._send(PAGE, "text/html; charset=utf-8", ("Set-Cookie", "a=b"))

    def _send(self, body, media, *headers):
        self.send_response(200)
        for name, value in (("Content-Type", media), ("Content-Length", str(len(body))), *headers):
            self.send_header(name, value)
        self.end_headers()
        try:
            self.wfile.write(body)
        except OSError:
            return

    def log_message(self, *_):
        return


class _Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_):
        return


def _serve(host, port=0):
    server = _Server((host, port), _Site)
    server.seen, server.accepted = [], 0
    accept = server.get_request

    def counted():
        server.accepted += 1
        return accept()

    server.get_request = counted
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


@pytest.fixture(scope="module")
def sites():
    """A public site and one inside, on the same port of two addresses."""
    public = _serve(PUBLIC)
    inside = _serve(INSIDE, public.server_address[1])
    yield public, inside
    for server in (public, inside):
        server.shutdown()
        server.server_close()


@pytest.fixture
def names(monkeypatch, sites):
    """Names as a hostile name server would answer them."""
    real = socket.getaddrinfo
    turns: dict[str, int] = {}
    book = {
        "public.example": [PUBLIC], "inside.example": [INSIDE], "both.example": [PUBLIC, INSIDE], "mapped.example": [f"::ffff:{INSIDE}"],
        "nat64.example": ["64:ff9b::7f00:2"], "sixtofour.example": ["2002:7f00:2::1"], "metadata.example": ["169.254.169.254"],
        "zero.example": ["0.0.0.0"], "xn--nside-jxa.example": [INSIDE], "rebind.example": [PUBLIC], "link.example": ["fe80::1%lo"],
    }  # fmt: skip

    def answer(host, port, *args, **kwargs):
        host = host.decode() if isinstance(host, bytes) else host
        turns[host] = turns.get(host, 0) + 1
        if host == "rebind.example" and turns[host] > 1:
            return real(INSIDE, port, *args, **kwargs)
        if host in book:
            return [entry for address in book[host] for entry in real(address, port, *args, **kwargs)]
        return real(host, port, *args, **kwargs)

    monkeypatch.setattr(socket, "getaddrinfo", answer)
    return turns


def allowed(address):
    """The public internet, and the one address that stands for it here."""
    return fetch.is_public(address) or address == ipaddress.ip_address(PUBLIC)


TRICKS = [
    # the 18 of the reliability survey
    "http://127.0.0.2:{port}/", "http://2130706434:{port}/", "http://0x7f000002:{port}/", "http://0177.0.0.2:{port}/", "http://127.2:{port}/",
    "http://0x7f.0.0.2:{port}/", "http://[::ffff:127.0.0.2]:{port}/", "http://[::ffff:7f00:2]:{port}/", "http://inside.example:{port}/",
    "http://public.example:{port}/to?http://127.0.0.2:{port}/", "http://rebind.example:{port}/to?http://rebind.example:{port}/",
    "http://public.example@127.0.0.2:{port}/", "http://127.0.0.2:{port}#@public.example/", "file:///etc/passwd", "http://localhost:{port}/",
    "http://0.0.0.0:{port}/", "http://[::1]:{port}/", "http://both.example:{port}/",
    # and twelve more
    "http://mapped.example:{port}/", "http://nat64.example:{port}/", "http://sixtofour.example:{port}/", "http://metadata.example/latest/meta-data/",
    "http://127.0.0.2.:{port}/", "http://①②⑦.⓪.⓪.②:{port}/", "http://127.0.0.2:{port}\\@public.example/", "http://public.example:{port}/to?//127.0.0.2:{port}/",
    "http://public.example:{port}/to?http://public.example:{port}/to?http://inside.example:{port}/", "http://public.example:{port}/to?file:///etc/passwd",
    "gopher://127.0.0.2:{port}/_GET", "http://link.example:{port}/",
]  # fmt: skip


def test_there_are_thirty_tricks():
    assert len(set(TRICKS)) == 30


@pytest.mark.parametrize("trick", TRICKS)
def test_no_trick_reaches_the_inside(trick, sites, names):
    public, inside = sites
    before = inside.accepted
    port = public.server_address[1]
    with pytest.raises(LinkError):
        fetch.fetch(trick.format(port=port), allowed, (port, 80, 443))
    assert inside.accepted == before, "a connection was made to the inside"


def test_a_public_page_is_fetched_with_nothing_of_the_reader(sites, names, monkeypatch):
    public, _ = sites
    monkeypatch.setenv("http_proxy", "http://127.0.0.2:1/")
    port = public.server_address[1]
    page = fetch.fetch(f"http://public.example:{port}/to?http://public.example:{port}/report.html?x=1", allowed, (port,))
    assert page.content == PAGE
    assert page.address == f"http://public.example:{port}/report.html?x=1"
    *_, headers = public.seen[-1]
    assert set(headers) == {"Host", "User-Agent", "Accept", "Accept-Encoding", "Accept-Language"}


def test_the_name_is_asked_once_a_hop_and_the_answer_is_what_is_connected_to(sites, names):
    port = sites[0].server_address[1]
    fetch.fetch(f"http://rebind.example:{port}/", allowed, (port,))
    assert names["rebind.example"] == 1


@pytest.mark.parametrize(
    ("path", "says"),
    [("gzip", "MB"), ("big", "MB"), ("missing", "404"), ("to?/to?/to?/to?/to?/x", "redirects"), ("to?/to?", "on and on|answer")],
)
def test_what_is_no_page_is_a_clear_message(path, says, sites, names):
    port = sites[0].server_address[1]
    with pytest.raises(LinkFailed, match=says):
        fetch.fetch(f"http://public.example:{port}/{path}", allowed, (port,))


def test_a_name_that_means_nothing_is_not_refused_but_failed(names):
    with pytest.raises(LinkFailed, match=r"nowhere\.invalid"):
        fetch.fetch("http://nowhere.invalid/")


def test_a_site_that_drips_a_byte_a_second_ends_with_the_deadline(sites, monkeypatch):
    port = sites[0].server_address[1]
    monkeypatch.setenv("DATELINE_FETCH_ALSO", f"{PUBLIC}:{port}")
    shop = Workshop()
    started = time.monotonic()
    with pytest.raises(LinkFailed, match="20 s"):
        shop.fetch(f"http://{PUBLIC}:{port}/drip")
    assert time.monotonic() - started < FETCH_TIMEOUT_S + 2
    draft = shop.fetch(f"http://{PUBLIC}:{port}/some/report")
    assert "Shelling hit Bakhmut" in draft.text
    assert draft.source == f"http://{PUBLIC}:{port}/some/report"
    shop.close()


def test_the_sandbox_refuses_this_machine_when_nobody_allows_it(sites):
    shop = Workshop()
    with pytest.raises(LinkRefused):
        shop.fetch(f"http://{PUBLIC}/")
    shop.close()


@pytest.mark.parametrize(
    "link", ["http://[fe80::1%25eth0]/", "http://[::1%lo]/", "http://[fe80::1%eth0]/x", "https://[::1%25lo]:443/", "http://a%2fb.example/", "http://[::1]/", "http://[fd00::1]/"]
)  # fmt: skip
def test_an_address_with_a_zone_or_of_this_machine_is_refused(link):
    with pytest.raises(LinkRefused):
        fetch.fetch(link)
    assert "%" not in fetch.host_of(link)


@pytest.mark.parametrize("onward", ["http://[::1", "//[x]/", "http://[::1%lo]/", "http://a]/"])
def test_a_site_that_sends_on_to_no_address_is_refused(onward, sites, names):
    port = sites[0].server_address[1]
    with pytest.raises(LinkRefused):
        fetch.fetch(f"http://public.example:{port}/to?{onward}", allowed, (port, 80))


PARTS = st.sampled_from(
    ["http://", "https://", "HTTP://", "ftp:", "//", "[", "]", "::1", "fe80::1", "%25eth0", "%lo", "%", "@", ":", "80", "443", "99999", "٣", "a.example",
     "/", "?", "#", "\\", "\x00", " ", "ß", "xn--", "xn--a", "．", "。", "..", ".", "1.2.3.4", "0x7f.1", "[::1%lo]", "[fe80::1%25e]", "[v1.a]", "[::ffff:1.2.3.4]", "\ud800", "\u202e",
     "é" * 70, "a" * 70, "-"]
)  # fmt: skip
LINKS = st.builds("".join, st.lists(PARTS | st.text(max_size=3), max_size=8)) | st.builds(
    lambda parts: f"http://{''.join(parts)}", st.lists(PARTS, max_size=4)
)


@settings(max_examples=500)
@given(LINKS)
def test_any_link_is_asked_or_refused_and_nothing_else(link):
    assert fetch.host_of(link).isascii()
    try:
        with mock.patch.object(
            socket, "getaddrinfo", functools.partial(socket.getaddrinfo, flags=socket.AI_NUMERICHOST)
        ):  # nobody is asked
            fetch.fetch(link, lambda _: False)
    except LinkError:
        return


@given(st.ip_addresses(v=4))
def test_an_inner_address_is_judged_as_itself(address):
    """Law: wrapping an IPv4 address in any of IPv6's ways changes nothing."""
    number = int(address)
    for wrapped in (f"::ffff:{address}", f"64:ff9b::{number >> 16:x}:{number & 0xFFFF:x}", f"2002:{number >> 16:x}:{number & 0xFFFF:x}::1"):
        assert fetch.is_public(ipaddress.ip_address(wrapped)) == fetch.is_public(address)


@pytest.mark.parametrize(
    "address", ["10.0.0.1", "172.16.0.1", "192.168.1.1", "100.64.0.1", "169.254.1.1", "224.0.0.1", "fd00::1", "fec0::1", "::", "240.0.0.1"]
)
def test_what_is_not_public_is_known(address):
    assert not fetch.is_public(ipaddress.ip_address(address))


def test_a_name_in_another_script_is_an_address_too():
    assert fetch.checked("https://президент.рф/новости") == "https://xn--d1abbgf6aiiy.xn--p1ai/новости"
    assert fetch.checked("https://Gaza.example/") == "https://Gaza.example/"
    for inside in ("http://１２７.0.0.1/", "http://①②⑦.0.0.1/"):
        with pytest.raises(LinkRefused):
            fetch.fetch(inside)
