"""Train the encoder with its heads and write ``data/weights/encoder.*``.

Run: ``python -m data.train.encoder`` (about two hours on two cores). An eighth of every corpus never trains: on it the doubt
is fitted (``data.train.ranking``) and the figures of ``python -m benchmarks.corpora`` are measured.
"""

from __future__ import annotations

import argparse
import math
import random
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from data.train import base_model
from data.train.corpora import GWN_USES, MARKED, Document, corpus, held_out, marked
from data.train.export import save
from dateline.gazetteer import Gazetteer
from dateline.geoparsing.encoder import CASES, OVERLAP, WIDTH, WINDOW, Pieces, case_of, windows
from dateline.geoparsing.lexicon import FEATURES, known_spans, lexicon_features
from dateline.kinds import kinds
from dateline.vocabulary import NAME_TYPES, REFERENCES
from dateline.words import words

SCHEMES = (
    "marked", "lgl", "trnews", "geovirus", "geowebnews", "wotr", "re3d", "ner_wikigold", "ner_btc", "ner_wnut17_train", "relocar",
)  # fmt: skip
TAGS = ("O", *(f"{at}-{sort}" for sort in NAME_TYPES for at in "BI"))
"""Begin and inside of every type of name; the first type is the place."""
KINDS = tuple(k.name for k in kinds())
MEMORY, HIDDEN = 64, 128
NO_PLACES = frozenset(range(len(TAGS))) - {1, 2}
"""What a word may be that is known only to be in no place's name."""
ENTITY_TYPES = {
    "PER": "person", "person": "person", "ORG": "organisation", "group": "organisation", "corporation": "organisation",
    "MISC": "other", "product": "other", "creative-work": "other",
}  # fmt: skip
FULLY_MARKED = frozenset(["ner_wikigold", "ner_wnut17_train"])
"""Corpora whose unmarked words are no name at all; elsewhere they may be names of another type."""
SHARE = {"marked": 2, "field": 3, "trnews": 1.5, "geovirus": 1.5, "wotr": 0.3, "ner_btc": 0.25, "ner_wnut17_train": 0.4}
"""How often a corpus is gone through in an epoch, where not once; our documents in which every name is marked are the field ones."""
AS_MARKED = 0.35
"""Share of the general corpora's passages that are read under our own scheme, so that it, too, knows their people and organisations."""
SENTENCES_TOGETHER = 8
DROPPED_FEATURES, HIDDEN_NAMES, LOWERED, RAISED = 0.12, 0.1, 0.03, 0.03
"""Shares of documents without lexicon features, of names whose pieces are hidden, of documents all in lower case and all in capitals."""
TOKENS = 3_000
"""Of one step."""
AVERAGED = 0.997


@dataclass(frozen=True)
class Prepared:
    """A document as arrays, one row a word; ``allowed``: which of TAGS each word may be."""

    document: Document
    scheme: int
    pieces: tuple[tuple[int, ...], ...]
    cases: np.ndarray
    features: np.ndarray
    allowed: np.ndarray
    groups: np.ndarray
    mentions: tuple[tuple[int, int, int, int], ...]
    """(first word, last word, reference or -100, kind or -100)."""
    starts: tuple[int, ...]
    ends: tuple[int, ...]


def documents() -> list[Document]:
    """Return every document that trains or is held out, sentences of the general corpora in groups."""
    found = [d for name in ("lgl", "trnews", "geovirus", "wotr", "re3d", "relocar") for d in corpus(f"{name}.dev")]
    typed = {d.id: d for d in corpus("geowebnews_typed.dev")}
    for d in corpus("geowebnews.dev"):
        uses = {(p["start"], p["end"]): GWN_USES[p["type"]] for p in typed[d.id].places if p["type"] in GWN_USES} if d.id in typed else {}
        have = {(p["start"], p["end"]) for p in d.places}
        extra = [{"start": s, "end": e, "reference": use, "only_use": True} for (s, e), use in uses.items() if (s, e) not in have]
        found.append(replace(d, places=(*(dict(p, reference=uses.get((p["start"], p["end"]))) for p in d.places), *extra)))
    for name in ("ner_wikigold", "ner_btc", "ner_wnut17_train"):
        found.extend(grouped(corpus(name)))
    found.extend(marked(MARKED / "train"))
    return found


def grouped(sentences: Sequence[Document]) -> Iterable[Document]:
    """Yield documents of a few sentences each."""
    for begin in range(0, len(sentences), SENTENCES_TOGETHER):
        text, places, entities = "", [], []
        for one in sentences[begin : begin + SENTENCES_TOGETHER]:
            at = len(text)
            places += [dict(p, start=p["start"] + at, end=p["end"] + at) for p in one.places]
            entities += [(s + at, e + at, sort) for s, e, sort in one.entities]
            text += one.text + "\n"
        yield replace(sentences[begin], text=text, places=tuple(places), entities=tuple(entities))


def prepare(document: Document, gazetteer: Gazetteer, cutter: Pieces) -> Prepared:
    """Return a document as arrays."""
    cut = words(document.text)
    starts, ends = np.array(cut.starts), np.array(cut.ends)
    name = document.corpus
    full = name in FULLY_MARKED or document.head.get("names") == "all"
    allowed = np.zeros((len(cut), len(TAGS)), bool)
    allowed[:, 0] = True
    if name == "relocar":
        allowed[:] = True
    elif not full:
        allowed[:, list(NO_PLACES)] = True

    def span(start: int, end: int) -> tuple[int, int] | None:
        first, last = int(np.searchsorted(ends, start, "right")), int(np.searchsorted(starts, end, "left")) - 1
        return (first, last) if first <= last < len(cut) else None

    def label(at: tuple[int, int], sorts: Sequence[str]) -> None:
        for where, row in (("B", slice(at[0], at[0] + 1)), ("I", slice(at[0] + 1, at[1] + 1))):
            allowed[row] = False
            allowed[row, [TAGS.index(f"{where}-{sort}") for sort in sorts]] = True

    for start, end, sort in document.entities:
        if sort in ENTITY_TYPES and (at := span(start, end)):
            label(at, [ENTITY_TYPES[sort]])
    mentions = []
    for place in document.places:
        at = span(place["start"], place["end"])
        if at is None:
            continue
        reference = (
            {"literal": "literal", "metonymic": "metonym"}.get(place.get("type", "")) if name == "relocar" else place.get("reference")
        )
        if reference == "not_a_place":
            label(at, [place["kind"]] if place.get("kind") in NAME_TYPES else NAME_TYPES[1:])
        elif not place.get("only_use"):
            label(at, NAME_TYPES[:1])
        kind = KINDS.index(place["kind"]) if place.get("kind") in KINDS and reference != "not_a_place" else -100
        if reference or kind >= 0:
            mentions.append((*at, REFERENCES.index(reference) if reference else -100, kind))
    groups: dict[str, int] = {}
    return Prepared(
        document, SCHEMES.index(name), tuple(cutter.of(cut.forms)), np.array([case_of(f) for f in cut.forms]),
        lexicon_features(cut, known_spans(document.text, cut, gazetteer)), allowed,
        np.array([groups.setdefault(f.lower() if f[0].isupper() else f"\0{i}", len(groups)) for i, f in enumerate(cut.forms)], np.int64),
        tuple(mentions), tuple(cut.starts), tuple(cut.ends),
    )  # fmt: skip


class RoundedLinear(nn.Linear):
    """A linear layer that, once ``rounded``, computes as it will with 8-bit integers (Jacob et al. 2018): a window's inputs in 256
    steps, the weights of an output in 127, which no processor's sums overflow. Gradients pass as if nothing was rounded."""

    rounded = False

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        if not self.rounded:
            return super().forward(x)
        with torch.no_grad():
            low, high = x.amin((1, 2), keepdim=True).clamp(max=0), x.amax((1, 2), keepdim=True).clamp(min=0)
            step = ((high - low) / 255).clamp(min=1e-8)
            x_error = (torch.round(x / step)).mul_(step).sub_(x)
            scale = self.weight.abs().amax(1, keepdim=True) / 63
            w_error = (torch.round(self.weight / scale)).mul_(scale).sub_(self.weight)
        return F.linear(x + x_error, self.weight + w_error, self.bias)


class Layer(nn.Module):
    """One transformer layer (Vaswani et al. 2017), normalised after each part."""

    def __init__(self, heads: int = 12) -> None:
        super().__init__()
        self.heads = heads
        self.qkv, self.out = RoundedLinear(WIDTH, 3 * WIDTH), RoundedLinear(WIDTH, WIDTH)
        self.up, self.down = RoundedLinear(WIDTH, 4 * WIDTH), RoundedLinear(4 * WIDTH, WIDTH)
        self.norm1, self.norm2 = nn.LayerNorm(WIDTH, eps=1e-12), nn.LayerNorm(WIDTH, eps=1e-12)

    def forward(self, x: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        b, n, d = x.shape
        q, k, v = self.qkv(x).view(b, n, 3, self.heads, d // self.heads).permute(2, 0, 3, 1, 4)
        heard = F.scaled_dot_product_attention(q, k, v, attn_mask=mask)
        x = self.norm1(x + self.out(heard.transpose(1, 2).reshape(b, n, d)))
        return self.norm2(x + self.down(F.gelu(self.up(x))))


class Net(nn.Module):
    """The torch twin of :class:`dateline.geoparsing.encoder.Encoder` and of its heads."""

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("table", torch.zeros(base_model.VOCABULARY, WIDTH))  # not trained: rare names keep what they mean
        self.position = nn.Parameter(torch.zeros(WINDOW, WIDTH))
        self.case, self.scheme = nn.Embedding(len(CASES), WIDTH), nn.Embedding(len(SCHEMES), WIDTH)
        self.features = nn.Linear(len(FEATURES), WIDTH, bias=False)
        for added in (self.case, self.scheme, self.features):
            nn.init.zeros_(added.weight)
        self.norm = nn.LayerNorm(WIDTH, eps=1e-12)
        self.layers = nn.ModuleList([Layer() for _ in range(6)])
        self.recall = nn.Linear(WIDTH, MEMORY)
        self.name = nn.Linear(WIDTH + 2 * MEMORY + 1, HIDDEN)
        self.name_scheme = nn.Embedding(len(SCHEMES), HIDDEN)
        nn.init.zeros_(self.name_scheme.weight)
        self.tag = nn.Linear(HIDDEN, len(TAGS))
        self.mention = nn.Linear(3 * WIDTH, WIDTH)
        self.reference, self.kind = nn.Linear(WIDTH, len(REFERENCES)), nn.Linear(WIDTH, len(KINDS))
        self.drop = nn.Dropout(0.15)

    def encode(
        self, ids: torch.Tensor, word: torch.Tensor, cases: torch.Tensor, features: torch.Tensor, scheme: torch.Tensor, there: torch.Tensor
    ) -> torch.Tensor:
        """Return the vectors of the pieces of some windows; ``word``: the row of cases and features that each piece belongs to, 0 for none."""
        added = self.case(cases) + self.features(features)
        added = torch.cat([added.new_zeros(1, WIDTH), added])
        x = self.table[ids] + added[word] + self.scheme(scheme)[:, None] + self.position[: ids.shape[1]]
        x = self.norm(x)
        mask = there[:, None, None, :]
        for layer in self.layers:
            x = layer(x, mask)
        return x

    def names(self, first: torch.Tensor, group: torch.Tensor, scheme: torch.Tensor) -> torch.Tensor:
        """Return the logits of TAGS of words: their vectors, which of them are one word of one document, their schemes."""
        recalled = F.relu(self.recall(first))
        n = int(group.max()) + 1
        count = torch.zeros(n).index_add_(0, group, torch.ones(len(group)))
        mean = torch.zeros(n, MEMORY).index_add_(0, group, recalled) / count.clamp(min=1)[:, None]
        top = torch.zeros(n, MEMORY).scatter_reduce(0, group[:, None].expand_as(recalled), recalled, "amax", include_self=True)
        z = self.name(self.drop(torch.cat([first, mean[group], top[group], torch.log(count)[group][:, None]], 1)))
        return self.tag(self.drop(F.gelu(z + self.name_scheme(scheme), approximate="tanh")))

    def said(self, first: torch.Tensor, last: torch.Tensor, whole: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Return the logits of references and kinds of mentions."""
        z = self.drop(F.gelu(self.mention(self.drop(torch.cat([first, last, whole], 1))), approximate="tanh"))
        return self.reference(z), self.kind(z)


def begun() -> Net:
    """Return a net whose encoder is the pretrained one; its embeddings rounded to eight bits, as they are shipped."""
    net = Net()
    held = base_model.arrays()
    with torch.no_grad():
        table = held["embeddings.word_embeddings.weight"]
        scale = table.abs().amax(1, keepdim=True).clamp(min=1e-6) / 127
        net.table.copy_(torch.round(table / scale) * scale)
        net.position.copy_((held["embeddings.position_embeddings.weight"] + held["embeddings.token_type_embeddings.weight"][0])[:WINDOW])
        for kind in ("weight", "bias"):
            getattr(net.norm, kind).copy_(held[f"embeddings.LayerNorm.{kind}"])
            for i, layer in enumerate(net.layers):
                old = f"encoder.layer.{i}"
                qkv = [held[f"{old}.attention.self.{part}.{kind}"] for part in ("query", "key", "value")]
                getattr(layer.qkv, kind).copy_(torch.cat(qkv))
                for part, name in (
                    (layer.out, "attention.output.dense"), (layer.norm1, "attention.output.LayerNorm"), (layer.up, "intermediate.dense"),
                    (layer.down, "output.dense"), (layer.norm2, "output.LayerNorm"),
                ):  # fmt: skip
                    getattr(part, kind).copy_(held[f"{old}.{name}.{kind}"])
    return net


@dataclass
class Batch:
    """Windows of some documents, and for each word read in them its row, labels and mentions."""

    ids: torch.Tensor
    word: torch.Tensor
    there: torch.Tensor
    scheme: torch.Tensor
    cases: torch.Tensor
    features: torch.Tensor
    first: torch.Tensor
    """(window, piece) of each word that is read."""
    allowed: torch.Tensor
    group: torch.Tensor
    word_scheme: torch.Tensor
    mentions: torch.Tensor
    """(window, first piece, last piece, reference, kind)."""


def batch_of(chunk: Sequence[Prepared], cutter: Pieces, rng: random.Random | None = None) -> Batch:
    """Return documents as one batch; with ``rng``, some of what they are known by is hidden."""
    ids, word, schemes, cases, features, first, allowed, group, word_scheme, mentions = ([] for _ in range(10))
    base = row = 0
    for p in chunk:
        pieces, feats, case, scheme = p.pieces, p.features, p.cases, p.scheme
        if rng:
            pieces, feats, case, scheme = hidden(p, rng)
        cases.append(case)
        features.append(feats)
        where = {}
        for window in windows([len(x) for x in pieces], WINDOW - 2, OVERLAP):
            w = len(ids)
            flat, owner, at = [cutter.begin], [0], 1
            spots = []
            for i in range(window.first, window.last):
                spots.append((at, at + len(pieces[i]) - 1))
                flat += pieces[i]
                owner += [row + i + 1] * len(pieces[i])
                at += len(pieces[i])
            ids.append([*flat, cutter.end])
            word.append([*owner, 0])
            schemes.append(scheme)
            for i in range(window.core_first, window.core_last):
                where[i] = (w, *spots[i - window.first])
                first.append((w, spots[i - window.first][0]))
            for a, z, use, kind in p.mentions:
                if window.core_first <= a < window.core_last and z < window.last:
                    mentions.append((w, spots[a - window.first][0], spots[z - window.first][1], use, kind))
        allowed.append(p.allowed)
        group.append(p.groups + base)
        base += int(p.groups.max(initial=-1)) + 1
        word_scheme += [scheme] * len(pieces)
        row += len(pieces)
    longest = max(map(len, ids))

    def padded(rows: list[list[int]]) -> torch.Tensor:
        return torch.tensor([[*one, *[0] * (longest - len(one))] for one in rows])

    there = torch.arange(longest)[None] < torch.tensor([len(one) for one in ids])[:, None]
    return Batch(
        padded(ids), padded(word), there, torch.tensor(schemes), torch.from_numpy(np.concatenate(cases)), torch.from_numpy(np.concatenate(features)),
        torch.tensor(first), torch.from_numpy(np.concatenate(allowed)), torch.from_numpy(np.concatenate(group)), torch.tensor(word_scheme),
        torch.tensor(mentions).reshape(-1, 5),
    )  # fmt: skip


def hidden(p: Prepared, rng: random.Random) -> tuple[Sequence[tuple[int, ...]], np.ndarray, np.ndarray, int]:
    """Return (pieces, features, cases, scheme) of a document with some of it hidden, so that the context must do."""
    pieces, features, cases, scheme = list(p.pieces), p.features, p.cases, p.scheme
    chance = rng.random()
    if chance < LOWERED:
        features, cases = np.zeros_like(features), np.where(np.isin(cases, (2, 3, 4)), 1, cases)
    elif chance < LOWERED + RAISED:
        cases = np.where(np.isin(cases, (1, 2, 4)), 3, cases)
    elif chance < LOWERED + RAISED + DROPPED_FEATURES:
        features = np.zeros_like(features)
    for first, last, *_ in p.mentions:
        if rng.random() < HIDDEN_NAMES:
            for i in range(first, last + 1):
                pieces[i] = (base_model.MASK,) * len(pieces[i])
    if SCHEMES[scheme].startswith("ner_") and rng.random() < AS_MARKED:
        scheme = 0
    return pieces, features, cases, scheme


def batches(some: Sequence[Prepared], rng: random.Random) -> list[list[Prepared]]:
    """Return documents of like length together, in random order."""

    def size(p: Prepared) -> int:
        return min(WINDOW, sum(map(len, p.pieces)) + 2)

    order = sorted(some, key=lambda p: size(p) + rng.random() * 24)
    out: list[list[Prepared]] = []
    chunk: list[Prepared] = []
    total = 0
    for p in order:
        pieces = sum(map(len, p.pieces))
        chunk.append(p)
        total += math.ceil(pieces / (WINDOW - OVERLAP)) * size(p)
        if total >= TOKENS:
            out.append(chunk)
            chunk, total = [], 0
    if chunk:
        out.append(chunk)
    rng.shuffle(out)
    return out


def losses(net: Net, b: Batch) -> torch.Tensor:
    """Return the loss of a batch: names (any of the allowed tags), references and kinds."""
    with torch.autocast("cpu", dtype=torch.bfloat16):
        seen = net.encode(b.ids, b.word, b.cases, b.features, b.scheme, b.there)
    seen = seen.float()
    logits = net.names(seen[b.first[:, 0], b.first[:, 1]], b.group, b.word_scheme)
    log_p = F.log_softmax(logits, 1).masked_fill(~b.allowed, -1e9)
    loss = -torch.logsumexp(log_p, 1).mean()
    if len(b.mentions):
        w, a, z, use, kind = b.mentions.T
        uses, kinds_ = net.said(seen[w, a], seen[w, z], seen[w, 0])
        if (use >= 0).any():
            loss = loss + 0.35 * F.cross_entropy(uses, use, ignore_index=-100, label_smoothing=0.03)
        if (kind >= 0).any():
            loss = loss + F.cross_entropy(kinds_, kind, ignore_index=-100, label_smoothing=0.05)
    return loss


def sampled(docs: Sequence[Prepared], rng: random.Random) -> list[Prepared]:
    """Return one epoch's documents: each corpus by its SHARE."""
    out = []
    for p in docs:
        share = SHARE["field"] if p.document.head.get("names") == "all" else SHARE.get(p.document.corpus, 1)
        out.extend([p] * (int(share) + (rng.random() < share - int(share))) if p.pieces else [])
    return out


def train(
    docs: Sequence[Prepared], measured: Sequence[Prepared], cutter: Pieces, epochs: int, rounded_from: float, keep: Path, seed: int = 0
) -> Net:
    """Return the trained net: the mean of its last steps (Polyak and Juditsky 1992), rounded from a share of the steps on."""
    torch.manual_seed(seed)
    rng = random.Random(seed)
    net = begun()
    heads = {"recall", "name", "name_scheme", "tag", "mention", "reference", "kind", "case", "scheme", "features"}
    slow = [p for n, p in net.named_parameters() if n.split(".")[0] not in heads]
    fast = [p for n, p in net.named_parameters() if n.split(".")[0] in heads]
    optimiser = torch.optim.AdamW([{"params": slow, "lr": 1.5e-4}, {"params": fast, "lr": 1e-3}], weight_decay=0.01)
    steps = epochs * len(batches(sampled(docs, rng), rng))
    schedule = torch.optim.lr_scheduler.LambdaLR(optimiser, lambda s: min(1, (s + 1) / (0.05 * steps)) * max(0.02, 1 - s / (steps + 20)))
    mean = {name: value.detach().clone() for name, value in net.state_dict().items()}
    step, began = 0, time.time()
    for epoch in range(epochs):
        total = 0.0
        todo = batches(sampled(docs, rng), rng)
        for n, chunk in enumerate(todo, 1):
            if step == int(rounded_from * steps):
                for module in net.modules():
                    if isinstance(module, RoundedLinear):
                        module.rounded = True
            loss = losses(net, batch_of(chunk, cutter, rng))
            optimiser.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(net.parameters(), 1.0)
            optimiser.step()
            schedule.step()
            step += 1
            total += loss.item()
            with torch.no_grad():
                for name, value in net.state_dict().items():
                    if name != "table":
                        mean[name].lerp_(value, 1 - AVERAGED)
            if n % 100 == 0:
                print(f"{step} of {steps}, {time.time() - began:.0f} s, loss {total / n:.3f}", flush=True)
        torch.save(mean, keep)
        averaged = Net()
        averaged.load_state_dict(mean)
        print(f"epoch {epoch + 1}, {time.time() - began:.0f} s:", figures(averaged, measured, cutter), flush=True)
    net.load_state_dict(mean)
    return net


def decoded(tags: np.ndarray, sort: int) -> set[tuple[int, int]]:
    """Return (first, last) of the names of a type: one begins at its B, or at an I after none, and goes on with I."""
    begin, inside = 1 + 2 * sort, 2 + 2 * sort
    spans, i, n = set(), 0, len(tags)
    while i < n:
        j = i + 1
        if tags[i] in (begin, inside):
            while j < n and tags[j] == inside:
                j += 1
            spans.add((i, j - 1))
        i = j
    return spans


def figures(net: Net, docs: Sequence[Prepared], cutter: Pieces) -> str:
    """Return finding F1, kinds and references right, by corpus (and part, of the marked ones), in words."""
    net.eval()
    counts: dict[str, np.ndarray] = {}
    with torch.no_grad():
        for p in docs:
            b = batch_of([p], cutter)
            seen = net.encode(b.ids, b.word, b.cases, b.features, b.scheme, b.there)
            tags = net.names(seen[b.first[:, 0], b.first[:, 1]], b.group, b.word_scheme).argmax(1).numpy()
            gold = decoded(np.where(p.allowed.sum(1) == 1, p.allowed.argmax(1), 0), 0)
            got = decoded(tags, 0)
            traps = [
                s
                for s in decoded(np.where(p.allowed[:, 1:3].any(1) | p.allowed[:, 0], 0, 3), 1)
                if any(a <= s[1] and s[0] <= z for a, z in got)
            ]
            name = p.document.corpus + ("-" + p.document.head["part"] if p.document.head else "")
            c = counts.setdefault(name, np.zeros(8))
            c[:4] += len(gold & got), len(got), len(gold), len(traps)
            if len(b.mentions):
                w, a, z, use, kind = b.mentions.T
                uses, kinds_ = net.said(seen[w, a], seen[w, z], seen[w, 0])
                for k, (logits, want) in enumerate(((uses, use), (kinds_, kind))):
                    c[4 + 2 * k] += int((logits.argmax(1) == want).sum())
                    c[5 + 2 * k] += int((want >= 0).sum())
    net.train()
    return "; ".join(
        f"{name} F1 {200 * c[0] / max(1, c[1] + c[2]):.1f} P {100 * c[0] / max(1, c[1]):.1f} traps {c[3]:.0f} use {100 * c[4] / max(1, c[5]):.1f} kind {100 * c[6] / max(1, c[7]):.1f}"
        for name, c in sorted(counts.items())
    )


def main() -> None:
    """Train and write the weights."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--epochs", type=int, default=5)
    parser.add_argument("--rounded-from", type=float, default=0.75)
    parser.add_argument("--keep", type=Path, default=Path(".cache/encoder.pt"), help="where the weights are kept while training")
    parser.add_argument("--only-save", action="store_true", help="write the weights from what was kept")
    args = parser.parse_args()
    args.keep.parent.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(2)
    if args.only_save:
        net = Net()
        net.load_state_dict(torch.load(args.keep, weights_only=True))
    else:
        cutter, gazetteer = Pieces(base_model.vocabulary()), Gazetteer()
        began = time.time()
        docs = [prepare(d, gazetteer, cutter) for d in documents() if d.text.strip()]
        measured = [prepare(d, gazetteer, cutter) for part in ("test", "field") for d in marked(MARKED / part)] + [
            p for p in docs if held_out(p.document)
        ]
        docs = [p for p in docs if not held_out(p.document)]
        print(f"{len(docs)} documents train, {len(measured)} measure, prepared in {time.time() - began:.0f} s", flush=True)
        net = train(docs, measured, cutter, args.epochs, args.rounded_from, args.keep)
    save(net, SCHEMES, TAGS, KINDS)


if __name__ == "__main__":
    main()
