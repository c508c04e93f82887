"""Ranking: the evidence for each candidate of each name of a report, as numbers, and the weights that add it up.

A name means one place throughout a report unless the words beside it say otherwise, so mentions are ranked in groups.
Evidence is of three sorts: what the gazetteer says of the candidate (size, kind, how the name fits), what the words
beside the name say (*Paris, Texas*; *the town of*), and what the report's other names say (its countries and regions,
what lies near). The last sort is weighed twice: first with the others' likeliest meanings by size, then with what
the first round chose for them.
"""

from __future__ import annotations

import bisect
import itertools
import math
import re
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dateline import weights
from dateline.cues import any_of
from dateline.distances import KM_PER_DEG
from dateline.features import WATERS, is_area
from dateline.names import fold_key
from dateline.records import Candidate, Mention, Place

Array = NDArray[Any]
WEIGHTS = weights.FOLDER / "ranking.npz"
MAX_OPTIONS = 150
"""Candidates of one name that are ranked: the largest."""
MAX_ANCHORS = 80
BESIDE_CHARACTERS = 160
_REGION_WORDS = r"(?:region|oblast|province|state|governorate|department|district|prefecture|county|republic|parish|raion)"
_NAME = r"[A-Z][\w'’-]*(?: [A-Z][\w'’-]*)*"
_AFTER_REGION = re.compile(rf"^,? (?:{_REGION_WORDS}|countryside)\b", re.IGNORECASE)
_REGIONS_WORDS = r"(?:states|provinces|regions|oblasts|departments|governorates|counties|prefectures|raions)"
_AMONG_REGIONS = re.compile(rf"^(?:,? {_NAME}| {_NAME},)*,? (?:(?:and|or|&) {_NAME} )?(?:[\w-]+ ){{0,2}}{_REGIONS_WORDS}\b")
_AFTER_REGIONS = re.compile(rf"\b{_REGIONS_WORDS} of (?:{_NAME}, )*(?:{_NAME},? and )?$")
_AFTER_COAST = re.compile(r"^ (?:coast|shores?|waters)\b", re.IGNORECASE)
_AFTER_DIRECTION = re.compile(rf"^ {any_of('place', 'direction')}\b", re.IGNORECASE)
_BEFORE_REGION = re.compile(rf"\b(?:{_REGION_WORDS}|governor|governorate)s? of $|\brural $", re.IGNORECASE)
_BEFORE_TOWN = re.compile(r"\b(?:city|town|village|settlement|port|capital)(?: of)? $", re.IGNORECASE)
_AFTER_TOWN = re.compile(r"^,? (?:city|town|village)\b|^, (?:a|the|its) (?:\w+ ){0,3}(?:city|town|village|capital)\b", re.IGNORECASE)
_BEFORE_WATER = re.compile(r"\b(?:river|lake|banks of the|along the|across the|sea of|gulf of)(?: the)? $", re.IGNORECASE)
_INSIDE = re.compile(r"^, (?:in )?$|^,? in (?:the )?(?:\w+[ ’'s]* ){0,4}$|^ ?\($|^,? (?:\w+ ){0,3}(?:of|in) (?:the )?(?:\w+ ){0,4}of $")
_OWNED = re.compile(r"^(?:['’]s?)? (?:[a-z-]+ ){0,4}(?:of )?$")
CUES = ("", "region", "town", "coast", "direction", "water")
SORTS = ("PCLI", "PPLC", "ADM1", "ADM2", "PPL", "water", "area", "spot")
MATCHES = ("name", "alias", "fold", "fuzzy", "adjective", "people")
EVIDENCE = (
    *(f"is {sort}" for sort in SORTS), *(f"by {match}" for match in MATCHES),
    "log population", "log population below the largest", "log rank by population", "log number of candidates", "alone",
    "region cue on a region", "region cue on a town", "town cue on a town", "town cue on an area", "coast cue on a water", "direction cue",
    "water cue on a water", "water cue on land",
    "said to lie in what holds it", "said to lie elsewhere", "owned by what holds it", "owned by another",
    "a region beside holds it", "a country beside holds it", "a region of the report holds it", "a country of the report holds it",
    "country share", "root of country share", "top country", "region share", "root of region share", "top region",
    "nearest within 30 km", "nearest within 100 km", "nearest within 300 km", "sum within 100 km", "sum within 300 km",
    "beside within 30 km", "beside within 100 km", "beside within 300 km", "log mentions", "several words",
)  # fmt: skip
"""Columns of the evidence: all between 0 and about 3."""


DOUBT_INPUTS = (
    "bias", "log-odds of the choice", "log-odds that it is a place's name", "log-odds that a place is meant", "embedded", "demonym",
    "log number of candidates", "only a fold match", "only a fuzzy match", "a country", "a region", "a capital", "log population",
    "log mentions", "near another", "root of country share", "far from everything", "an everyday word", "short", "an abbreviation",
    "several words", "an everyday word, far from everything", "the only name", "one of two names", "large",
)  # fmt: skip
"""What the confidence is worked out from; see :func:`dateline.geoparsing.doubt.doubt_inputs`."""


@dataclass(frozen=True, slots=True)
class Group:
    """The mentions of a report that share a name, a form and a cue, with the places they may mean."""

    key: str
    form: str
    cue: str
    members: tuple[Mention, ...]
    options: tuple[Candidate, ...]


@dataclass(frozen=True, slots=True)
class Ranked:
    """A group with the probability of each of its options and the evidence behind it."""

    group: Group
    probabilities: Array
    evidence: Array
    """Shape (options, EVIDENCE), of the second round."""


def cue_of(text: str, mention: Mention) -> str:
    """Return what the words beside a mention say it is, one of :data:`CUES`."""
    before, after = text[max(0, mention.start - 40) : mention.start], text[mention.end : mention.end + 60]
    if _AFTER_COAST.match(after):
        return "coast"
    if _AFTER_REGION.match(after) or _AMONG_REGIONS.match(after) or _BEFORE_REGION.search(before) or _AFTER_REGIONS.search(before):
        return "region"
    if _AFTER_DIRECTION.match(after):
        return "direction"
    if _BEFORE_TOWN.search(before) or _AFTER_TOWN.match(after):
        return "town"
    if _BEFORE_WATER.search(before) or after[:6].lower() == " river":
        return "water"
    return ""


def groups_of(text: str, mentions: Sequence[Mention], listed: Mapping[str, Sequence[Candidate]]) -> list[Group]:
    """Return the groups of ``mentions``; ``listed`` gives the candidates of each mention id."""
    members: dict[tuple[str, str, str], list[Mention]] = defaultdict(list)
    for mention in mentions:
        members[(fold_key(mention.text), mention.form, cue_of(text, mention))].append(mention)
    groups = []
    for (key, form, cue), inside in members.items():
        options = sorted(listed[inside[0].id], key=_prior, reverse=True)[:MAX_OPTIONS]
        groups.append(Group(key, form, cue, tuple(inside), tuple(options)))
    return groups


def _prior(candidate: Candidate) -> float:
    """Return how likely a candidate is before anything of the report is known (log-odds-like)."""
    place = candidate.place
    bonus = {"PCLI": 5.0, "PPLC": 2.5, "ADM1": 2.5, "CONT": 4.0}.get(place.feature, 1.0 if place.id.startswith("dl:") else 0.0)
    return math.log(place.population + 300) * 0.6 + bonus - (1.0 if candidate.match in ("fold", "fuzzy") else 0.0)


def sort_of(place: Place) -> str:
    """Return which of :data:`SORTS` a place is."""
    if place.feature in ("PCLI", "PPLC", "ADM1", "ADM2", "PPL"):
        return place.feature
    if place.feature in WATERS or place.feature in ("STM", "CNL"):
        return "water"
    return "area" if is_area(place.feature) else "spot"


class _Table:
    """The candidates of all groups as columns, and what of the evidence does not change between the rounds."""

    def __init__(self, text: str, groups: Sequence[Group], mentions: Sequence[Mention]) -> None:
        self.groups = [g for g in groups if g.options]
        self.sizes = [len(g.options) for g in self.groups]
        self.of = np.repeat(np.arange(len(self.groups)), self.sizes)
        options = [c for g in self.groups for c in g.options]
        places = [c.place for c in options]
        n = len(options)
        self.lat = np.array([p.lat for p in places], np.float32)
        self.lon = np.array([p.lon for p in places], np.float32)
        self.radius = np.array([p.radius_km for p in places], np.float32)
        self.sort = np.array([SORTS.index(sort_of(p)) for p in places], np.int64)
        countries: dict[str, int] = {"": 0}
        regions: dict[str, int] = {"": 0}
        self.country = np.array([countries.setdefault(p.country, len(countries)) for p in places], np.int64)
        self.region = np.array([regions.setdefault(_region_of(p), len(regions)) for p in places], np.int64)
        self.countries, self.regions = countries, regions
        self.prior = np.array([_prior(c) for c in options], np.float32)
        self.starts = np.concatenate([[0], np.cumsum(self.sizes)]).astype(np.int64)
        self.weight = np.array([math.sqrt(len(g.members)) for g in self.groups], np.float32)
        f = self.fixed = np.zeros((n, len(EVIDENCE)), np.float32)
        f[np.arange(n), self.sort] = 1
        f[np.arange(n), len(SORTS) + np.array([MATCHES.index(c.match) for c in options], np.int64)] = 1
        log_population = np.log10(np.array([p.population for p in places], np.float32) + 1) / 3
        for g in range(len(self.groups)):
            s = slice(self.starts[g], self.starts[g + 1])
            size = self.sizes[g]
            here = log_population[s]
            f[s, _AT["log population"]] = here
            f[s, _AT["log population below the largest"]] = here.max() - here
            f[s, _AT["log rank by population"]] = np.log1p(np.argsort(np.argsort(-here))) / 2
            f[s, _AT["log number of candidates"]] = math.log(size) / 3
            f[s, _AT["alone"]] = size == 1
            f[s, _AT["log mentions"]] = math.log1p(len(self.groups[g].members)) / 2
            f[s, _AT["several words"]] = " " in self.groups[g].key
            self._cues(f[s], self.sort[s], self.groups[g].cue)
        self.beside = self._beside(mentions)
        self._held(text, mentions)

    @staticmethod
    def _cues(f: Array, sort: NDArray[np.int64], cue: str) -> None:
        region, town, water = _among(sort, (2, 3)), _among(sort, (1, 4)), sort == 5
        if cue == "region":
            f[:, _AT["region cue on a region"]] = region
            f[:, _AT["region cue on a town"]] = town
        elif cue == "town":
            f[:, _AT["town cue on a town"]] = town
            f[:, _AT["town cue on an area"]] = ~town
        elif cue == "coast":
            f[:, _AT["coast cue on a water"]] = water
        elif cue == "direction":
            f[:, _AT["direction cue"]] = region
        elif cue == "water":
            f[:, _AT["water cue on a water"]] = water
            f[:, _AT["water cue on land"]] = ~water

    def _beside(self, mentions: Sequence[Mention]) -> NDArray[np.bool_]:
        """Return which groups have a mention near one of another's in the text."""
        number = {m.id: g for g, group in enumerate(self.groups) for m in group.members}
        near = np.zeros((len(self.groups), len(self.groups)), bool)
        starts = [m.start for m in mentions]
        for i, mention in enumerate(mentions):
            g = number.get(mention.id)
            if g is None:
                continue
            for other in mentions[i + 1 : min(bisect.bisect_right(starts, mention.end + BESIDE_CHARACTERS), i + 12)]:
                h = number.get(other.id)
                if h is not None and h != g:
                    near[g, h] = near[h, g] = True
        return near

    def _held(self, text: str, mentions: Sequence[Mention]) -> None:
        """Fill in what the report says of what lies in what."""
        number = {m.id: g for g, group in enumerate(self.groups) for m in group.members}
        holders = [self._holder(g) for g in range(len(self.groups))]
        inside: dict[int, set[int]] = defaultdict(set)
        owned: dict[int, set[int]] = defaultdict(set)
        for one, other in itertools.pairwise(mentions):
            g, h = number.get(one.id), number.get(other.id)
            if g is None or h is None or g == h or other.start - one.end > 60:
                continue
            gap = text[one.end : other.start]
            if _INSIDE.match(gap) and holders[h] is not None:
                inside[g].add(h)
            elif _OWNED.match(gap) and holders[g] is not None:
                owned[h].add(g)
        f = self.fixed
        for found, yes, no in (
            (inside, "said to lie in what holds it", "said to lie elsewhere"), (owned, "owned by what holds it", "owned by another"),
        ):  # fmt: skip
            for g, by in found.items():
                s = slice(self.starts[g], self.starts[g + 1])
                held = np.zeros(self.sizes[g], bool)
                for h in by:
                    held |= self._holds(h, s, holders)
                f[s, _AT[yes]] = held
                f[s, _AT[no]] = ~held & held.any()
        named_regions = sorted({r for holder in holders if holder for r in holder[1]})
        f[:, _AT["a region of the report holds it"]] = _among(self.region, named_regions) & (self.sort != 2)
        countries_named = sorted({c for holder in holders if holder for c in holder[0]})
        f[:, _AT["a country of the report holds it"]] = _among(self.country, countries_named)
        for g in range(len(self.groups)):
            s = slice(self.starts[g], self.starts[g + 1])
            for beside in np.flatnonzero(self.beside[g]).tolist():
                holder = holders[beside]
                if holder:
                    by_region = _among(self.region[s], holder[1]) & (self.sort[s] != 2)
                    f[s, _AT["a region beside holds it"]] = np.maximum(f[s, _AT["a region beside holds it"]], by_region)
                    by_country = _among(self.country[s], holder[0])
                    f[s, _AT["a country beside holds it"]] = np.maximum(f[s, _AT["a country beside holds it"]], by_country)

    def _holder(self, g: int) -> tuple[set[int], set[int]] | None:
        """Return (countries, regions) that a group names outright, or None if it names neither."""
        s = slice(self.starts[g], self.starts[g + 1])
        sort = self.sort[s]
        countries = set(self.country[s][sort == 0].tolist())
        regions = set(self.region[s][sort == 2].tolist()) if not countries or self.groups[g].form == "name" else set()
        return (countries, regions) if countries or regions else None

    def _holds(self, h: int, s: slice, holders: Sequence[tuple[set[int], set[int]] | None]) -> NDArray[np.bool_]:
        holder = holders[h]
        if holder is None:
            return np.zeros(s.stop - s.start, bool)
        by_region: NDArray[np.bool_] = _among(self.region[s], holder[1]) & (self.sort[s] != 2)
        by_country: NDArray[np.bool_] = _among(self.country[s], holder[0]) & (self.sort[s] != 0)
        return by_region | by_country

    def evidence(self, probability: Array) -> Array:
        """Return the evidence with what the report's other names say, by how likely each of their meanings is."""
        f = self.fixed.copy()
        spread = probability * self.weight[self.of]
        for column, names, what in ((self.country, self.countries, "country"), (self.region, self.regions, "region")):
            votes: Array = np.bincount(column, spread, len(names))
            votes[0] = 0
            # a name does not vote for itself
            own = np.zeros((len(self.groups), len(names)), np.float32) if len(names) * len(self.groups) < 2_000_000 else None
            if own is not None:
                np.add.at(own, (self.of, column), spread)
                rest = votes[column] - own[self.of, column]
                total = votes.sum() - (own.sum(axis=1) - own[:, 0])[self.of]
            else:
                rest, total = votes[column], np.full(len(column), votes.sum())
            share = np.where((column > 0) & (total > 0.01), rest / np.maximum(total, 0.01), 0)
            f[:, _AT[f"{what} share"]] = share
            f[:, _AT[f"root of {what} share"]] = np.sqrt(np.maximum(share, 0))
            f[:, _AT[f"top {what}"]] = (share >= share.max(initial=0) - 1e-6) & (share > 0)
        self._near(f, probability)
        return f

    def _near(self, f: Array, probability: Array) -> None:
        """Fill in what lies near: the likeliest place of each other name, unless it is a country or as vague."""
        exact = _among(self.sort, (1, 3, 4, 5, 7)) | ((self.sort == 2) & (self.radius < 150)) | ((self.sort == 6) & (self.radius < 150))
        best = [self.starts[g] + int(np.argmax(probability[self.starts[g] : self.starts[g + 1]])) for g in range(len(self.groups))]
        anchors = [(g, i) for g, i in enumerate(best) if exact[i] and self.groups[g].form == "name"]
        anchors = sorted(anchors, key=lambda a: -probability[a[1]] * self.weight[a[0]])[:MAX_ANCHORS]
        if not anchors:
            return
        of, at = np.array([a[0] for a in anchors]), np.array([a[1] for a in anchors])
        north = (self.lat[:, None] - self.lat[at]) * KM_PER_DEG
        east = (self.lon[:, None] - self.lon[at] + 180) % 360 - 180
        km = np.hypot(north, east * KM_PER_DEG * np.cos(np.radians(self.lat[at])))
        km = np.maximum(0, km - np.minimum(self.radius[:, None], 150))
        sure = np.where(self.of[:, None] == of, 0, probability[at])
        keys = {g.key: i for i, g in enumerate(self.groups)}
        key = np.array([keys[g.key] for g in self.groups])
        sure = np.where(key[self.of][:, None] == key[of], 0, sure)  # the same name with another cue is no witness
        beside = self.beside[self.of][:, of]
        for scale in (30, 100, 300):
            near = sure * np.exp(-km / scale)
            f[:, _AT[f"nearest within {scale} km"]] = near.max(axis=1)
            f[:, _AT[f"beside within {scale} km"]] = np.where(beside, near, 0).max(axis=1)
            if scale > 30:
                f[:, _AT[f"sum within {scale} km"]] = np.log1p(near.sum(axis=1))


def _among(column: NDArray[np.int64], values: Collection[int]) -> NDArray[np.bool_]:
    """Return which entries are among a few ``values`` (np.isin, which sorts, takes ten times as long for so few)."""
    found = np.zeros(len(column), bool)
    for value in values:
        found |= column == value
    return found


def _region_of(place: Place) -> str:
    if place.feature == "ADM1":
        return f"{place.country}/{place.name}"
    return f"{place.country}/{place.admin1}" if place.admin1 else ""


_AT = {name: i for i, name in enumerate(EVIDENCE)}


class Ranker:
    """The trained weights: two small networks, one a round, each from the evidence of a candidate to its score."""

    def __init__(self, path: Path = WEIGHTS) -> None:
        """Load the weights.

        Raises:
            DataError: the file is missing, damaged or made for other evidence.
        """
        held = weights.load(path)
        weights.made_for(path, held, "labels.evidence", EVIDENCE)
        weights.made_for(path, held, "labels.doubt", DOUBT_INPUTS)
        self._rounds = [tuple(held[f"round{k}.{part}"] for part in ("in", "bias", "out")) for k in (1, 2)]
        self.doubt = held["doubt"].astype(np.float64)

    def scores(self, evidence: Array, which: int) -> Array:
        """Return the score of each candidate in round ``which`` (1 or 2)."""
        into, bias, out = self._rounds[which - 1]
        hidden = np.tanh(evidence @ into + bias)
        scores: Array = hidden @ out
        return scores


def softmax_by(scores: Array, starts: NDArray[np.int64]) -> Array:
    """Return probabilities that sum to 1 within each group of rows; ``starts`` are where groups begin, and the end."""
    if not len(scores):
        return scores
    first = starts[:-1]
    sizes = np.diff(starts)
    e = np.exp(scores - np.repeat(np.maximum.reduceat(scores, first), sizes))
    shares: Array = e / np.repeat(np.add.reduceat(e, first), sizes)
    return shares


def table_of(text: str, groups: Sequence[Group], mentions: Sequence[Mention]) -> _Table:
    """Return the candidates of ``groups`` as a table, for :func:`rank` and for training."""
    return _Table(text, groups, mentions)


def rank(text: str, groups: Sequence[Group], mentions: Sequence[Mention], ranker: Ranker) -> list[Ranked]:
    """Return the groups that have candidates, with the probability of each."""
    table = table_of(text, groups, mentions)
    if not table.groups:
        return []
    first = softmax_by(ranker.scores(table.evidence(softmax_by(table.prior, table.starts)), 1), table.starts)
    evidence = table.evidence(first)
    second = softmax_by(ranker.scores(evidence, 2), table.starts)
    return [Ranked(group, second[a:b], evidence[a:b]) for group, a, b in zip(table.groups, table.starts, table.starts[1:], strict=False)]
