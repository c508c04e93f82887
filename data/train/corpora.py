"""Reading the training corpora: documents with marked places, from ``../shared/corpora`` and ``data/marked``."""

from __future__ import annotations

import gzip
import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
CORPORA = ROOT.parent / "shared" / "corpora"
MARKED = ROOT / "data" / "marked"
GWN_USES = {
    "Literal": "literal", "Mixed": "literal", "Coercion": "literal", "Literal_Modifier": "modifier", "Embedded_Literal": "modifier",
    "Non_Literal_Modifier": "demonym", "Demonym": "demonym", "Metonymic": "metonym", "Embedded_Non_Lit": "embedded", "Homonym": "not_a_place",
    "Language": "demonym",
}  # fmt: skip
"""The eleven types of the *Pragmatic Guide* folded to our six; literal and modifier are its literal half."""
_MARK = re.compile(r"\[\[([^|\]]+)\|([a-z]+)\|([a-z_]+)\]\]")


@dataclass(frozen=True)
class Document:
    """One document of a corpus. ``places``: dicts with start, end and whatever the corpus says of the mention."""

    corpus: str
    id: str
    text: str
    places: tuple[dict[str, Any], ...]
    entities: tuple[tuple[int, int, str], ...] = field(default=())
    title: str = ""
    head: dict[str, str] = field(default_factory=dict)


def corpus(name: str) -> list[Document]:
    """Return the documents of ``../shared/corpora/<name>.jsonl.gz``."""
    with gzip.open(CORPORA / f"{name}.jsonl.gz", "rt", encoding="utf-8") as file:
        return [
            Document(name.removesuffix(".dev"), str(d["id"]), d["text"], tuple(d["toponyms"]), (), d.get("title") or "")
            for d in map(json.loads, file)
        ]


def unmarked(marked: str) -> tuple[str, list[dict[str, Any]]]:
    """Return (text, places) of a text with marks ``[[name|kind|reference]]``."""
    parts: list[str] = []
    places = []
    length = last = 0
    for mark in _MARK.finditer(marked):
        parts.append(marked[last : mark.start()])
        length += len(parts[-1])
        places.append({"start": length, "end": length + len(mark[1]), "name": mark[1], "kind": mark[2], "reference": mark[3]})
        parts.append(mark[1])
        length += len(mark[1])
        last = mark.end()
    parts.append(marked[last:])
    return "".join(parts), places


def marked(folder: Path = MARKED) -> Iterator[Document]:
    """Yield the documents of ``data/marked`` (a header, an empty line, a text with marks), in order of their names."""
    for path in sorted(folder.rglob("*.txt")):
        header, _, body = path.read_text(encoding="utf-8").partition("\n\n")
        head = dict(line.split(": ", 1) for line in header.splitlines()) | {"part": path.parent.name}
        text, places = unmarked(body)
        yield Document("marked", path.stem, text, tuple(places), (), head.get("title", ""), head)


def fold_of(document: Document, folds: int) -> int:
    """Return which of ``folds`` parts a document falls in, by a hash of its corpus and id."""
    return int(hashlib.sha256(f"{document.corpus}/{document.id}".encode()).hexdigest(), 16) % folds
