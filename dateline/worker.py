"""The inside of a sandbox: ``python -m dateline.worker module:factory`` answers tasks until its input ends. See :mod:`dateline.sandbox`.

The factory returns the job: ``(task, content, progress) -> (answer, content)``, tasks and answers as JSON by a schema of
:mod:`dateline.codec`.
"""

from __future__ import annotations

import importlib
import os
import signal
import sys
from collections.abc import Callable

import msgspec

from dateline.codec import Done, Failed, Progress, Ready, encode
from dateline.errors import DatelineError
from dateline.sandbox import read_frame, write_frame

Tell = Callable[[float], None]
Job = Callable[[bytes, bytes, Tell], tuple[bytes, bytes]]
_FORBIDDEN = (
    "socket.",
    "ctypes.dlopen",
    "ctypes.dlsym",
    "ctypes.call_function",
    "subprocess.Popen",
    "os.system",
    "os.exec",
    "os.posix_spawn",
    "os.fork",
)
"""Audit events that end a task which only has bytes to read: a parser that is taken over does not call home through Python."""


def forbid_calls_out() -> None:
    """Make every attempt of this process to reach the network or start a program an error, from now on."""

    def hook(event: str, _: tuple[object, ...]) -> None:
        if event.startswith(_FORBIDDEN):
            msg = f"a file must not lead to {event}"
            raise PermissionError(msg)

    sys.addaudithook(hook)


def _limit_memory(more_mb: int) -> None:
    """Allow this process ``more_mb`` megabytes of address space more than it has now. Where the system has no such limit, none is set."""
    try:
        import resource
        from pathlib import Path

        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    except (ImportError, OSError):  # Windows has no limit to set, macOS none that holds
        return
    limit = pages * os.sysconf("SC_PAGE_SIZE") + more_mb * 1_000_000
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # no report in a core file


def main(job_name: str, memory_mb: int, timeout_s: float) -> None:
    """Answer tasks from standard input on standard output until the input ends."""
    # libraries print: what they print must not be taken for an answer
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    tasks = sys.stdin.buffer
    module, _, factory = job_name.partition(":")
    try:
        job: Job = getattr(importlib.import_module(module), factory)()
    except DatelineError as error:  # its data is damaged, say: whoever waits is told why
        write_frame(answers, encode(Failed(type(error).__name__, str(error))))
        return
    _limit_memory(memory_mb)
    write_frame(answers, encode(Ready()))
    while (task := read_frame(tasks)) is not None:
        if hasattr(signal, "alarm"):  # should the parent be gone, nobody else would stop us
            signal.alarm(int(timeout_s) + 5)
        try:
            answer, content = job(*task, lambda share: write_frame(answers, encode(Progress(share))))
            reply = encode(Done(msgspec.Raw(answer))), content
        except DatelineError as error:
            reply = encode(Failed(type(error).__name__, str(error))), b""
        except BaseException as error:  # a parser may raise anything; what it says may quote the file
            reply = encode(Failed(type(error).__name__, "")), b""
        if hasattr(signal, "alarm"):
            signal.alarm(0)
        write_frame(answers, *reply)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 1_000, float(sys.argv[3]) if len(sys.argv) > 3 else 60.0)
