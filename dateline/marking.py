"""A report's text as HTML with every mention marked, in which nothing but text is the report's."""

from __future__ import annotations

import html
from collections.abc import Iterable
from typing import Any

import pandas as pd

from dateline.layers import is_uncertain, kind_symbol
from dateline.records import Passage
from dateline.tables import place_key


def mark(text: str, passages: Iterable[Passage], mentions: pd.DataFrame) -> str:
    """Return the text as HTML: a ``p`` a paragraph, a ``span`` a passage, a ``mark`` a mention.

    Every piece of the report and of the gazetteer is escaped; text outside passages is white space and
    stays. ``mentions``: the whole mentions table, not the filtered one.
    """
    rows: list[Any] = list(mentions.assign(key=place_key(mentions)).itertuples()) if not mentions.empty else []
    out: list[str] = []
    at = number = 0
    paragraph = -1
    for passage in passages:
        if passage.paragraph != paragraph:
            out.append("</p><p>" if paragraph >= 0 else "<p>")
            paragraph = passage.paragraph
        elif at < passage.start:
            out.append(html.escape(text[at : passage.start]))
        at = passage.start
        out.append(f'<span class="passage" data-passage="{passage.index}" data-start="{passage.start}">')
        while number < len(rows) and rows[number].start < passage.end:
            row = rows[number]
            out.append(html.escape(text[at : row.start]))
            out.append(_mark(row))
            at = row.end
            number += 1
        out.append(html.escape(text[at : passage.end]) + "</span>")
        at = max(at, passage.end)
    return "".join(out) + ("</p>" if paragraph >= 0 else "")


def _mark(row: Any) -> str:
    unsure = " unsure" if is_uncertain(row.confidence) else ""
    label = f"{row.text}: {row.place or 'not placed'}, {row.kind}, {row.reference}, {row.status}"
    reasons = f"{label}\nKind: {row.kind_reason}\nPlace: {row.place_reason}" + (f"\n{row.decided}" if row.decided else "")
    classes = html.escape(f"k-{row.kind} r-{row.reference} s-{row.status}{unsure}")
    return (
        f'<mark class="{classes}" role="button" tabindex="0"'
        f' data-kind="{html.escape(row.kind)}" data-reference="{html.escape(row.reference)}" data-status="{html.escape(row.status)}"'
        f' data-mention="{html.escape(row.mention_id)}" data-place="{html.escape(row.key)}"'
        f' data-name="{html.escape(row.place or row.text)}" data-letter="{html.escape(kind_symbol(row.kind).letter)}"'
        f' aria-label="{html.escape(label)}" title="{html.escape(reasons)}">{html.escape(row.text)}</mark>'
    )
