"""A job for the sandbox that does the worst a parser can do, on demand."""

from __future__ import annotations

import ctypes
import json
import os
import socket
import sys
import time

from dateline.errors import EmptyReport
from dateline.worker import forbid_calls_out


def job():
    return _work


def _work(asked, content, progress):
    task = json.loads(asked)
    match task["do"]:
        case "loop":
            while True:
                pass
        case "sleep":
            time.sleep(60)
        case "memory":
            return b"%d" % len(bytearray(10**10)), b""
        case "die":
            os._exit(1)
        case "segfault":
            ctypes.string_at(0)
        case "print":
            print("not an answer")
            sys.stdout.flush()
            os.write(1, b"nor this")
        case "recurse":
            return _work(asked, content, progress)
        case "nonsense":
            for number in range(3, 12):
                try:
                    os.write(number, b"\xff" * 64)
                except OSError:
                    continue
            os._exit(0)
        case "lies":
            return b"no JSON at all", b""
        case "ours":
            raise EmptyReport("'x' is empty")
        case "other":
            raise KeyError("x")
        case "call":
            forbid_calls_out()
            socket.create_connection(("127.0.0.1", 9))
        case "steps":
            for share in (0.25, 0.5):
                progress(share)
    return json.dumps({"echo": task}).encode(), content[::-1]
