"""The encoder: every word of a report as a vector that has seen the words around it.

A small pretrained transformer (MiniLM, 6 layers of 384; Wang et al. 2020), fine-tuned whole by ``data/train/encoder.py``. The
report is run through it once, in overlapping windows. Its base knows no upper case, so that casing, what the gazetteer knows
(:mod:`dateline.geoparsing.lexicon`) and the annotation scheme are added to the embeddings of the pieces. The layers run in
onnxruntime with 8-bit weights; the embeddings and what is added to them, in NumPy.
"""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from dateline import weights
from dateline.errors import DataError, TooLong
from dateline.gazetteer import Gazetteer, Known
from dateline.geoparsing.lexicon import FEATURES, known_spans, lexicon_features
from dateline.limits import MAX_PIECES, too_many
from dateline.words import Words, words

Array = NDArray[np.float32]
LAYERS = weights.FOLDER / "encoder.onnx"
EMBEDDINGS = weights.FOLDER / "encoder.npz"
VOCABULARY = weights.FOLDER / "vocabulary.txt"
WIDTH = 384
WINDOW = 256
"""Pieces that go through the layers together, the two that mark begin and end among them."""
OVERLAP = 40
"""Pieces that two windows share: a word is read where it has at least half of these on either side."""
PIECES_A_WORD = 6
"""Pieces of one word that are looked at."""
CASES = ("no letters", "lower case", "capitalised", "all capitals", "mixed case", "line end")
HEADS = (
    "recall", "name", "name_scheme", "tag", "mention", "reference", "kind", "fall_query", "fall_key", "fall_at", "fall_out",
    "others",
)  # fmt: skip
_BEGIN, _END, _UNKNOWN = "[CLS]", "[SEP]", "[UNK]"
_UNSEEN = frozenset(["Mn", "Cc", "Cf", "Cs", "Co", "Cn"])
"""Unicode categories of what the base model's tokenizer leaves out: accents, control characters, lone surrogates."""
_HAN = r"\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_PARTS = re.compile(rf"[{_HAN}]|(?:(?![{_HAN}])[^\W_])+|[^\w\s]|_")


@dataclass(frozen=True, slots=True)
class Window:
    """Words ``first`` to ``last`` (exclusive) go through the layers together; those from ``core_first`` to ``core_last`` are read here."""

    first: int
    last: int
    core_first: int
    core_last: int


@dataclass(frozen=True, slots=True)
class EncodedText:
    """A report as the encoder sees it."""

    text: str
    words: Words
    known: dict[tuple[int, int], Known]
    """What the gazetteer has, by first word and last word + 1."""
    features: Array
    """Shape (words, lexicon features)."""
    first: Array
    """Shape (words, WIDTH): the vector of each word's first piece."""
    last: Array
    """Likewise of its last piece."""
    window: NDArray[np.int64]
    """Which window each word is read in."""
    whole: Array
    """Shape (windows, WIDTH): the vector of each window as a whole."""
    schemes: tuple[int, ...]
    """The annotation schemes followed, by number."""


def gelu(x: Array) -> Array:
    """Return the Gaussian error linear unit, by its tanh approximation (Hendrycks and Gimpel 2016)."""
    y: Array = 0.5 * x * (1 + np.tanh(0.7978845608 * (x + 0.044715 * x**3)))
    return y


def softmax(logits: Array) -> Array:
    """Return probabilities along the last axis."""
    e = np.exp(logits - logits.max(axis=-1, keepdims=True))
    shares: Array = e / e.sum(axis=-1, keepdims=True)
    return shares


def case_of(form: str) -> int:
    """Return the number of a word's casing in :data:`CASES`."""
    if form == "\n":
        return 5
    if form.islower():
        return 1
    if form.isupper():
        return 3 if len(form) > 1 else 2
    if form[:1].isupper() and form[1:].islower():
        return 2
    return 4 if any(ch.isalpha() for ch in form) else 0


class Pieces:
    """Cuts words into pieces (WordPiece; Schuster and Nakajima 2012), and remembers how. Safe to share between threads."""

    def __init__(self, path: Path = VOCABULARY) -> None:
        """Load the vocabulary: a piece a line, ``##`` before those that go on with a word.

        Raises:
            DataError: the file is missing, damaged or not what ships.
        """
        try:
            pieces = weights.content(path).decode("utf-8").split("\n")
            self._numbers = {piece: number for number, piece in enumerate(pieces) if piece}
            self.begin, self.end, self._unknown = (self._numbers[name] for name in (_BEGIN, _END, _UNKNOWN))
        except (OSError, ValueError, KeyError) as error:
            msg = f"The vocabulary in {str(path)!r} cannot be read: {error!r}. Check out the file again."
            raise DataError(msg) from error
        self._seen: dict[str, tuple[int, ...]] = {}

    def __len__(self) -> int:
        return len(self._numbers)

    def of(self, forms: Sequence[str]) -> list[tuple[int, ...]]:
        """Return the numbers of the pieces of each word, at least one and at most :data:`PIECES_A_WORD`."""
        seen = self._seen
        if len(seen) > weights.MAX_REMEMBERED:
            seen = self._seen = {}
        for form in forms:
            if form not in seen:
                seen[form] = self._cut(form)[:PIECES_A_WORD] or (self._unknown,)
        return [seen[form] for form in forms]

    def _cut(self, form: str) -> tuple[int, ...]:
        letters = (ch for ch in unicodedata.normalize("NFD", form.lower()) if unicodedata.category(ch) not in _UNSEEN)
        parts = _PARTS.findall("".join(letters))
        return tuple(number for part in parts for number in self._longest_first(part))

    def _longest_first(self, part: str) -> Iterator[int]:
        """Yield the longest known piece at the start, then at the rest's; a part that has no such pieces is unknown as a whole."""
        found, start = [], 0
        while start < len(part):
            for end in range(len(part), start, -1):
                number = self._numbers.get(part[start:end] if start == 0 else f"##{part[start:end]}")
                if number is not None:
                    break
            else:
                yield self._unknown
                return
            found.append(number)
            start = end
        yield from found


def windows(sizes: Sequence[int], size: int = WINDOW - 2, overlap: int = OVERLAP) -> Iterator[Window]:
    """Yield the windows over words of so many pieces each; every word is read in exactly one of them.

    Args:
        sizes: the number of pieces of each word, none larger than ``size``.
        size: the most pieces of a window.
        overlap: about how many pieces two windows share.
    """
    ends = np.cumsum(sizes)
    count, first, core = len(sizes), 0, 0
    while core < count:
        before = int(ends[first - 1]) if first else 0
        last = int(np.searchsorted(ends, before + size, "right"))
        if last >= count:
            yield Window(first, count, core, count)
            return
        core_last = max(core + 1, int(np.searchsorted(ends, int(ends[last - 1]) - overlap // 2, "left")))
        yield Window(first, last, core, core_last)
        core = core_last
        first = min(core, max(first + 1, int(np.searchsorted(ends, int(ends[core - 1]) - overlap // 2, "left"))))


class Encoder:
    """The weights, and what they make of a text. Safe to share between threads."""

    def __init__(self, layers: Path = LAYERS, embeddings: Path = EMBEDDINGS, vocabulary: Path = VOCABULARY) -> None:
        """Load the files.

        Raises:
            DataError: one of them is missing, damaged or made for another version.
        """
        held = weights.load(embeddings)
        weights.made_for(embeddings, held, "labels.features", FEATURES)
        self.schemes = tuple(str(name) for name in held["labels.schemes"])
        """The annotation schemes it has learned, by name."""
        self.pieces = Pieces(vocabulary)
        self._table: NDArray[np.int8] = held["pieces.values"]
        self._scale: Array = held["pieces.scale"]
        if len(self.pieces) != len(self._table):
            have, want = len(self.pieces), len(self._table)
            msg = f"The vocabulary in {str(vocabulary)!r} has {have} pieces, the weights {want}. Check out the files again."
            raise DataError(msg)
        self._case, self._scheme, self._features, self._position = (held[f"{n}.weight"] for n in ("case", "scheme", "features", "position"))
        self.heads: dict[str, Array] = {name: held[name] for name in held if name.split(".")[0] in HEADS}
        """The weights of what reads the vectors: :mod:`dateline.geoparsing.recognition` and :mod:`dateline.geoparsing.classification`."""
        self.labels = {name: tuple(str(v) for v in held[f"labels.{name}"]) for name in ("tags", "kinds")}
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = min(4, len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1)
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")  # waiting threads would hold the cores of other readers
        options.log_severity_level = 3
        try:
            self._layers = onnxruntime.InferenceSession(weights.content(layers), options, providers=["CPUExecutionProvider"])
        except DataError:
            raise
        except Exception as error:  # the library raises classes of its own that are not public
            msg = f"The weights in {str(layers)!r} cannot be read: {error}. Check out the file again."
            raise DataError(msg) from error

    def encode(self, text: str, gazetteer: Gazetteer, schemes: Sequence[str], name: str = "the text") -> EncodedText:
        """Return ``text`` as the encoder sees it.

        Args:
            text: the report.
            gazetteer: what is known of names.
            schemes: whose habits of marking names to follow, of :attr:`schemes`; of several, the mean.
            name: what the text is, for messages.

        Raises:
            TooLong: it has more than :data:`~dateline.limits.MAX_PIECES`.
        """
        cut = words(text)
        pieces = self.pieces.of(cut.forms)
        if (count := sum(map(len, pieces))) > MAX_PIECES:  # before anything is spent on it
            raise TooLong(too_many(name, count, MAX_PIECES, "pieces of words"))
        known = known_spans(text, cut, gazetteer)
        features = lexicon_features(cut, known)
        return self.vectors(text, cut, known, features, pieces, schemes)

    def plain(self, text: str) -> EncodedText:
        """Return ``text`` as the encoder sees it under the first scheme (our own) without knowing any name."""
        cut = words(text)
        return self.vectors(text, cut, {}, lexicon_features(cut, {}), self.pieces.of(cut.forms), self.schemes[:1])

    def mention_vectors(self, encoded: EncodedText, spans: Sequence[tuple[int, int]]) -> tuple[Array, NDArray[np.int64], NDArray[np.int64]]:
        """Return (vectors, first words, last words) of spans (start, end in the text); shape of the vectors (spans, WIDTH)."""
        starts, ends = np.array(encoded.words.starts), np.array(encoded.words.ends)
        begins, stops = np.array([s for s, _ in spans]), np.array([e for _, e in spans])
        first = np.minimum(np.searchsorted(ends, begins, "right"), len(starts) - 1)
        last = np.maximum(np.searchsorted(starts, stops, "left") - 1, first)
        seen = np.concatenate([encoded.first[first], encoded.last[last], encoded.whole[encoded.window[first]]], axis=1)
        return gelu(seen @ self.heads["mention.weight"] + self.heads["mention.bias"]), first, last

    def vectors(
        self,
        text: str,
        cut: Words,
        known: dict[tuple[int, int], Known],
        features: Array,
        pieces: Sequence[tuple[int, ...]],
        schemes: Sequence[str],
    ) -> EncodedText:
        """Return the encoded text of words already cut into pieces."""
        count = len(cut)
        first, last = np.zeros((count, WIDTH), np.float32), np.zeros((count, WIDTH), np.float32)
        window = np.zeros(count, np.int64)
        found = list(windows([len(p) for p in pieces]))
        whole = np.zeros((len(found), WIDTH), np.float32)
        numbers = tuple(self.schemes.index(name) for name in schemes)
        scheme = self._scheme[list(numbers)].mean(axis=0)
        added = self._case[[case_of(form) for form in cut.forms]] + features @ self._features
        for number, one in enumerate(found):
            # each alone: its numbers are rounded by its own range, so that no window changes what another says
            embedded, starts, ends = self._embedded(one, pieces, added, scheme)
            (seen,) = self._layers.run(None, {"embedded": embedded[None]})
            core = slice(one.core_first - one.first, one.core_last - one.first)
            target = slice(one.core_first, one.core_last)
            first[target], last[target] = seen[0, starts[core]], seen[0, ends[core]]
            window[target], whole[number] = number, seen[0, 0]
        return EncodedText(text, cut, known, features, first, last, window, whole, numbers)

    def _embedded(
        self, one: Window, pieces: Sequence[tuple[int, ...]], added: Array, scheme: Array
    ) -> tuple[Array, NDArray[np.int64], NDArray[np.int64]]:
        """Return (embedded pieces, where the first piece of each word stands, where its last piece) of a window."""
        sizes = np.array([len(p) for p in pieces[one.first : one.last]])
        ids = np.array([self.pieces.begin, *(i for p in pieces[one.first : one.last] for i in p), self.pieces.end])
        row = self._table[ids].astype(np.float32) * self._scale[ids]
        row[1:-1] += np.repeat(added[one.first : one.last], sizes, axis=0)
        row += scheme + self._position[: len(row)]
        ends = np.cumsum(sizes)
        return row, ends - sizes + 1, ends
