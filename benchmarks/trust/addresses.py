"""Addresses that lead inside: this machine, its network, a cloud's metadata, by every way of writing them that we know.

Two sites on loopback: one stands for the public web, one for the inside, on the same port. A name server of our own answers as a hostile one
would. Held to: each address is refused with a :class:`~dateline.errors.LinkError`, and nobody connects to the inside.
"""

from __future__ import annotations

import http.server
import ipaddress
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from benchmarks.trust.campaign import Order, Result, crash
from dateline import LinkError
from dateline.intake import fetch

INSIDE, PUBLIC = "127.0.0.2", "127.0.0.3"
OTHERS_INSIDE = ("127.0.0.1", "::1")
"""Where a canary sits as well, if the machine has the address."""

NAMES: dict[str, tuple[str, ...]] = {
    "public.example": (PUBLIC,), "inside.example": (INSIDE,), "both.example": (PUBLIC, INSIDE), "both-turned.example": (INSIDE, PUBLIC),
    "mapped.example": (f"::ffff:{INSIDE}",), "nat64.example": ("64:ff9b::7f00:2",), "nat64-own.example": ("64:ff9b:1::7f00:2",),
    "sixtofour.example": ("2002:7f00:2::1",), "teredo.example": ("2001:0:4136:e378:8000:63bf:80ff:fffd",), "compatible.example": ("::127.0.0.2",),
    "metadata.example": ("169.254.169.254",), "metadata6.example": ("fd00:ec2::254",), "zero.example": ("0.0.0.0",), "zero6.example": ("::",),  # noqa: S104
    "ten.example": ("10.0.0.1",), "private.example": ("192.168.0.1",), "sixteen.example": ("172.16.0.1",), "carrier.example": ("100.64.0.1",),
    "unique.example": ("fd12:3456::1",), "site.example": ("fec0::1",), "link.example": ("fe80::1%lo",), "link4.example": ("169.254.1.1",),
    "many.example": ("224.0.0.1",), "many6.example": ("ff02::1",), "broadcast.example": ("255.255.255.255",), "kept.example": ("240.0.0.1",),
    "bench.example": ("198.18.0.1",), "doc.example": ("192.0.2.1",), "doc6.example": ("2001:db8::1",), "six.example": ("::1",),
    "translated.example": ("::ffff:0:127.0.0.2",), "localhost": ("127.0.0.1", "::1"), "localhost.localdomain": ("127.0.0.1",),
    "localtest.example": ("127.0.0.1",), "xn--nside-jxa.example": (INSIDE,), "xn--e1afmkfd.example": (INSIDE,), "router.lan": ("192.168.1.1",),
    "printer.local": ("169.254.7.7",), "wiki": ("10.1.2.3",), "metadata.google.internal": ("169.254.169.254",),
}  # fmt: skip
"""What the hostile name server answers. Any other name means nothing there; addresses mean themselves."""

TRICKS = (
    # the plain address, in every base and length that inet_aton takes
    *(f"http://{host}:{{port}}/" for host in (
        "127.0.0.2", "2130706434", "0x7f000002", "0X7F000002", "017700000002", "0177.0.0.2", "0177.0.0.02", "00000177.0.0.2", "127.2", "127.0.2",
        "0x7f.2", "0x7f.0.0.2", "0x7f.0x0.0x0.0x2", "127.0x000002", "0177.2", "127.0.0.0x2", "127.0.0.002", "127.000.000.002", "4425673730",
        "0x17f000002", "127.0.0.2.", "127.0.0.2..", "127.1", "0", "0x0", "00", "0.0.0.0", "0177.0.0.1", "2130706433", "127.127.127.127",  # noqa: S104
    )),
    # the same inside IPv6
    *(f"http://[{host}]:{{port}}/" for host in (
        "::1", "0:0:0:0:0:0:0:1", "0000::0001", "::", "::ffff:127.0.0.2", "::ffff:7f00:2", "0:0:0:0:0:ffff:7f00:0002", "::127.0.0.2", "::7f00:2",
        "64:ff9b::127.0.0.2", "64:ff9b::7f00:2", "64:ff9b:1::7f00:2", "2002:7f00:2::", "2002:7f00:2::1", "2001:0:4136:e378:8000:63bf:80ff:fffd",
        "fe80::1%lo", "fe80::1%25lo", "::1%lo", "::1%25lo", "fe80::1", "fd00:ec2::254", "fec0::1", "ff02::1", "::ffff:169.254.169.254",
        "::ffff:0:127.0.0.2", "100::1", "2001:db8::1", "2001:10::1", "::ffff:0.0.0.0",
    )),
    # names that mean it
    *(f"http://{host}:{{port}}/" for host in NAMES if host != "public.example"),
    "http://LOCALHOST:{port}/", "http://localhost.:{port}/", "http://inside.example.:{port}/", "http://INSIDE.EXAMPLE:{port}/",
    # letters that become others
    "http://①②⑦.⓪.⓪.②:{port}/", "http://１２７.０.０.２:{port}/", "http://127。0。0。2:{port}/", "http://127．0．0．2:{port}/", "http://127｡0｡0｡2:{port}/",
    "http://ｌｏｃａｌｈｏｓｔ:{port}/", "http://ⓛⓞⓒⓐⓛⓗⓞⓢⓣ:{port}/", "http://local\u00adhost:{port}/", "http://local\u200bhost:{port}/",
    "http://íside.example:{port}/", "http://пример.example:{port}/", "http://127.0.0.2\u202e:{port}/", "http://%31%32%37.0.0.2:{port}/",
    "http://127%2e0%2e0%2e2:{port}/", "http://loc%61lhost:{port}/", "http://public.example%00.inside.example:{port}/",
    "http://inside.example%2f@public.example:{port}/", "http://inside.example\uff0fpublic.example:{port}/", "http://℀.example:{port}/",
    # who is the host
    "http://public.example@127.0.0.2:{port}/", "http://public.example:80@127.0.0.2:{port}/", "http://a:b@127.0.0.2:{port}/", "http://@127.0.0.2:{port}/",
    "http://:@127.0.0.2:{port}/", "http://127.0.0.2:{port}#@public.example/", "http://127.0.0.2:{port}?@public.example/",
    "http://127.0.0.2:{port}\\@public.example/", "http://public.example\\@127.0.0.2:{port}/", "http:\\\\127.0.0.2:{port}/", "http:/127.0.0.2:{port}/",
    "http:127.0.0.2:{port}/", "http:///127.0.0.2:{port}/", "//127.0.0.2:{port}/", "127.0.0.2:{port}/", "http://127.0.0.2 :{port}/",
    "http://127.0.0.2:{port} @public.example/", "http://[127.0.0.2]:{port}/", "http://[::ffff:127.0.0.2:{port}/", "http://]127.0.0.2[:{port}/",
    "http://public.example:{port};127.0.0.2/@x", "http://public.example,127.0.0.2:{port}/",
    # control characters, which some readers drop and some do not
    "http://127.0.0.2\t:{port}/", "http://127.0.0.2\n:{port}/", "http://127.0.0\r\n.2:{port}/", "ht\ntp://127.0.0.2:{port}/", "http://\x00127.0.0.2:{port}/",
    "http://public.example:{port}/ HTTP/1.1\r\nHost: inside.example", "http://public.example:{port}/\r\nX-A: b", "\x01http://127.0.0.2:{port}/",
    # ports
    "http://127.0.0.2/", "http://127.0.0.2:0/", "http://127.0.0.2:22/", "http://public.example:22/", "http://public.example:6379/", "http://public.example:-1/",
    "http://public.example:99999/", "http://public.example:{port}{port}/", "http://public.example:x/", "http://public.example:８０/", "https://127.0.0.2:{port}/",
    "https://inside.example/",
    # no web
    "file:///etc/passwd", "file://127.0.0.2/etc/passwd", "FILE:///etc/passwd", "gopher://127.0.0.2:{port}/_GET", "ftp://127.0.0.2:{port}/", "data:text/html,x",
    "javascript:alert(1)", "dict://127.0.0.2:{port}/", "ldap://127.0.0.2:{port}/", "jar:http://127.0.0.2:{port}!/", "view-source:http://127.0.0.2:{port}/",
    "unix:///run/x.sock", "http+unix://%2Frun%2Fx.sock/", "tftp://127.0.0.2/", "netdoc:///etc/passwd", "url:http://127.0.0.2:{port}/", "", " ", "http://", "http://:{port}/",
    # a public site that sends inside
    *(f"http://public.example:{{port}}/to?{onward}" for onward in (
        "http://127.0.0.2:{port}/", "//127.0.0.2:{port}/", "http://inside.example:{port}/", "http://2130706434:{port}/", "http://[::1]:{port}/",
        "http://[::ffff:7f00:2]:{port}/", "file:///etc/passwd", "gopher://127.0.0.2:{port}/", "data:text/html,x", "http://a@127.0.0.2:{port}/",
        "http:127.0.0.2:{port}/", "\\\\127.0.0.2:{port}/", "/\\127.0.0.2:{port}/", "///127.0.0.2:{port}/", "http://both.example:{port}/", "http://0:{port}/",
        "http://127.0.0.2:{port}%23@public.example/", "http://public.example:22/", "http://public.example:{port}/to?http://inside.example:{port}/",
        "http://public.example:{port}/to?http://public.example:{port}/to?http://127.1:{port}/", "http://metadata.google.internal/computeMetadata/v1/",
    )),
    # a name whose answer changes between being looked at and being connected to
    "http://rebind.example:{port}/to?http://rebind.example:{port}/", "http://rebind.example:{port}/to?/x", "http://flicker.example:{port}/",
)  # fmt: skip


def run(order: Order) -> Result:
    """Ask for every address."""
    result, chance = Result("addresses"), order.chance("addresses")
    tricks = list(dict.fromkeys(TRICKS))
    if order.quick:
        tricks = chance.sample(tricks, order.share(len(tricks)))
    with sites() as (port, hits), hostile_names():
        for trick in tricks:
            _asked(trick.replace("{port}", str(port)), port, hits, result)
        result.worst = f"{len(hits)} connections to the inside"
    return result


def _asked(link: str, port: int, hits: list[str], result: Result) -> None:
    result.tried += 1
    before, waved = len(hits), []

    def may_connect(address: fetch.Address) -> bool:
        if address == ipaddress.ip_address(PUBLIC):  # stands for the public web
            return True
        if fetch.is_public(address):
            waved.append(str(address))
        return False  # whatever Dateline thinks of it: no attack leaves this machine

    try:
        page = fetch.fetch(link, may_connect, (port, 80, 443))
        # what the public site answers itself may be fetched, under any of its names; who is inside counts the connections
        if not page.address.startswith(tuple(f"http://{name}.example:{port}/" for name in ("public", "flicker"))):
            result.fail(repr(link), "it was fetched", link)
    except LinkError as error:
        if len(str(error)) > 600:
            result.fail(repr(link), "the message is longer than a screen", link)
    except Exception as error:
        result.fail(repr(link), crash(error), link)
    if len(hits) > before:
        result.fail(repr(link), "a connection was made to the inside", link)
    if waved:
        result.fail(repr(link), f"an address inside is taken for a public one: {waved[0]}", link)


class _Site(http.server.BaseHTTPRequestHandler):
    """The public site: sends on where it is told to, else answers with a page."""

    def do_GET(self) -> None:  # the library's name
        """Answer."""
        path, _, onward = self.path.partition("?")
        if path == "/to":
            self.send_response(302)
            self.send_header("Location", onward)
            self.end_headers()
            return
        body = b"<html><body><p>Shelling hit Bakhmut.</p></body></html>"
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


class _Quiet(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_: object) -> None:
        """A visitor that leaves early is no news."""


class _Quiet6(_Quiet):
    address_family = socket.AF_INET6


@contextmanager
def sites() -> Iterator[tuple[int, list[str]]]:
    """Yield the port that the public site and every canary have, and the list of connections to the canaries."""
    public = _Quiet((PUBLIC, 0), _Site)
    port, hits = public.server_address[1], list[str]()
    servers = [public]
    for host in (INSIDE, *OTHERS_INSIDE):
        try:
            canary = (_Quiet6 if ":" in host else _Quiet)((host, port), _Site)
        except OSError:  # no IPv6 here, or the port is taken there
            if host == INSIDE:
                raise
            continue
        accept = canary.get_request

        def counted(accept: Any = accept, host: str = host) -> Any:
            hits.append(host)
            return accept()

        canary.get_request = counted  # type: ignore[method-assign]
        servers.append(canary)
    for server in servers:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    try:
        yield port, hits
    finally:
        for server in servers:
            server.shutdown()
            server.server_close()


@contextmanager
def hostile_names() -> Iterator[None]:
    """Answer every question for a name as a hostile name server would; no question leaves this machine."""
    real, turns = socket.getaddrinfo, dict[str, int]()

    def answer(host: Any, port: Any, *args: Any, **kwargs: Any) -> list[Any]:
        name = (host.decode() if isinstance(host, bytes) else str(host)).encode("idna").decode().lower().rstrip(".")
        turns[name] = turns.get(name, 0) + 1
        book = NAMES.get(name, ())
        if name == "rebind.example":
            book = (PUBLIC,) if turns[name] == 1 else (INSIDE,)
        elif name == "flicker.example":  # right for the one who looks, wrong for the one who connects
            book = (PUBLIC,) if turns[name] % 2 else (INSIDE,)
        kwargs["flags"] = kwargs.get("flags", 0) | socket.AI_NUMERICHOST
        return [entry for address in book or (host,) for entry in real(address, port, *args, **kwargs)]

    socket.getaddrinfo = answer
    try:
        yield
    finally:
        socket.getaddrinfo = real
