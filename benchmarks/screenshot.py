"""Take the pictures of the documentation from the running app: ``python -m benchmarks.screenshot``."""

from __future__ import annotations

import tempfile
from pathlib import Path

from benchmarks.stage import ROOT, chromium, served, visit

DOCS = ROOT / "docs"
BAKHMUT = "gn:713174"


def main() -> None:
    """Write ``docs/dateline-light.png`` and ``docs/dateline-dark.png``."""
    DOCS.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, served(ROOT / "seeds", Path(folder) / "log") as server, chromium() as browser:
        for scheme in ("light", "dark"):
            with visit(browser, scheme=scheme) as seen:
                seen.open(f"{server.url}/?place={BAKHMUT}")
                seen.page.wait_for_timeout(800)
                seen.page.screenshot(path=DOCS / f"dateline-{scheme}.png")


if __name__ == "__main__":
    main()
