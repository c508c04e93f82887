"""Who is answered: this machine's own page, and nobody else. Attacks first as bare requests, then from real pages in a browser."""

from __future__ import annotations

import ast
import asyncio
import base64
import hashlib
import http.client
import re
import shutil
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import streamlit
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from benchmarks.stage import Server, chromium, served, visit
from components.serving import OwnPageOnly, headers_of_answer, refusal
from tests.conftest import ROOT, SEEDS

HOSTS = ("localhost", "127.0.0.1", "::1")
OWN = {"host": "localhost:8501"}


def scope(headers, *, path="/", method="GET", kind="http"):
    pairs = headers.items() if isinstance(headers, dict) else headers
    raw = [(name.encode(), value.encode("latin-1")) for name, value in pairs]
    return {"type": kind, "scheme": "ws" if kind == "websocket" else "http", "method": method, "path": path, "headers": raw}


def status(headers, **of):
    refused = refusal(scope(headers, **of), HOSTS)
    return refused.status if refused else 200


@pytest.mark.parametrize("host", ["localhost:8501", "LOCALHOST:8501", "localhost", "127.0.0.1:8501", "[::1]:8501", "localhost.:8501"])
def test_our_names_are_answered(host):
    assert status({"host": host}) == 200
    assert status({"host": host}, kind="websocket") == 200


@pytest.mark.parametrize(
    "host",
    [
        "evil.example:8501", "localhost.evil.example", "evil.localhost", "localhost@evil.example", "evil.example#localhost", "localhost/x",
        "localhost:", "localhost:8501:80", "localhost:port", "127.0.0.1.evil.example", "127.1", "2130706433", "0.0.0.0:8501", "[::]", "",
        " ", "localhost evil.example", "localhost,evil.example", "localhost;script-src *", "lοcalhost".encode().decode("latin-1"),
    ],
)  # fmt: skip
def test_a_name_that_is_not_ours_is_not_answered(host):
    """DNS rebinding makes a stranger's page the same origin as ours; only the Host header tells."""
    assert status({"host": host}) == 421
    assert status({"host": host}, kind="websocket") == 421


def test_no_host_and_two_hosts_are_not_answered():
    assert status({}) == 421
    assert status([("host", "localhost:8501"), ("host", "evil.example")]) == 421


def test_a_configured_name_is_answered_and_a_pattern_means_what_streamlit_means():
    hosts = ("dateline.lan", "*.desk.example")
    assert refusal(scope({"host": "dateline.lan:8501"}), hosts) is None
    assert refusal(scope({"host": "a.desk.example"}), hosts) is None
    assert refusal(scope({"host": "desk.example"}), hosts)
    assert refusal(scope({"host": "dateline.lan.evil.example"}), hosts)


@pytest.mark.parametrize(
    "origin",
    [
        "http://localhost:9999", "http://localhost", "https://localhost:8501", "http://127.0.0.1:8501", "http://evil.example", "null", "",
        "http://localhost:8501.evil.example", "http://localhost:8501/", "HTTP://localhost:85010",
    ],
)  # fmt: skip
@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE", "OPTIONS"])
def test_a_page_of_another_origin_is_refused_whatever_it_asks(origin, method):
    assert status(OWN | {"origin": origin}, method=method) == 403
    assert status(OWN | {"origin": origin}, kind="websocket") == 403


def test_two_origins_are_refused():
    assert status([*OWN.items(), ("origin", "http://localhost:8501"), ("origin", "http://evil.example")]) == 403


def test_our_own_origin_is_answered():
    for method in ("GET", "PUT", "DELETE"):
        assert status(OWN | {"origin": "http://localhost:8501", "sec-fetch-site": "same-origin"}, method=method) == 200
    assert status(OWN | {"origin": "http://localhost:8501"}, kind="websocket") == 200
    behind_tls = scope({"host": "localhost", "origin": "https://localhost"}, kind="websocket") | {"scheme": "wss"}
    assert refusal(behind_tls, HOSTS) is None


@pytest.mark.parametrize("site", ["cross-site", "same-site"])  # another port of localhost is the same site
def test_what_a_stranger_page_embeds_is_refused_and_a_link_may_lead_here(site):
    def fetched(mode, dest, method="GET"):
        return status(OWN | {"sec-fetch-site": site, "sec-fetch-mode": mode, "sec-fetch-dest": dest}, method=method)

    assert fetched("navigate", "document") == 200
    assert fetched("navigate", "document", method="POST") == 403
    for mode, dest in (("no-cors", "script"), ("no-cors", "image"), ("cors", "empty"), ("navigate", "iframe"), ("navigate", "object")):
        assert fetched(mode, dest) == 403
    assert status(OWN | {"sec-fetch-site": "none", "sec-fetch-mode": "navigate", "sec-fetch-dest": "document"}) == 200


@pytest.mark.parametrize("path", ["/_stcore/metrics", "/_stcore/agent/interact", "/_stcore/agent/mcp", "/_stcore/script-health-check"])
def test_what_the_page_does_not_use_is_not_there(path):
    assert status(OWN, path=path) == 404
    assert status(OWN, path=f"/base{path}/") == 404


def test_a_refusal_repeats_nothing_of_the_request():
    for refused in (refusal(scope({"host": "evil.example"}), HOSTS), refusal(scope(OWN | {"origin": "http://evil.example"}), HOSTS)):
        assert "evil" not in refused.words
        assert refused.words.count(".") == 1


async def _answer(asked, *, hosts=HOSTS):
    """Return what the server sends for a request, and whether the app behind was asked at all."""
    sent, reached = [], []

    async def app(_scope, _receive, send):
        reached.append(True)
        if asked["type"] == "websocket":
            await send({"type": "websocket.accept"})
            return
        headers = [(b"content-type", b"text/html"), (b"access-control-allow-origin", b"*"), (b"X-Frame-Options", b"ALLOWALL")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b"page"})

    async def receive():
        return {"type": "websocket.connect" if asked["type"] == "websocket" else "http.request"}

    async def send(message):
        sent.append(message)

    await OwnPageOnly(app, hosts=hosts)(asked, receive, send)
    return sent, bool(reached)


def test_the_app_behind_never_hears_of_a_refused_request():
    """Streamlit asks a host abroad for this machine's address when a foreign Origin reaches it: it must not get that far."""
    sent, reached = asyncio.run(_answer(scope(OWN | {"origin": "https://evil.example"}, kind="websocket")))
    assert not reached
    assert [m["type"] for m in sent] == ["websocket.close"]
    sent, reached = asyncio.run(_answer(scope({"host": "evil.example"})))
    assert not reached
    assert sent[0]["status"] == 421
    assert dict(sent[0]["headers"])[b"x-content-type-options"] == b"nosniff"


def test_the_open_door_of_the_framework_is_closed_in_every_answer():
    sent, reached = asyncio.run(_answer(scope(OWN)))
    assert reached
    names = [name.lower() for name, _ in sent[0]["headers"]]
    assert len(names) == len(set(names))
    headers = {name.lower(): value for name, value in sent[0]["headers"]}
    assert b"access-control-allow-origin" not in headers
    assert headers[b"x-frame-options"] == b"SAMEORIGIN"
    assert headers[b"content-type"] == b"text/html"
    assert sent[1]["body"] == b"page"


def test_a_start_of_the_server_passes():
    sent, reached = asyncio.run(_answer({"type": "lifespan"}))
    assert reached
    assert sent


def policy(path="/"):
    found = headers_of_answer(scope(OWN, path=path))["content-security-policy"]
    return {directive.split()[0]: directive.split()[1:] for directive in found.split(";")}


def test_the_page_may_ask_no_other_host():
    page = policy()
    assert page["frame-ancestors"] == ["'self'"]
    assert page["connect-src"] == ["'self'", "ws://localhost:8501"]
    assert not {"*", "http:", "https:", "ws:", "'unsafe-eval'"} & {source for sources in page.values() for source in sources}
    assert "'unsafe-inline'" not in page["script-src"]
    outside = {source for sources in page.values() for source in sources if "://" in source}
    assert outside == {"ws://localhost:8501"}


def test_only_the_map_may_ask_for_tiles_and_say_where_from():
    frame = "/component/streamlit_folium.st_folium/index.html"
    assert "https://tile.openstreetmap.org" in policy(frame)["img-src"]
    assert policy(frame)["connect-src"] == policy()["connect-src"]
    assert headers_of_answer(scope(OWN, path=frame))["referrer-policy"] == "strict-origin"  # its operators refuse requests without
    assert headers_of_answer(scope(OWN))["referrer-policy"] == "no-referrer"


def test_a_download_leaves_no_copy_in_the_browsers_cache():
    assert headers_of_answer(scope(OWN, path="/media/abc.csv"))["cache-control"] == "no-store"
    assert "cache-control" not in headers_of_answer(scope(OWN, path="/static/js/index.js"))


def test_the_only_inline_script_of_streamlits_page_is_the_one_we_allow():
    """A new Streamlit may write another one: then its digest belongs into the policy."""
    page = (Path(streamlit.__file__).parent / "static" / "index.html").read_text(encoding="utf-8")
    inline = re.findall(r"<script>(.*?)</script>", page, re.DOTALL)
    digests = [f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'" for text in inline]
    assert digests == [source for source in policy()["script-src"] if source.startswith("'sha256")]


def test_app_py_is_served_behind_the_door():
    """Streamlit looks for `app = Starlette(...)` in the source; without it, it would serve the page bare, and nobody would notice."""
    from streamlit.web.server.app_discovery import discover_asgi_app

    assert discover_asgi_app(ROOT / "app.py").import_string == "app:app"
    calls = [node for node in ast.walk(ast.parse((ROOT / "app.py").read_text(encoding="utf-8"))) if isinstance(node, ast.Call)]
    built = next(call for call in calls if ast.unparse(call.func) == "Starlette")
    assert "serving.door()" in {ast.unparse(keyword.value) for keyword in built.keywords if keyword.arg == "middleware"}


@pytest.fixture(scope="module")
def server(tmp_path_factory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("reports")
    shutil.copy(SEEDS[0], folder)
    with served(folder, tmp_path_factory.mktemp("log") / "server.log") as running:
        yield running


@pytest.fixture(scope="module")
def browser():
    with chromium() as found:
        yield found


def ask(server, path="/", method="GET", host=None, **headers):
    """Return status, headers and body of a request made by hand."""
    port = urlsplit(server.url).port
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    try:
        connection.putrequest(method, path, skip_host=True)
        connection.putheader("Host", host or f"localhost:{port}")
        for name, value in headers.items():
            connection.putheader(name.replace("_", "-"), value)
        connection.endheaders()
        answer = connection.getresponse()
        return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()
    finally:
        connection.close()


@pytest.mark.browser
@pytest.mark.parametrize(
    "path", ["/", "/_stcore/health", "/_stcore/host-config", "/app/static/dateline/link.js", "/media/x", "/static/x.js"]
)
def test_the_server_answers_no_other_name(server, path):
    code, _, body = ask(server, path, host="evil.example")
    assert code == 421
    assert b"localhost" in body


@pytest.mark.browser
def test_the_server_answers_its_own_page(server):
    code, headers, body = ask(server)
    assert code == 200
    assert b"<html" in body
    assert headers["x-frame-options"] == "SAMEORIGIN"
    assert headers["cross-origin-opener-policy"] == headers["cross-origin-resource-policy"] == "same-origin"
    code, headers, _ = ask(server, "/app/static/dateline/link.js", Origin=server.url)
    assert code == 200
    assert "access-control-allow-origin" not in headers
    assert ask(server, "/_stcore/metrics")[0] == 404
    assert ask(server, "/_stcore/agent/interact", method="POST")[0] == 404


@pytest.mark.browser
def test_no_upload_and_no_reading_from_another_port(server):
    for method, path in (("PUT", "/_stcore/upload_file/a/b"), ("OPTIONS", "/_stcore/upload_file/a/b"), ("GET", "/_stcore/health")):
        assert ask(server, path, method=method, Origin="http://localhost:9999")[0] == 403


@pytest.mark.browser
def test_only_the_own_page_opens_a_session(server):
    stream = server.url.replace("http", "ws") + "/_stcore/stream"
    for origin in ("http://localhost:9999", "http://127.0.0.1", "https://evil.example", "null"):
        with pytest.raises(InvalidStatus) as refused, connect(stream, origin=origin, proxy=None):
            pass
        assert refused.value.response.status_code == 403
    with connect(stream, origin=server.url, subprotocols=["streamlit"], proxy=None) as session:
        assert session.protocol.state.name == "OPEN"


@pytest.fixture(scope="module")
def stranger() -> Iterator[str]:
    """A page of somebody else on another port of this machine."""

    class Page(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(b"<!doctype html><title>A stranger</title><a id=link>a link</a>")

        def log_message(self, *args):
            pass

    at = ThreadingHTTPServer(("127.0.0.1", 0), Page)
    thread = threading.Thread(target=at.serve_forever, daemon=True)
    thread.start()
    yield f"http://localhost:{at.server_address[1]}"
    at.shutdown()
    at.server_close()
    thread.join()


REACH = """async (app) => {
  const opened = await new Promise((done) => {
    const socket = new WebSocket(app.replace("http", "ws") + "/_stcore/stream", ["streamlit"]);
    socket.onopen = () => done(true); socket.onerror = () => done(false);
  });
  const read = await fetch(app + "/_stcore/host-config").then((r) => r.text(), () => "refused");
  const script = await new Promise((done) => {
    const tag = document.createElement("script");
    tag.onload = () => done("ran"); tag.onerror = () => done("refused");
    tag.src = app + "/app/static/dateline/drawing.js"; document.head.append(tag);
  });
  const frame = document.createElement("iframe"); frame.src = app; document.body.append(frame);
  await new Promise((done) => { frame.onload = done; setTimeout(done, 8000); });
  return { opened, read, script };
}"""


@pytest.mark.browser
def test_a_strangers_page_can_neither_read_nor_run_nor_frame_the_app(server, browser, stranger):
    with visit(browser) as seen:
        seen.page.goto(stranger)
        assert seen.page.evaluate(REACH, server.url) == {"opened": False, "read": "refused", "script": "refused"}
        framed = [frame for frame in seen.page.frames if frame != seen.page.main_frame]
        assert all(frame.locator("#root").count() == 0 for frame in framed)


@pytest.mark.browser
def test_a_link_may_lead_here_and_leaves_no_handle(server, browser, stranger):
    with visit(browser) as seen:
        seen.page.goto(stranger)
        with seen.page.context.expect_page() as opened:
            seen.page.evaluate("app => { window.handle = window.open(app) }", server.url)
        opened.value.wait_for_selector(".dl-text p, .dl-text mark", timeout=60_000)
        assert seen.page.evaluate("() => window.handle.closed")  # what it opened is out of its reach


TRY = """async () => {
  const seen = [];
  document.addEventListener("securitypolicyviolation", (event) => seen.push(event.effectiveDirective));
  const image = new Image(); image.src = "https://tile.openstreetmap.org/0/0/0.png"; document.body.append(image);
  const script = document.createElement("script"); script.textContent = "window.inlineRan = true"; document.head.append(script);
  const box = document.createElement("div"); box.innerHTML = '<img src="data:," onerror="window.handlerRan = true">';
  document.body.append(box);
  const frame = document.createElement("iframe"); frame.src = "https://evil.example/"; document.body.append(frame);
  const form = document.createElement("form"); form.action = "https://evil.example/"; form.method = "post";
  document.body.append(form); form.submit();
  await fetch("https://evil.example/").catch(() => null);
  try { new WebSocket("ws://127.0.0.1:9/") } catch { /* refused */ }
  await new Promise((done) => setTimeout(done, 500));
  for (const added of [image, box, frame, form]) added.remove();
  return { refused: [...new Set(seen)].sort(), ran: [window.inlineRan, window.handlerRan] };
}"""


@pytest.mark.browser
def test_whatever_gets_into_the_page_can_neither_run_nor_call(server, browser):
    """The last line of defence behind escaping: the browser itself refuses."""
    with visit(browser) as seen:
        seen.open(server.url)
        assert (seen.errors, seen.foreign) == ([], [])
        found = seen.page.evaluate(TRY)
        assert found["ran"] == [None, None]
        refused = {"connect-src", "form-action", "frame-src", "img-src", "script-src-attr", "script-src-elem"}
        assert set(found["refused"]) == refused
        in_map = seen.map_frame.evaluate(
            "() => new Promise(done => { document.addEventListener('securitypolicyviolation', () => done('refused'));"
            " fetch('https://evil.example/').catch(() => setTimeout(() => done('asked'), 500)) })"
        )
        assert in_map == "refused"


# one pixel
PNG = base64.b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==")


@pytest.mark.browser
def test_tiles_switched_on_still_come_and_are_asked_for_with_nothing_but_the_origin(server, browser):
    """OpenStreetMap refuses requests without a Referer; the address of the page, with report and place in it, is nobody's business."""
    with visit(browser) as seen:
        asked = []

        def tile(route):
            asked.append(route.request.all_headers().get("referer"))
            route.fulfill(body=PNG, content_type="image/png")

        seen.page.route("https://tile.openstreetmap.org/**", tile)
        seen.open(server.url)
        seen.page.locator(".st-key-tiles label").click()
        seen.map_frame.wait_for_selector("img.leaflet-tile-loaded", state="attached", timeout=20_000)
        assert set(asked) == {f"{server.url}/"}
        assert seen.errors == []
