"""What a report says of each place (``kind``) and how it uses the name (``reference``), with the words that decided.

Every mention asks the words around it (attention, eight questions at once) and hears what they mean, how far away they
stand and whether they share its sentence; the cue rules of :mod:`dateline.kinds` are one more voice. The reason is the
rule's cue where the two agree, else the words that the mention listened to most.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from dateline import weights
from dateline.cues import any_of, flat
from dateline.finding import Sight, as_list
from dateline.kinds import cue_found, rules
from dateline.network import Array, softmax
from dateline.passages import passage_at
from dateline.records import Label, Mention, Passage

WEIGHTS = weights.FOLDER / "saying.npz"
MEANINGS = weights.FOLDER / "meanings.npz"
REFERENCES = ("literal", "modifier", "metonym", "demonym", "embedded", "not_a_place")
"""The taxonomy of the *Pragmatic Guide to Geoparsing Evaluation* (Gritta, Pilehvar and Collier 2020), folded to six."""
MEANING = 64
HEADS, QUESTION, ANSWER = 8, 16, 32
WINDOW = 40
"""How many words to either side of a mention are listened to."""
BUCKETS = 32
MENTIONS_AT_ONCE = 96
CUE_WEIGHT = 2.0
"""Log-odds for the kind of a cue that was found. Cues are typical wordings; the marked documents were written to avoid them."""
_GROUND = re.compile(rf"^ {any_of('place', 'ground')}\b")
_ORGANISATION = re.compile(rf"^ {any_of('place', 'organisation')}\b")
_MAX_CUES = 2
_EMPTY_WORDS = frozenset([
    "the", "a", "an", "of", "and", "or", "but", "to", "in", "on", "at", "for", "with", "by", "from", "as", "is", "was", "were", "are",
    "be", "been", "it", "its", "that", "this", "which", "who", "has", "have", "had", "not",
])  # fmt: skip
_USE_WORDS = {
    "literal": "names the ground itself",
    "modifier": "says which ground is meant",
    "metonym": "stands for those who act there",
    "not_a_place": "no place is meant",
}


def bucket(offset: int) -> int:
    """Return the number of a signed distance in words: exact up to five, then in steps that grow."""
    size = abs(offset)
    step = min(size if size <= 5 else 6 + int(math.log2(size / 6) * 3), BUCKETS // 2 - 1)
    return BUCKETS // 2 + (step if offset > 0 else -step)


OFFSETS = np.arange(-WINDOW, WINDOW + 1)
SPOTS = np.stack([
    (low <= OFFSETS) & (high >= OFFSETS) & (OFFSETS != 0) for low, high in ((-3, -1), (1, 3), (-8, -1), (1, 8), (-WINDOW, WINDOW))
]).astype(np.float32)  # fmt: skip
"""Shape (5, 2 * WINDOW + 1): the words right before and after a mention, those within eight words, all; their mean sense is heard too."""
BUCKET = np.array([bucket(offset) for offset in OFFSETS.tolist()])


@dataclass(frozen=True, slots=True)
class Around:
    """Where each of some mentions stands among the words of its report; one row a mention."""

    first: NDArray[np.int64]
    last: NDArray[np.int64]
    """The last word itself."""
    at: NDArray[np.int64]
    """Shape (mentions, 2 * WINDOW + 1): the words at distances -WINDOW to WINDOW; the middle one is the mention's first."""
    heard: NDArray[np.bool_]
    """Which of them stand in the same line."""
    near: Array
    """1 for those in the same sentence."""


def around(sight: Sight, spans: Sequence[tuple[int, int]], cut: Sequence[Passage]) -> Around:
    """Return where ``spans`` (start, end in the text) stand among the words."""
    starts, ends = np.array(sight.words.starts), np.array(sight.words.ends)
    begins, stops = np.array([s for s, _ in spans]), np.array([e for _, e in spans])
    first = np.minimum(np.searchsorted(ends, begins, "right"), len(starts) - 1)
    last = np.maximum(np.searchsorted(starts, stops, "left") - 1, first)
    low = np.searchsorted(sight.lines, sight.lines[first], "left")[:, None]
    high = np.searchsorted(sight.lines, sight.lines[first], "right")[:, None]
    at = np.where(OFFSETS < 0, first[:, None] + OFFSETS, np.where(OFFSETS > 0, last[:, None] + OFFSETS, first[:, None]))
    homes = [passage_at(cut, start) for start, _ in spans]
    from_word = np.searchsorted(ends, [home.start for home in homes], "right")[:, None]
    to_word = np.searchsorted(starts, [max(home.end, end) for home, (_, end) in zip(homes, spans, strict=True)], "left")[:, None]
    heard = (at >= low) & (at < high)
    near = ((at >= from_word) & (at < to_word)).astype(np.float32)
    return Around(first, last, np.clip(at, 0, len(starts) - 1), heard, near)


def one_hot(numbers: NDArray[np.int64], count: int) -> Array:
    """Return rows with a 1 at each number, and rows of 0 for -1: no rule had anything to say."""
    rows: Array = (np.arange(count) == numbers[:, None]).astype(np.float32)
    return rows


def shares(heard: NDArray[np.bool_], near: Array) -> Array:
    """Return what each word around counts in the mean sense of each of :data:`SPOTS`: shape (mentions, 5, 2 * WINDOW + 1)."""
    inside: Array = SPOTS * (heard * near)[:, None]
    mean: Array = inside / np.maximum(inside.sum(axis=2, keepdims=True), 1)
    return mean


class Sayer:
    """The weights, and the vectors of common words (near for words that mean alike)."""

    def __init__(self, path: Path = WEIGHTS, meanings: Path = MEANINGS) -> None:
        """Load both files.

        Raises:
            DataError: one of them is missing or damaged.
        """
        self._w: dict[str, Array] = weights.load(path)
        self.kinds = tuple(str(v) for v in self._w.get("labels.kinds", ()))
        words = weights.load(meanings)
        self._rows = {word: i for i, word in enumerate(str(words["words"]).split("\n"))}
        self._vectors: NDArray[np.int8] = np.concatenate([words["vectors"], np.zeros((1, MEANING), np.int8)])

    def senses(self, sight: Sight) -> Array:
        """Return one row a word: what the reading network sees in it, and what it means by itself (0 for unknown words)."""
        none = len(self._vectors) - 1
        rows = [self._rows.get(form.lower(), none) for form in sight.words.forms]
        return np.concatenate([sight.seen, self._vectors[rows].astype(np.float32) / 32], axis=1)

    def said(self, senses: Array, where: Around, ruled: NDArray[np.int64]) -> tuple[Array, Array, Array]:
        """Return (probabilities of the references, of the kinds, attention to the words around), one row a mention.

        Args:
            senses: from :meth:`senses`.
            where: the mentions.
            ruled: the number of the kind that the cue rules give each mention, -1 where no cue was found.
        """
        w = self._w
        size = senses.shape[1]
        keys = senses @ w["key.weight"][:size] + w["key.bias"]
        values = senses @ w["value.weight"][:size] + w["value.bias"]
        uses, kinds, attention = [], [], []
        for begin in range(0, len(where.first), MENTIONS_AT_ONCE):
            part = slice(begin, begin + MENTIONS_AT_ONCE)
            at, near = where.at[part], where.near[part][:, :, None]
            first, last = senses[where.first[part]], senses[where.last[part]]
            m, n = at.shape
            k = keys[at] + near * w["key.weight"][size] + w["key_at.weight"][BUCKET]
            v = np.maximum(values[at] + near * w["value.weight"][size] + w["value_at.weight"][BUCKET], 0)
            q = (first + last) / 2 @ w["ask.weight"] + w["ask.bias"]
            k, v = k.reshape(m, n, HEADS, QUESTION).transpose(0, 2, 1, 3), v.reshape(m, n, HEADS, ANSWER).transpose(0, 2, 1, 3)
            score = (k @ q.reshape(m, HEADS, QUESTION, 1))[..., 0] / 4
            weight = softmax(np.where(where.heard[part][:, None], score, -1e9))
            out = (weight[:, :, None] @ v).reshape(m, -1)
            rule = one_hot(ruled[part], len(self.kinds))
            mean = (shares(where.heard[part], where.near[part]) @ senses[at][:, :, -MEANING:]).reshape(m, -1)
            z = np.concatenate([first, last, out, mean, rule], axis=1) @ w["hidden.weight"] + w["hidden.bias"]
            z = np.maximum(z, 0)
            uses.append(softmax(z @ w["use.weight"] + w["use.bias"]))
            kinds.append(softmax(z @ w["kind.weight"] + w["kind.bias"]))
            attention.append(weight.mean(axis=1))
        return np.concatenate(uses), np.concatenate(kinds), np.concatenate(attention)


def said_of(sight: Sight, mentions: Sequence[Mention], cut: Sequence[Passage], sayer: Sayer) -> tuple[list[Label], list[Label]]:
    """Return (kinds, references): one label a mention each, with its reason."""
    if not mentions:
        return [], []
    if as_list(sight):
        uses_of = [Label("literal", "stands in a list of names") if m.form == "name" else _use("demonym", m, "") for m in mentions]
        return [Label("setting", "stands in a list of names: nothing is said of it") for _ in mentions], uses_of
    spans = [(m.start, m.end) for m in mentions]
    ruled = rules(flat(sight.text), spans, cut)
    # a kind of one's own (CONTRIBUTING, "Add a kind") is known to the rules alone
    numbers = np.array([sayer.kinds.index(r.value) if r.value in sayer.kinds and cue_found(r) else -1 for r in ruled])
    where = around(sight, spans, cut)
    uses, kinds, attention = sayer.said(sayer.senses(sight), where, numbers)
    out_kinds, out_uses = [], []
    for i, mention in enumerate(mentions):
        use = REFERENCES[int(np.argmax(uses[i]))]
        use = _checked(use, mention, uses[i], sight.text[mention.end : mention.end + 20])
        kind = _with_rule(kinds[i], int(numbers[i]), sayer.kinds, use)
        words = _heard(sight, where, i, attention[i])
        out_kinds.append(ruled[i] if ruled[i].value not in sayer.kinds else _kind(kind, ruled[i], words))
        out_uses.append(_use(use, mention, words))
    return out_kinds, out_uses


def _checked(use: str, mention: Mention, chances: Array, after: str) -> str:
    """Return the reference, mended where what follows decides, or the form of the word: only adjectives and peoples are demonyms."""
    if use == "literal" and _GROUND.match(after):
        return "modifier"
    if use == "demonym" and _ORGANISATION.match(after):
        return "embedded"
    if (use == "demonym") == (mention.form != "name") or use in ("embedded", "not_a_place"):
        return use
    allowed = ("literal", "modifier", "metonym", "embedded") if mention.form == "name" else ("demonym", "embedded")
    return max(allowed, key=lambda one: float(chances[REFERENCES.index(one)]))


def _with_rule(chances: Array, number: int, names: Sequence[str], use: str) -> str:
    """Return the kind: the likeliest, where a cue that was found counts for more than the network learned from rarer wordings."""
    best = names[int(np.argmax(chances))]
    if use == "metonym" or best == "actor" or number < 0:
        return "actor" if use == "metonym" else best
    weighed = np.log(chances + 1e-6)
    weighed[number] += CUE_WEIGHT
    return names[int(np.argmax(weighed))]


def _kind(kind: str, ruled: Label, words: str) -> Label:
    if kind == ruled.value:
        return ruled
    if kind == "actor":
        return Label(kind, "the name stands for people, not for the ground" + (f": {words}" if words else ""))
    if kind == "setting":
        return Label(kind, "it says where something is" + (f": {words}" if words else ""))
    return Label(kind, words or "the sentence as a whole")


def _use(use: str, mention: Mention, words: str) -> Label:
    if use == "embedded":
        return Label(use, f"part of the name {mention.host!r}" if mention.host else "part of a longer name")
    if use == "demonym":
        what = "a people" if mention.form == "people" else "an adjective"
        return Label(use, f"{mention.text!r} is {what}, made from the name of a place")
    return Label(use, _USE_WORDS[use] + (f": {words}" if words and use == "metonym" else ""))


def _heard(sight: Sight, where: Around, i: int, attention: Array) -> str:
    """Return the words of the sentence that mention ``i`` listened to most, quoted, in the order of the text."""
    heard: list[int] = []
    for number in np.argsort(-attention)[:12].tolist():
        at = int(where.at[i, number])
        form = sight.words.forms[at]
        if (
            number != WINDOW
            and where.heard[i, number]
            and where.near[i, number]
            and form.islower()
            and form.isalpha()
            and form not in _EMPTY_WORDS
        ):
            heard.append(at)
        if len(heard) == _MAX_CUES:
            break
    return " … ".join(repr(sight.words.forms[at]) for at in sorted(heard))
