"""Doubt: how likely it is that a name means the chosen place *here*; that it is no place's name at all counts against it.

A logistic regression (Platt 1999) over what the encoder, the ranker and the gazetteer say, fitted by ``data/train/ranking.py`` on
names found in documents that trained nothing. A found name that is no place's counts as wrong there, as a wrong place does.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from dateline.distances import rough_km
from dateline.features import is_area
from dateline.names import is_code
from dateline.ranking import EVIDENCE, Ranked
from dateline.records import Mention
from dateline.vocabulary import REFERENCES

SAME_PLACE_KM = 50.0
"""Candidates this near the chosen one count for it: taking one for the other hardly moves the dot (a city and its district)."""
SHORT_LETTERS = 4
LARGE = 100_000
"""People. Such a city may be named in any report; a small place far from all else is likelier another's name."""
_AT = {name: i for i, name in enumerate(EVIDENCE)}


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


def far_from_everything(ranked: Ranked, top: int, others: int) -> bool:
    """Return whether option ``top`` is a small place and none of the ``others`` that the report names lies in its country, nor near it."""
    place, evidence = ranked.group.options[top].place, ranked.evidence[top]
    small = place.population < LARGE and not is_area(place.feature) and place.feature != "PPLC"
    return bool(
        small
        and others
        and evidence[_AT["country share"]] < 0.02
        and evidence[_AT["nearest within 300 km"]] < 0.1
        and not evidence[_AT["a country of the report holds it"]]
    )


def doubt_inputs(ranked: Ranked, mention: Mention, chances: NDArray[np.float32], top: int, everyday: bool, others: int) -> list[float]:
    """Return the values of :data:`~dateline.ranking.DOUBT_INPUTS` for one mention of a ranked group whose option ``top`` is chosen.

    Args:
        ranked: the group, with the evidence for its options.
        mention: the mention.
        chances: the probability of each reference (:data:`~dateline.vocabulary.REFERENCES`) of the mention.
        top: the option's number.
        everyday: whether the name is an everyday word too.
        others: how many other names of the report have a place.
    """
    option = ranked.group.options[top]
    place, evidence = option.place, ranked.evidence[top]
    far = float(far_from_everything(ranked, top, others))
    uses = dict(zip(REFERENCES, chances.tolist(), strict=True))
    return [
        1.0, _log_odds(mass_near(ranked, top)), _log_odds(mention.score), -_log_odds(uses["not_a_place"]), uses["embedded"],
        uses["demonym"], math.log(len(ranked.group.options)), float(option.match == "fold"), float(option.match == "fuzzy"),
        float(place.feature == "PCLI"), float(place.feature in ("ADM1", "ADM2")), float(place.feature == "PPLC"),
        math.log10(place.population + 1), math.log(len(ranked.group.members)), float(evidence[_AT["nearest within 100 km"]]),
        float(evidence[_AT["root of country share"]]), far, float(everyday), float(len(mention.text) < SHORT_LETTERS),
        float(is_code(mention.text)), float(" " in mention.text), far * everyday,
        float(not others), float(others == 1), float(place.population >= LARGE),
    ]  # fmt: skip


def confidence(inputs: Sequence[float], weights: NDArray[np.float64]) -> float:
    """Return the probability that the chosen place is meant."""
    return 1 / (1 + math.exp(-float(np.dot(inputs, weights))))
