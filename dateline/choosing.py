"""Choosing: which of its candidates a name means, why, and how sure that is.

Pure and cheap: it sees the whole report and touches no file and no network. Weights are
log-odds-like points, set by hand; :func:`choose` says in words what decided.
"""

from __future__ import annotations

import bisect
import math
import re
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from dateline.cues import any_of
from dateline.distances import distance_km, rough_km
from dateline.features import WATERS, is_area
from dateline.names import fold_key
from dateline.records import Candidate, Choice, Mention, Place

Candidates = Callable[[Mention], tuple[Candidate, ...]]

MAX_OTHERS = 8
UNCERTAIN_BELOW = 0.6
"""A place less sure than this is shown as uncertain everywhere."""
_NEAR_KM = 100.0
"""Two places of one report this near support each other by 1/e of the full weight."""
_MAX_ANCHORS = 60
_MAX_MEMBERS = 200
"""Bounds on the work for texts that are nothing but names."""
_COUNTRY, _COUNTRY_FROM = 5.0, 0.1
"""What the share of the report's evidence for a country is worth to a place in it, from this share on: a
country named in passing draws nobody's namesakes to it."""
_BESIDE_CHARACTERS, _BESIDE_WEIGHT = 160, 1.6
"""A place named this near in the text says more of where a name lies than one named elsewhere."""
_UNKNOWN = 4.0
"""The silent rival: the score of a place of this name that no gazetteer has."""
_TEMPERATURE = 0.7
_REGION_WORDS = r"(?:region|oblast|province|state|governorate|department|district|prefecture|county|republic)"
_AFTER_REGION = re.compile(rf"^,? (?:{_REGION_WORDS})\b", re.IGNORECASE)
_AMONG_REGIONS = re.compile(r"^(?: (?:and|or) [A-Z]\w+)?, (?:[\w-]+ ){0,3}(?:states|provinces|regions|departments|governorates)\b")
_AFTER_COAST = re.compile(r"^ (?:coast|shores?|waters)\b", re.IGNORECASE)
_AFTER_DIRECTION = re.compile(rf"^ {any_of('place', 'direction')}\b", re.IGNORECASE)
_BEFORE_REGION = re.compile(rf"\b(?:{_REGION_WORDS}|governor|governorate)s? of $", re.IGNORECASE)
_BEFORE_TOWN = re.compile(r"\b(?:city|town|village|settlement|port|capital)(?: of)? $", re.IGNORECASE)
_AFTER_TOWN = re.compile(r"^,? (?:city|town|village)\b|^, (?:a|the|its) (?:\w+ ){0,3}(?:city|town|village|capital)\b", re.IGNORECASE)
_INSIDE = re.compile(r"^, (?:in )?$|^,? in (?:the )?(?:\w+ ){0,3}$")


@dataclass(frozen=True, slots=True)
class _Scored:
    candidate: Candidate
    score: float
    why: tuple[str, ...]


def choose(text: str, mentions: Sequence[Mention], candidates: Candidates, country_names: Mapping[str, str]) -> dict[str, Choice]:
    """Return a :class:`~dateline.records.Choice` for each mention id.

    ``candidates`` lists the places a mention may mean; ``country_names`` gives the names of ISO codes
    for the reasons. One name means one place throughout a
    report, unless the words around it say otherwise (*Donetsk region*, *the city of Donetsk*).
    """
    groups: dict[tuple[str, str, str], list[Mention]] = defaultdict(list)
    for mention in mentions:
        groups[(fold_key(mention.text), mention.form, _cue(text, mention))].append(mention)
    listed = {group: candidates(members[0]) for group, members in groups.items()}
    countries = _country_votes(groups, listed)
    beside = {group: _beside(members, mentions) for group, members in groups.items()}
    containers = {group: _containers(text, members, mentions, candidates) for group, members in groups.items()}

    def ranked(anchors: Mapping[str, tuple[Place, float]]) -> dict[tuple[str, str, str], list[_Scored]]:
        return {
            group: _rank(group, options, countries, containers[group], anchors, beside[group], country_names)
            for group, options in listed.items()
            if options
        }

    first = ranked({})
    anchors = _anchors(groups, first)
    final = ranked(anchors)
    choices: dict[str, Choice] = {}
    for group, members in groups.items():
        scored = final.get(group)
        for mention in members:
            choices[mention.id] = _choice(mention, scored) if scored else _unknown(mention)
    return choices


def _cue(text: str, mention: Mention) -> str:
    """Return what the words beside the mention say it is: ``region``, ``town``, ``coast``, ``direction`` or nothing."""
    before, after = text[max(0, mention.start - 40) : mention.start], text[mention.end : mention.end + 40]
    if _AFTER_COAST.match(after):
        return "coast"
    if _AFTER_REGION.match(after) or _AMONG_REGIONS.match(after) or _BEFORE_REGION.search(before):
        return "region"
    if _AFTER_DIRECTION.match(after):
        return "direction"
    if _BEFORE_TOWN.search(before) or _AFTER_TOWN.match(after):
        return "town"
    return ""


def _beside(members: Sequence[Mention], mentions: Sequence[Mention]) -> frozenset[str]:
    """Return the keys of the names that stand near any of ``members`` in the text."""
    starts = [m.start for m in mentions]
    near: set[str] = set()
    for member in members[:_MAX_MEMBERS]:
        low = bisect.bisect_left(starts, member.start - _BESIDE_CHARACTERS)
        high = bisect.bisect_right(starts, member.end + _BESIDE_CHARACTERS)
        near.update(fold_key(m.text) for m in mentions[low:high])
    return frozenset(near)


def _country_votes(
    groups: Mapping[tuple[str, str, str], Sequence[Mention]], listed: Mapping[tuple[str, str, str], Sequence[Candidate]]
) -> dict[str, float]:
    """Return the share (0 to 1) of the report's evidence that speaks for each country."""
    votes: defaultdict[str, float] = defaultdict(float)
    for group, members in groups.items():
        options = listed[group]
        codes = {c.place.country for c in options if c.place.country}
        sovereign = next((c.place for c in options if c.place.feature == "PCLI"), None)
        # each further mention counts less: one country named thirty times is not thirty countries
        weight = math.sqrt(len(members))
        if sovereign is not None:
            votes[sovereign.country] += weight
        elif len(codes) == 1:
            votes[codes.pop()] += weight * 1.5
        elif options:
            biggest = max(options, key=_prior)
            votes[biggest.place.country] += weight * 0.3
    total = sum(votes.values())
    return {code: vote / total for code, vote in votes.items()} if total else {}


def _containers(text: str, members: Sequence[Mention], mentions: Sequence[Mention], candidates: Candidates) -> frozenset[str]:
    """Return country codes and region names said to hold the place: *Paris, Texas*."""
    held: set[str] = set()
    by_start = {m.start: m for m in mentions}
    for member in members:
        for gap in range(1, 40):
            other = by_start.get(member.end + gap)
            if other is not None:
                if _INSIDE.match(text[member.end : other.start]) and other.form == "name":
                    for option in candidates(other):
                        if option.place.feature == "PCLI":
                            held.add(option.place.country)
                        elif option.place.feature == "ADM1":
                            held.add(f"{option.place.country}/{option.place.name}")
                break
    return frozenset(held)


def _prior(candidate: Candidate) -> float:
    """Return how likely this place is meant before the report says anything."""
    place = candidate.place
    match = {"name": 0.8, "alias": 0.0, "fold": -0.8, "fuzzy": -1.0, "adjective": 0.8, "people": 0.8}[candidate.match]
    if place.feature == "PCLI":
        return 8.0 + match
    if place.feature == "ADM1":
        return 2.8 + 0.2 * math.log10(place.population + 10) + match
    if place.id.startswith("dl:"):
        return 4.6 + match
    return 0.85 * math.log10(place.population + 10) + match + (0.6 if place.feature == "PPLC" else 0.0)


def _rank(
    group: tuple[str, str, str], options: Sequence[Candidate], countries: Mapping[str, float],
    containers: frozenset[str], anchors: Mapping[str, tuple[Place, float]],
    beside: frozenset[str],
    country_names: Mapping[str, str],
) -> list[_Scored]:  # fmt: skip
    key, _, cue = group
    scored = []
    for option in options:
        place, why = option.place, []
        score = _prior(option)
        area = is_area(place.feature)
        if cue == "region":
            score += 4.0 if place.feature == "ADM1" else (-2.5 if not area else 0.5)
            if place.feature == "ADM1":
                why.append("the report calls it a region")
        elif cue == "coast":
            score += 2.0 if place.feature in WATERS else 0.0
        elif cue == "direction":
            score += 1.5 if place.feature == "ADM1" else 0.0
        elif cue == "town":
            score += 2.5 if not area else -2.0
            if not area:
                why.append("the report calls it a town")
        share = countries.get(place.country, 0.0)
        if share:
            score += _COUNTRY * math.sqrt(share) if share >= _COUNTRY_FROM else 0.0
            if share >= 0.15 and place.feature != "PCLI":
                why.append(f"the report is about {country_names.get(place.country, place.country)}")
        if place.country in containers or f"{place.country}/{place.admin1}" in containers:
            score += 6.0
            why.append("the report says what it lies in")
        elif containers and place.feature != "PCLI":
            score -= 2.0
        if place.feature not in ("PCLI", "CONT"):
            nearest = _nearest(place, key, anchors, beside)
            if nearest is not None:
                neighbour, distance, weight = nearest
                outside = max(0.0, distance - place.radius_km)
                score += 3.5 * weight * math.exp(-outside / _NEAR_KM) * (0.8 if area else 1.0)
                if distance < _NEAR_KM and not area:
                    why.append(f"{distance:.0f} km from {neighbour.name}, also named")
        scored.append(_Scored(option, score, tuple(why)))
    return sorted(scored, key=lambda s: -s.score)


def _nearest(
    place: Place, key: str, anchors: Mapping[str, tuple[Place, float]], beside: frozenset[str]
) -> tuple[Place, float, float] | None:
    """Return the anchor that supports ``place`` most: (anchor, distance in km, its weight)."""
    best, best_support = None, 0.0
    for anchor_key, (anchor, weight) in anchors.items():
        if anchor_key == key or anchor.id == place.id:
            continue
        away_km = rough_km(place.lat, place.lon, anchor.lat, anchor.lon)
        weight *= _BESIDE_WEIGHT if anchor_key in beside else 1.0
        support = weight * math.exp(-away_km / _NEAR_KM)
        if support > best_support:
            best, best_support = (anchor, weight), support
    if best is None or best_support < 0.01:
        return None
    anchor, weight = best
    return anchor, distance_km(place.lat, place.lon, anchor.lat, anchor.lon), weight


def _anchors(
    groups: Mapping[tuple[str, str, str], Sequence[Mention]], ranked: Mapping[tuple[str, str, str], Sequence[_Scored]]
) -> dict[str, tuple[Place, float]]:
    """Return the towns that are clear enough to help place the others, with their weight."""
    anchors: dict[str, tuple[Place, float]] = {}
    for group, scored in sorted(ranked.items(), key=lambda item: -len(groups[item[0]])):
        place = scored[0].candidate.place
        if len(anchors) == _MAX_ANCHORS:
            break
        if not is_area(place.feature) and groups[group][0].form == "name":
            anchors[group[0]] = (place, _certainty(scored))
    return anchors


def _certainty(scored: Sequence[_Scored]) -> float:
    top = scored[0].score
    unknown = math.exp((_UNKNOWN - top) / _TEMPERATURE)
    rivals = unknown + sum(
        math.exp((s.score - top) / _TEMPERATURE) for s in scored[1:] if not _same_spot(scored[0].candidate.place, s.candidate.place)
    )
    return 1 / (1 + rivals)


def _same_spot(a: Place, b: Place) -> bool:
    """Whether taking one for the other would hardly move the dot (a city and its district)."""
    return abs(a.lat - b.lat) < 0.15 and abs(a.lon - b.lon) < 0.25


def _choice(mention: Mention, scored: Sequence[_Scored]) -> Choice:
    best = scored[0]
    place, match = best.candidate.place, best.candidate.match
    confidence = _certainty(scored) * (0.5 + 0.5 * mention.score)
    reasons = [_match_words(mention, best.candidate)]
    others = tuple(s.candidate.place for s in scored[1 : MAX_OTHERS + 1])
    if not others:
        reasons.append("the only place of this name in the gazetteer")
    elif place.population and place.population >= max((o.population for o in others), default=0) and not is_area(place.feature):
        reasons.append(f"the largest of {len(scored)} places of this name")
    reasons.extend(best.why)
    if match == "fuzzy":
        confidence = min(confidence, 0.55)
    return Choice(place, "; ".join(reasons), round(confidence, 3), others)


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
