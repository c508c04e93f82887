"""CSV and Parquet: the mentions or the places, a row each."""

from __future__ import annotations

import io

import pandas as pd

from dateline.exports.selection import LICENCE, MADE_WITH, Selection

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def to_csv(table: pd.DataFrame) -> str:
    """Return the table as CSV that a spreadsheet cannot take for formulas.

    Cells of text that start like a formula, white space before it or not, get an apostrophe in front (OWASP, "CSV injection");
    numbers stay numbers.
    """
    safe = table.copy()
    for column in safe.select_dtypes(exclude="number").columns:
        text = safe[column].astype(str)
        risky = text.str.startswith(_FORMULA_STARTS) | text.str.lstrip().str.startswith(_FORMULA_STARTS)
        safe[column] = safe[column].where(~risky, "'" + text)
    return safe.to_csv(index=False, lineterminator="\r\n")  # as RFC 4180 has it; a lone \r in a cell is quoted then


def csv(selection: Selection, what: str) -> bytes:
    """Return the mentions or places as CSV, UTF-8 with a byte order mark: spreadsheets take it for Latin-1 otherwise."""
    return to_csv(getattr(selection, what)).encode("utf-8-sig")


def parquet(selection: Selection, what: str) -> bytes:
    """Return the mentions or places as Parquet; licence and origin are in its metadata."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = pa.Table.from_pandas(getattr(selection, what), preserve_index=False)
    about = {"licence": LICENCE, "made_with": MADE_WITH, "title": selection.article.title, "source": selection.article.source}
    table = table.replace_schema_metadata({**(table.schema.metadata or {}), **{k.encode(): v.encode() for k, v in about.items()}})
    out = io.BytesIO()
    pq.write_table(table, out, compression="zstd")
    return out.getvalue()
