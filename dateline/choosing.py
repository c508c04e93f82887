"""Choosing: which of its candidates a name means, why in words, and how sure that is.

Pure and cheap: it sees the whole report and touches no file and no network. :mod:`dateline.ranking` adds up the evidence;
here its outcome becomes a choice that a reader can check.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from dateline.distances import distance_km, rough_km
from dateline.features import LINES, WATERS, is_area
from dateline.geoparsing.doubt import confidence, doubt_inputs, far_from_everything, mass_near
from dateline.names import fold_key
from dateline.ranking import EVIDENCE, Ranked, Ranker, groups_of, rank
from dateline.records import Candidate, Choice, Mention, Place

MAX_OTHERS = 8
UNCERTAIN_BELOW = 0.65
"""A place less sure than this is shown as uncertain everywhere."""
NEVER_FAR = frozenset(["CONT", "OCN", "SEA"])
"""Continents and seas are named in any report: what is unsure of them is shown as uncertain, but shown."""
PLACED_FROM = 0.35
"""A name whose likeliest place is less sure than this is not placed; the places it may mean are listed for a person to choose."""
FUZZY_AT_MOST = 0.55
"""A guess at a misspelt name is shown as uncertain whatever else speaks for it."""
NEAR_KM = 100.0
REGIONS, TOWNS = frozenset(["ADM1", "ADM2", "RGN", "TERR"]), frozenset(["PPL", "PPLC"])
AREAS_FIRST = frozenset(["gaza"])
"""Names that mean the area unless the words beside say *city*: *Gaza* alone is the Strip."""
REGION_KM = 150.0
SMALL_SEAT = 25
"""A town with less than this part of its region's people does not stand for the name."""
SETTLEMENTS = frozenset(["PPL", "PPLX", "PPLQ"])
VILLAGE_BELOW = 15_000
"""People. Below, size says little about which place of a name is meant."""
NEIGHBOURS = 3
ANCHOR_SURE = 0.7
VILLAGE_SLACK_KM = 5.0
VILLAGE_NEAR_KM = 15.0
_WORDS = {
    "said to lie in what holds it": "the report says what it lies in",
    "owned by what holds it": "the report names it as part of what holds it",
    "region cue on a region": "the report calls it a region",
    "town cue on a town": "the report calls it a town",
    "a region beside holds it": "its region is named beside it",
}
"""Evidence that is a reason by itself."""
_AT = {name: i for i, name in enumerate(EVIDENCE)}


def choose(
    text: str, mentions: Sequence[Mention], listed: Mapping[str, Sequence[Candidate]], chances: NDArray[np.float32],
    everyday: Collection[str], country_names: Mapping[str, str], ranker: Ranker, given: Collection[tuple[int, int]] = (),
) -> dict[str, Choice]:  # fmt: skip
    """Return a :class:`~dateline.records.Choice` for each mention id.

    Args:
        text: the report.
        mentions: its mentions, in order.
        listed: the places that each mention (by id) may mean.
        chances: how likely each reference is of each mention, one row a mention.
        everyday: the ids of the mentions that are everyday words too.
        country_names: the names of ISO codes, for the reasons.
        ranker: the weights.
        given: spans (start, end) that a person said are places' names: they are placed however unsure.
    """
    ranked = rank(text, groups_of(text, mentions, listed), mentions, ranker)
    towns = _towns(ranked)
    sure_towns = [(key, place) for key, place, p in _tops(ranked) if p > ANCHOR_SURE and not is_area(place.feature)]
    row = {mention.id: i for i, mention in enumerate(mentions)}
    choices: dict[str, Choice] = {}
    # how many names of the report, written otherwise than the one in hand, have a place
    names_beside = len({one.group.key for one in ranked}) - 1
    for one in ranked:
        order = _town_or_region(one, np.argsort(-one.probabilities, kind="stable"))
        order = _village_among_the_others(one, order, sure_towns)
        best = one.group.options[order[0]]
        others = tuple(dict.fromkeys(one.group.options[i].place for i in order[1 : MAX_OTHERS + 1]))
        why = _why(one, int(order[0]), towns, country_names)
        place = best.place
        if one.group.cue == "direction":
            place, why = replace(place, exactness="approximate"), ["a direction: the point is the town's", *why]
        for mention in one.group.members:
            sure = confidence(
                doubt_inputs(one, mention, chances[row[mention.id]], int(order[0]), mention.id in everyday, names_beside),
                ranker.doubt,
            )
            if best.match == "fuzzy":
                sure = min(sure, FUZZY_AT_MOST)
            if sure < PLACED_FROM and place.feature not in NEVER_FAR and (mention.start, mention.end) not in given:
                against = _against(one, mention, int(order[0]), mention.id in everyday, names_beside)
                choices[mention.id] = Choice(
                    None, f"not placed ({sure:.2f} sure that it is {place.name}): {against}", round(sure, 3), (place, *others)
                )
            else:
                choices[mention.id] = Choice(place, "; ".join([_match_words(mention, best), *why]), round(sure, 3), others)
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
    wanted = REGIONS if one.group.cue == "region" or (not one.group.cue and one.group.key in AREAS_FIRST) else TOWNS
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


def _village_among_the_others(one: Ranked, order: NDArray[np.int64], towns: Sequence[tuple[str, Place]]) -> NDArray[np.int64]:
    """Return the order with that village first, of several of one name, which lies among the report's other towns.

    The weights have seen few villages: with a country's pack a name may mean eighty, all alike but for where they lie. Distance
    decides between small places only, and only where it is plain: twice as near to its three nearest neighbours in the report.
    """
    options = one.group.options
    others = [place for key, place in towns if key != one.group.key]
    if len(others) < NEIGHBOURS or not _small(options[order[0]].place) or one.group.cue == "water":
        return order

    def away_km(i: int) -> float:
        place = options[i].place
        nearest = sorted(rough_km(place.lat, place.lon, o.lat, o.lon) for o in others if o.id != place.id)[:NEIGHBOURS]
        return sum(nearest) / len(nearest) if nearest else math.inf

    villages = [i for i in order.tolist() if _small(p := options[i].place) and p.feature in SETTLEMENTS and options[i].match != "fuzzy"]
    best = min(villages, key=away_km, default=None)
    if best is None or best == order[0] or away_km(best) > VILLAGE_NEAR_KM or 2 * away_km(best) + VILLAGE_SLACK_KM > away_km(int(order[0])):
        return order
    return np.concatenate([[best], order[order != best]])


def _small(place: Place) -> bool:
    return place.population < VILLAGE_BELOW and (not is_area(place.feature) or place.feature in LINES)


def _towns(ranked: Sequence[Ranked]) -> list[tuple[str, Place]]:
    """Return the towns chosen, with their keys: what a reader would call a neighbour."""
    return [(key, place) for key, place, p in _tops(ranked) if p > 0.5 and not is_area(place.feature)]


def _tops(ranked: Sequence[Ranked]) -> list[tuple[str, Place, float]]:
    """Return the likeliest place of each group with the group's key and its probability."""
    return [(one.group.key, one.group.options[int(np.argmax(one.probabilities))].place, float(one.probabilities.max())) for one in ranked]


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


def _against(one: Ranked, mention: Mention, top: int, everyday: bool, others: int) -> str:
    """Return what speaks against the likeliest place of a name, in words."""
    place, against = one.group.options[top].place, []
    if everyday:
        against.append(f"{mention.text!r} is an everyday word")
    if far_from_everything(one, top, others):
        against.append("nothing else that the report names lies near it or in its country")
    if mention.score < UNCERTAIN_BELOW:
        against.append("the words around it hardly make it a place's name")
    if len(one.group.options) > 1 and mass_near(one, top) < UNCERTAIN_BELOW:
        against.append(f"{len(one.group.options)} places have this name")
    if place.population < VILLAGE_BELOW and not against:
        against.append("a small place, and little else speaks for it")
    return "; ".join(against) or "too little speaks for it"


def _unknown(mention: Mention) -> Choice:
    return Choice(None, f"no place called {mention.text!r} in the gazetteer", 0.0)
