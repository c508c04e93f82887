"""Train what is said of a mention (its kind and its reference) and write ``data/weights/saying.npz``.

Run: ``python -m data.train.saying``, after the reading network. It trains on ``data/marked/train`` (kinds and references), GeoWebNews
and ReLocaR (references), and measures on ``data/marked/test``, which it never trains on.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from benchmarks.corpora import FOLDS, HELD_OUT, with_references
from data.train.corpora import MARKED, Document, fold_of, marked
from dateline import weights
from dateline.cues import flat
from dateline.finding import look
from dateline.gazetteer import Gazetteer
from dateline.kinds import cue_found, kinds, rules
from dateline.network import Network
from dateline.passages import passages, sentence_starts
from dateline.saying import (
    ANSWER,
    BUCKET,
    BUCKETS,
    HEADS,
    MEANING,
    MEANINGS,
    QUESTION,
    REFERENCES,
    SPOTS,
    WEIGHTS,
    Sayer,
    around,
    one_hot,
    shares,
)

KINDS = tuple(kind.name for kind in kinds())
HIDDEN, EPOCHS, BATCH = 192, 11, 64
NONE = -100


class _Senses(Sayer):
    """Only the word vectors: the weights do not exist yet."""

    def __init__(self) -> None:
        with np.load(MEANINGS, allow_pickle=False) as file:
            self._rows = {word: i for i, word in enumerate(str(file["words"]).split("\n"))}
            self._vectors = np.concatenate([file["vectors"], np.zeros((1, MEANING), np.int8)])


@dataclass(frozen=True)
class Example:
    """One mention: the report's senses, where it stands in them, and its labels."""

    senses: np.ndarray
    at: np.ndarray
    heard: np.ndarray
    near: np.ndarray
    first: int
    last: int
    rule: int
    use: int
    kind: int
    document: Document


def examples(documents: Sequence[Document], network: Network, gazetteer: Gazetteer) -> list[Example]:
    """Return every labelled mention of ``documents``."""
    senses_of = _Senses()
    out = []
    for document in documents:
        places = [p for p in document.places if p.get("reference") or p.get("kind")]
        if not places:
            continue
        sight = look(document.text, network, gazetteer)
        cut = passages(document.text, sentence_starts(sight.words))
        spans = [(p["start"], p["end"]) for p in places]
        ruled = rules(flat(document.text), spans, cut)
        where, senses = around(sight, spans, cut), senses_of.senses(sight).astype(np.float16)
        for i, place in enumerate(places):
            out.append(Example(
                senses, where.at[i], where.heard[i], where.near[i], int(where.first[i]), int(where.last[i]), KINDS.index(ruled[i].value) if cue_found(ruled[i]) else -1,
                REFERENCES.index(place["reference"]) if place.get("reference") else NONE,
                KINDS.index(place["kind"]) if place.get("kind") else NONE, document,
            ))  # fmt: skip
    return out


class Net(nn.Module):
    """The torch twin of :class:`dateline.saying.Sayer`."""

    def __init__(self, size: int, dropout: float = 0.4) -> None:
        super().__init__()
        self.ask = nn.Linear(size, HEADS * QUESTION)
        self.key = nn.Linear(size + 1, HEADS * QUESTION)
        self.value = nn.Linear(size + 1, HEADS * ANSWER)
        self.key_at = nn.Embedding(BUCKETS, HEADS * QUESTION)
        self.value_at = nn.Embedding(BUCKETS, HEADS * ANSWER)
        nn.init.normal_(self.key_at.weight, std=0.3)
        nn.init.normal_(self.value_at.weight, std=0.3)
        self.hidden = nn.Linear(2 * size + HEADS * ANSWER + len(SPOTS) * MEANING + len(KINDS), HIDDEN)
        self.use, self.kind = nn.Linear(HIDDEN, len(REFERENCES)), nn.Linear(HIDDEN, len(KINDS))
        self.drop, self.drop_in = nn.Dropout(dropout), nn.Dropout(0.2)

    def forward(self, window, heard, near, spots, first, last, rule):
        mean = self.drop_in((spots @ window[:, :, -MEANING:]).flatten(1))
        window = self.drop_in(torch.cat([window, near[:, :, None]], 2))
        at = torch.from_numpy(BUCKET)
        m, n = window.shape[:2]
        k = (self.key(window) + self.key_at(at)[None]).view(m, n, HEADS, QUESTION)
        v = F.relu(self.value(window) + self.value_at(at)[None]).view(m, n, HEADS, ANSWER)
        q = self.ask((first + last) / 2).view(m, HEADS, QUESTION)
        score = torch.einsum("mha,mwha->mhw", q, k) / 4
        weight = torch.softmax(score.masked_fill(~heard[:, None], -1e9), 2)
        out = torch.einsum("mhw,mwhv->mhv", weight, v).flatten(1)
        z = self.drop(F.relu(self.hidden(self.drop(torch.cat([first, last, out, mean, rule], 1)))))
        return self.use(z), self.kind(z)


def tensors(batch: Sequence[Example]):
    """Return the inputs and the two labels of a batch."""
    t = torch.from_numpy
    return (
        (
            t(np.stack([e.senses[e.at] for e in batch]).astype(np.float32)), t(np.stack([e.heard for e in batch])), t(np.stack([e.near for e in batch])), t(shares(np.stack([e.heard for e in batch]), np.stack([e.near for e in batch])).astype(np.float32)),
            t(np.stack([e.senses[e.first] for e in batch]).astype(np.float32)), t(np.stack([e.senses[e.last] for e in batch]).astype(np.float32)),
            t(one_hot(np.array([e.rule for e in batch]), len(KINDS))),
        ),
        torch.tensor([e.use for e in batch]), torch.tensor([e.kind for e in batch]),
    )  # fmt: skip


def accuracy(net: Net, some: Sequence[Example]) -> dict[str, float]:
    """Return the shares of kinds, references and literal-or-not that are right, in per cent."""
    net.eval()
    right = {"kind": [0, 0], "reference": [0, 0], "literal or not": [0, 0]}
    with torch.no_grad():
        for begin in range(0, len(some), 256):
            inputs, use, kind = tensors(some[begin : begin + 256])
            uses, kinds_ = (x.argmax(1) for x in net(*inputs))
            for name, got, want in (("kind", kinds_, kind), ("reference", uses, use), ("literal or not", uses < 2, use < 2)):
                known = (kind if name == "kind" else use) != NONE
                right[name][0] += int((got == want)[known].sum())
                right[name][1] += int(known.sum())
    net.train()
    return {name: round(100 * a / n, 1) for name, (a, n) in right.items() if n}


def fit(some: list[Example], epochs: int = EPOCHS, seed: int = 0, watch: Sequence[Example] = ()) -> Net:
    """Return the net trained on ``some``."""
    torch.manual_seed(seed)
    order = np.random.default_rng(seed)
    net = Net(some[0].senses.shape[1])
    optimiser = torch.optim.AdamW(net.parameters(), lr=1.5e-3, weight_decay=0.05)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, epochs * (len(some) // BATCH + 1))
    for epoch in range(epochs):
        shuffled = order.permutation(len(some))
        for begin in range(0, len(some), BATCH):
            inputs, use, kind = tensors([some[i] for i in shuffled[begin : begin + BATCH]])
            uses, kinds_ = net(*inputs)
            loss = uses.sum() * 0
            if (kind != NONE).any():
                loss = loss + F.cross_entropy(kinds_, kind, ignore_index=NONE, label_smoothing=0.05)
            if (use != NONE).any():
                loss = loss + 0.5 * F.cross_entropy(uses, use, ignore_index=NONE)
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            schedule.step()
        if watch and epoch % 3 == 1:
            print(epoch, accuracy(net, watch), flush=True)
    return net


def save(net: Net, path: Path) -> None:
    """Write the weights as half-precision arrays."""
    arrays: dict[str, np.ndarray] = {"labels.kinds": np.array(KINDS)}
    for name, value in net.state_dict().items():
        matrix = value.numpy().T if name.endswith("weight") and not name.startswith(("key_at", "value_at")) else value.numpy()
        arrays[name] = np.ascontiguousarray(matrix).astype(np.float16)
    weights.save(path, arrays)
    print(path, round(path.stat().st_size / 1e6, 2), "MB")


def main() -> None:
    """Train, measure, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--held-out", action="store_true", help="without a quarter of GeoWebNews and ReLocaR, from and into .cache/held-out"
    )
    args = parser.parse_args()
    network, gazetteer = Network(HELD_OUT / "network.npz") if args.held_out else Network(), Gazetteer()
    public = [d for name in ("geowebnews", "relocar") for d in with_references(name)]
    held = [d for d in public if fold_of(d, FOLDS) == 0] if args.held_out else []
    trained = [d for d in public if not (args.held_out and fold_of(d, FOLDS) == 0)]
    train = examples([*marked(MARKED / "train"), *trained], network, gazetteer)
    test = examples(list(marked(MARKED / "test")), network, gazetteer)
    print(len(train), "mentions to train on,", len(test), "to measure on", flush=True)
    net = fit(train, watch=test)
    print("marked/test", accuracy(net, test))
    for name in ("geowebnews", "relocar") if held else ():
        print(name, accuracy(net, examples([d for d in held if d.corpus == name], network, gazetteer)))
    save(net, (HELD_OUT if args.held_out else WEIGHTS.parent) / "saying.npz")


if __name__ == "__main__":
    main()
