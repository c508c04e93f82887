"""Finding: which spans of a report are place names.

The reading network looks at every word with what the gazetteer knows of it (:mod:`dateline.hints`) and says where
names begin and end. What counts as a name is a policy (a demonym? a name inside an organisation's?): the network has
learned several, each from a corpus that is marked that way.
"""

from __future__ import annotations

import bisect
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dateline.cues import any_of
from dateline.gazetteer import Gazetteer, Known
from dateline.hints import ARABIC_ARTICLES, hints, known_spans
from dateline.names import fold_key
from dateline.network import Array, Network
from dateline.records import Mention
from dateline.words import Words, words

MIN_SCORE = 0.62
"""Found names less likely than this are left out: mostly halves of longer ones. Chosen on held-out documents of four corpora."""
MIN_SCORE_UNKNOWN = 0.66
"""The same for names that the gazetteer does not have: often people."""
MIN_SCORE_BAND, BAND_SIZE = 0.97, 0.72
"""The same for names that the report also gives to an armed band: Wagner is a town in South Dakota, too."""
_BAND = re.compile(rf"^(?:[’']s)? (?:\w+ )?{any_of('place', 'band')}\b")
_LIST_SHARE, _LISTED = 0.7, 0.2
_HOSTS = frozenset(["ORG", "FAC"])
_ARTICLE = re.compile(r"^(?:the|a|an)\s", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Sight:
    """A report as the network sees it: its words, what the gazetteer knows of them, and one vector a word."""

    text: str
    words: Words
    known: dict[tuple[int, int], Known]
    """By first word and last word + 1."""
    seen: Array
    lines: NDArray[np.int64]
    """The number of the line each word stands in."""


def look(text: str, network: Network, gazetteer: Gazetteer) -> Sight:
    """Return ``text`` as the network sees it."""
    cut = words(text)
    known = known_spans(text, cut, gazetteer)
    lines = np.cumsum([form == "\n" for form in cut.forms], dtype=np.int64)
    return Sight(text, cut, known, network.encode(cut.forms, hints(cut, known)), lines)


def find(sight: Sight, network: Network, domains: Sequence[str], given: Iterable[tuple[int, int]] = ()) -> tuple[Mention, ...]:
    """Return the place names of a report in order.

    Args:
        sight: the report, from :func:`look`.
        network: the weights.
        domains: the habits to follow, of ``network.labels["domains"]``; of several, the mean.
        given: spans (start, end) that are names whatever the network says; what it finds across them is dropped.
    """
    if not len(sight.words):
        return ()
    chance = network.places(sight.seen, sight.words.forms, [network.domain(domain) for domain in domains])
    sorts = network.entities(sight.seen)
    bands = _bands(sight)
    asked = sorted(set(given))
    mentions = [_mention(sight, network, sorts, chance, *span, *_covering(sight.words, *span)) for span in asked]
    taken = [(m.start, m.end) for m in mentions]
    if listed := as_list(sight):
        for first, last in listed:
            chance[first:last, 0] = np.minimum(chance[first:last, 0], _LISTED)
    for first, last in listed or _spans(sight.words.forms, chance):
        score = float(1 - chance[first:last, 0].mean())
        if score < _needed(sight, first, last, bands):
            continue
        start, end = sight.words.starts[first], sight.words.ends[last - 1]
        i = bisect.bisect_left(taken, (start, start))
        if all(e <= start or end <= s for s, e in taken[max(0, i - 2) : i + 2]):
            mentions.append(_mention(sight, network, sorts, chance, start, end, first, last))
    return tuple(sorted(mentions, key=lambda m: (m.start, m.end)))


def _spans(forms: Sequence[str], chance: Array) -> list[tuple[int, int]]:
    """Return (first word, last word + 1) of the names: one begins at a B, or at an I after none, and goes on with I.

    Marks of punctuation and a possessive 's at either end are no part of a name.
    """
    tags = np.argmax(chance, axis=1).tolist()
    spans = []
    i, count = 0, len(tags)
    while i < count:
        if not tags[i]:
            i += 1
            continue
        j = i + 1
        while j < count and tags[j] == 2:
            j += 1
        first, last = i, j
        while first < last and not _is_part(forms[first]):
            first += 1
        while first < last and not _is_part(forms[last - 1]):
            last -= 1
        if first < last:
            spans.append((first, last))
        i = j
    return spans


def _needed(sight: Sight, first: int, last: int, bands: frozenset[str]) -> float:
    """Return the score that a name must have to be listed."""
    forms = sight.words.forms
    if forms[first].lower() in bands or (first > 1 and forms[first - 1] == "-" and forms[first - 2] in ARABIC_ARTICLES):
        return MIN_SCORE_BAND  # al-Burhan, the person: a place would be named with its article
    return MIN_SCORE if (first, last) in sight.known else MIN_SCORE_UNKNOWN


def _bands(sight: Sight) -> frozenset[str]:
    """Return the names, in lower case, that the report gives to armed bands: small places before *mercenaries*."""
    found = set()
    for (first, last), facts in sight.known.items():
        well_known = facts.country or facts.capital or facts.adjective or facts.people or facts.size > BAND_SIZE
        if last - first == 1 and sight.words.forms[first][0].isupper() and not well_known:
            end = sight.words.ends[first]
            if _BAND.match(sight.text[end : end + 30]):
                found.add(sight.words.forms[first].lower())
    return frozenset(found)


def as_list(sight: Sight) -> list[tuple[int, int]]:
    """Return the longest known names of a report that is nothing but names, else nothing: no sentence tells the network where they end."""
    spans: list[tuple[int, int]] = []
    for first, last in sorted(sight.known, key=lambda span: (span[0], -span[1])):
        facts = sight.known[(first, last)]
        if facts.count and not facts.common and (not spans or first >= spans[-1][1]):
            spans.append((first, last))
    words = sum(form[0].isalnum() for form in sight.words.forms)
    return spans if sum(last - first for first, last in spans) >= _LIST_SHARE * words and len(spans) > 1 else []


def _is_part(form: str) -> bool:
    return form[0].isalnum()


def _covering(cut: Words, start: int, end: int) -> tuple[int, int]:
    """Return (first word, last word + 1) of the words that a span touches, at least one."""
    first = min(bisect.bisect_right(cut.ends, start), len(cut) - 1)
    last = bisect.bisect_left(cut.starts, end)
    return first, max(last, first + 1)


def _mention(
    sight: Sight, network: Network, sorts: NDArray[np.int64], chance: Array, start: int, end: int, first: int, last: int
) -> Mention:
    score = float(1 - chance[first:last, 0].mean())
    facts = sight.known.get((first, last))
    form = "name"
    reasons = [f"the reading network takes it for a place name ({score:.2f})"]
    surface = sight.text[start:end]
    # "Caribbean" and "Arctic" are names too
    if facts and (facts.adjective or facts.people) and not facts.area and surface[:1].isupper():
        form = "adjective" if facts.adjective else "people"
        reasons.append(f"{surface!r} is {'an adjective' if facts.adjective else 'a people'} made from the name of a place")
    elif facts and facts.count:
        reasons.append("the gazetteer has " + ("one place" if facts.count == 1 else f"{facts.count} places") + " of this name")
    else:
        reasons.append("the gazetteer does not have it as written")
    return Mention(
        id=f"m{start}-{end}", start=start, end=end, text=surface, score=round(score, 3), reason="; ".join(reasons), form=form,
        host=_host(sight, network, sorts, first, last),
    )  # fmt: skip


def _host(sight: Sight, network: Network, sorts: NDArray[np.int64], first: int, last: int) -> str:
    """Return the organisation's or building's name that the words stand inside, or empty."""
    labels, cut = network.labels["entities"], sight.words
    sort = labels[sorts[first]]
    if sort not in _HOSTS or any(sorts[k] != sorts[first] for k in range(first, last)):
        return ""
    low, high = first, last
    while low > 0 and sorts[low - 1] == sorts[first]:
        low -= 1
    while high < len(cut) and sorts[high] == sorts[first]:
        high += 1
    host = _ARTICLE.sub("", sight.text[cut.starts[low] : cut.ends[high - 1]])
    return host if len(fold_key(host).split()) > len(fold_key(sight.text[cut.starts[first] : cut.ends[last - 1]]).split()) else ""
