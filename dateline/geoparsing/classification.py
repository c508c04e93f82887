"""Mention classification: what a report says of each place (``kind``) and how it uses the name (``reference``), with reasons.

A mention is its first and last piece and its window as a whole, as the encoder sees them; one layer and two heads tell its labels. The
reason names the words whose removal would lower the probability of the kind most, as a third head has learned to foretell.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dateline.geoparsing.encoder import Array, EncodedText, Encoder, softmax
from dateline.geoparsing.recognition import as_list
from dateline.geoparsing.taught import taught_kinds
from dateline.passages import passage_at
from dateline.records import Label, Mention, Passage
from dateline.vocabulary import REFERENCES

REACH = 24
"""How many words to either side may be named as a reason."""
MIN_FALL = 0.04
"""A word is named only where its removal is foretold to lower the probability by at least this."""
MAX_WORDS = 2
_REASONED = re.compile(r"[^\W\d_]{2,}")
_EMPTY_WORDS = frozenset([
    "the", "a", "an", "of", "and", "or", "but", "to", "in", "on", "at", "for", "with", "by", "as", "is", "was", "were", "are", "be", "been",
    "it", "its", "that", "this", "which", "who", "has", "have", "had", "than", "there",
])  # fmt: skip
"""Words that tell a reader nothing by themselves."""
_USE_WORDS = {
    "literal": "names the ground itself",
    "modifier": "says which ground is meant",
    "metonym": "stands for those who act there",
    "not_a_place": "no place is meant",
}


@dataclass(frozen=True, slots=True)
class Classified:
    """The labels of some mentions, one row a mention."""

    kinds: list[Label]
    references: list[Label]
    chances: Array
    """Shape (mentions, references): the probability of each reference."""


def kind_chances(encoder: Encoder, vectors: Array) -> Array:
    """Return the probability of each kind for mention vectors (:meth:`Encoder.mention_vectors`): shape (mentions, kinds)."""
    return softmax(vectors @ encoder.heads["kind.weight"] + encoder.heads["kind.bias"])


def reference_chances(encoder: Encoder, vectors: Array) -> Array:
    """Return the probability of each reference for mention vectors: shape (mentions, references)."""
    return softmax(vectors @ encoder.heads["reference.weight"] + encoder.heads["reference.bias"])


def classify(encoded: EncodedText, mentions: Sequence[Mention], cut: Sequence[Passage], encoder: Encoder) -> Classified:
    """Return the kind and the reference of each mention, each with its reason."""
    if not mentions:
        return Classified([], [], np.zeros((0, len(REFERENCES)), np.float32))
    if as_list(encoded):
        chances = np.eye(len(REFERENCES), dtype=np.float32)[[0 if m.form == "name" else 3 for m in mentions]]
        uses = [Label("literal", "stands in a list of names") if m.form == "name" else _use("demonym", m, "") for m in mentions]
        return Classified([Label("setting", "stands in a list of names: nothing is said of it") for _ in mentions], uses, chances)
    vectors, first, last = encoder.mention_vectors(encoded, [(m.start, m.end) for m in mentions])
    chances = reference_chances(encoder, vectors)
    of_kinds = kind_chances(encoder, vectors)
    names = encoder.labels["kinds"]
    own = taught_kinds(encoder)
    out_kinds, out_uses = [], []
    for i, mention in enumerate(mentions):
        use = REFERENCES[int(np.argmax(chances[i]))]
        kind = names[int(np.argmax(of_kinds[i]))]
        kind = "actor" if use == "metonym" else kind
        passage = passage_at(cut, mention.start)
        at = deciding_words(encoded, encoder, vectors[i], names.index(kind), int(first[i]), int(last[i]), passage)
        words = " … ".join(repr(encoded.words.forms[j]) for j in at)
        taught_kind = own.kind_of(vectors[i]) if use in ("literal", "modifier") else None
        out_kinds.append(Label(taught_kind, "like the examples of this kind") if taught_kind else _kind(kind, words))
        out_uses.append(_use(use, mention, words))
    return Classified(out_kinds, out_uses, chances)


def deciding_words(
    encoded: EncodedText, encoder: Encoder, vector: Array, kind: int, first: int, last: int, passage: Passage
) -> list[int]:  # fmt: skip
    """Return the numbers of the words whose removal is foretold to lower the probability of a mention's kind most, in order.

    Args:
        encoded: the report.
        encoder: the weights.
        vector: the mention, from :meth:`Encoder.mention_vectors`.
        kind: the number of its kind.
        first: its first word.
        last: its last word.
        passage: the sentence it stands in; no other words are named.
    """
    around = reasoned(encoded, first, last, passage)
    if not around:
        return []
    falls = foretold_falls(encoder, vector, kind, encoded.first[around], np.array([j - (first if j < first else last) for j in around]))
    best = [j for fall, j in sorted(zip(falls.tolist(), around, strict=True), reverse=True)[:MAX_WORDS] if fall >= MIN_FALL]
    return sorted(best)


def reasoned(encoded: EncodedText, first: int, last: int, passage: Passage) -> list[int]:
    """Return the numbers of the words that may be named as a reason for the mention of words ``first`` to ``last``."""
    low, high = max(0, first - REACH), min(len(encoded.words), last + 1 + REACH)
    return [
        j for j in range(low, high)
        if not first <= j <= last and passage.start <= encoded.words.starts[j] < passage.end and _says_something(encoded.words.forms[j])
    ]  # fmt: skip


def _says_something(form: str) -> bool:
    return _REASONED.match(form) is not None and form.lower() not in _EMPTY_WORDS


def foretold_falls(encoder: Encoder, vector: Array, kind: int, words: Array, offsets: NDArray[np.int64]) -> Array:
    """Return by how much the probability of ``kind`` is foretold to fall without each of some words; ``offsets``: their distances."""
    w = encoder.heads
    query = np.maximum(
        np.concatenate([vector, np.eye(len(encoder.labels["kinds"]), dtype=np.float32)[kind]]) @ w["fall_query.weight"]
        + w["fall_query.bias"],
        0,
    )
    keys = np.maximum(words @ w["fall_key.weight"] + w["fall_key.bias"] + w["fall_at.weight"][np.clip(offsets, -REACH, REACH) + REACH], 0)
    falls: Array = keys @ (query * w["fall_out.weight"][:, 0]) + w["fall_out.bias"]
    return falls


def _kind(kind: str, words: str) -> Label:
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
