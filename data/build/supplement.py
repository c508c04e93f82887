"""The hand-written files of ``data/supplement``: reading them, and refusing what cannot be right."""

from __future__ import annotations

import csv
from pathlib import Path

from dateline.features import WORDS
from dateline.names import fold_key

FOLDER = Path(__file__).resolve().parents[2] / "data" / "supplement"
Row = dict[str, str]


def table(name: str, folder: Path = FOLDER) -> list[Row]:
    """Return the rows of one supplement file.

    Raises:
        ValueError: a row has a doubled id, no name, or a point that is not on earth; the message
            names file and row.
    """
    with (folder / name).open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    seen: set[str] = set()
    for number, row in enumerate(rows, start=2):
        where = f"{name}, line {number}: {row!r}"
        if "id" in row and name not in ("region_parts.csv", "demonyms.csv"):
            if row["id"] in seen or not row["id"].startswith(("gn:", "dl:")):
                msg = f"{where}: the id must be gn:<GeoNames id> or dl:<slug>, and stand once"
                raise ValueError(msg)
            seen.add(row["id"])
        if "lat" in row and not (-90 <= float(row["lat"]) <= 90 and -180 <= float(row["lon"]) <= 180):
            msg = f"{where}: lat and lon are WGS84 degrees"
            raise ValueError(msg)
        if "name" in row and not fold_key(row["name"]):
            msg = f"{where}: there is no name"
            raise ValueError(msg)
        if row.get("feature") and row["feature"] not in WORDS:
            msg = f"{where}: feature {row['feature']!r} has no word in dateline/features.py; add one"
            raise ValueError(msg)
    return rows


def split(cell: str) -> list[str]:
    """Return the parts of a cell joined by ``|``, without empty ones."""
    return [part.strip() for part in cell.split("|") if part.strip()]
