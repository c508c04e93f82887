"""What many sessions cost: ``python -m benchmarks.load`` serves the app and works in it as a newsroom would, with a person's pauses.

Most sessions speak Streamlit's own protocol over a websocket, as a browser does, because two dozen Chromium pages on one machine would
measure Chromium; a few real pages among them measure what a person sees. Every report but the seeds has a canary word, so that a session
that is shown another's report is noticed. Sessions do what a browser does: they report cached messages, and ask every two seconds whether
somebody decided something, because the page tells them to.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import re
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException

from benchmarks.stage import ROOT, Server, chromium, served, synthetic_report, visit
from dateline import Gazetteer
from tests.villages import REPORT as VILLAGE_REPORT

WARM = 0.2
"""The share of the time that is called warming up."""
ANSWER_S = 120.0
"""How long an answer may take before it counts as an error."""
PAUSE_S = (1.0, 4.0)
OWN_PLACES = 60
CACHED_RUNS = 2
"""How many runs a browser keeps a large message that it was not shown again."""
CANARY = re.compile(rb"Quokk[a-z]{3}zed")
_MARK = re.compile(r"<mark ([^>]*)>")
_ATTRIBUTE = re.compile(r'data-(\w+)="([^"]*)"')
_SHOWN_BY_DEFAULT = {"literal", "modifier", "metonym"}
_ROUND = ("click",) * 9 + ("decide",) * 4 + ("filter",) * 2 + ("search",) * 2 + ("open",) * 3


@dataclass(frozen=True, slots=True)
class Mark:
    """A mention as the reader shows it."""

    mention: str
    place: str
    kind: str
    reference: str
    status: str
    name: str


def marks_of(markup: str) -> tuple[Mark, ...]:
    """Return the mentions that the reader's HTML marks."""
    found = []
    for attributes in _MARK.findall(markup):
        data = dict(_ATTRIBUTE.findall(attributes))
        found.append(Mark(*(data.get(name, "") for name in ("mention", "place", "kind", "reference", "status", "name"))))
    return tuple(found)


@dataclass(slots=True)
class Screen:
    """What one browser tab knows: the widgets and panes it was sent, and what it would say about itself to the server."""

    values: dict[str, Any] = field(default_factory=lambda: {"kinds": [], "q": "", "tiles": False})
    ids: dict[str, str] = field(default_factory=dict)
    titles: tuple[str, ...] = ()
    reader: dict[str, Any] = field(default_factory=dict)
    card: dict[str, Any] = field(default_factory=dict)
    query: str = ""
    script: str = ""
    cached: dict[str, tuple[ForwardMsg, int]] = field(default_factory=dict)
    repeat: tuple[str, float] | None = None
    """The fragment that is to be run every so many seconds."""
    seen: set[str] = field(default_factory=set)
    """Canaries in the run that is drawn now."""
    runs: int = 0
    fragments: int = 0
    partial: bool = False
    errors: list[str] = field(default_factory=list)

    def take(self, payload: bytes) -> bool:
        """Take in one message; return whether it ends a run of the whole page."""
        message = ForwardMsg()
        message.ParseFromString(payload)
        self.seen.update(word.decode() for word in CANARY.findall(payload))
        match message.WhichOneof("type"):
            case "new_session":
                self._begin(message)
            case "page_info_changed":
                self.query = message.page_info_changed.query_string
            case "auto_rerun":
                self.repeat = message.auto_rerun.fragment_id, float(message.auto_rerun.interval)
            case "ref_hash":
                self._again(message)
            case "delta":
                self._delta(message)
            case "script_finished":
                return self._end(message)
        return False

    def _begin(self, message: ForwardMsg) -> None:
        self.script = message.new_session.page_script_hash
        self.partial = bool(message.metadata.run.fragment_ids)
        if not self.partial:
            self.repeat = None
            self.seen = set()

    def _end(self, message: ForwardMsg) -> bool:
        if message.script_finished == ForwardMsg.FINISHED_WITH_COMPILE_ERROR:
            self.errors.append("the script does not compile")
        self.fragments += message.script_finished == ForwardMsg.FINISHED_FRAGMENT_RUN_SUCCESSFULLY
        if message.script_finished != ForwardMsg.FINISHED_SUCCESSFULLY:
            return False
        self.runs += 1
        self.cached = {name: kept for name, kept in self.cached.items() if self.runs - kept[1] <= CACHED_RUNS}
        return True

    def _again(self, message: ForwardMsg) -> None:
        """Show a message that was kept, as a browser does that told the server it has it."""
        if message.ref_hash not in self.cached:
            self.errors.append("the server names a message that it was never told is kept here")
            return
        kept, _ = self.cached[message.ref_hash]
        self.cached[message.ref_hash] = kept, self.runs
        self.seen.update(word.decode() for word in CANARY.findall(kept.SerializeToString()))
        self._element(kept)

    def _delta(self, message: ForwardMsg) -> None:
        if message.metadata.cacheable and message.hash:
            self.cached[message.hash] = message, self.runs
        if message.delta.WhichOneof("type") == "new_element":
            self._element(message)

    def _element(self, message: ForwardMsg) -> None:
        kind = message.delta.new_element.WhichOneof("type")
        element = getattr(message.delta.new_element, kind)
        if kind == "exception":
            self.errors.append(f"exception {element.type}: {element.message[:200]}")
        elif kind == "alert" and element.format in (element.ERROR, element.WARNING):
            self.errors.append(f"the page says: {element.body[:200]}")
        key = getattr(element, "id", "").split("-", 2)[-1]
        if not key:
            return
        self.ids[key] = element.id
        if kind == "bidi_component" and key in ("reader", "card"):
            setattr(self, key, json.loads(element.json))
        elif kind == "selectbox" and key == "report_choice":
            self.titles = tuple(element.options)
            if element.set_value or key not in self.values:
                self.values[key] = element.raw_value or element.options[element.default]
        elif kind == "text_input" and element.set_value:
            self.values[key] = element.value
        elif kind == "button_group" and element.set_value:
            self.values[key] = list(element.raw_values)

    def asking(self, url: str, *, fragment: str = "", press: str = "", events: Sequence[tuple[str, Any]] = ()) -> bytes:
        """Return the message by which a browser asks for a run.

        Args:
            url: address of the app.
            fragment: the part to run, else the whole page.
            press: key of a button that is pressed.
            events: what the reader tells: (trigger, value).
        """
        message = BackMsg()
        state = message.rerun_script
        bound = [("kinds", label) for label in self.values["kinds"]] + ([("q", self.values["q"])] if self.values["q"] else [])
        state.query_string = urlencode([*bound, *(pair for pair in parse_qsl(self.query) if pair[0] not in ("kinds", "q"))])
        for key, value in self.values.items():
            if key in self.ids:
                widget = state.widget_states.widgets.add(id=self.ids[key])
                if isinstance(value, list):
                    widget.string_array_value.data.extend(value)
                    widget.string_array_value.SetInParent()
                elif isinstance(value, bool):
                    widget.bool_value = value
                else:
                    widget.string_value = value
        if press:
            state.widget_states.widgets.add(id=self.ids[press]).trigger_value = True
        if events:
            told = json.dumps([{"event": name, "value": value} for name, value in events])
            state.widget_states.widgets.add(id=f"$$STREAMLIT_INTERNAL_KEY_{self.ids['reader']}__events").json_trigger_value = told
        state.widget_states.SetInParent()
        state.page_script_hash = self.script
        state.fragment_id, state.is_auto_rerun = fragment, bool(fragment)
        state.cached_message_hashes.extend(self.cached)
        state.context_info.timezone, state.context_info.locale, state.context_info.url = "UTC", "en-US", url
        return message.SerializeToString()

    def marks(self) -> tuple[Mark, ...]:
        """Return the mentions that the reader marks and does not grey out."""
        shown = self.reader.get("visible")
        return tuple(mark for mark in marks_of(self.reader.get("html", "")) if shown is None or mark.mention in shown)


@dataclass(slots=True)
class Tally:
    """What came of all sessions."""

    first_page: list[float] = field(default_factory=list)
    click: list[float] = field(default_factory=list)
    decision: list[float] = field(default_factory=list)
    other: list[float] = field(default_factory=list)
    seen: list[float] = field(default_factory=list)
    """From a click to the card in a real browser."""
    errors: list[str] = field(default_factory=list)
    mixups: list[str] = field(default_factory=list)
    watched: int = 0
    """How often a page asked whether somebody decided something."""

    @property
    def interactions(self) -> int:
        """How many times something was asked and answered."""
        return sum(map(len, (self.first_page, self.click, self.decision, self.other, self.seen)))


class Tab:
    """A session: connects as a browser does, shows what comes, and does what a person does."""

    def __init__(self, url: str, number: int, own: str, canaries: dict[str, str], tally: Tally) -> None:
        """Prepare session ``number`` whose report is ``own``; ``canaries`` are the words of all reports that have one, by report."""
        self.url, self.number, self.own, self.canaries, self.tally = url, number, own, canaries, tally
        self.screen = Screen()
        self.sequence = int(time.time() * 1000)
        self._socket: ClientConnection | None = None
        self._tasks: list[asyncio.Task[None]] = []
        self._finished = asyncio.Event()

    async def open(self, report: str) -> None:
        """Open ``?report=`` in a new tab, and wait until the page is there."""
        await self.close()
        self.screen = Screen(query=urlencode({"report": report}))
        begun = time.monotonic()
        self._socket = await connect(
            self.url.replace("http", "ws", 1) + "/_stcore/stream", origin=self.url, subprotocols=["streamlit"],
            max_size=None, open_timeout=ANSWER_S, ping_timeout=None,
        )  # fmt: skip
        self._tasks = [asyncio.create_task(self._listen()), asyncio.create_task(self._repeat())]
        await self._socket.send(self.screen.asking(self.url))
        if await self._until(lambda s: s.reader.get("report") == report, f"open {report!r}"):
            self.tally.first_page.append(time.monotonic() - begun)

    async def close(self) -> None:
        """Close the tab."""
        for task in self._tasks:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
        if self._socket:
            await self._socket.close()
        self.tally.watched += self.screen.fragments
        self.screen.fragments = 0
        self._tasks, self._socket = [], None

    async def _listen(self) -> None:
        try:
            assert self._socket is not None
            async for payload in self._socket:
                if self.screen.take(payload if isinstance(payload, bytes) else payload.encode()):
                    self._check()
                    self._finished.set()
        except Exception as error:  # whatever it is: nobody else would hear of it
            self._wrong(f"what came could not be shown: {error!r}")
        finally:
            self._finished.set()

    async def _repeat(self) -> None:
        """Run the watching fragment as often as the page asks for, as a browser does."""
        while True:
            due = self.screen.repeat
            await asyncio.sleep(due[1] if due else 0.1)
            if due and due == self.screen.repeat and self._socket:
                with suppress(WebSocketException):
                    await self._socket.send(self.screen.asking(self.url, fragment=due[0]))

    def _check(self) -> None:
        """Note errors that the page shows, and canaries of other reports than the one that is drawn."""
        shown = self.screen.reader.get("report", "")
        right = {self.canaries[shown]} if shown in self.canaries else set()
        if self.screen.seen != right:
            self.tally.mixups.append(f"session {self.number}: {shown!r} was drawn with {sorted(self.screen.seen)}")
        for error in self.screen.errors:
            self._wrong(error)
        self.screen.errors.clear()

    def _wrong(self, what: str) -> None:
        self.tally.errors.append(f"session {self.number}: {what}")

    async def _ask(self, right: Callable[[Screen], bool], what: str, **asked: Any) -> float | None:
        """Ask for a run and wait for one after which ``right`` holds; return how long that took, None where it never came."""
        assert self._socket is not None
        begun = time.monotonic()
        await self._socket.send(self.screen.asking(self.url, **asked))
        return time.monotonic() - begun if await self._until(right, what) else None

    async def _until(self, right: Callable[[Screen], bool], what: str) -> bool:
        try:
            async with asyncio.timeout(ANSWER_S):
                while True:
                    self._finished.clear()
                    await self._finished.wait()
                    if right(self.screen):
                        return True
                    if self._tasks[0].done():
                        break
        except TimeoutError:
            pass
        self._wrong(f"no right answer to: {what}")
        return False

    def _number(self) -> int:
        self.sequence = max(self.sequence + 1, int(time.time() * 1000))
        return self.sequence

    async def click(self, chance: random.Random) -> None:
        """Choose a place, and look whether its card came."""
        marks = self.screen.marks()
        if not marks:
            await self.filter(chance)
            return
        mark, number = chance.choice(marks), self._number()
        pick = {"place": mark.place, "sequence": number}
        took = await self._ask(lambda s: s.reader.get("sequence") == number, "a click", events=[("pick", pick)])
        if took is not None:
            self.tally.click.append(took)
            if self.screen.card.get("place") != mark.place:
                self.tally.mixups.append(
                    f"session {self.number}: a click on {mark.place!r} gave the card of {self.screen.card.get('place')!r}"
                )

    async def decide(self, chance: random.Random) -> None:
        """Call a mention something else, say that one is right, and take that back."""
        kinds = [kind["name"] for kind in self.screen.reader.get("kinds", ())]
        for what in ("kind", "check", "undo"):
            marks = self.screen.marks()
            if not marks:
                return
            mark, number = chance.choice(marks), self._number()
            report, value = self.screen.reader["report"], chance.choice(kinds)
            wish = {"do": what, "report": report, "at": number}
            if what != "undo":
                wish |= {"mention": mark.mention, "scope": "mention", "why": ""}
            if what == "kind":
                wish["value"] = value
            took = await self._ask(lambda s: number in s.reader["done"], what, events=[("wish", {"list": [wish]})])  # noqa: B023  # awaited here
            if took is not None:
                self.tally.decision.append(took)
                self._saved(number, mark, value if what == "kind" else "")
            await asyncio.sleep(chance.uniform(*PAUSE_S) / 4)

    def _saved(self, number: int, mark: Mark, kind: str) -> None:
        """Look whether a decision was saved, and in a report of one's own whether it shows."""
        said = self.screen.reader.get("said") or {}
        if said.get("kind") != "saved" or said.get("number") != str(number):
            self._wrong(f"a decision was not saved: {said.get('text', 'nothing was said')}")
        elif kind and self.screen.reader["report"] == self.own:
            now = next((one for one in marks_of(self.screen.reader["html"]) if one.mention == mark.mention), None)
            if now is None or now.kind != kind:
                self._wrong(f"{mark.mention!r} was called {kind!r}, and is shown as {now.kind if now else 'nothing'!r}")

    async def filter(self, chance: random.Random) -> None:
        """Look at one kind, or at everything again."""
        screen = self.screen
        labels = {kind["name"]: kind["label"] for kind in screen.reader.get("kinds", ())}
        marks = screen.marks()
        if screen.values["kinds"] or screen.values["q"] or not marks:
            took = await self._ask(lambda s: not s.values["kinds"] and not s.values["q"], "clear the filters", press="clear")
        else:
            kind = chance.choice(marks).kind
            screen.values["kinds"] = [labels[kind]]

            def right(now: Screen) -> bool:
                of_kind = {m.mention for m in marks_of(now.reader["html"]) if m.kind == kind and m.reference in _SHOWN_BY_DEFAULT}
                return set(now.reader["visible"] or of_kind) == of_kind

            took = await self._ask(right, f"only {kind!r}")
        if took is not None:
            self.tally.other.append(took)

    async def search(self, chance: random.Random) -> None:
        """Search for a place that is there."""
        marks = self.screen.marks()
        if not marks:
            await self.filter(chance)
            return
        mark = chance.choice(marks)
        self.screen.values["q"] = mark.name
        took = await self._ask(lambda s: mark.mention in (s.reader["visible"] or [mark.mention]), "a search")
        if took is not None:
            self.tally.other.append(took)

    async def another(self, chance: random.Random, shared: Sequence[tuple[str, str]], own_title: str) -> None:
        """Open a report: by the picker, or now and then by its address in a new tab."""
        report, title = chance.choice([*shared, (self.own, own_title), (self.own, own_title)])
        if chance.random() < 0.2:
            await self.open(report)
            return
        shown = next((t for t in self.screen.titles if t == title or t.startswith(f"{title} (")), "")
        if not shown:
            self._wrong(f"{report!r} is not in the picker")
            return
        self.screen.values["report_choice"] = shown
        took = await self._ask(lambda s: s.reader.get("report") == report, f"choose {report!r}")
        if took is not None:
            self.tally.other.append(took)

    async def work(self, until: float, chance: random.Random, shared: Sequence[tuple[str, str]], own_title: str) -> None:
        """Work as a person does until then."""
        try:
            await self.open(self.own)
            while time.monotonic() < until:
                await asyncio.sleep(chance.uniform(*PAUSE_S))
                match chance.choice(_ROUND) if self.screen.reader else "open":
                    case "click":
                        await self.click(chance)
                    case "decide":
                        await self.decide(chance)
                    case "filter":
                        await self.filter(chance)
                    case "search":
                        await self.search(chance)
                    case _:
                        await self.another(chance, shared, own_title)
        except (WebSocketException, OSError, TimeoutError) as error:
            self._wrong(f"the connection broke: {error}")


@dataclass(frozen=True, slots=True)
class Shelf:
    """The reports that are worked on: everybody's, and one a session."""

    shared: tuple[tuple[str, str], ...]
    """(id, title) of each."""
    own: tuple[tuple[str, str], ...]
    canaries: dict[str, str]


def canary(number: int) -> str:
    """Return a word that stands in one report only."""
    letters = "abcdefghij"
    return "Quokk" + "".join(letters[int(digit)] for digit in f"{number:03d}") + "zed"


def fill(folder: Path, own: int, sizes: Sequence[int] = (100, 300)) -> Shelf:
    """Write the reports into ``folder``: the seeds, the villages, one of each size, and ``own`` of a session's own."""
    gazetteer, canaries, shared = Gazetteer(), {}, []
    for path in sorted((ROOT / "seeds").glob("*.md")):
        content = path.read_text(encoding="utf-8")
        (folder / path.name).write_text(content, encoding="utf-8")
        found = re.search(r"^title: (.*)$", content, re.MULTILINE)
        shared.append((path.stem, found[1].strip().strip('"') if found else path.stem))
    made = [("villages", "Villages", f"---\ntitle: Villages\n---\n\n{VILLAGE_REPORT}\n")]
    made += [(f"places-{size}", f"Places {size}", _titled(synthetic_report(gazetteer, size), f"Places {size}")) for size in sizes]
    shared += [(name, title) for name, title, _ in made]
    mine = [(f"desk-{n:02d}", f"Desk {n:02d}") for n in range(own)]
    body = synthetic_report(gazetteer, OWN_PLACES)
    made += [(name, title, _titled(body, title)) for name, title in mine]
    for number, (name, _, text) in enumerate(made):
        canaries[name] = canary(number)
        head, *paragraphs = text.split("\n\n")
        told = [f"{paragraph} The word of the day was {canaries[name]}." for paragraph in paragraphs]
        (folder / f"{name}.md").write_text("\n\n".join([head, *told]) + "\n", encoding="utf-8")
    return Shelf(tuple(shared), tuple(mine), canaries)


def _titled(text: str, title: str) -> str:
    return re.sub(r"^title: .*$", f"title: {title}", text, count=1, flags=re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Reading:
    """What the server holds at a moment."""

    memory_mb: float
    children_mb: float
    files: int
    threads: int
    interactions: int


def gauge(server: Server, tally: Tally) -> Reading:
    """Return what the server holds now (Linux)."""
    pid = server.process.pid
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    threads = int(re.search(r"^Threads:\s+(\d+)", status, re.MULTILINE)[1])  # type: ignore[index]  # it is there
    files = len(list(Path(f"/proc/{pid}/fd").iterdir()))
    return Reading(server.memory_mb(), sum(map(_resident_mb, _descendants(pid))), files, threads, tally.interactions)


def _resident_mb(pid: int) -> float:
    with suppress(OSError):  # it may be gone by now
        found = re.search(r"^VmRSS:\s+(\d+)", Path(f"/proc/{pid}/status").read_text(encoding="utf-8"), re.MULTILINE)
        return int(found[1]) / 1024 if found else 0.0
    return 0.0


def _descendants(pid: int) -> set[int]:
    parents = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            parents[int(path.parent.name)] = int(path.read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()[1])
    found, new = set(), {pid}
    while new := {child for child, parent in parents.items() if parent in new}:
        found |= new
    return found


@dataclass(frozen=True, slots=True)
class Outcome:
    """One line of the table."""

    sessions: int
    browsers: int
    minutes: float
    tally: Tally
    prepared_s: float
    start: Reading
    warm: Reading
    end: Reading
    client_share: float
    """How much of one core the sessions themselves took."""

    @property
    def failed(self) -> bool:
        """Whether there was an error or a mix-up."""
        return bool(self.tally.errors or self.tally.mixups)


def load(
    sessions: int, seconds: float, *, browsers: int = 0, seed: int = 1, sizes: Sequence[int] = (100, 300), cold: bool = False
) -> Outcome:
    """Let that many sessions work for that long, and return what it cost.

    Args:
        sessions: how many speak the protocol.
        seconds: for how long they begin new things.
        browsers: how many real pages work among them.
        seed: of the pauses and choices.
        sizes: places of the large reports that all share.
        cold: do not take in and read the reports before the sessions come: the first pages then wait for the reading of all.
    """
    with tempfile.TemporaryDirectory() as name:
        folder, log = Path(name) / "in", Path(name) / "log"
        folder.mkdir()
        shelf = fill(folder, sessions + browsers, sizes)
        with served(folder, log) as server:
            outcome = asyncio.run(_load(server, shelf, sessions, seconds, browsers, seed, cold))
            for line in log.read_text(encoding="utf-8", errors="replace").splitlines():
                if line.startswith("Traceback"):
                    outcome.tally.errors.append("the server wrote a traceback to its log")
        return outcome


async def _load(server: Server, shelf: Shelf, sessions: int, seconds: float, browsers: int, seed: int, cold: bool) -> Outcome:
    tally, url = Tally(), server.url
    begun = time.monotonic()
    if not cold:
        first = Tab(url, -1, "", shelf.canaries, tally)
        for report, _ in (*shelf.shared, *shelf.own):
            await first.open(report)
        await first.close()
        tally.first_page.clear()
        tally.watched = 0
    prepared, start = time.monotonic() - begun, gauge(server, tally)
    used, begun = time.process_time(), time.monotonic()
    until = begun + seconds
    tabs = [Tab(url, number, shelf.own[number][0], shelf.canaries, tally) for number in range(sessions)]
    work = [tab.work(until, random.Random(f"{seed}-{tab.number}"), shelf.shared, shelf.own[tab.number][1]) for tab in tabs]  # noqa: S311
    people = [
        asyncio.to_thread(_person, url, shelf.own[sessions + number][0], until, random.Random(f"{seed}-page-{number}"), tally)  # noqa: S311
        for number in range(browsers)
    ]
    working = asyncio.gather(*work, *people)
    await asyncio.sleep(seconds * WARM)
    warm = gauge(server, tally)
    await working
    end = gauge(server, tally)
    share = (time.process_time() - used) / (time.monotonic() - begun)
    for tab in tabs:
        await tab.close()
    return Outcome(sessions, browsers, seconds / 60, tally, prepared, start, warm, end, share)


def _person(url: str, report: str, until: float, chance: random.Random, tally: Tally) -> None:
    """Work in a real page: choose places in the list, and note when their card was there."""
    with chromium() as browser, visit(browser) as seen:
        seen.open(f"{url}/?report={report}")
        while time.monotonic() < until:
            time.sleep(chance.uniform(*PAUSE_S))
            chosen = seen.page.evaluate("() => document.querySelector('.dl-card').dataset.place")
            place = chance.choice([place for place in seen.in_list() if place != chosen])
            tally.seen.append(_click_to_card(seen.page, place))
        tally.errors.extend(f"a page: {error[:200]}" for error in seen.errors)
        tally.errors.extend(f"a page asked for {address[:100]}" for address in seen.foreign)


def _click_to_card(page: Any, place: str) -> float:
    return float(page.evaluate(
        """(place) => new Promise((done) => {
          const start = performance.now();
          document.querySelector(`.dl-row[data-place="${CSS.escape(place)}"]`).click();
          const look = () => {
            if (document.querySelector('.dl-card').dataset.place === place) done((performance.now() - start) / 1000);
            else requestAnimationFrame(look);
          };
          look();
        })""", place,
    ))  # fmt: skip


COLUMNS = (
    "sessions", "pages", "minutes", "interactions", "errors", "mix-ups", "first page median / p95", "click median / p95 / max",
    "decision median / p95", "click to card in a page", "memory at start / warm / end", "a session", "growth per 1,000 interactions",
    "child processes at warm / end", "open files at warm / end", "threads at warm / end", "watch runs a minute", "one core's share of the test",
)  # fmt: skip


def row(outcome: Outcome) -> tuple[str, ...]:
    """Return the cells of an outcome, in the order of :data:`COLUMNS`."""
    tally, start, warm, end = outcome.tally, outcome.start, outcome.warm, outcome.end
    done = end.interactions - warm.interactions
    return (
        str(outcome.sessions), str(outcome.browsers), f"{outcome.minutes:.1f}", f"{tally.interactions:,}", str(len(tally.errors)),
        str(len(tally.mixups)), seconds_of(tally.first_page, ("median", "p95")), seconds_of(tally.click, ("median", "p95", "max")),
        seconds_of(tally.decision, ("median", "p95")), seconds_of(tally.seen, ("median", "p95")),
        f"{start.memory_mb:.0f} / {warm.memory_mb:.0f} / {end.memory_mb:.0f} MB",
        f"{(end.memory_mb - start.memory_mb) / (outcome.sessions + outcome.browsers):.1f} MB",
        f"{(end.memory_mb - warm.memory_mb) / done * 1000:.0f} MB" if done else "-",
        f"{warm.children_mb:.0f} / {end.children_mb:.0f} MB", f"{warm.files} / {end.files}", f"{warm.threads} / {end.threads}",
        f"{tally.watched / outcome.minutes:.0f}", f"{outcome.client_share:.0%}",
    )  # fmt: skip


def seconds_of(values: Iterable[float], which: Sequence[str]) -> str:
    """Return the figures (``median``, ``p95``, ``max``) of some times as one cell, "-" where there are none."""
    ordered = sorted(values)
    if not ordered:
        return "-"
    figures = {"median": statistics.median(ordered), "p95": ordered[min(len(ordered) - 1, int(0.95 * len(ordered)))], "max": ordered[-1]}
    return " / ".join(f"{figures[name]:.2f}" for name in which) + " s"


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the table; return 1 where a session saw an error or another's report."""
    asked = argparse.ArgumentParser(prog="python -m benchmarks.load", description="What many sessions cost.")
    asked.add_argument("--minutes", type=float, default=10.0, help="how long each number of sessions works")
    asked.add_argument("--sessions", type=int, nargs="+", default=[10, 20, 25], help="how many sessions at once")
    asked.add_argument("--browsers", type=int, default=1, help="how many real Chromium pages work among them")
    asked.add_argument("--seed", type=int, default=1, help="of the pauses and choices")
    asked.add_argument("--cold", action="store_true", help="the reports are read only when the sessions open them")
    given = asked.parse_args(arguments)
    print(f"| {' | '.join(COLUMNS)} |\n|{'---|' * len(COLUMNS)}", flush=True)
    outcomes = []
    for sessions in given.sessions:
        outcome = load(sessions, given.minutes * 60, browsers=given.browsers, seed=given.seed, cold=given.cold)
        print(f"| {' | '.join(row(outcome))} |", flush=True)
        outcomes.append(outcome)
    for trouble in [t for o in outcomes for t in (*o.tally.errors, *o.tally.mixups)][:20]:
        print(f"- {trouble}")
    return int(any(outcome.failed for outcome in outcomes))


if __name__ == "__main__":
    sys.exit(main())
