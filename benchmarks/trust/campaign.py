"""What every attack shares: the order it runs under, what it found, a home of its own, and how much its child process took.

An attack is a module with one function ``run(order) -> Result``. What it tries follows from the order's seed alone, so that a failure can be
tried again by the same command. Nothing leaves this machine, and no attack sees the library of whoever runs it.
"""

from __future__ import annotations

import os
import random
import re
import sys
import tempfile
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from dateline import DatelineError, Workshop
from dateline.sandbox import Sandbox

ROOT = Path(__file__).resolve().parents[2]
ANSWER_S = 10.0
"""Within this a file or a text is answered: with its text or reading, or with a refusal."""
MEMORY_MB = 1_000
"""A child process may take this much more than it had before."""
_LOOK_S = 0.02
_ODD_NAME = re.compile(r"[^A-Za-z0-9._-]+")
_HEX = re.compile(r"'[^']*'|\"[^\"]*\"|0x[0-9a-f]+|\d+(?:\.\d+)?")


@dataclass(frozen=True, slots=True)
class Order:
    """How a campaign is to be run."""

    seed: int = 1
    quick: bool = False
    """A tenth of everything, to see that it runs."""
    keep: Path | None = None
    """Folder for the cases that failed; None keeps none."""
    hang: bool = False
    """Also what is known to hang a release before it is mended."""

    def share(self, count: int) -> int:
        """Return how many of ``count`` cases to try."""
        return max(1, count // 10) if self.quick else count

    def chance(self, attack: str) -> random.Random:
        """Return the source of chance of an attack: the same seed gives the same cases."""
        return random.Random(f"{self.seed}-{attack}")  # noqa: S311  # to vary cases, not to keep secrets


@dataclass(frozen=True, slots=True)
class Failure:
    """A case in which Dateline did what it must not."""

    case: str
    cause: str
    """What went wrong, in words that are the same for all cases of one cause."""
    content: bytes = b""
    """What was tried, as far as it fits into a small file."""


@dataclass(slots=True)
class Result:
    """What became of an attack."""

    attack: str
    tried: int = 0
    failures: list[Failure] = field(default_factory=list)
    worst: str = ""
    """The worst that was seen, failed or not: seconds, megabytes, or in words."""

    def fail(self, case: str, cause: str, content: bytes | str = b"") -> None:
        """Note a case that failed."""
        data = content.encode("utf-8", "surrogatepass") if isinstance(content, str) else content
        if not any(_alike(failure.cause) == _alike(cause) for failure in self.failures):  # said at once: a campaign is long
            print(f"  {case}: {cause}".encode("ascii", "backslashreplace").decode(), file=sys.stderr, flush=True)
        self.failures.append(Failure(case, cause, data))

    def failed(self) -> int:
        """Return how many cases failed, each counted once."""
        return len({failure.case for failure in self.failures})

    def by_cause(self) -> dict[str, list[Failure]]:
        """Return the failures by their cause, the most frequent first."""
        causes: dict[str, list[Failure]] = {}
        for failure in self.failures:
            causes.setdefault(_alike(failure.cause), []).append(failure)
        return dict(sorted(causes.items(), key=lambda item: -len(item[1])))


def _alike(cause: str) -> str:
    """Return a cause without the numbers and quotes in which one case differs from the next."""
    return _HEX.sub("*", cause)


def kept(result: Result, folder: Path, a_cause: int = 3) -> None:
    """Write ``a_cause`` failed cases of each cause into ``folder``, and a list of all."""
    here = folder / result.attack
    here.mkdir(parents=True, exist_ok=True)
    lines = []
    for cause, failures in result.by_cause().items():
        lines.append(f"{len(failures)} x {cause}")
        for failure in failures:
            lines.append(f"    {failure.case}: {failure.cause}")
        for failure in failures[:a_cause]:
            (here / f"{_ODD_NAME.sub('_', failure.case)[:80]}.case").write_bytes(failure.content[:2_000_000])
    (here / "failures.txt").write_text("\n".join(lines) + "\n", encoding="utf-8", errors="backslashreplace")


@contextmanager
def own_home() -> Iterator[Path]:
    """Yield an empty folder that is DATELINE_HOME meanwhile, also for processes started then; nothing of it stays."""
    before = os.environ.get("DATELINE_HOME")
    with tempfile.TemporaryDirectory(prefix="dateline-trust-", ignore_cleanup_errors=True) as folder:
        os.environ["DATELINE_HOME"] = folder
        try:
            yield Path(folder)
        finally:
            if before is None:
                del os.environ["DATELINE_HOME"]
            else:
                os.environ["DATELINE_HOME"] = before


@contextmanager
def workshop() -> Iterator[Workshop]:
    """Yield sandboxes that are stopped at the end."""
    shop = Workshop()
    try:
        yield shop
    finally:
        shop.close()


def crash(error: BaseException) -> str:
    """Return what an error that is none of ours is and where in Dateline it came up: the cause under which its cases are counted."""
    frames = [f for f in traceback.extract_tb(error.__traceback__) if f"{os.sep}dateline{os.sep}" in f.filename]
    frames = frames or traceback.extract_tb(error.__traceback__)[-1:]
    where = f"{Path(frames[-1].filename).name}:{frames[-1].name}" if frames else "?"
    return f"{type(error).__name__} in {where}: {str(error)[:60]!r}"


def told(error: DatelineError, name: str, secrets: tuple[str, ...]) -> str:
    """Return what is wrong with the message of a refusal, "" where nothing is: it names the thing and quotes nothing of the text."""
    message = str(error)
    if name and repr(name)[1:-1][:40] not in message:
        return "the message does not name the file"
    if any(secret in message for secret in secrets):
        return "the message quotes the text"
    return ""


@dataclass(slots=True)
class Cost:
    """What one task took."""

    wall_s: float = 0.0
    cpu_s: float = 0.0
    """Of the child process, on all cores together."""
    memory_mb: float = 0.0
    """The most that the child process held beyond what it had before."""

    @property
    def seconds(self) -> float:
        """Return how long the task takes a machine that has nothing else to do, as well as that can be told on one that has."""
        return min(self.wall_s, self.cpu_s) if self.cpu_s else self.wall_s

    def over(self, limit_s: float = ANSWER_S) -> Iterator[str]:
        """Yield in words what the task took too much of: time, memory."""
        if self.seconds > limit_s:
            yield f"{self.seconds:.0f} s, over {limit_s:.0f} s"
        if self.memory_mb > MEMORY_MB:
            yield f"{self.memory_mb:,.0f} MB of the child, over {MEMORY_MB:,} MB"


@contextmanager
def measured(sandbox: Callable[[], Sandbox]) -> Iterator[Cost]:
    """Measure a task of a sandbox whose child runs already: its time, and the memory of the child, looked at every few milliseconds."""
    cost, done = Cost(), threading.Event()
    child = sandbox()._child  # a benchmark may look inside
    number = child.process.pid if child else 0
    _forget_peak(number)
    before, worked = _peak_mb(number), _worked_s(number)

    def look() -> None:
        cost.memory_mb = max(cost.memory_mb, _peak_mb(number) - before)
        cost.cpu_s = max(cost.cpu_s, _worked_s(number) - worked)

    def watch() -> None:
        while not done.wait(_LOOK_S):
            look()

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    started = time.perf_counter()
    try:
        yield cost
    finally:
        cost.wall_s = time.perf_counter() - started
        done.set()
        watcher.join()
        look()
        if cost.wall_s >= sandbox().limits.timeout_s:  # it was waited for in vain, whatever it had of the processor
            cost.cpu_s = 0.0


def _peak_mb(number: int) -> float:
    """Return the most memory that a process has held, 0 where it is gone."""
    try:
        status = Path(f"/proc/{number}/status").read_text(encoding="ascii", errors="replace")
    except OSError:
        return 0.0
    peak = re.search(r"VmHWM:\s+(\d+)", status)
    return int(peak[1]) / 1024 if peak else 0.0


def _worked_s(number: int) -> float:
    """Return the processor time of a process, 0 where it is gone."""
    try:
        fields = Path(f"/proc/{number}/stat").read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _forget_peak(number: int) -> None:
    """Let the kernel count a process's peak anew."""
    try:
        Path(f"/proc/{number}/clear_refs").write_text("5", encoding="ascii")
    except OSError:
        return
