"""Train the weights for choosing places and for doubt, and write ``data/weights/ranking.npz``.

Run: ``python -m data.train.ranking``, after ``python -m data.train.encoder``: the other names of a report, which are evidence, are found by
the encoder. Choosing trains on the documents that trained the encoder; doubt is fitted on the eighth that trained nothing, and the figures
printed are of it, doubt's by cross-validation within it.
"""

from __future__ import annotations

import argparse
import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch

from data.build import digests
from data.train.corpora import MARKED, Document, corpus, fold_of, held_out, is_right, marked
from data.train.reliability import draw, ece
from dateline import ranking
from dateline.cues import flat
from dateline.gazetteer import Gazetteer
from dateline.geoparsing.classification import reference_chances
from dateline.geoparsing.doubt import doubt_inputs
from dateline.geoparsing.encoder import Encoder
from dateline.geoparsing.recognition import everyday_words, recognise
from dateline.ranking import DOUBT_INPUTS, EVIDENCE, Ranked, Ranker, groups_of, softmax_by, table_of
from dateline.weights import load, save

SCHEMES = {"lgl": "lgl", "trnews": "trnews", "geovirus": "geovirus", "geowebnews": "geowebnews", "wiktor": "marked", "wotr": "wotr"}
STEP = {"wotr": 3}
WEIGHT = {"wotr": 0.2, "wiktor": 0.1, "marked": 1.5}
"""WikToR was made to be ambiguous: at full weight it would teach that size means nothing."""
DOUBT_WEIGHT = {"marked": 3.0, "marked lines": 1.0, "wotr": 0.1}
"""Our field documents are what is pasted; they count for more."""
CAUTION = 0.35
"""Log-odds taken off the fitted confidence, so that of what is called 0.9 sure at least 97 in 100 are right."""
HIDDEN = 32


@dataclass
class Example:
    """One document, ready: its table of candidates, and which rows are right for which group."""

    document: Document
    table: ranking._Table
    right: np.ndarray
    labelled: np.ndarray
    """The weight of each group: 0 where its place is not known or none of its candidates is right."""
    gold: dict[int, list[tuple[object, tuple[float, float] | None]]]
    """The mentions of each group with their points; None for a found name that is no place's."""
    chances: dict[str, np.ndarray]
    """How likely each reference is of each mention id."""
    everyday: frozenset[str]
    weight: float


def documents() -> list[Document]:
    """Return the documents with points: of the corpora, and our own field documents."""
    found = [d for name in SCHEMES for d in corpus(f"{name}.dev")[:: STEP.get(name, 1)]]
    return [*found, *(d for d in marked(MARKED / "train") if d.head.get("places"))]


def example(document: Document, encoder: Encoder, gazetteer: Gazetteer, find: bool) -> Example | None:
    """Return a document ready to train or measure; with ``find``, of the names that are found instead of those that are marked."""
    text = document.text
    encoded = encoder.encode(text, gazetteer, (SCHEMES.get(document.corpus, "marked"),))
    gold = {(p["start"], p["end"]): p for p in document.places if p.get("reference") != "not_a_place" and not p.get("only_use")}
    mentions, _ = recognise(encoded, encoder, () if find else sorted(gold))
    references = reference_chances(encoder, encoder.mention_vectors(encoded, [(m.start, m.end) for m in mentions])[0]) if mentions else ()
    groups = groups_of(flat(text), mentions, {m.id: gazetteer.listed(m) for m in mentions})
    table = table_of(flat(text), groups, mentions)
    if not table.groups:
        return None
    ours = document.corpus == "marked"
    right, labelled = np.zeros(len(table.of), bool), np.zeros(len(table.groups), np.float32)
    by_group: dict[int, list[tuple[object, tuple[float, float] | None]]] = {}
    for g, group in enumerate(table.groups):
        by_group[g] = []
        spots = []
        for m in group.members:
            place = gold.get((m.start, m.end)) or next((p for (s, e), p in gold.items() if s < m.end and m.start < e), None)
            if place is None:
                by_group[g].append((m, None))
            elif place.get("lat") is not None:
                spots.append((place["lat"], place["lon"]))
                by_group[g].append((m, spots[-1]))
        if not spots:
            continue
        spot = max(set(spots), key=spots.count)
        s = slice(table.starts[g], table.starts[g + 1])
        right[s] = [is_right(o.place, *spot, ours) for o in group.options]
        if right[s].any() and len(group.options) > 1:
            labelled[g] = math.sqrt(len(spots))
    chances = {m.id: references[i] for i, m in enumerate(mentions)}
    return Example(document, table, right, labelled, by_group, chances, everyday_words(encoded, mentions), WEIGHT.get(document.corpus, 1.0))


class Round(torch.nn.Module):
    """One round: evidence to score."""

    def __init__(self) -> None:
        super().__init__()
        self.into = torch.nn.Linear(len(EVIDENCE), HIDDEN)
        self.out = torch.nn.Linear(HIDDEN, 1, bias=False)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.out(torch.tanh(self.into(x)))[:, 0]


def fit(data: Sequence[tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, float]], epochs: int, seed: int) -> Round:
    """Fit one round on (evidence, starts, right, labelled, weight) of many documents: the right options' share of the softmax."""
    torch.manual_seed(seed)
    net = Round()
    optimiser = torch.optim.AdamW(net.parameters(), lr=4e-3, weight_decay=1e-2)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, epochs)
    order = np.random.default_rng(seed)
    packs = []
    for begin in range(0, len(data), 16):
        xs, of, rights, ws, base = [], [], [], [], 0
        for evidence, starts, right, labelled, weight in data[begin : begin + 16]:
            xs.append(evidence)
            of.append(np.repeat(np.arange(len(starts) - 1), np.diff(starts)) + base)
            base += len(starts) - 1
            rights.append(right)
            ws.append(labelled * weight)
        packs.append([torch.from_numpy(np.concatenate(a)) for a in (xs, of, rights, ws)])
    for _ in range(epochs):
        for i in order.permutation(len(packs)):
            x, of, right, w = packs[i]
            if not (w > 0).any():
                continue
            score = net(x)
            top = torch.full((len(w),), -1e9).scatter_reduce(0, of, score, "amax")
            e = torch.exp(score - top[of])
            total = torch.zeros(len(w)).index_add(0, of, e)
            good = torch.zeros(len(w)).index_add(0, of, e * right)
            loss = -(torch.log(good / total + 1e-9) * w).sum() / w.sum()
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
        schedule.step()
    return net


def scores(net: Round, evidence: np.ndarray) -> np.ndarray:
    """Return the score of each candidate."""
    with torch.no_grad():
        return net(torch.from_numpy(evidence)).numpy()


def train(some: Sequence[Example], epochs: int = 30, seed: int = 0) -> tuple[Round, Round]:
    """Return the two rounds, fitted one after the other."""
    first = [(e.table.evidence(softmax_by(e.table.prior, e.table.starts)), e.table.starts, e.right, e.labelled, e.weight) for e in some]
    one = fit(first, epochs, seed)
    second = [(e.table.evidence(softmax_by(scores(one, x[0]), e.table.starts)), *x[1:]) for e, x in zip(some, first, strict=True)]
    return one, fit(second, epochs, seed + 1)


def chosen(e: Example, ranker: Ranker) -> list[tuple[list[float], bool, bool, bool]]:
    """Return (inputs of doubt, whether it is right, whether any candidate is, whether it is a place's name) of the mentions with candidates."""
    p = softmax_by(ranker.scores(e.table.evidence(softmax_by(e.table.prior, e.table.starts)), 1), e.table.starts)
    evidence = e.table.evidence(p)
    q = softmax_by(ranker.scores(evidence, 2), e.table.starts)
    keys = {group.key for group in e.table.groups}
    out = []
    for g, group in enumerate(e.table.groups):
        a, b = e.table.starts[g], e.table.starts[g + 1]
        ranked = Ranked(group, q[a:b], evidence[a:b])
        top = int(np.argmax(q[a:b]))
        for mention, point in e.gold[g]:
            ours = e.document.corpus == "marked"
            right = point is not None and is_right(group.options[top].place, *point, ours)
            covered = point is not None and any(is_right(o.place, *point, ours) for o in group.options)
            out.append(
                (
                    doubt_inputs(ranked, mention, e.chances[mention.id], top, mention.id in e.everyday, len(keys - {group.key})),
                    right,
                    covered,
                    point is not None,
                )
            )
    return out


def paragraphs(document: Document) -> list[Document]:
    """Return the lines of a document that name a place, each as a document: what is pasted is often as short."""
    found, start = [], 0
    for number, line in enumerate(document.text.split("\n")):
        end = start + len(line)
        places = tuple(
            dict(p, start=p["start"] - start, end=p["end"] - start) for p in document.places if start <= p["start"] and p["end"] <= end
        )
        if places:
            found.append(replace(document, id=f"{document.id}#{number}", text=line, places=places))
        start = end + 1
    return found


def calibrate(x: np.ndarray, y: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Return the logistic regression weights of DOUBT_INPUTS, kept small (the bias is not)."""
    x_, y_, w_ = (torch.tensor(a, dtype=torch.float64) for a in (x, y, weights))
    beta = torch.zeros(x.shape[1], dtype=torch.float64, requires_grad=True)
    optimiser = torch.optim.LBFGS([beta], max_iter=300)

    def closure() -> torch.Tensor:
        optimiser.zero_grad()
        loss = (torch.nn.functional.binary_cross_entropy_with_logits(x_ @ beta, y_, reduction="none") * w_).sum() / w_.sum()
        loss = loss + 1e-3 * (beta[1:] ** 2).sum()
        loss.backward()
        return loss

    optimiser.step(closure)
    return beta.detach().numpy()


def main() -> None:
    """Train, print figures of what was held out, and write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only-doubt", action="store_true", help="keep the weights for choosing, fit doubt anew")
    args = parser.parse_args()
    encoder, gazetteer = Encoder(), Gazetteer()
    docs = documents()
    some = [e for d in docs if not args.only_doubt and not held_out(d) and (e := example(d, encoder, gazetteer, False))]
    # WikToR marks one name a page: what else is found there is not known to be wrong
    apart = [e for d in docs if held_out(d) and d.corpus != "wiktor" and (e := example(d, encoder, gazetteer, True))]
    short = [p for d in docs if held_out(d) and d.corpus == "marked" for p in paragraphs(d)]
    apart += [e for p in short if (e := example(p, encoder, gazetteer, True))]
    print(f"{len(some)} documents train, {len(apart)} are held out", flush=True)
    if args.only_doubt:
        arrays = load(ranking.WEIGHTS, as_stored=True)
    else:
        arrays = rounds(*train(some))
    save(ranking.WEIGHTS, arrays | {"doubt": np.zeros(len(DOUBT_INPUTS)), "labels.doubt": np.array(DOUBT_INPUTS)})
    digests.write()  # only weights that their digest knows are loaded
    ranker = Ranker()
    rows, names, folds = [], [], []
    tally: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    for e in apart:
        for inputs, right, covered, is_place in chosen(e, ranker):
            t = tally[e.document.corpus + (" lines" if "#" in e.document.id else "")]
            for i, hit in enumerate((right, covered, is_place, True)):
                t[i] += hit
            rows.append((inputs, right))
            names.append(e.document.corpus + (" lines" if "#" in e.document.id else ""))
            folds.append(fold_of(replace(e.document, id=e.document.id.split("#")[0]), 1000) % 5)
    for name, (right, covered, places, n) in tally.items():
        print(
            f"{name:12s} held out: right {100 * right / max(1, covered):.1f} % of {covered} covered; {n - places} of {n} found names are no place's"
        )
    x, y = np.array([r[0] for r in rows]), np.array([float(r[1]) for r in rows])
    weights = np.array([DOUBT_WEIGHT.get(name, 1.0) for name in names])
    p, folds, kept = np.zeros(len(y)), np.array(folds), weights > 0
    for fold in range(5):
        beta = calibrate(x[(folds != fold) & kept], y[(folds != fold) & kept], weights[(folds != fold) & kept])
        p[folds == fold] = 1 / (1 + np.exp(-(x[folds == fold] @ beta - CAUTION)))
    for name in (*sorted(set(names)), "all news and field"):
        which = np.array([n == name or (name.startswith("all") and n not in ("wotr", "marked lines")) for n in names])
        sure = which & (p >= 0.9)
        print(
            f"doubt, {name}: ECE {ece(p[which], y[which]):.3f}; at >= 0.9: {100 * y[sure].mean():.1f} % right of {100 * sure.sum() / which.sum():.0f} %"
        )
    draw(p[which], y[which])
    beta = calibrate(x[kept], y[kept], weights[kept])
    beta[0] -= CAUTION
    print(dict(zip(DOUBT_INPUTS, beta.round(2), strict=True)))
    save(ranking.WEIGHTS, arrays | {"doubt": beta, "labels.doubt": np.array(DOUBT_INPUTS)})
    print(ranking.WEIGHTS, round(ranking.WEIGHTS.stat().st_size / 1e3), "kB")


def rounds(one: Round, two: Round) -> dict[str, np.ndarray]:
    """Return the weights of both rounds as they are stored."""
    arrays = {"labels.evidence": np.array(EVIDENCE)}
    for k, net in ((1, one), (2, two)):
        arrays[f"round{k}.in"] = net.into.weight.detach().numpy().T.astype(np.float16)
        arrays[f"round{k}.bias"] = net.into.bias.detach().numpy().astype(np.float16)
        arrays[f"round{k}.out"] = net.out.weight.detach().numpy()[0].astype(np.float16)
    return arrays


if __name__ == "__main__":
    main()
