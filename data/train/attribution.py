"""Teach the reasons: which words' removal lowers the probability of a mention's kind, foretold from their vectors.

Run: ``python -m data.train.attribution``, after ``python -m data.train.encoder``. For words around the mentions of the marked documents the true
fall is measured by hiding the word (occlusion, Zeiler and Fergus 2014) and running the encoder again; a small head learns to foretell it. It is
added to ``data/weights/encoder.npz``, with the vectors of some mentions that :mod:`dateline.geoparsing.taught` sets new kinds against.
"""

from __future__ import annotations

import argparse
import random

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from data.train.base_model import MASK
from data.train.corpora import MARKED, Document, marked
from dateline import weights
from dateline.gazetteer import Gazetteer
from dateline.geoparsing.classification import REACH, kind_chances, reasoned
from dateline.geoparsing.encoder import EMBEDDINGS, WIDTH, Encoder
from dateline.geoparsing.lexicon import known_spans, lexicon_features
from dateline.passages import passage_at, passages, sentence_starts
from dateline.words import words

DOCUMENTS, WORDS_A_DOCUMENT, OTHERS = 280, 20, 300
SIZE = 48


def falls(document: Document, encoder: Encoder, gazetteer: Gazetteer, rng: random.Random, most: int = WORDS_A_DOCUMENT) -> list[tuple]:
    """Return (mention vector, kind, word vector, offset, fall of the kind's probability without the word) for some words of a document."""
    text = document.text
    cut = words(text)
    known = known_spans(text, cut, gazetteer)
    features = lexicon_features(cut, known)
    pieces = encoder.pieces.of(cut.forms)
    whole = encoder.vectors(text, cut, known, features, pieces, ("marked",))
    spans = sorted({(p["start"], p["end"]) for p in document.places if p["reference"] != "not_a_place"})
    if not spans:
        return []
    vectors, first, last = encoder.mention_vectors(whole, spans)
    chances = kind_chances(encoder, vectors)
    kind = chances.argmax(1)
    sentences = passages(text, sentence_starts(cut))
    homes = [passage_at(sentences, start) for start, _ in spans]
    around = [reasoned(whole, int(a), int(z), home) for a, z, home in zip(first, last, homes, strict=True)]
    hidden = sorted({j for some in around for j in some})
    out = []
    for j in rng.sample(hidden, min(most, len(hidden))):
        without = list(pieces)
        without[j] = (MASK,) * len(pieces[j])
        some = [i for i, near in enumerate(around) if j in near]
        again, *_ = encoder.mention_vectors(encoder.vectors(text, cut, known, features, without, ("marked",)), [spans[i] for i in some])
        after = kind_chances(encoder, again)
        for row, i in enumerate(some):
            offset = j - int(first[i] if j < first[i] else last[i])
            out.append((vectors[i], int(kind[i]), whole.first[j], offset, float(chances[i, kind[i]] - after[row, kind[i]])))
    return out


class Foretold(nn.Module):
    """The torch twin of :func:`dateline.geoparsing.classification.foretold_falls`."""

    def __init__(self, kinds: int) -> None:
        super().__init__()
        self.query = nn.Linear(WIDTH + kinds, SIZE)
        self.key = nn.Linear(WIDTH, SIZE)
        self.at = nn.Embedding(2 * REACH + 1, SIZE)
        self.out = nn.Linear(SIZE, 1)

    def forward(self, mention: torch.Tensor, kind: torch.Tensor, word: torch.Tensor, offset: torch.Tensor) -> torch.Tensor:
        q = F.relu(self.query(torch.cat([mention, F.one_hot(kind, self.query.in_features - WIDTH)], 1)))
        k = F.relu(self.key(word) + self.at(offset.clamp(-REACH, REACH) + REACH))
        return self.out(q * k)[:, 0]


def main() -> None:
    """Measure falls, train the head, print how well it foretells, and write it beside the encoder's weights."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--documents", type=int, default=DOCUMENTS)
    count = parser.parse_args().documents
    torch.set_num_threads(2)
    encoder, gazetteer, rng = Encoder(), Gazetteer(), random.Random(0)
    docs = list(marked(MARKED / "train"))
    rng.shuffle(docs)
    rows = [row for d in docs[:count] for row in falls(d, encoder, gazetteer, rng)]
    mention, kind, word, offset, fall = (torch.from_numpy(np.array(column)) for column in zip(*rows, strict=True))
    fall = fall.float()
    apart = torch.arange(len(rows)) >= int(0.9 * len(rows))
    print(f"{len(rows)} pairs of a mention and a word; mean fall {fall.mean():.4f}", flush=True)
    torch.manual_seed(0)
    net = Foretold(len(encoder.labels["kinds"]))
    optimiser = torch.optim.AdamW(net.parameters(), lr=1e-3, weight_decay=0.02)
    train = torch.arange(len(rows))[~apart]
    for _ in range(12):
        for part in train[torch.randperm(len(train))].split(256):
            loss = F.smooth_l1_loss(net(mention[part], kind[part], word[part], offset[part]), fall[part], beta=0.1)
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
    with torch.no_grad():
        told = net(mention[apart], kind[apart], word[apart], offset[apart])
    print(f"held out: correlation of the foretold with the true fall {np.corrcoef(told, fall[apart])[0, 1]:.2f}")
    held = weights.load(EMBEDDINGS, as_stored=True)
    for name, tensor in net.state_dict().items():
        array = tensor.numpy()
        turned = array if array.ndim == 1 or name.startswith("at.") else array.T
        held[f"fall_{name}"] = np.ascontiguousarray(turned).astype(np.float16)
    pairs = [(d, p) for d in docs[count : count + 100] for p in d.places if p["reference"] in ("literal", "modifier")]
    held["others.vectors"] = np.concatenate([
        encoder.mention_vectors(encoder.plain(d.text), [(p["start"], p["end"])])[0] for d, p in rng.sample(pairs, OTHERS)
    ]).astype(np.float16)  # fmt: skip
    weights.save(EMBEDDINGS, held)
    print(EMBEDDINGS, round(EMBEDDINGS.stat().st_size / 1e6, 2), "MB")


if __name__ == "__main__":
    main()
