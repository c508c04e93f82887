"""The reading network: hashed words, four windowed layers, the report's memory of a word, and a head that says where place names are.

A convolutional tagger of 1.5 million weights in plain NumPy. Its first layers began as those of spaCy's small English
name model (MIT; multi-hash embedding, maxout windows of three words, residuals) and were trained on by
``data/train``; so it needs neither spaCy nor a deep learning library to run.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dateline import weights
from dateline.hashing import rows, text_hash
from dateline.hints import HINTS

Array = NDArray[Any]
WEIGHTS = weights.FOLDER / "network.npz"
WIDTH, LAYERS = 96, 4
REACH = LAYERS
"""How many words to either side the layers see."""
PIECE = 4_000
"""Words that go through the layers at once: memory stays flat."""
MAX_KNOWN = 50_000
SEEDS = (8, 9, 10, 11)
"""One a table: spelling, first letter, last three letters, shape."""
_QUOTES = str.maketrans({"’": "'", "‘": "'", "ʼ": "'", "“": '"', "”": '"'})
_SHAPE_RUN = 4


def shape(form: str) -> str:
    """Return the shape of a word: X, x and d for letters and digits, runs cut at four (*Bakhmut-2* is ``Xxxxx-d``)."""
    out: list[str] = []
    run, last = 0, ""
    for ch in form:
        kind = ("X" if ch.isupper() else "x") if ch.isalpha() else "d" if ch.isdigit() else ch
        run = run + 1 if kind == last else 0
        last = kind
        if run < _SHAPE_RUN:
            out.append(kind)
    return "".join(out)


def attributes(form: str) -> tuple[int, int, int, int]:
    """Return the hashes of a word's spelling, first letter, last three letters and shape."""
    return (
        text_hash(form.lower().translate(_QUOTES)), text_hash(form[:1]), text_hash(form[-3:]), text_hash(shape(form)),
    )  # fmt: skip


class Network:
    """The weights, and what they say of a text. Safe to share between threads: nothing in it changes but a cache of words."""

    def __init__(self, path: Path = WEIGHTS) -> None:
        """Load the weights.

        Raises:
            DataError: the file is missing, damaged or made for another version.
        """
        held = weights.load(path)
        weights.made_for(path, held, "labels.hints", HINTS)
        self.labels = {n.removeprefix("labels."): tuple(str(v) for v in held[n]) for n in held if n.startswith("labels.")}
        self._w: dict[str, Array] = held
        self._known: dict[str, Array] = {}

    def domain(self, name: str) -> int:
        """Return the number of an annotation policy (``marked``, ``lgl`` ...)."""
        return self.labels["domains"].index(name)

    def encode(self, forms: Sequence[str], hints: Array) -> Array:
        """Return what the network sees in each word: shape (words, width + hints)."""
        pieces = []
        for start in range(0, len(forms), PIECE):
            low, high = max(0, start - REACH), min(len(forms), start + PIECE + REACH)
            seen = self._layers(self._words(forms[low:high]), hints[low:high])
            pieces.append(seen[start - low : start - low + PIECE])
        seen = np.concatenate(pieces) if pieces else np.zeros((0, WIDTH), np.float32)
        return np.concatenate([seen, hints], axis=1)

    def _words(self, forms: Sequence[str]) -> Array:
        """Return one vector a word from its spelling alone."""
        known = self._known
        new = [form for form in dict.fromkeys(forms) if form not in known]
        if new:
            if len(known) > MAX_KNOWN:
                known = self._known = {}
                new = list(dict.fromkeys(forms))
            ids = np.array([attributes(form) for form in new], np.uint64)
            parts = [self._w[f"tables.{k}"][rows(ids[:, k], seed, len(self._w[f"tables.{k}"]))].sum(axis=1) for k, seed in enumerate(SEEDS)]
            mixed = self._maxout(np.concatenate(parts, axis=1), "mix", "mix_norm")
            known.update(zip(new, mixed, strict=True))
        return np.stack([known[form] for form in forms])

    def _maxout(self, x: Array, layer: str, norm: str) -> Array:
        y = x @ self._w[f"{layer}.weight"] + self._w[f"{layer}.bias"]
        y = np.maximum(np.maximum(y[:, :WIDTH], y[:, WIDTH : 2 * WIDTH]), y[:, 2 * WIDTH :])
        y -= y.mean(axis=1, keepdims=True)
        y *= 1 / np.sqrt((y * y).mean(axis=1, keepdims=True) + 1e-8)
        scaled: Array = y * self._w[f"{norm}.weight"] + self._w[f"{norm}.bias"]
        return scaled

    def _layers(self, x: Array, hints: Array) -> Array:
        x = x + hints @ self._w["hint_in.weight"]
        # rows of nothing on either side, as in training
        x = np.pad(x, ((REACH, REACH), (0, 0)))
        for k in range(LAYERS):
            window = np.zeros((len(x), 3 * WIDTH), np.float32)
            window[1:, :WIDTH] = x[:-1]
            window[:, WIDTH : 2 * WIDTH] = x
            window[:-1, 2 * WIDTH :] = x[1:]
            x = x + self._maxout(window, f"layers.{k}", f"norms.{k}")
        return x[REACH:-REACH]

    def places(self, seen: Array, forms: Sequence[str], domains: Sequence[int]) -> Array:
        """Return the probability that each word is outside, begins or goes on in a place name: shape (words, 3).

        ``domains`` are numbers of policies; of several, the mean is returned. A word with a capital remembers what its
        other occurrences in the report look like.
        """
        group = np.zeros(len(forms), np.int64)
        groups: dict[str, int] = {}
        for i, form in enumerate(forms):
            group[i] = groups.setdefault(form.lower() if form[0].isupper() else f"\0{i}", len(groups))
        recalled = np.maximum(seen @ self._w["recall.weight"] + self._w["recall.bias"], 0)
        order = np.argsort(group, kind="stable")
        firsts = np.flatnonzero(np.diff(group[order], prepend=-1))
        count = np.diff(firsts, append=len(order)).astype(np.float32)[:, None]
        mean = np.add.reduceat(recalled[order], firsts) / count
        top = np.maximum.reduceat(recalled[order], firsts)
        memory = np.concatenate([mean, top, np.log(count)], axis=1)
        width = seen.shape[1]
        weight = self._w["hidden.weight"]
        remembered = memory @ weight[width:] + self._w["hidden.bias"]
        chances = np.zeros((len(forms), 3), np.float32)
        for start in range(0, len(forms), PIECE):
            part = slice(start, start + PIECE)
            plain = seen[part] @ weight[:width] + remembered[group[part]]
            for domain in domains:
                chances[part] += self._decided(plain, seen[part, WIDTH:], domain) / len(domains)
        return chances

    def _decided(self, plain: Array, hints: Array, domain: int) -> Array:
        """Return the probabilities of :meth:`places` under one policy."""
        hidden = plain + self._w["domain.weight"][domain]
        own = self._w["place_hints.weight"][domain].reshape(3, -1)
        logits = (
            np.maximum(hidden, 0) @ self._w["place.weight"] + self._w["place.bias"] + self._w["place_domain.weight"][domain]
            + hints @ own.T
        )  # fmt: skip
        return softmax(logits)

    def entities(self, seen: Array) -> NDArray[np.int64]:
        """Return the number of the sort of name (``labels["entities"]``) that each word belongs to."""
        sorts: NDArray[np.int64] = np.argmax(seen[:, :WIDTH] @ self._w["ent.weight"] + self._w["ent.bias"], axis=1)
        return sorts


def softmax(logits: Array) -> Array:
    """Return probabilities along the last axis."""
    e = np.exp(logits - logits.max(axis=-1, keepdims=True))
    shares: Array = e / e.sum(axis=-1, keepdims=True)
    return shares
