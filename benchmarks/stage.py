"""The app on a port of its own and a headless Chromium in front of it, for browser tests and benchmarks."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from dateline import Gazetteer
from tests.find_browser import find

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Frame, Page

ROOT = Path(__file__).resolve().parents[1]
START_TIMEOUT_S = 90
FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
    # no name resolves but this machine's own: whatever asks for another host fails and is seen
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Server:
    """A running app."""

    url: str
    process: subprocess.Popen[bytes]
    log: Path

    def memory_mb(self) -> float:
        """Return the resident memory of the server in megabytes (Linux)."""
        for line in Path(f"/proc/{self.process.pid}/status").read_text(encoding="ascii").splitlines():
            if line.startswith("VmRSS"):
                return int(line.split()[1]) / 1024
        return float("nan")


@contextmanager
def served(reports: Path, log: Path, env: dict[str, str] | None = None) -> Iterator[Server]:
    """Serve ``reports`` with the shipped configuration on a free port; stop it at the end."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    home = {"DATELINE_HOME": str(log.parent / f"home-{port}")}  # a library of its own
    command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(port)]
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, cwd=ROOT, env=os.environ | home | {"DATELINE_REPORTS": str(reports)} | (env or {}), stdout=output, stderr=output
        )
        try:
            url = f"http://localhost:{port}"
            _wait_until_up(url, process, log)
            yield Server(url, process, log)
        finally:
            process.terminate()
            process.wait(timeout=20)


def _wait_until_up(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + START_TIMEOUT_S
    while time.monotonic() < until:
        if process.poll() is not None:
            break
        try:
            with urllib.request.urlopen(f"{url}/_stcore/health", timeout=2):  # noqa: S310  # our own address
                return
        except OSError:
            time.sleep(0.1)
    msg = f"The app did not start: {log.read_text(encoding='utf-8', errors='replace')[-2000:]}"
    raise RuntimeError(msg)


@contextmanager
def chromium() -> Iterator[Browser]:
    """Yield a headless Chromium that can reach nothing but this machine."""
    from playwright.sync_api import sync_playwright

    path = find()
    if path is None:
        msg = "no Chromium found; run: python tests/find_browser.py --install"
        raise RuntimeError(msg)
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=path, args=list(FLAGS))
        yield browser
        browser.close()


@dataclass(slots=True)
class Visit:
    """A page of the app, with what it asked for and complained of."""

    page: Page
    foreign: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def open(self, url: str) -> None:
        """Go to ``url`` and wait until text, list and map are there."""
        self.page.goto(url)
        self.page.wait_for_selector(".dl-text mark, .dl-text p", timeout=60_000)
        self.page.wait_for_function("() => window.dateline && window.dateline.map && window.dateline.map.points()", timeout=60_000)
        self.settle()

    def settle(self) -> None:
        """Wait until the app has run and the page has been still for a moment."""
        self.page.wait_for_function(
            "() => { const app = document.querySelector('.stApp'); return app && app.getAttribute('data-test-script-state') !== 'running' }"
        )
        self.page.wait_for_timeout(350)

    @property
    def map_frame(self) -> Frame:
        """Return the map's frame."""
        return next(frame for frame in self.page.frames if "streamlit_folium" in frame.url)

    def on_map(self) -> list[str]:
        """Return the ids of the places that the map shows."""
        return sorted(self.page.evaluate("() => window.dateline.map.points()"))

    def in_list(self) -> list[str]:
        """Return the ids of the placed rows in the place list."""
        return sorted(
            self.page.eval_on_selector_all(".dl-row", "rows => rows.map(r => r.dataset.place).filter(id => !id.startsWith('un:'))")
        )

    def in_text(self) -> list[str]:
        """Return the place ids of the marks that are not filtered out, each once."""
        return sorted(
            set(
                self.page.eval_on_selector_all(
                    ".dl-text mark:not(.off)", "marks => marks.map(m => m.dataset.place).filter(id => !id.startsWith('un:'))"
                )
            )
        )

    def click_on_map(self, place: str) -> None:
        """Click a place's symbol where it is drawn."""
        x, y = self.page.evaluate("id => window.dateline.map.pixel(id)", place)
        box = self.page.locator(".st-key-pane_map iframe").bounding_box()
        assert box is not None
        self.page.mouse.click(box["x"] + x, box["y"] + y)

    def current(self) -> str | None:
        """Return the text of the mention that is marked as the current one."""
        return self.page.evaluate("() => document.querySelector('.dl-text mark.here')?.textContent ?? null")

    def view(self) -> tuple[float, float, float]:
        """Return the map's latitude, longitude and zoom."""
        found = self.map_frame.evaluate("() => [map.getCenter().lat, map.getCenter().lng, map.getZoom()]")
        return found[0], found[1], found[2]


@contextmanager
def visit(browser: Browser, *, width: int = 1440, height: int = 900, scheme: str = "light") -> Iterator[Visit]:
    """Yield a fresh visitor (own cookies, own storage) who logs foreign requests and script errors."""
    context = browser.new_context(viewport={"width": width, "height": height}, color_scheme=scheme)
    page = context.new_page()
    seen = Visit(page)
    page.on("request", lambda request: _note_request(seen, request.url))
    page.on("pageerror", lambda error: seen.errors.append(str(error)))
    page.on("console", lambda message: seen.errors.append(message.text) if message.type == "error" else None)
    try:
        yield seen
    finally:
        context.close()


def _note_request(seen: Visit, url: str) -> None:
    local = ("http://localhost:", "http://127.0.0.1:", "ws://localhost:", "data:", "blob:", "about:")
    if not url.startswith(local):
        seen.foreign.append(url)


def synthetic_report(gazetteer: Gazetteer, places: int) -> str:
    """Return a report of our own making that names ``places`` different towns once each.

    Towns whose name is theirs alone, spread over the gazetteer; every tenth sentence changes its verb,
    so that several kinds occur.
    """
    rows = gazetteer._db.execute(  # a benchmark may look inside
        "SELECT name FROM place WHERE feature = 'PPL' AND country = 'UA' AND population > 200 AND name NOT LIKE '% %'"
        " AND name NOT LIKE '%''%' AND length(name) > 5 GROUP BY name HAVING count(*) = 1 ORDER BY population DESC, row LIMIT ?",
        (places,),
    ).fetchall()
    sentences = (
        "Shelling was reported in {}.",
        "Troops captured {} on Monday.",
        "Families fled from {} at night.",
        "Talks were held in {}.",
    )
    lines = [sentences[i % len(sentences)].format(name) for i, (name,) in enumerate(rows)]
    paragraphs = [" ".join(lines[i : i + 5]) for i in range(0, len(lines), 5)]
    return f"---\ntitle: Report with {places} places\n---\n\n" + "\n\n".join(paragraphs) + "\n"
