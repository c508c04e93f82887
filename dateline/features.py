"""Feature codes of GeoNames, as Dateline uses them (https://www.geonames.org/export/codes.html)."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

AREAS = frozenset({
    "PCLI", "ADM1", "ADM2", "RGN", "AREA", "SEA", "OCN", "GULF", "BAY", "STRT", "CHN", "LK", "RSV", "MTS", "PLAT", "VAL", "DSRT", "ISL",
    "ISLS", "PEN", "SPIT", "CONT", "FRST", "PRK", "PRN", "SHOL", "ISTH", "UPLD", "GLCR",
})  # fmt: skip
"""Things with an extent: never drawn as a dot that looks like a town."""

LINES = frozenset({"STM", "CNL"})
"""Rivers and canals: one point on their course stands for them."""

WATERS = frozenset(["SEA", "OCN", "GULF", "BAY", "STRT", "CHN", "LK", "RSV"])

WORDS = {
    "PPL": "town", "PPLC": "capital", "PPLX": "part of a town", "PCLI": "country", "ADM1": "region", "ADM2": "district",
    "RGN": "region", "AREA": "area",
    "CONT": "continent", "SEA": "sea", "OCN": "ocean", "GULF": "gulf", "BAY": "bay", "STRT": "strait", "CHN": "channel",
    "LK": "lake", "RSV": "reservoir", "STM": "river", "CNL": "canal", "MTS": "mountains", "MT": "mountain", "PLAT": "plateau",
    "VAL": "valley", "DSRT": "desert", "ISL": "island", "ISLS": "islands", "PEN": "peninsula", "SPIT": "spit", "CAPE": "cape",
    "AIRP": "airport", "AIRB": "air base", "MILB": "military base", "NUC": "nuclear site", "DAM": "dam", "BDG": "bridge",
    "HSP": "hospital", "PRT": "port", "PSTB": "border post", "CMPRF": "refugee camp", "CMP": "camp", "PASS": "pass",
    "FRST": "forest", "PRK": "park", "PRN": "military district", "SHOL": "shoal", "ISTH": "isthmus", "BLDG": "building",
    "OILF": "oil field", "MSQE": "mosque", "PPLQ": "abandoned town", "TMB": "tomb", "UPLD": "upland", "VLC": "volcano",
    "MN": "mine", "GLCR": "glacier",
}  # fmt: skip


def is_area(feature: str) -> bool:
    """Return whether a place with this feature code has an extent (or a course) and no exact point."""
    return feature in AREAS or feature in LINES


def areas(features: pd.Series) -> pd.Series:
    """Return a boolean series: which rows of a feature column are areas or lines. Right for empty ones too."""
    return features.isin(AREAS | LINES)


def word(feature: str) -> str:
    """Return the English word for a feature code, "place" for one without."""
    return WORDS.get(feature, "place")
