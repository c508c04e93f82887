"""Results out: what was read and decided, in the forms that others use.

One module a family of formats. :data:`FORMATS` is the list; :func:`export` writes a file, :func:`render` makes its bytes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path, PurePath

from dateline.errors import ExportError
from dateline.exports.annotations import jsonld
from dateline.exports.geographic import geojson, geopackage, kml
from dateline.exports.page import page
from dateline.exports.picture import png, svg
from dateline.exports.selection import LICENCE, Selection, select
from dateline.exports.tabular import csv, parquet, to_csv
from dateline.files import whole
from dateline.gazetteer import Gazetteer

__all__ = ["FORMATS", "LICENCE", "Format", "Selection", "export", "format_of", "render", "select", "to_csv"]


Writer = Callable[[Selection, str, Gazetteer | None], bytes]
"""Makes a file's bytes of a selection, a table's name, and the gazetteer that a map takes outlines from (None: the usual one)."""


@dataclass(frozen=True, slots=True)
class Format:
    """A form in which results are handed over."""

    name: str
    suffix: str
    label: str
    media_type: str
    tables: tuple[str, ...]
    """Which tables it can hold: ``mentions`` or ``places``, one file each; empty where it holds both."""
    write: Writer


def _table(write: Callable[[Selection, str], bytes]) -> Writer:
    """Return the writer of a form that draws no map: it needs no gazetteer."""
    return lambda selection, table, _gazetteer: write(selection, table)


_BOTH = ("mentions", "places")
FORMATS = (
    Format("page", ".html", "Map to publish (one HTML file)", "text/html", (), page),
    Format("png", ".png", "Picture of the map (PNG, for print)", "image/png", (), png),
    Format("svg", ".svg", "Picture of the map (SVG, to edit)", "image/svg+xml", (), svg),
    Format("csv", ".csv", "Table (CSV, for spreadsheets)", "text/csv", _BOTH, _table(csv)),
    Format("geojson", ".geojson", "GeoJSON (for web maps)", "application/geo+json", _BOTH, _table(geojson)),
    Format("geopackage", ".gpkg", "GeoPackage (for QGIS)", "application/geopackage+sqlite3", (), _table(geopackage)),
    Format("kml", ".kml", "KML (for Google Earth)", "application/vnd.google-earth.kml+xml", (), _table(kml)),
    Format("parquet", ".parquet", "Parquet (for analysis)", "application/vnd.apache.parquet", _BOTH, _table(parquet)),
    Format("jsonld", ".jsonld", "Web Annotations (JSON-LD)", "application/ld+json", (), _table(jsonld)),
)


def format_of(file: str) -> tuple[Format, str]:
    """Return the format that a file name asks for by its ending, and the table: ``places`` where the name begins so, else ``mentions``.

    Raises:
        ExportError: no format ends so; the message lists those that do.
    """
    path = PurePath(file)
    found = next((f for f in FORMATS if f.suffix == path.suffix.lower()), None)
    if found is None:
        msg = f"{file!r} ends in no form that Dateline writes. Choose one of: {', '.join(f.suffix for f in FORMATS)}."
        raise ExportError(msg)
    return found, "places" if path.stem.lower().startswith("place") else "mentions"


def render(selection: Selection, form: Format, table: str = "mentions", gazetteer: Gazetteer | None = None) -> bytes:
    """Return a selection in a form.

    Args:
        selection: from :func:`select`.
        form: one of :data:`FORMATS`.
        table: ``mentions`` or ``places``, for forms that hold one of them.
        gazetteer: that the report was read with, for forms that draw a map; by default the core with the installed packs.
    """
    return form.write(selection, table, gazetteer)


def export(selection: Selection, to: Path | str, gazetteer: Gazetteer | None = None) -> None:
    """Write a selection to a file, whole or not at all; form and table follow from its name, see :func:`format_of`.

    ``gazetteer``: as :func:`render`.

    Raises:
        ExportError: the ending is unknown, or the file cannot be written.
    """
    path = Path(to)
    content = render(selection, *format_of(path.name), gazetteer)
    try:
        with whole(path) as file:
            file.write(content)
    except (OSError, ValueError) as error:  # the second where the path is no file's
        msg = f"{str(path)!r} cannot be written: {getattr(error, 'strerror', None) or error}. Choose another folder."
        raise ExportError(msg) from error
