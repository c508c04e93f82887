"""Train the reading network and write ``data/weights/network.npz``.

Run: ``python -m data.train.network``; ``--held-out`` leaves a quarter of every corpus out and prints scores on it.
"""

from __future__ import annotations

import argparse
import pickle  # a cache of prepared documents in the temporary folder; never shipped, never loaded from elsewhere
import random
import tempfile
import time
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from benchmarks.corpora import FOLDS, HELD_OUT
from data.train.corpora import GWN_USES, MARKED, Document, corpus, fold_of, marked
from data.train.spacy_model import name_model
from dateline import network, weights
from dateline.cues import flat
from dateline.gazetteer import Gazetteer
from dateline.hashing import rows
from dateline.hints import HINTS, hints, known_spans
from dateline.kinds import kinds, rules
from dateline.network import SEEDS, attributes
from dateline.passages import passages, sentence_starts
from dateline.saying import BUCKET as BUCKET_OF
from dateline.saying import BUCKETS, MEANING, MEANINGS, WINDOW
from dateline.words import words

DOMAINS = (
    "marked",
    "lgl",
    "trnews",
    "geovirus",
    "geowebnews",
    "wotr",
    "re3d",
    "ner_wikigold",
    "ner_gum",
    "ner_btc",
    "ner_wnut17_train",
    "relocar",
)
USES = ("literal", "modifier", "metonym", "demonym", "embedded", "not_a_place")
PAD = network.REACH  # rows of nothing between two reports, as the layers see at their ends
DECAY = 0.997
AUXILIARY = ("vrows", "meant", "ask", "key", "key_at", "value", "value_at", "said", "use", "kind")
"""Parts that only help training: what is said of mentions shapes the layers; ``data.train.saying`` trains the real thing on them."""
USE_WEIGHT, KIND_WEIGHT = 0.15, 0.3
KINDS = tuple(k.name for k in kinds())
ENTITIES = ("O", "PERSON", "ORG", "GPE", "LOC", "FAC", "NORP", "MISC")
SHARE = {
    "marked": 3,
    "relocar": 2,
    "geowebnews": 2,
    "trnews": 1.5,
    "geovirus": 1.5,
    "wotr": 0.35,
    "ner_btc": 0.3,
    "ner_wnut17_train": 0.3,
    "ner_gum": 0.6,
    "ner_wikigold": 0.8,
}
WEIGHT = {"ner_btc": 0.3, "ner_wnut17_train": 0.3, "ner_gum": 0.5, "ner_wikigold": 0.5, "re3d": 0.3, "wotr": 0.7}


def load() -> list[Document]:
    """All documents that train or measure the network."""
    docs: list[Document] = []
    for name in (
        "lgl.dev",
        "trnews.dev",
        "geovirus.dev",
        "wotr.dev",
        "re3d.dev",
        "ner_wikigold",
        "ner_gum",
        "ner_btc",
        "ner_wnut17_train",
        "relocar.dev",
    ):
        docs.extend(corpus(name))
    typed = {d.id: d for d in corpus("geowebnews_typed.dev")}
    for d in corpus("geowebnews.dev"):
        kinds = {(p["start"], p["end"]): p["type"] for p in typed[d.id].places if p["type"] in GWN_USES} if d.id in typed else {}
        places = [dict(p, reference=GWN_USES.get(p.get("type", ""))) for p in d.places]
        have = {(p["start"], p["end"]) for p in places}
        extra = [{"start": s, "end": e, "reference": GWN_USES[t], "only_use": True} for (s, e), t in kinds.items() if (s, e) not in have]
        docs.append(Document("geowebnews", d.id, d.text, tuple(places + extra)))
    docs.extend(marked(MARKED / "train"))
    docs.extend(marked(MARKED / "test"))  # measured on, never trained on: see is_test
    return docs


def by_rules(doc: Document) -> dict[tuple[int, int], str]:
    """The kind that the cue rules give each marked place."""
    spans = sorted({(p["start"], p["end"]) for p in doc.places})
    cut = passages(doc.text, sentence_starts(words(doc.text)))
    return {span: label.value for span, label in zip(spans, rules(flat(doc.text), spans, cut), strict=True)}


class Prepared:
    """A document as arrays: word numbers, hints, labels of places (0 none, 1 first, 2 later word) and of entities, memory groups, mentions."""

    __slots__ = ("bio", "doc", "domain", "ends", "ent", "gold", "group", "hints", "lines", "mentions", "rows", "starts")


def prepare(doc: Document, gazetteer: Gazetteer, vocabulary: dict[str, int], entities) -> Prepared:
    """One document as arrays; ``entities`` are spaCy's (start, end, label)."""
    w = words(doc.text)
    p = Prepared()
    p.rows = np.array([vocabulary.setdefault(f, len(vocabulary)) for f in w.forms], np.int64)
    p.hints = hints(w, known_spans(doc.text, w, gazetteer))
    n = len(w)
    p.bio = np.zeros(n, np.int64)
    p.mentions = []  # (first, last + 1, use, kind, kind by the rules)
    at_start = {s: i for i, s in enumerate(w.starts)}
    at_end = {e: i for i, e in enumerate(w.ends)}
    p.gold = []
    ruled = by_rules(doc) if doc.corpus in ("marked", "relocar", "geowebnews") else {}
    p.lines = np.cumsum([f == "\n" for f in w.forms]) if n else np.zeros(0, np.int64)
    if doc.corpus == "relocar":
        p.bio[:] = -100
    for m in doc.places:
        i, j = at_start.get(m["start"]), at_end.get(m["end"])
        if i is None or j is None or j < i:
            continue
        reference = m.get("reference")
        if doc.corpus == "relocar":
            reference = {"literal": "literal", "metonymic": "metonym"}.get(m.get("type"))
        not_place = m.get("only_use") or reference == "not_a_place"
        if not not_place:
            p.bio[i], p.bio[i + 1 : j + 1] = 1, 2
            p.gold.append((m["start"], m["end"]))
        if reference or m.get("kind"):
            p.mentions.append(
                (
                    i,
                    j + 1,
                    USES.index(reference) if reference else -100,
                    KINDS.index(m["kind"]) if m.get("kind") else -100,
                    KINDS.index(ruled[(m["start"], m["end"])]),
                )
            )
    p.ent = np.zeros(n, np.int64)
    for s, e, label in entities:
        label = label if label in ENTITIES else "MISC" if label in ("EVENT", "LAW", "PRODUCT", "WORK_OF_ART", "LANGUAGE") else "O"
        for k in range(np.searchsorted(w.starts, s), np.searchsorted(w.starts, e)):
            p.ent[k] = ENTITIES.index(label)
    groups: dict[str, int] = {}
    p.group = np.array([groups.setdefault(f.lower() if f[0].isupper() else f"\0{i}", len(groups)) for i, f in enumerate(w.forms)], np.int64)
    p.domain = DOMAINS.index(doc.corpus)
    p.doc, p.starts, p.ends = doc, w.starts, w.ends
    return p


class Net(nn.Module):
    """The torch twin of :class:`dateline.network.Network`, with what only training needs (see AUXILIARY)."""

    def __init__(self, vocabulary_rows: np.ndarray, meant: np.ndarray, sizes=(5000, 1000, 2500, 2500), width=96, hidden=128, memory=48):
        super().__init__()
        self.register_buffer("vrows", torch.from_numpy(vocabulary_rows))  # (V, 4 tables, 4)
        self.tables = nn.ParameterList([nn.Parameter(torch.zeros(s, width)) for s in sizes])
        self.mix = nn.Linear(4 * width, 3 * width)
        self.mix_norm = nn.LayerNorm(width, eps=1e-8)
        self.hint_in = nn.Linear(len(HINTS), width, bias=False)
        nn.init.zeros_(self.hint_in.weight)
        self.layers = nn.ModuleList([nn.Linear(3 * width, 3 * width) for _ in range(4)])
        self.norms = nn.ModuleList([nn.LayerNorm(width, eps=1e-8) for _ in range(4)])
        self.recall = nn.Linear(width + len(HINTS), memory)
        self.hidden = nn.Linear(width + len(HINTS) + 2 * memory + 1, hidden)
        self.domain = nn.Embedding(len(DOMAINS), hidden)
        nn.init.zeros_(self.domain.weight)
        self.place = nn.Linear(hidden, 3)
        self.place_domain = nn.Embedding(len(DOMAINS), 3)
        nn.init.zeros_(self.place_domain.weight)
        self.place_hints = nn.Embedding(len(DOMAINS), 3 * len(HINTS))
        nn.init.zeros_(self.place_hints.weight)
        # what is said of a mention: attention of the mention over the words around it
        self.ask = nn.Linear(width + len(HINTS), 64)
        self.register_buffer("meant", torch.from_numpy(meant))  # (V, 64)
        self.key = nn.Linear(width + MEANING, 64)
        self.key_at = nn.Embedding(BUCKETS, 64)
        self.value = nn.Linear(width + MEANING, 128)
        self.value_at = nn.Embedding(BUCKETS, 128)
        nn.init.normal_(self.key_at.weight, std=0.3)
        nn.init.normal_(self.value_at.weight, std=0.3)
        self.said = nn.Linear(2 * (width + len(HINTS)) + 128 + len(KINDS) + len(DOMAINS), 128)
        self.use = nn.Linear(128, len(USES))
        self.kind = nn.Linear(128, len(KINDS))
        self.ent = nn.Linear(width, len(ENTITIES))
        self.drop = nn.Dropout(0.25)
        self.drop_in = nn.Dropout(0.15)

    def load_spacy(self):
        """Start the first layers from spaCy's small English name model."""

        nlp = name_model()
        model = nlp.get_pipe("ner").model.get_ref("tok2vec")
        E, W, L = [], [], []
        for node in model.walk():
            if node.name == "hashembed":
                E.append(node.get_param("E"))
            elif node.name == "maxout":
                W.append((node.get_param("W"), node.get_param("b")))
            elif node.name == "layernorm":
                L.append((node.get_param("G"), node.get_param("b")))
        with torch.no_grad():
            for t, e in zip(self.tables, E, strict=True):
                t.copy_(torch.from_numpy(np.array(e)))
            for lin, (w, b) in zip([self.mix, *self.layers], W, strict=True):
                lin.weight.copy_(torch.from_numpy(np.array(w).reshape(-1, w.shape[-1])))
                lin.bias.copy_(torch.from_numpy(np.array(b).reshape(-1)))
            for norm, (g, b) in zip([self.mix_norm, *self.norms], L, strict=True):
                norm.weight.copy_(torch.from_numpy(np.array(g)))
                norm.bias.copy_(torch.from_numpy(np.array(b)))

    def encode(self, word, hint, mask):
        r = self.vrows[word]
        e = torch.cat([F.embedding_bag(r[:, k].reshape(-1, 4), self.tables[k], mode="sum") for k in range(4)], 1)
        e = self.drop_in(e)
        x = self.mix_norm(self.mix(e).view(-1, 96, 3).amax(2))
        x = (x + self.hint_in(hint)) * mask
        for lin, norm in zip(self.layers, self.norms, strict=True):
            pad = x.new_zeros(1, x.shape[1])
            window = torch.cat([torch.cat([pad, x[:-1]]), x, torch.cat([x[1:], pad])], 1)
            y = norm(lin(window).view(-1, 96, 3).amax(2))
            x = x + self.drop_in(y)
        return x

    def forward(self, word, hint, mask, group, domain):
        x = self.encode(word, hint, mask)
        s = torch.cat([x, hint], 1)
        u = F.relu(self.recall(s))
        n = int(group.max()) + 1
        count = torch.zeros(n).index_add_(0, group, torch.ones(len(group)))
        mean = torch.zeros(n, u.shape[1]).index_add_(0, group, u) / count[:, None]
        top = torch.zeros(n, u.shape[1]).scatter_reduce(0, group[:, None].expand_as(u), u, "amax", include_self=True)
        h = self.hidden(self.drop(torch.cat([s, mean[group], top[group], torch.log(count)[group][:, None]], 1)))
        h = F.relu(h + self.domain(domain))
        own = torch.einsum("nh,nkh->nk", hint, self.place_hints(domain).view(-1, 3, len(HINTS)))
        return self.place(self.drop(h)) + self.place_domain(domain) + own, s, self.ent(x)

    def mentions(self, word, s, spans, rule, use_domain):
        """spans: (M, 4) first, last + 1, window from, window to, as rows of s."""
        x = torch.cat([s[:, :96], self.drop_in(self.meant[word])], 1)
        first, last = spans[:, 0], spans[:, 1] - 1
        m = torch.cat([s[first], s[last]], 1)
        offset = torch.arange(-WINDOW, WINDOW + 1)
        at = torch.where(offset[None] < 0, first[:, None] + offset, torch.where(offset[None] > 0, last[:, None] + offset, first[:, None]))
        inside = (at >= spans[:, 2:3]) & (at < spans[:, 3:4])
        at = at.clamp(0, len(s) - 1)
        bucket = BUCKET[None].expand_as(at)
        k = self.key(x)[at] + self.key_at(bucket)
        v = self.value(x)[at] + self.value_at(bucket)
        q = self.ask((s[first] + s[last]) / 2)
        score = torch.einsum("mha,mwha->mhw", q.view(-1, 4, 16), k.view(*k.shape[:2], 4, 16)) / 4
        score = score.masked_fill(~inside[:, None], -1e9)
        weight = torch.softmax(score, 2)
        out = torch.einsum("mhw,mwhv->mhv", weight, F.relu(v).view(*v.shape[:2], 4, 32)).flatten(1)
        z = F.relu(self.said(self.drop(torch.cat([m, out, rule, use_domain], 1))))
        return self.use(self.drop(z)), self.kind(self.drop(z))


BUCKET = torch.from_numpy(BUCKET_OF)


def batches(docs, size, rng):
    """Lists of documents of about ``size`` words, in random order; short sentences of one corpus together."""
    order = list(docs)
    rng.shuffle(order)
    order.sort(key=lambda p: p.domain if p.domain >= 7 else -1)  # short sentences of one corpus together
    chunk, total, out = [], 0, []
    for p in order:
        chunk.append(p)
        total += len(p.rows)
        if total >= size:
            out.append(chunk)
            chunk, total = [], 0
    if chunk:
        out.append(chunk)
    rng.shuffle(out)
    return out


def tensors(chunk):
    """The documents of a batch one after the other, with rows of nothing between them."""
    word, hint, mask, group, domain, bio, ent, weight = ([] for _ in range(8))
    spans, uses, kinds_, rule, dom = [], [], [], [], []
    at = PAD
    base = 1
    for target, values in (
        (word, [0] * PAD),
        (hint, np.zeros((PAD, len(HINTS)), np.float32)),
        (mask, np.zeros(PAD, np.float32)),
        (group, [0] * PAD),
        (domain, [0] * PAD),
        (bio, [-100] * PAD),
        (ent, [-100] * PAD),
        (weight, np.zeros(PAD, np.float32)),
    ):
        target.append(values)
    for p in chunk:
        n = len(p.rows)
        word.append(p.rows)
        word.append([0] * PAD)
        hint.append(p.hints)
        hint.append(np.zeros((PAD, p.hints.shape[1]), np.float32))
        mask.append(np.ones(n, np.float32))
        mask.append(np.zeros(PAD, np.float32))
        group.append(p.group + base)
        base += int(p.group.max(initial=-1)) + 1
        group.append([base] * PAD)
        base += 1
        domain.append(np.full(n + PAD, p.domain))
        for target, values in ((bio, p.bio), (ent, p.ent)):
            target.append(values)
            target.append([-100] * PAD)
        weight.append(np.full(n + PAD, WEIGHT.get(DOMAINS[p.domain], 1.0), np.float32))
        for i, j, use, kind, by_rule in p.mentions:
            line = p.lines[i]
            low, high = np.searchsorted(p.lines, line, "left"), np.searchsorted(p.lines, line, "right")
            spans.append((at + i, at + j, at + low, at + high))
            uses.append(use)
            kinds_.append(kind)
            rule.append(np.eye(len(KINDS))[by_rule])
            dom.append(np.eye(len(DOMAINS))[p.domain])
        at += n + PAD
    c = np.concatenate
    return (
        torch.from_numpy(c(word).astype(np.int64)), torch.from_numpy(c(hint)), torch.from_numpy(c(mask))[:, None], torch.from_numpy(c(group).astype(np.int64)),
        torch.from_numpy(c(domain).astype(np.int64)), torch.from_numpy(c(bio).astype(np.int64)), torch.from_numpy(c(ent).astype(np.int64)), torch.from_numpy(c(weight)),
        tuple(torch.tensor(np.array(x), dtype=t) for x, t in ((spans, torch.long), (uses, torch.long), (kinds_, torch.long), (rule, torch.float32), (dom, torch.float32))),
    )  # fmt: skip


def decode(prob, starts, ends):
    """(start, end) of the spans: B starts one, I goes on (or starts one after O)."""
    tag = prob.argmax(1)
    spans, i, n = [], 0, len(tag)
    while i < n:
        if tag[i]:
            j = i + 1
            while j < n and tag[j] == 2:
                j += 1
            spans.append((starts[i], ends[j - 1], i, j))
            i = j
        else:
            i += 1
    return spans


def literal(use):
    """Literal or modifier: the place itself is meant."""
    return (use < 2) | (use == 5)


def percent(a, b):
    return round(100 * a / b, 1) if b else None


def evaluate(net, docs):
    """Precision, recall and F1 of finding, then the shares of literal-or-not and of kinds that are right, by corpus."""
    net.eval()
    score = {}
    with torch.no_grad():
        for p in docs:
            if not len(p.rows):
                continue
            word, hint, mask, group, domain, *_, said = tensors([p])
            place, s_, _ = net(word, hint, mask, group, domain)
            got = {(s, e) for s, e, *_ in decode(place[PAD:-PAD].numpy(), p.starts, p.ends)}
            s = score.setdefault(DOMAINS[p.domain] + ("-test" if is_test(p) else ""), [0] * 7)
            gold = set(p.gold)
            if DOMAINS[p.domain] != "relocar":
                s[0] += len(gold & got)
                s[1] += len(got)
                s[2] += len(gold)
            if len(said[0]):
                u, k = net.mentions(word, s_, said[0], said[3], said[4])
                known = said[1] >= 0
                s[3] += int((literal(u.argmax(1)[known]) == literal(said[1][known])).sum())
                s[4] += int(known.sum())
                known = said[2] >= 0
                s[5] += int((k.argmax(1)[known] == said[2][known]).sum())
                s[6] += int(known.sum())
    net.train()
    return {
        k: (percent(a, b), percent(a, c), percent(2 * a, b + c), percent(d, e), percent(f, g))
        for k, (a, b, c, d, e, f, g) in sorted(score.items())
    }


def is_test(p):
    """Documents of data/marked/test: measured on, never trained on."""
    return p.doc.head.get("part") == "test"


def entities(docs: list[Document]) -> dict[tuple[str, str], list[tuple[int, int, str]]]:
    """What spaCy's small model says of each document: the network learns to say it too, so that it forgets nothing."""
    cache = Path(tempfile.gettempdir()) / "dateline-entities.pkl"
    known = pickle.loads(cache.read_bytes()) if cache.exists() else {}
    missing = [d for d in docs if (d.corpus, d.id) not in known]
    if missing:
        nlp = name_model()
        for d, doc in zip(missing, nlp.pipe((d.text for d in missing), batch_size=32, n_process=2), strict=True):
            known[(d.corpus, d.id)] = [(e.start_char, e.end_char, e.label_) for e in doc.ents]
        cache.write_bytes(pickle.dumps(known))
    return known


def prepared():
    """All documents as arrays, and the hash rows and meanings of their words; kept in the temporary folder for the next run."""
    cache = Path(tempfile.gettempdir()) / "dateline-train.pkl"
    if cache.exists():
        return pickle.loads(cache.read_bytes())
    gazetteer = Gazetteer()
    vocabulary: dict[str, int] = {}
    docs = [d for d in load() if d.text.strip()]
    labels = entities(docs)
    out = [prepare(doc, gazetteer, vocabulary, labels[(doc.corpus, doc.id)]) for doc in docs]
    ids = np.array([attributes(f) for f in vocabulary], np.uint64)
    vrows = np.stack([rows(ids[:, k], SEEDS[k], size) for k, size in enumerate((5000, 1000, 2500, 2500))], 1)
    held = dict(zip(*(lambda f: (str(f["words"]).split("\n"), f["vectors"].astype(np.float32) / 32))(np.load(MEANINGS)), strict=True))
    none = np.zeros(MEANING, np.float32)
    meant = np.stack([held.get(f.lower(), none) for f in vocabulary])
    result = (out, (vrows, meant))
    cache.write_bytes(pickle.dumps(result))
    return result


def sampled(docs, rng):
    """One epoch's documents: each corpus by its SHARE, more than once where that is above 1."""
    out = []
    for p in docs:
        share = SHARE.get(DOMAINS[p.domain], 1)
        out.extend([p] * (int(share) + (rng.random() < share - int(share))) if len(p.rows) else [])
    return out


def train(docs, tables, epochs, held=(), seed=0, lr=1e-3, size=1500):
    torch.manual_seed(seed)
    rng = random.Random(seed)
    net = Net(*tables)
    net.load_spacy()
    slow = [p for n, p in net.named_parameters() if n.split(".")[0] in ("tables", "mix", "mix_norm", "layers", "norms")]
    fast = [p for n, p in net.named_parameters() if n.split(".")[0] not in ("tables", "mix", "mix_norm", "layers", "norms")]
    opt = torch.optim.AdamW([{"params": slow, "lr": lr * 0.3}, {"params": fast, "lr": lr}], weight_decay=0.01)
    per_epoch = len(batches(sampled(docs, rng), size, rng))
    sched = torch.optim.lr_scheduler.OneCycleLR(opt, [lr * 0.3, lr], total_steps=per_epoch * epochs + 50, pct_start=0.1)
    mean = {name: value.detach().clone() for name, value in net.state_dict().items()}
    for epoch in range(epochs):
        t0 = time.time()
        loss_sum = 0.0
        some = sampled(docs, rng)
        bs = batches(some, size, rng)
        for chunk in bs:
            word, hint, mask, group, domain, bio, ent, weight, said = tensors(chunk)
            place, s_, e = net(word, hint, mask, group, domain)
            loss = (F.cross_entropy(place, bio, reduction="none", ignore_index=-100) * weight).mean()
            loss = loss + 0.1 * F.cross_entropy(e, ent, ignore_index=-100)
            if len(said[0]):
                u, k = net.mentions(word, s_, said[0], said[3], said[4])
                if (said[1] >= 0).any():
                    loss = loss + USE_WEIGHT * F.cross_entropy(u, said[1], ignore_index=-100)
                if (said[2] >= 0).any():
                    loss = loss + KIND_WEIGHT * F.cross_entropy(k, said[2], ignore_index=-100)
            opt.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(net.parameters(), 1.0)
            opt.step()
            if sched.last_epoch < sched.total_steps - 1:
                sched.step()
            loss_sum += loss.item()
            with torch.no_grad():  # the mean of the last few hundred steps reads better than the last step (Polyak and Juditsky 1992)
                for name, value in net.state_dict().items():
                    if value.dtype.is_floating_point and name != "meant":
                        mean[name].lerp_(value, 1 - DECAY)
        print(
            f"epoch {epoch} loss {loss_sum / len(bs):.4f} {time.time() - t0:.0f}s",
            evaluate(net, held) if held and epoch % 2 else "",
            flush=True,
        )
    net.load_state_dict(mean)
    if held:
        print("mean of the last steps", evaluate(net, held), flush=True)
    return net


def save(net: Net, path: Path) -> None:
    """Write the weights as half-precision arrays, laid out as dateline/network.py multiplies them."""
    pieces = np.arange(3 * 96).reshape(96, 3).T.reshape(-1)  # the three pieces of a maxout one after the other
    arrays = {}
    for name, tensor in net.state_dict().items():
        value = tensor.detach().numpy()
        if name.split(".")[0] in AUXILIARY:
            continue
        if name.split(".")[0] in ("mix", "layers"):
            value = value[pieces]
        if name.endswith(".weight") and value.ndim == 2 and name.split(".")[0] not in ("domain", "place_domain", "place_hints"):
            value = value.T
        arrays[name] = np.ascontiguousarray(value).astype(np.float16)
    for name, labels in (("domains", DOMAINS), ("entities", ENTITIES), ("hints", HINTS)):
        arrays[f"labels.{name}"] = np.array(labels)
    weights.save(path, arrays)
    print(path, round(path.stat().st_size / 1e6, 2), "MB")


def main() -> None:
    """Train and write the weights."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--held-out", action="store_true", help="without a quarter of every corpus, into .cache/held-out; prints scores on it"
    )
    parser.add_argument("--epochs", type=int, default=8)
    parser.add_argument("--out", type=Path)
    args = parser.parse_args()
    docs, tables = prepared()
    print(len(docs), "documents", sum(len(p.rows) for p in docs), "words", flush=True)
    trained = [p for p in docs if not is_test(p) and not (args.held_out and fold_of(p.doc, FOLDS) == 0)]
    held = [p for p in docs if is_test(p) or fold_of(p.doc, FOLDS) == 0] if args.held_out else []
    net = train(trained, tables, args.epochs, held)
    save(net, args.out or (HELD_OUT / "network.npz" if args.held_out else network.WEIGHTS))


if __name__ == "__main__":
    main()
