"""Train the weights for choosing places and write ``data/weights/ranking.npz``.

Run: ``python -m data.train.ranking``. It prints scores by cross-validation (five parts, each held out once), then trains on all
and writes. ``--held-out`` leaves a quarter of every corpus out. Needs the reading network's weights: the other names of a report, which are evidence, are found by it.
"""

from __future__ import annotations

import argparse
import math
from collections import defaultdict
from dataclasses import dataclass

import numpy as np
import torch

from benchmarks.corpora import FOLDS, HELD_OUT
from data.train.corpora import Document, corpus, fold_of
from data.train.reliability import draw, ece
from dateline import ranking
from dateline.choosing import SURE_INPUTS, sure_inputs
from dateline.distances import distance_km
from dateline.finding import find, look
from dateline.gazetteer import Gazetteer
from dateline.network import Network
from dateline.ranking import FEATURES, Ranked, groups_of, softmax_by, table_of
from dateline.weights import save

CORPORA = {
    "lgl.dev": "lgl",
    "trnews.dev": "trnews",
    "geovirus.dev": "geovirus",
    "geowebnews.dev": "geowebnews",
    "wiktor.dev": "marked",
    "wotr.dev": "wotr",
}
SHARE = {"wotr": 4}
WEIGHT = {"wotr": 0.2, "wiktor": 0.1}
"""WikToR was made to be ambiguous: at full weight it would teach that size means nothing."""
RIGHT_KM = 161.0
CAUTION = 0.4
"""Log-odds taken off the fitted confidence, so that of what is called 0.9 sure at least 97 in 100 are right."""
HIDDEN = 32


@dataclass
class Example:
    """One document, ready: its table of candidates, and which rows are right for which group."""

    document: Document
    table: object
    right: np.ndarray  # rows within 161 km of the gold point
    labelled: np.ndarray  # groups whose gold point is near one of the candidates
    gold: dict
    weight: float


def examples(network: Network, parts: dict[str, str] = CORPORA) -> list[Example]:
    """Return the documents with places marked by corpora, candidates listed."""
    gazetteer = Gazetteer()
    out = []
    for name, domain in parts.items():
        documents = corpus(name)
        step = SHARE.get(name.removesuffix(".dev"), 1)
        for document in documents[::step]:
            given = sorted({(p["start"], p["end"]) for p in document.places})
            mentions = find(look(document.text, network, gazetteer), network, (domain,), given)
            listed = {m.id: gazetteer.listed(m) for m in mentions}
            groups = groups_of(document.text, mentions, listed)
            table = table_of(document.text, groups, mentions)
            if not table.groups:
                continue
            points = {(p["start"], p["end"]): (p["lat"], p["lon"]) for p in document.places if p.get("lat") is not None}
            right = np.zeros(len(table.of), bool)
            labelled = np.zeros(len(table.groups), np.float32)
            gold = {}
            for g, group in enumerate(table.groups):
                spots = [points[(m.start, m.end)] for m in group.members if (m.start, m.end) in points]
                gold[g] = [(m, points[(m.start, m.end)]) for m in group.members if (m.start, m.end) in points]
                if not spots:
                    continue
                spot = max(set(spots), key=spots.count)
                s = slice(table.starts[g], table.starts[g + 1])
                right[s] = [distance_km(o.place.lat, o.place.lon, *spot) <= RIGHT_KM for o in group.options]
                if right[s].any() and len(group.options) > 1:
                    labelled[g] = math.sqrt(len(spots))
            out.append(Example(document, table, right, labelled, gold, WEIGHT.get(document.corpus, 1.0)))
    return out


class Rounds(torch.nn.Module):
    """One round: evidence to score."""

    def __init__(self) -> None:
        super().__init__()
        self.into = torch.nn.Linear(len(FEATURES), HIDDEN)
        self.out = torch.nn.Linear(HIDDEN, 1, bias=False)

    def forward(self, x):
        return self.out(torch.tanh(self.into(x)))[:, 0]


def fit(data: list[tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, float]], epochs: int, seed: int) -> Rounds:
    """Fit one round on (evidence, starts, right, labelled, weight) of many documents: the right options' share of the softmax."""
    torch.manual_seed(seed)
    net = Rounds()
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


def scores(net: Rounds, evidence: np.ndarray) -> np.ndarray:
    with torch.no_grad():
        return net(torch.from_numpy(evidence)).numpy()


def train(some: list[Example], epochs: int = 30, seed: int = 0) -> tuple[Rounds, Rounds]:
    first = [(e.table.evidence(softmax_by(e.table.prior, e.table.starts)), e.table.starts, e.right, e.labelled, e.weight) for e in some]
    one = fit(first, epochs, seed)
    second = [(e.table.evidence(softmax_by(scores(one, x[0]), e.table.starts)), *x[1:]) for e, x in zip(some, first, strict=True)]
    return one, fit(second, epochs, seed + 1)


def chosen(e: Example, one: Rounds, two: Rounds) -> list[tuple[Ranked, object, bool]]:
    """Return (ranked group, mention, whether it is right) for each placed gold mention that has candidates."""
    p = softmax_by(scores(one, e.table.evidence(softmax_by(e.table.prior, e.table.starts))), e.table.starts)
    evidence = e.table.evidence(p)
    q = softmax_by(scores(two, evidence), e.table.starts)
    out = []
    for g, group in enumerate(e.table.groups):
        a, b = e.table.starts[g], e.table.starts[g + 1]
        ranked = Ranked(group, q[a:b], evidence[a:b])
        place = group.options[int(np.argmax(q[a:b]))].place
        for mention, (lat, lon) in e.gold[g]:
            covered = any(distance_km(o.place.lat, o.place.lon, lat, lon) <= RIGHT_KM for o in group.options)
            out.append((ranked, mention, distance_km(place.lat, place.lon, lat, lon) <= RIGHT_KM, covered))
    return out


def calibrate(rows: list[tuple[list[float], bool]], weights: np.ndarray) -> np.ndarray:
    """Return the logistic regression weights of SURE_INPUTS."""
    x = torch.tensor([r[0] for r in rows], dtype=torch.float64)
    y = torch.tensor([float(r[1]) for r in rows], dtype=torch.float64)
    w = torch.tensor(weights, dtype=torch.float64)
    beta = torch.zeros(x.shape[1], dtype=torch.float64, requires_grad=True)
    optimiser = torch.optim.LBFGS([beta], max_iter=200)

    def closure():
        optimiser.zero_grad()
        loss = (torch.nn.functional.binary_cross_entropy_with_logits(x @ beta, y, reduction="none") * w).mean() + 1e-4 * (beta**2).sum()
        loss.backward()
        return loss

    optimiser.step(closure)
    return beta.detach().numpy()


def held_out(some: list[Example], folds: int = 5) -> list[tuple[Example, list]]:
    out = []
    for fold in range(folds):
        one, two = train([e for e in some if fold_of(e.document, folds) != fold], seed=fold)
        out.extend((e, chosen(e, one, two)) for e in some if fold_of(e.document, folds) == fold)
    return out


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--held-out", action="store_true", help="without a quarter of every corpus, from and into .cache/held-out")
    args = parser.parse_args()
    some = examples(Network(HELD_OUT / "network.npz") if args.held_out else Network())
    if args.held_out:
        some = [e for e in some if fold_of(e.document, FOLDS) != 0]
    print(len(some), "documents", flush=True)
    results = held_out(some)
    tally: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0])
    rows, weights, folds = [], [], []
    for e, choices in results:
        for ranked, mention, right, covered in choices:
            t = tally[e.document.corpus]
            t[0] += right
            t[1] += covered
            t[2] += 1
            if e.document.corpus not in ("wotr", "wiktor"):
                rows.append((sure_inputs(ranked, mention, int(np.argmax(ranked.probabilities))), right))
                weights.append(1.0)
                folds.append(fold_of(e.document, 5))
    for name, (right, covered, n) in tally.items():
        print(
            f"{name:12s} held out: choosing {100 * right / covered:.1f} of {covered} covered; of all {n} with candidates {100 * right / n:.1f}"
        )
    weights, folds = np.array(weights), np.array(folds)
    p, y = np.zeros(len(rows)), np.array([r[1] for r in rows])
    for fold in range(5):
        beta = calibrate([r for r, f in zip(rows, folds, strict=True) if f != fold], weights[folds != fold])
        x = np.array([r[0] for r, f in zip(rows, folds, strict=True) if f == fold])
        p[folds == fold] = 1 / (1 + np.exp(-(x @ beta - CAUTION)))
    print(
        f"calibration by cross-validation: ECE {ece(p, y):.3f}; at >= 0.9: {100 * y[p >= 0.9].mean():.1f} % right of {100 * (p >= 0.9).mean():.0f} % of mentions"
    )
    if not args.held_out:
        draw(p, y)
    beta = calibrate(rows, weights)
    beta[0] -= CAUTION
    print(dict(zip(SURE_INPUTS, beta.round(2), strict=True)))
    one, two = train(some)
    arrays = {"sure": beta, "labels.features": np.array(FEATURES)}
    for k, net in ((1, one), (2, two)):
        arrays[f"round{k}.in"] = net.into.weight.detach().numpy().T.astype(np.float16)
        arrays[f"round{k}.bias"] = net.into.bias.detach().numpy().astype(np.float16)
        arrays[f"round{k}.out"] = net.out.weight.detach().numpy()[0].astype(np.float16)
    out = HELD_OUT / "ranking.npz" if args.held_out else ranking.WEIGHTS
    save(out, arrays)
    print(out, round(out.stat().st_size / 1e3), "kB")


if __name__ == "__main__":
    main()
