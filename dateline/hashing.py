"""Hashes that the first layers of the reading network were trained with (MurmurHash, A. Appleby, public domain).

A word has no fixed number in the network: its spelling, its first letter, its last three and its shape are each
hashed to four rows of a table, whose sum stands for it (Serra and Karatzoglou 2017, *Getting deep recommenders fit*).
So no word is unknown, and the tables stay small.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

_MASK = (1 << 64) - 1
_MULTIPLIER = 0xC6A4A7935BD1E995


def text_hash(text: str) -> int:
    """Return the 64-bit MurmurHash2 (variant A, seed 1) of the UTF-8 bytes of ``text``; "" gives 0."""
    if not text:
        return 0
    data = text.encode("utf-8", "replace")
    whole = len(data) - len(data) % 8
    h = 1 ^ (len(data) * _MULTIPLIER & _MASK)
    for i in range(0, whole, 8):
        k = int.from_bytes(data[i : i + 8], "little") * _MULTIPLIER & _MASK
        k = (k ^ (k >> 47)) * _MULTIPLIER & _MASK
        h = (h ^ k) * _MULTIPLIER & _MASK
    if whole < len(data):
        h = (h ^ int.from_bytes(data[whole:], "little")) * _MULTIPLIER & _MASK
    h = (h ^ (h >> 47)) * _MULTIPLIER & _MASK
    return h ^ (h >> 47)


def _mix(h: NDArray[np.uint64]) -> NDArray[np.uint64]:
    h = (h ^ (h >> np.uint64(33))) * np.uint64(0xFF51AFD7ED558CCD)
    h = (h ^ (h >> np.uint64(33))) * np.uint64(0xC4CEB9FE1A85EC53)
    return h ^ (h >> np.uint64(33))


def rows(ids: NDArray[np.uint64], seed: int, count: int) -> NDArray[np.int64]:
    """Return four row numbers below ``count`` for each 64-bit id, shape (n, 4): 128-bit MurmurHash3 in four parts."""
    with np.errstate(over="ignore"):
        h1 = ids * np.uint64(0x87C37B91114253D5)
        h1 = (h1 << np.uint64(31)) | (h1 >> np.uint64(33))
        h1 = h1 * np.uint64(0x4CF5AD432745937F)
        h1 = h1 ^ np.uint64(seed) ^ np.uint64(8)
        h2 = np.full_like(h1, np.uint64(seed) ^ np.uint64(8))
        h1 = h1 + h2
        h2 = h2 + h1
        h1, h2 = _mix(h1), _mix(h2)
        h1 = h1 + h2
        h2 = h2 + h1
    low = np.uint64(0xFFFFFFFF)
    parts = np.stack([h1 & low, h1 >> np.uint64(32), h2 & low, h2 >> np.uint64(32)], axis=1)
    return (parts % np.uint64(count)).astype(np.int64)
