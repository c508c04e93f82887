"""Kinds taught by examples: a kind that the weights do not know is told by a few sentences in ``data/kinds.toml``.

A mention is of such a kind where its vector lies on the examples' side of a plane between them and mentions of everything else
(Fisher's linear discriminant with a shrunken covariance, Ledoit and Wolf 2004; the others are the mentions stored beside the weights).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from dateline.errors import DataError
from dateline.geoparsing.encoder import Array, Encoder
from dateline.kinds import Kind, kinds

MIN_EXAMPLES = 5
SHRUNKEN = 0.3
"""Share of the covariance that is spread evenly over all directions: there are fewer mentions than a covariance needs."""
_MARK = re.compile(r"\[\[([^\]]+)\]\]")


@dataclass(frozen=True, slots=True)
class TaughtKinds:
    """A plane for each kind taught by examples, in order of precedence."""

    names: tuple[str, ...]
    normals: Array
    offsets: Array

    def kind_of(self, vector: Array) -> str | None:
        """Return the kind on whose side of its plane a mention's vector lies farthest, or None."""
        if not self.names:
            return None
        sides = self.normals @ vector - self.offsets
        best = int(np.argmax(sides))
        return self.names[best] if sides[best] > 0 else None


def taught_kinds(encoder: Encoder) -> TaughtKinds:
    """Return the kinds of ``data/kinds.toml`` that the weights do not know, learned from their examples.

    Raises:
        DataError: such a kind has too few examples, or one without a name in double square brackets.
    """
    return _taught(encoder, tuple(kind for kind in kinds() if kind.name not in encoder.labels["kinds"]))


@lru_cache(maxsize=4)
def _taught(encoder: Encoder, own: tuple[Kind, ...]) -> TaughtKinds:
    if not own:
        return TaughtKinds((), np.zeros((0, 0), np.float32), np.zeros(0, np.float32))
    others = encoder.heads["others.vectors"].astype(np.float32)
    centre = others.mean(axis=0)
    spread = np.cov(others, rowvar=False)
    spread = (1 - SHRUNKEN) * spread + SHRUNKEN * np.trace(spread) / len(spread) * np.eye(len(spread))
    normals, offsets = [], []
    for kind in own:
        vectors = _examples(encoder, kind)
        normal = np.linalg.solve(spread, vectors.mean(axis=0) - centre).astype(np.float32)
        # as far from the examples' mean as lets the farthest of them in, but never nearer to the others than halfway
        inside, outside = vectors @ normal, others @ normal
        offsets.append(max((inside.mean() + outside.mean()) / 2, float(np.quantile(outside, 0.995))))
        normals.append(normal)
    return TaughtKinds(tuple(kind.name for kind in own), np.array(normals, np.float32), np.array(offsets, np.float32))


def _examples(encoder: Encoder, kind: Kind) -> Array:
    marks = [(text, _MARK.search(text)) for text in kind.examples]
    if len(marks) < MIN_EXAMPLES or not all(found for _, found in marks):
        msg = (
            f"The kind {kind.name!r} in data/kinds.toml is not one that the weights know; give it at least {MIN_EXAMPLES} examples, "
            "each with the place's name in double square brackets: 'Thousands marched in [[Goma]].'"
        )
        raise DataError(msg)
    rows = []
    for text, found in marks:
        assert found is not None  # noqa: S101 - looked at above
        plain = text.replace("[[", "").replace("]]", "")
        rows.append(encoder.mention_vectors(encoder.plain(plain), [(found.start(), found.start() + len(found[1]))])[0][0])
    return np.array(rows)
