"""A child process with limits: what reads hostile formats, the web and foreign text, so that no file takes the app down.

One persistent child a job, fed over a pipe. It has a memory limit (``RLIMIT_AS``, set after its imports: set before, NumPy does not
load) and a deadline for each task; a child that is silent or dead costs its task only, and the next task gets a new one. The design and its
cost (3 %) are measured in the project's reliability survey, section 4.4. Messages are JSON and bytes, never pickles; what a child may
say is written down in :mod:`dateline.codec`, and anything else counts as its death.

Frames, both ways: two big-endian 32-bit lengths, then that many bytes of JSON and of content.
"""

from __future__ import annotations

import struct
import subprocess
import sys
import threading
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from dateline import codec, errors
from dateline.codec import Done, Failed, Frame, Progress, Ready, Undecodable
from dateline.errors import DatelineError, TooDemanding, Unreadable

TASKS_A_CHILD = 200
"""After so many tasks a child is replaced: what a parser leaks ends with it."""
START_S = 120.0
"""A child that has not loaded by then hangs; nobody else may wait for it for ever."""
_HEAD = struct.Struct(">II")
_ROOT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True, slots=True)
class Limits:
    """What one task may take: seconds, and megabytes of address space beyond the child's own size after its imports."""

    timeout_s: float
    memory_mb: int


def write_frame(pipe: IO[bytes], head: bytes, content: bytes = b"") -> None:
    """Write one frame to ``pipe``: JSON, and bytes that go with it."""
    pipe.write(_HEAD.pack(len(head), len(content)) + head + content)
    pipe.flush()


def read_frame(pipe: IO[bytes]) -> tuple[bytes, bytes] | None:
    """Return the next frame of ``pipe``, or None where it has ended."""
    lengths = pipe.read(_HEAD.size)
    if len(lengths) < _HEAD.size:
        return None
    of_head, of_content = _HEAD.unpack(lengths)
    head, content = pipe.read(of_head), pipe.read(of_content)
    return (head, content) if len(head) == of_head and len(content) == of_content else None


class _Child:
    """A running child and its pipes."""

    def __init__(self, job: str, limits: Limits) -> None:
        self.tasks = 0
        command = [sys.executable, "-m", "dateline.worker", job, str(limits.memory_mb), str(limits.timeout_s)]
        # in the project's root: the child must find this very package, wherever the app was started
        self.process = subprocess.Popen(  # noqa: S603  # our own interpreter, our own module
            command, cwd=_ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        # also where nobody stops it: a sandbox that is forgotten leaves no process behind
        self.stop = weakref.finalize(self, _ended, self.process)


def _ended(process: subprocess.Popen[bytes]) -> None:
    """End a process and close its pipes."""
    process.kill()
    process.wait()
    for pipe in (process.stdin, process.stdout):
        if pipe:
            try:
                pipe.close()
            except OSError:  # a dead reader at the other end of what was still to be sent
                continue


@contextmanager
def _stopping(child: _Child, timeout_s: float, late: threading.Event) -> Iterator[None]:
    """Kill the child where the block takes longer than ``timeout_s``, and set ``late`` then."""

    def stop() -> None:
        late.set()
        child.process.kill()

    timer = threading.Timer(timeout_s, stop)
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


class Sandbox:
    """A job that runs in a child process. Safe to share between threads: they take turns."""

    def __init__(self, job: str, limits: Limits) -> None:
        """Name the job as ``module:factory`` (see :mod:`dateline.worker`); the child starts with the first task or :meth:`warm`."""
        self.job, self.limits = job, limits
        self._turn = threading.Lock()
        self._child: _Child | None = None

    def warm(self) -> None:
        """Start the child now, so that the first task need not wait for its imports. Returns at once."""
        if self._turn.acquire(blocking=False):
            try:
                self._child = self._child or _Child(self.job, self.limits)
            finally:
                self._turn.release()

    def call(
        self, name: str, task: object, content: bytes = b"", progress: Callable[[float], None] | None = None, timeout_s: float | None = None
    ) -> tuple[bytes, bytes]:
        """Return the job's answer to a task, as JSON that its job encoded, and the bytes that go with it.

        Args:
            name: what the task is about, for messages.
            task: a struct of :mod:`dateline.codec`.
            content: bytes that go with it.
            progress: called with the share done, 0 to 1, where the job tells it.
            timeout_s: a shorter deadline for this task, if it needs one.

        Raises:
            DatelineError: what the job raised, with its class and message.
            TooDemanding: the task ran out of time or memory, or took its child down.
            Unreadable: the job failed with an error that is none of ours.
        """
        timeout_s = min(timeout_s or self.limits.timeout_s, self.limits.timeout_s)
        with self._turn:
            child = self._started()
            late = threading.Event()
            answer = None
            try:
                with _stopping(child, timeout_s, late):
                    answer = self._ask(child, codec.encode(task), content, progress)
            finally:
                torn = answer is None or late.is_set() or (isinstance(answer[0], Failed) and _ours(answer[0].error) is None)
                if torn or child.tasks >= TASKS_A_CHILD:
                    child.stop()  # after an error that is none of ours its memory may be full or torn
                    self._child = None
        if answer is None:
            raise TooDemanding(self._why(name, timeout_s if late.is_set() else None))
        frame, more = answer
        if isinstance(frame, Failed):
            raise self._error(name, frame)
        return bytes(frame.answer), more

    def close(self) -> None:
        """Stop the child."""
        with self._turn:
            if self._child:
                self._child.stop()
                self._child = None

    def _started(self) -> _Child:
        if self._child is None or self._child.process.poll() is not None:
            if self._child:
                self._child.stop()
            self._child = _Child(self.job, self.limits)
        child = self._child
        if not child.tasks and not isinstance(said := self._first(child), Ready):
            child.stop()
            self._child = None
            if isinstance(said, Failed):
                raise self._error(self.job, said)
            msg = f"The process for the job {self.job!r} does not start. Run 'python -m dateline.worker {self.job}' to see why."
            raise errors.DataError(msg)
        child.tasks += 1
        return child

    @staticmethod
    def _first(child: _Child) -> Frame | None:
        """Return what a new child says first, None where that is nothing, or nothing that it may say."""
        try:
            with _stopping(child, START_S, threading.Event()):
                frame = read_frame(child.process.stdout) if child.process.stdout else None
            return None if frame is None else codec.decode(frame[0], Frame)  # type: ignore[arg-type]  # a union
        except (OSError, Undecodable):
            return None

    def _ask(
        self, child: _Child, task: bytes, content: bytes, progress: Callable[[float], None] | None
    ) -> tuple[Done | Failed, bytes] | None:
        stdin, stdout = child.process.stdin, child.process.stdout
        if stdin is None or stdout is None:
            return None
        try:
            write_frame(stdin, task, content)
            while (frame := read_frame(stdout)) is not None:
                said: Frame = codec.decode(frame[0], Frame)  # type: ignore[arg-type]  # a union
                if isinstance(said, Done | Failed):
                    return said, frame[1]
                if isinstance(said, Progress) and progress:
                    progress(said.share)
        except (OSError, ValueError):  # a broken pipe, or nonsense from a dying child
            return None
        return None

    def _why(self, name: str, late_after_s: float | None) -> str:
        if late_after_s is not None:
            return f"{name!r} took longer than {late_after_s:.0f} s and was given up. Split it, or save it as plain text."
        return f"{name!r} brought down the process that read it; nothing else was harmed. Save it as plain text (.txt) and try again."

    def _error(self, name: str, answer: Failed) -> DatelineError:
        if kind := _ours(answer.error):
            return kind(answer.message)
        if answer.error == "MemoryError":
            return TooDemanding(
                f"{name!r} needs more than {self.limits.memory_mb} MB to be read. Save it as plain text (.txt) and try again."
            )
        return Unreadable(f"{name!r} could not be read ({answer.error}). It may be damaged: open it elsewhere, and save it as plain text.")


def _ours(name: object) -> type[DatelineError] | None:
    """Return the class of ours with this name, or None."""
    kind = getattr(errors, str(name), None)
    return kind if isinstance(kind, type) and issubclass(kind, DatelineError) else None
