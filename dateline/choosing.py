"""Choosing: which of its candidates a name means, why in words, and how sure that is.

Pure and cheap: it sees the whole report and touches no file and no network. :mod:`dateline.ranking` adds up the evidence;
here its outcome becomes a choice that a reader can check.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from dateline.distances import distance_km, rough_km
from dateline.features import WATERS, is_area
from dateline.names import fold_key
from dateline.ranking import FEATURES, Ranked, Ranker, groups_of, rank
from dateline.records import Candidate, Choice, Mention, Place

MAX_OTHERS = 8
UNCERTAIN_BELOW = 0.6
"""A place less sure than this is shown as uncertain everywhere."""
FUZZY_AT_MOST = 0.55
"""A guess at a misspelt name is shown as uncertain whatever else speaks for it."""
SAME_PLACE_KM = 50.0
"""Candidates this near the chosen one count for it: taking one for the other hardly moves the dot (a city and its district)."""
NEAR_KM = 100.0
REGIONS, TOWNS = frozenset(["ADM1", "ADM2"]), frozenset(["PPL", "PPLC"])
REGION_KM = 150.0
SMALL_SEAT = 25
"""A town with less than this part of its region's people does not stand for the name."""
SURE_INPUTS = (
    "bias", "log-odds of the choice", "log-odds that it is a place", "log number of candidates", "only a fold or fuzzy match",
    "a country", "a region", "log population", "log mentions", "near another",
)  # fmt: skip
"""What the calibrated confidence is worked out from; see :func:`sure_inputs`."""
_WORDS = {
    "said to lie in what holds it": "the report says what it lies in",
    "owned by what holds it": "the report names it as part of what holds it",
    "region cue on a region": "the report calls it a region",
    "town cue on a town": "the report calls it a town",
    "a region beside holds it": "its region is named beside it",
}
"""Evidence that is a reason by itself."""
_AT = {name: i for i, name in enumerate(FEATURES)}


def choose(
    text: str, mentions: Sequence[Mention], listed: Mapping[str, Sequence[Candidate]], country_names: Mapping[str, str], ranker: Ranker
) -> dict[str, Choice]:
    """Return a :class:`~dateline.records.Choice` for each mention id.

    Args:
        text: the report.
        mentions: its mentions, in order.
        listed: the places that each mention (by id) may mean.
        country_names: the names of ISO codes, for the reasons.
        ranker: the weights.
    """
    ranked = rank(text, groups_of(text, mentions, listed), mentions, ranker)
    towns = _towns(ranked)
    choices: dict[str, Choice] = {}
    for one in ranked:
        order = _town_or_region(one, np.argsort(-one.probabilities, kind="stable"))
        best = one.group.options[order[0]]
        others = tuple(dict.fromkeys(one.group.options[i].place for i in order[1 : MAX_OTHERS + 1]))
        why = _why(one, int(order[0]), towns, country_names)
        for mention in one.group.members:
            sure = confidence(sure_inputs(one, mention), ranker.sure)
            if best.match == "fuzzy":
                sure = min(sure, FUZZY_AT_MOST)
            choices[mention.id] = Choice(best.place, "; ".join([_match_words(mention, best), *why]), round(sure, 3), others)
    for mention in mentions:
        choices.setdefault(mention.id, _unknown(mention))
    return choices


def _town_or_region(one: Ranked, order: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the order with a town before the region around it that bears its name, or after it where the words beside say *region*.

    The weights cannot tell the two apart: for the corpora they learn from, both lie within the same 161 km.
    """
    options = one.group.options
    top = options[order[0]].place
    if one.group.cue == "coast":  # the Caribbean coast is the sea's
        return np.array(sorted(order.tolist(), key=lambda i: options[i].place.feature not in WATERS))
    wanted = REGIONS if one.group.cue in ("region", "direction") else TOWNS
    if top.feature not in REGIONS | TOWNS or top.feature in wanted:
        return order
    near = [
        i for i in order
        if (p := options[i].place).feature in wanted and p.country == top.country and options[i].match in ("name", "alias")
        and rough_km(top.lat, top.lon, p.lat, p.lon) < max(REGION_KM, top.radius_km)
        and (wanted is REGIONS or p.population * SMALL_SEAT >= top.population)
    ]  # fmt: skip
    if not near:
        return order
    first = min(near, key=lambda i: options[i].place.feature != "ADM1") if wanted is REGIONS else near[0]
    return np.concatenate([[first], order[order != first]])


def mass_near(ranked: Ranked, top: int, km: float = SAME_PLACE_KM) -> float:
    """Return the probability that the place is within ``km`` of option ``top``."""
    place = ranked.group.options[top].place
    return float(sum(
        p for p, option in zip(ranked.probabilities, ranked.group.options, strict=True)
        if p > 1e-4 and rough_km(place.lat, place.lon, option.place.lat, option.place.lon) < km
    ))  # fmt: skip


def _log_odds(p: float) -> float:
    p = min(max(p, 1e-3), 1 - 1e-3)
    return math.log(p / (1 - p))


def sure_inputs(ranked: Ranked, mention: Mention) -> list[float]:
    """Return the values of :data:`SURE_INPUTS` for one mention of a ranked group."""
    top = int(np.argmax(ranked.probabilities))
    option = ranked.group.options[top]
    return [
        1.0, _log_odds(mass_near(ranked, top)), _log_odds(mention.score), math.log(len(ranked.group.options)),
        float(option.match in ("fold", "fuzzy")), float(option.place.feature == "PCLI"), float(option.place.feature in ("ADM1", "ADM2")),
        math.log10(option.place.population + 1), math.log(len(ranked.group.members)),
        float(ranked.evidence[top, _AT["nearest within 100 km"]]),
    ]  # fmt: skip


def confidence(inputs: Sequence[float], weights: np.ndarray) -> float:
    """Return the probability that the chosen place is right: a logistic regression fitted on held-out choices (Platt 1999)."""
    return 1 / (1 + math.exp(-float(np.dot(inputs, weights))))


def _towns(ranked: Sequence[Ranked]) -> list[tuple[str, Place]]:
    """Return the towns chosen, with their keys: what a reader would call a neighbour."""
    tops = [(one.group.key, one.group.options[int(np.argmax(one.probabilities))].place, float(one.probabilities.max())) for one in ranked]
    return [(key, place) for key, place, p in tops if p > 0.5 and not is_area(place.feature)]


def _why(one: Ranked, top: int, towns: Sequence[tuple[str, Place]], country_names: Mapping[str, str]) -> list[str]:
    """Return the reasons for option ``top``, in words."""
    place, evidence = one.group.options[top].place, one.evidence[top]
    options = one.group.options
    why = []
    if len(options) == 1:
        why.append("the only place of this name in the gazetteer")
    elif place.population and place.population >= max(o.place.population for o in options) and not is_area(place.feature):
        why.append(f"the largest of {len(options)} places of this name")
    why.extend(words for name, words in _WORDS.items() if evidence[_AT[name]])
    if evidence[_AT["country share"]] >= 0.15 and place.feature != "PCLI":
        why.append(f"the report is about {country_names.get(place.country, place.country)}")
    if evidence[_AT["region share"]] >= 0.15 and place.admin1:
        why.append(f"other places of the report lie in {place.admin1}")
    if not is_area(place.feature) and evidence[_AT["nearest within 100 km"]] > 0.2:
        near = [(rough_km(place.lat, place.lon, t.lat, t.lon), t) for key, t in towns if key != one.group.key and t.id != place.id]
        if near:
            neighbour = min(near, key=lambda item: item[0])[1]
            away_km = distance_km(place.lat, place.lon, neighbour.lat, neighbour.lon)
            if away_km < NEAR_KM:
                why.append(f"{away_km:.0f} km from {neighbour.name}, also named")
    return why


def _match_words(mention: Mention, candidate: Candidate) -> str:
    name = candidate.place.name
    if candidate.match == "adjective":
        return f"{mention.text!r} is the adjective of {name}"
    if candidate.match == "people":
        return f"{mention.text!r} are the people of {name}"
    if candidate.match == "fuzzy":
        return f"spelled nearly like {name}: please check"
    if fold_key(mention.text) == fold_key(name):
        return f"named {name}"
    return f"{mention.text!r} is another name or spelling of {name}"


def _unknown(mention: Mention) -> Choice:
    return Choice(None, f"no place called {mention.text!r} in the gazetteer", 0.0)
