"""Copy the front-end files the app serves itself into ``static/vendor`` and ``static/fonts``."""

from __future__ import annotations

import shutil
from pathlib import Path

from data.build import fetch

STATIC = Path(__file__).resolve().parents[2] / "static"
COPIES = {
    "leaflet": {"dist/leaflet.js": "vendor/leaflet.js", "dist/leaflet.css": "vendor/leaflet.css", "LICENSE": "vendor/leaflet.LICENSE"},
    "jquery": {"dist/jquery.slim.min.js": "vendor/jquery.slim.min.js", "LICENSE.txt": "vendor/jquery.LICENSE"},
    "@fontsource-variable/inter": {
        "files/inter-latin-wght-normal.woff2": "fonts/inter-latin.woff2",
        "files/inter-latin-ext-wght-normal.woff2": "fonts/inter-latin-ext.woff2",
        "files/inter-cyrillic-wght-normal.woff2": "fonts/inter-cyrillic.woff2",
        "LICENSE": "fonts/inter.LICENSE",
    },
}


def main() -> None:
    """Fetch and copy. Replaces what is there."""
    for package, files in COPIES.items():
        folder = fetch.tarball(package)
        for source, target in files.items():
            (STATIC / target).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(folder / source, STATIC / target)


if __name__ == "__main__":
    main()
