"""Fetching a web address: the public web only, with limits, nothing of the reader's with it.

A web page, or a link someone sends, may point inside: to this machine, its network, a cloud's metadata. So the address is resolved *here*,
every address it resolves to must be public, and the connection goes to the very address that was checked (no second look-up: no DNS
rebinding). Each redirect is a new address. No proxy, cookie, referrer or login is taken from the environment. The deadline of a
whole visit is the sandbox's, so a site that drips a byte a second ends with it.
"""

from __future__ import annotations

import ipaddress
import re
import socket
from collections.abc import Callable, Collection
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit, urlunsplit

import certifi
import urllib3
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError, SSLError
from urllib3.util import connection, parse_url
from urllib3.util.retry import Retry

from dateline.errors import LinkFailed, LinkRefused
from dateline.limits import FETCH_MAX_REDIRECTS, FETCH_PORTS, MAX_FILE_MB, MB

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
USER_AGENT = "Dateline (reads one page for one reader)"
_WAIT_S = 8.0
"""For one connection, and for one read from it; the whole visit has the sandbox's deadline."""
_CHUNK = 1 << 16
_HEADERS = {
    "User-Agent": USER_AGENT, "Accept": "text/html,application/xhtml+xml,application/pdf,text/plain;q=0.9,*/*;q=0.5",
    "Accept-Encoding": "gzip, deflate", "Accept-Language": "en,*;q=0.5",
}  # fmt: skip
_NAT64 = ipaddress.ip_network("64:ff9b::/96"), ipaddress.ip_network("64:ff9b:1::/48")
_REDIRECTS = frozenset([301, 302, 303, 307, 308])
_ODD = re.compile(r"[\x00-\x20\x7f\\]")


@dataclass(frozen=True, slots=True)
class Page:
    """What a site answered: its bytes, decoded of compression, the address in the end, and its media type."""

    content: bytes
    address: str
    media_type: str


def is_public(address: Address) -> bool:
    """Return whether an address belongs to the public internet, also where it wraps an older kind of address.

    IPv4 inside IPv6 (mapped, compatible, NAT64, 6to4, Teredo) counts as the IPv4 address it stands for.
    """
    if isinstance(address, ipaddress.IPv6Address):
        if address.scope_id is not None or address.is_site_local:
            return False
        inner = address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else None)
        if inner is None and (int(address) >> 32 == 0 or any(address in net for net in _NAT64)):
            inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(inner)
    return address.is_global and not address.is_multicast and not address.is_reserved and not address.is_unspecified


def host_of(link: str) -> str:
    """Return the host that a link names, for the screen to say who will see the request; "" where there is none that is asked."""
    try:
        host = urlsplit(link.strip()).hostname or ""
        return "" if "%" in host else host.encode("idna").decode("ascii")
    except (ValueError, UnicodeError):
        return ""


def _plain(link: str) -> str:
    """Return a link with its host in the letters that the network knows (RFC 3490): a name in another script is an address too."""
    try:
        parts = urlsplit(link)
        if not parts.hostname or parts.hostname.isascii() or "@" in parts.netloc:
            return link
        port = f":{parts.port}" if parts.port else ""
        return urlunsplit(parts._replace(netloc=f"{host_of(link)}{port}"))
    except ValueError:
        return link


def checked(link: str, ports: Collection[int] = FETCH_PORTS) -> str:
    """Return ``link`` as the address to ask, or refuse what is no web address.

    Raises:
        LinkRefused: no http or https, a name and password in it, another port, control characters, no host, a zone of this machine.
    """
    link = _plain(link.strip())
    if _ODD.search(link) or len(link) > 2_000:
        msg = f"{link[:80]!r} is not a web address: there are spaces or control characters in it. Copy it again."
        raise LinkRefused(msg)
    try:
        parts = urlsplit(link)
        port = parts.port or {"http": 80, "https": 443}.get(parts.scheme, 0)
        # urllib3 reads addresses by its own rules: both readings must agree on the host
        asked = parse_url(link)
    except (ValueError, HTTPError) as error:
        msg = f"{link[:80]!r} is not a web address. Copy it again."
        raise LinkRefused(msg) from error
    if parts.scheme not in ("http", "https") or not parts.hostname:
        msg = f"{link[:80]!r} does not begin with http:// or https://: only web pages are fetched."
        raise LinkRefused(msg)
    if parts.username is not None or parts.password is not None or "@" in parts.netloc:
        msg = f"{link[:80]!r} has a name or password in it. Remove what stands before the '@'."
        raise LinkRefused(msg)
    if "%" in parts.hostname:  # fe80::1%eth0: a zone is a network card of this machine
        msg = f"{link[:80]!r} names an address inside this machine or network, not a public site: it is not fetched."
        raise LinkRefused(msg)
    if (asked.host or "").strip("[]").lower() != parts.hostname.lower():
        msg = f"{link[:80]!r} can be read as two different addresses. Write it plainly."
        raise LinkRefused(msg)
    if port not in ports:
        msg = f"{link[:80]!r} asks for port {port}; only web pages on the usual ports are fetched."
        raise LinkRefused(msg)
    return link


def vetted(host: str, port: int, may_connect: Callable[[Address], bool]) -> list[str]:
    """Return the addresses of ``host``, all of them allowed.

    Raises:
        LinkRefused: one of them is not. A name that means a public *and* an inside address is a trick.
        LinkFailed: the name means nothing.
    """
    try:
        answers = socket.getaddrinfo(host.strip("[]"), port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        msg = f"There is no site called {host!r}, or no way to ask ({error}). Check the address and the connection."
        raise LinkFailed(msg) from error
    found = []
    for *_, place in answers:
        if not may_connect(ipaddress.ip_address(str(place[0]))):
            msg = f"{host!r} is an address inside this machine or network, not a public site: it is not fetched."
            raise LinkRefused(msg)
        found.append(str(place[0]))
    return found


def fetch(link: str, may_connect: Callable[[Address], bool] = is_public, ports: Collection[int] = FETCH_PORTS) -> Page:
    """Return what the site at ``link`` answers.

    Args:
        link: a web address.
        may_connect: which addresses may be asked; tests allow their own server.
        ports: which ports.

    Raises:
        LinkRefused: not the web, or an address inside, at any hop.
        LinkFailed: no answer in time, an error, more than :data:`~dateline.limits.MAX_FILE_MB`, too many redirects.
    """
    for _ in range(FETCH_MAX_REDIRECTS + 1):
        link = checked(link, ports)
        answer = _ask(link, may_connect)
        if isinstance(answer, Page):
            return answer
        try:
            link = urljoin(link, answer)
        except ValueError as error:
            msg = f"{link[:80]!r} sends on to {answer[:80]!r}, which is no web address. Copy the text and paste it."
            raise LinkRefused(msg) from error
    msg = f"{link[:80]!r} leads on and on ({FETCH_MAX_REDIRECTS} redirects are followed). Open it in a browser and copy the last address."
    raise LinkFailed(msg)


def _ask(link: str, may_connect: Callable[[Address], bool]) -> Page | str:
    """Return the page, or the address that the site sends on to."""
    parts = urlsplit(link)
    path = parts.path or "/"
    try:
        with _pool(parts.scheme, parts.hostname or "", parts.port, may_connect) as pool:
            response = pool.request(
                "GET", f"{path}?{parts.query}" if parts.query else path, headers=_HEADERS, redirect=False, preload_content=False,
                retries=Retry(False), timeout=urllib3.Timeout(connect=_WAIT_S, read=_WAIT_S),
            )  # fmt: skip
            try:
                if response.status in _REDIRECTS and (onward := response.headers.get("Location")):
                    return str(onward)
                if response.status != 200:
                    msg = (
                        f"{parts.hostname!r} answered with an error ({response.status}). Open it in a browser, copy the text and paste it."
                    )
                    raise LinkFailed(msg)
                return Page(_body(response, link), link, response.headers.get("Content-Type", "").split(";")[0].strip().lower())
            finally:
                response.close()
    except SSLError as error:
        msg = f"{parts.hostname!r} has no valid certificate: it may not be the site it says it is. Nothing was fetched."
        raise LinkFailed(msg) from error
    except (HTTPError, OSError, ValueError) as error:
        msg = f"{parts.hostname!r} did not answer with a page ({type(error).__name__}). Try again, or copy the text and paste it."
        raise LinkFailed(msg) from error


def _body(response: urllib3.BaseHTTPResponse, link: str) -> bytes:
    content = bytearray()
    for piece in response.stream(_CHUNK, decode_content=True):
        content += piece
        if len(content) > MAX_FILE_MB * MB:  # counted when decompressed: 0.5 MB of gzip can be 500 MB
            msg = f"{link[:80]!r} is larger than {MAX_FILE_MB} MB, the limit. Copy the text and paste it."
            raise LinkFailed(msg)
    return bytes(content)


def _pool(scheme: str, host: str, port: int | None, may_connect: Callable[[Address], bool]) -> urllib3.HTTPConnectionPool:
    """Return a pool for one host whose connections go to addresses that were looked at, and to no other."""
    number = port or (443 if scheme == "https" else 80)  # said outright: else the last part of an IPv6 address is taken for it
    host = f"[{host}]" if ":" in host else host

    def connect(self: HTTPConnection) -> socket.socket:
        trouble: OSError | None = None
        for address in vetted(self.host, number, may_connect):
            try:
                return connection.create_connection((address, number), _WAIT_S, socket_options=self.socket_options)
            except OSError as error:
                trouble = error
        raise trouble or OSError("no address")

    if scheme == "https":
        secure = urllib3.HTTPSConnectionPool(host, number, maxsize=1, cert_reqs="CERT_REQUIRED", ca_certs=certifi.where())
        secure.ConnectionCls = type("VettedHTTPS", (HTTPSConnection,), {"_new_conn": connect})
        return secure
    pool = urllib3.HTTPConnectionPool(host, number, maxsize=1)
    pool.ConnectionCls = type("VettedHTTP", (HTTPConnection,), {"_new_conn": connect})
    return pool
