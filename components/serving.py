"""Who is answered: the page of this machine, and nobody else.

Every browser tab, whatever site it shows, can send requests to this machine. Streamlit looks at the Host header of a session only,
lets a page on any other port of localhost open one, and, for an Origin it does not know, asks a host abroad for this machine's own
address. So a door stands before it: a request is looked at by :func:`refusal` before Streamlit hears of it, and every answer tells the
browser by :func:`headers_of_answer` what the page may do, which is: nothing with any other host.

What this cannot close:

- Another user of this machine, and any program on it, can open the port and see what the page shows: there is no login.
- A site can notice that something answers at the port, by how long a refusal takes; not what.
- A browser that sends no ``Sec-Fetch`` headers (Safari before 16.4) may embed the app's scripts and pictures, all of them public.
  Where something could be read or changed, it does say the origin.
- An extension of the browser reads and changes any page.
- A link from elsewhere may open the app at an address of its choosing (report, place, filters).
- A script that ran in the page in spite of all could lead the browser to another site; no policy of a browser forbids that. In the map's
  frame, scripts of its own may run (streamlit-folium evaluates what Python sends), and the host of the online tiles may be asked.
- A download lies in memory while its page is open, at an address made from its content: who has the very file can learn that it is there.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

import streamlit as st
from starlette.middleware import Middleware

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

HOME = ("localhost", "127.0.0.1", "::1")
# What Streamlit serves and the page never asks for: figures of all sessions, an interface for programs, a run of the script.
UNUSED = ("/_stcore/metrics", "/_stcore/agent", "/_stcore/script-health-check")
_HOST = re.compile(r"(?:\[([0-9a-f:]+)\]|([a-z0-9._-]+))(?::[0-9]{1,5})?")
_MAP = "/component/streamlit_folium."
_TILES = "https://tile.openstreetmap.org"
_INLINE = "'sha256-THxz9J9+wf7rhwR2YkXJoSZ13UCmYyC+3lNDv2+8ugA='"  # the one inline script of Streamlit's page

ALWAYS = {
    "x-frame-options": "SAMEORIGIN",
    "x-content-type-options": "nosniff",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}
# Streamlit lets every origin read the app's static files, and pages of its own list read the rest.
_TAKEN_OUT = (b"access-control-allow-origin", b"access-control-allow-credentials")


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a request is not answered: an HTTP status and a sentence, which repeats nothing of the request."""

    status: int
    words: str


NOT_OUR_NAME = Refusal(421, "Dateline answers only as localhost, or under a name that its configuration allows.\n")
NOT_OUR_PAGE = Refusal(403, "Dateline answers only its own page: open its address itself in the browser.\n")
NOT_THERE = Refusal(404, "Dateline does not offer this.\n")


def door() -> list[Middleware]:
    """Return the middleware that stands before the screen, with the hosts of the configuration."""
    return [Middleware(OwnPageOnly, hosts=(*HOME, *st.get_option("server.allowedHosts")))]


class OwnPageOnly:
    """ASGI middleware that refuses what is not this server's own page, and tells the browser what that page may do."""

    def __init__(self, app: ASGIApp, hosts: Sequence[str]) -> None:
        self.app, self.hosts = app, tuple(hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or let the app answer it."""
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        if refused := refusal(scope, self.hosts):
            await _refuse(refused, scope, send)
            return
        ours = {name.encode(): value.encode() for name, value in headers_of_answer(scope).items()}

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                kept = [(n, v) for n, v in message.get("headers", ()) if n.lower() not in ours and n.lower() not in _TAKEN_OUT]
                message = {**message, "headers": [*kept, *ours.items()]}
            await send(message)

        await self.app(scope, receive, sending)


def refusal(scope: Scope, hosts: Sequence[str]) -> Refusal | None:
    """Return why a request is refused, or None. ``hosts`` are names that are ours; ``*.`` in front of one means all below it.

    The port of the Host is not looked at: a page can choose no Host, and a tunnel may have another port at its near end.
    """
    host, origin = _values(scope, b"host"), _values(scope, b"origin")
    if len(host) != 1 or not _ours(host[0], hosts):
        return NOT_OUR_NAME
    # A browser says where every request comes from that could read an answer, open a session or change something.
    if origin and origin != [_origin(scope)]:
        return NOT_OUR_PAGE
    # What else a page embeds, it does not say the origin of, but whether that is ours. Another port of localhost is "same-site".
    if _of_another_page(scope) and not _is_link(scope):
        return NOT_OUR_PAGE
    if any(part in scope["path"] for part in UNUSED):
        return NOT_THERE
    return None


def headers_of_answer(scope: Scope) -> Mapping[str, str]:
    """Return the headers that every answer to a request of our own page carries, by lower-case name."""
    in_map = _MAP in scope["path"]
    # The operators of the tiles refuse requests that do not say which site asks; nobody else is told.
    found = {
        **ALWAYS,
        "content-security-policy": _policy(scope, in_map=in_map),
        "referrer-policy": "strict-origin" if in_map else "no-referrer",
    }
    if "/media/" in scope["path"] and "/static/" not in scope["path"]:
        found["cache-control"] = "no-store"  # a download is a report: no copy of it in the browser's cache
    return found


def _policy(scope: Scope, *, in_map: bool) -> str:
    """Return what a document may load and run: the page nothing but ours, the map's frame also tiles and what it evaluates."""
    # 'self' does not mean the session's ws: in every browser. The Host was looked at before: it is a name and a port, no more.
    session = f"{'wss' if scope['scheme'] in ('https', 'wss') else 'ws'}://{_values(scope, b'host')[0]}"
    scripts = "'self' 'unsafe-inline' 'unsafe-eval'" if in_map else f"'self' blob: {_INLINE}"
    return "; ".join((
        "default-src 'self'", f"connect-src 'self' {session}", f"script-src {scripts}", "style-src 'self' 'unsafe-inline'",
        f"img-src 'self' data: blob:{f' {_TILES}' if in_map else ''}", "font-src 'self' data:", "object-src 'none'", "base-uri 'self'",
        "form-action 'self'", "frame-ancestors 'self'",
    ))  # fmt: skip


def _values(scope: Scope, name: bytes) -> list[str]:
    return [value.decode("latin-1") for key, value in scope["headers"] if key.lower() == name]


def _ours(host: str, hosts: Sequence[str]) -> bool:
    """Return whether a Host header is one of these names, with any port."""
    found = _HOST.fullmatch(host.lower())
    name = (found[1] or found[2]).rstrip(".") if found else ""
    return bool(name) and any(fnmatchcase(name, pattern.strip().lower().strip("[]")) for pattern in hosts)


def _origin(scope: Scope) -> str:
    return f"{'https' if scope['scheme'] in ('https', 'wss') else 'http'}://{_values(scope, b'host')[0].lower()}"


def _of_another_page(scope: Scope) -> bool:
    return any(site not in ("same-origin", "none") for site in _values(scope, b"sec-fetch-site"))


def _is_link(scope: Scope) -> bool:
    """Return whether the browser goes to the address with a whole tab: then the page that sent it sees nothing of it."""
    how = (*_values(scope, b"sec-fetch-mode"), *_values(scope, b"sec-fetch-dest"))
    return scope["type"] == "http" and scope["method"] in ("GET", "HEAD") and how == ("navigate", "document")


async def _refuse(refused: Refusal, scope: Scope, send: Send) -> None:
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": 1008})  # before it was accepted: the server answers 403
        return
    body = refused.words.encode()
    headers = {"content-type": "text/plain; charset=utf-8", "content-length": str(len(body)), **ALWAYS}
    await send({"type": "http.response.start", "status": refused.status, "headers": [(n.encode(), v.encode()) for n, v in headers.items()]})
    await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})
