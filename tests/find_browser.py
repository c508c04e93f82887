"""Find a headless Chromium for the browser tests; with ``--install``, get one where there is none.

Debian's package where apt works without a question, else Playwright's own download; where neither
can be had, say so.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
ADVICE = """No Chromium for the browser tests was found, and none could be installed. Any of these helps:
  apt-get install chromium                        (Debian, Ubuntu)
  .venv/bin/python -m playwright install chromium (anywhere with internet)
  CHROMIUM=/path/to/chromium make test            (one you have)
Or run `make check`: everything but the browser tests."""


def find() -> str | None:
    """Return the path of a Chromium, or None."""
    named = os.environ.get("CHROMIUM")
    found = [named] if named else [shutil.which(name) for name in NAMES]
    found.append(_playwrights_own())
    return next((path for path in found if path and Path(path).exists()), None)


def _playwrights_own() -> str | None:
    try:
        from playwright.sync_api import sync_playwright

        with sync_playwright() as driver:
            return driver.chromium.executable_path
    except Exception:  # whatever is wrong with the driver, it has no browser for us
        return None


def install() -> None:
    """Try apt, then Playwright. Their output is shown: a download may take a minute."""
    if shutil.which("apt-get"):
        sudo = [] if os.geteuid() == 0 else ["sudo", "-n"]
        if not sudo or shutil.which("sudo"):
            print("Installing Debian's Chromium for the browser tests", flush=True)
            _run([*sudo, "apt-get", "-q", "update"])
            if _run([*sudo, "apt-get", "-qy", "install", "--no-install-recommends", "chromium"]) and find():
                return
    print("Installing Playwright's Chromium for the browser tests", flush=True)
    _run([sys.executable, "-m", "playwright", "install", "chromium"])


def _run(command: list[str]) -> bool:
    env = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    try:
        done = subprocess.run(command, check=False, env=env, timeout=900, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    except (OSError, subprocess.TimeoutExpired) as error:
        print(f"  {' '.join(command)}: {error}", flush=True)
        return False
    if done.returncode:
        print(f"  {' '.join(command)} failed: {(done.stderr or done.stdout).strip()[-300:]}", flush=True)
    return done.returncode == 0


if __name__ == "__main__":
    if find() is None and "--install" in sys.argv:
        install()
    if find() is None:
        sys.exit(ADVICE)
