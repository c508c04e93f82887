"""Finding: which spans of a report are place names.

Candidates come from two sides, the name model and the gazetteer; neither is trusted alone (the
small model calls Bakhmut an organisation, the gazetteer knows towns called *Of* and *Reading*).
Each span is weighed by itself (:mod:`dateline.evidence`); then the report's names speak for each
other: neighbours on the map, members of a list, other occurrences of the same name.
"""

from __future__ import annotations

import bisect
import itertools
import math
import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from dateline.cues import flat
from dateline.distances import rough_km
from dateline.evidence import POSSESSIVE, Found, Report, fame, trimmed, weigh, weigh_demonym
from dateline.features import is_area
from dateline.gazetteer import Gazetteer
from dateline.names import fold_key
from dateline.records import Candidate, Mention, Place
from dateline.tagger import Span, Tagging

MAX_WORDS = 5
MIN_SCORE = 0.5
_LETTERS = r"[^\W_][\w\u0300-\u036f]*"  # a letter may be followed by combining marks
_WORD = re.compile(rf"(?:[A-Z]\.){{2,}}|{_LETTERS}(?:['’ʼ‘`´][^\W\d_][\w\u0300-\u036f]*)*")
_JOIN = re.compile(r"[ \u00a0]?[-‐‑–][ \u00a0]?|[ \u00a0]|(?<=\bSt)\. |(?<=\bMt)\. |(?<=\bFt)\. ")
_SUPPORT, _SUPPORT_FROM, _SUPPORT_KM = 0.7, 1.6, 120.0
"""What clear towns lend to others: for lying in a country that holds two of them, and for lying near one."""
_MAX_NAMED_COUNTRIES = 3
_FAMOUS = 1.2
_LIST_SHARE = 0.7
_MAX_CLEAR, _MAX_OPTIONS = 40, 20
"""Bounds on the work for texts that are nothing but names."""
_CLEAR, _LISTED = 0.8, 1.2
"""A place this clear lends this much to a name in the same list."""
_LIST_BEFORE = re.compile(r"(?:, (?:and |or )?| and | or | to )$")
_LIST_AFTER = re.compile(r"^(?:, (?:and |or )?| and | or )")
_BESIDE_SHARE = 0.7
"""How much of the best evidence for the same name elsewhere in the report counts here."""


@dataclass(frozen=True, slots=True)
class _Word:
    start: int
    end: int  # without a possessive 's
    full_end: int
    text: str


def find(text: str, tagging: Tagging, gazetteer: Gazetteer) -> tuple[Mention, ...]:
    """Return the place names of ``text`` in order, without overlaps.

    Demonyms (*Ukrainian*, *Russians*) are mentions too, marked by their ``form``. Names that only
    the model takes for a place are kept, so that a reader sees what could not be placed.
    """
    original, text = text, flat(text)
    words = list(_words(text))
    spans = _candidate_spans(text, words)
    keys = {key for *_, key in spans}
    known = gazetteer.known(keys)
    cache = {key: (gazetteer.demonym(key), gazetteer.candidates(key)) for key in known}
    common = gazetteer.common_words(known)
    report = Report(
        text=text,
        spans=tagging.spans,
        span_starts=[span.start for span in tagging.spans],
        surnames=_surnames(text, tagging.spans),
        lower_case=frozenset(fold_key(w.text) for w in words if w.text.islower()),
        common=common,
        famous=frozenset(key for key, (_, options) in cache.items() if any(fame(c) >= _FAMOUS for c in options)),
        countries=_named_countries(spans, cache),
        is_list=_is_list(words, known - common),
    )
    found: list[Found] = []
    for start, end, count, key in spans:
        if key not in known:
            continue
        demonyms, candidates = cache[key]
        surface = text[start:end]
        if demonyms and surface[0].isupper():
            found.append(weigh_demonym(report, start, end, key, demonyms[0].match, count))
        elif candidates and not _code_like(surface, candidates):
            found.append(weigh(report, start, end, key, candidates, count))
    found = _agree(_in_lists(text, _supported(found, cache)))
    found.extend(_model_only(report, found))
    return tuple(_mention(original, f) for f in _without_overlaps(found) if _probability(f.score) >= MIN_SCORE)


def _named_countries(
    spans: Iterable[tuple[int, int, int, str]], listed: Mapping[str, tuple[tuple[Candidate, ...], tuple[Candidate, ...]]]
) -> frozenset[str]:
    """Return the ISO codes of the countries that a report names most, by name or by demonym."""
    counts: Counter[str] = Counter()
    for *_, key in spans:
        for option in itertools.chain(*listed.get(key, ())):
            if option.place.feature == "PCLI":
                counts[option.place.country] += 1
                break
    return frozenset(code for code, _ in counts.most_common(_MAX_NAMED_COUNTRIES))


def _is_list(words: Sequence[_Word], names: Collection[str]) -> bool:
    """Return whether nearly all words are ``names``: keys the gazetteer knows and the dictionary does not."""
    count = sum(_starts_name(word.text) and fold_key(word.text) in names for word in words)
    return count >= _LIST_SHARE * len(words) > 1


def _words(text: str) -> Iterator[_Word]:
    for match in _WORD.finditer(text):
        word = POSSESSIVE.sub("", match[0])
        if word:
            yield _Word(match.start(), match.start() + len(word), match.end(), word)


def _starts_name(word: str) -> bool:
    first = word[0]
    return first.isupper() or (first.isalpha() and not first.islower())  # scripts without case


def _candidate_spans(text: str, words: Sequence[_Word]) -> list[tuple[int, int, int, str]]:
    """Return (start, end, words, fold key) of every run of words that could be a name."""
    spans = []
    for i, first in enumerate(words):
        article = first.text in ("al", "el", "ad", "as", "ar", "an", "at")
        if not _starts_name(first.text) and not article:
            continue
        last = first
        for count in range(1, MAX_WORDS + 1):
            if count > 1:
                if i + count > len(words):
                    break
                following = words[i + count - 1]
                if last.full_end != last.end or not _JOIN.fullmatch(text[last.end : following.start]):
                    break
                last = following
            if _starts_name(last.text) and not (article and count == 1):
                spans.append((first.start, last.end, count, fold_key(text[first.start : last.end])))
    return [span for span in spans if len(span[3]) > 1]


def _code_like(surface: str, candidates: Sequence[Candidate]) -> bool:
    """Whether a very short name is written so that it cannot be the abbreviation it would be."""
    letters = surface.replace(".", "")
    if len(letters) in (4, 5) and letters.isupper():  # KYIV is Kyiv, SANA is no Sanaa
        return not any(len(c.place.name) == len(letters) or c.place.feature == "PCLI" for c in candidates)
    if len(letters) > 3:
        return False
    # "US" and "UAE" are names in capitals only; towns of three letters need a capital and no more
    return not surface.isupper() and all(c.place.feature == "PCLI" or c.match != "name" for c in candidates)


def _surnames(text: str, spans: Iterable[Span]) -> frozenset[str]:
    names = (text[s.start : s.end].split() for s in spans if s.label == "PERSON")
    return frozenset(fold_key(POSSESSIVE.sub("", parts[-1])) for parts in names if len(parts) > 1)


def _supported(found: Sequence[Found], listed: Mapping[str, tuple[tuple[Candidate, ...], tuple[Candidate, ...]]]) -> list[Found]:
    """Let the report's clear towns speak for towns of the same country, and for those near them."""
    clear: dict[str, Place] = {}
    for f in found:
        options = listed[f.key][1]
        if f.form == "name" and f.score >= _SUPPORT_FROM and options and len({c.place.country for c in options}) == 1:
            clear.setdefault(f.key, max(options, key=fame).place)
    holding = Counter(place.country for place in clear.values())
    towns = [place for place in clear.values() if not is_area(place.feature)][:_MAX_CLEAR]
    lent: dict[str, float] = {}
    for f in found:
        if f.form != "name" or f.key in lent or f.key in clear:
            continue
        options = listed[f.key][1]
        support = _SUPPORT if any(holding[c.place.country] >= 2 for c in options) else 0.0
        if any(rough_km(town.lat, town.lon, c.place.lat, c.place.lon) < _SUPPORT_KM for c in options[:_MAX_OPTIONS] for town in towns):
            support += _SUPPORT
        lent[f.key] = support
    return [
        replace(f, score=f.score + lent[f.key], reasons=(*f.reasons, "near other places of the report"))
        if lent.get(f.key) and f.form == "name"
        else f
        for f in found
    ]


def _in_lists(text: str, found: Sequence[Found]) -> list[Found]:
    """Let a clear place speak for what is listed with it: *in Convención, Ábrego and Teorama*."""
    by_start, by_end = {f.start: i for i, f in enumerate(found)}, {f.end: i for i, f in enumerate(found)}
    listed = list(found)
    for i, f in enumerate(found):
        if f.score >= _CLEAR or f.form != "name":
            continue
        before, after = _LIST_BEFORE.search(text[max(0, f.start - 8) : f.start]), _LIST_AFTER.match(text[f.end : f.end + 8])
        beside = [by_end.get(f.start - len(before[0])) if before else None, by_start.get(f.end + len(after[0])) if after else None]
        clear = [found[j] for j in beside if j is not None and found[j].score >= _CLEAR and found[j].form == "name"]
        if clear:
            reason = f"listed with {text[clear[0].start : clear[0].end]!r}"
            listed[i] = replace(f, score=f.score + _LISTED, reasons=(*f.reasons, reason))
    return listed


def _agree(found: Sequence[Found]) -> list[Found]:
    """Let a name be judged by its best occurrence: *in Bakhmut* speaks for every Bakhmut."""
    best: dict[tuple[str, str], float] = defaultdict(lambda: -math.inf)
    for f in found:
        best[(f.key, f.form)] = max(best[(f.key, f.form)], f.score)
    agreed = []
    for f in found:
        top = best[(f.key, f.form)]
        if top > f.score:
            f = replace(
                f, score=f.score + _BESIDE_SHARE * min(top - f.score, 4.0), reasons=(*f.reasons, "named as a place elsewhere in the report")
            )
        agreed.append(f)
    return agreed


def _model_only(report: Report, found: Sequence[Found]) -> Iterator[Found]:
    """Yield the spans that the model takes for places and the gazetteer does not know."""
    starts = sorted((f.start, f.end) for f in found)
    for span in report.spans:
        if span.label not in ("GPE", "LOC", "FAC"):
            continue
        start, end = trimmed(report.text, span)
        surface = report.text[start:end]
        i = bisect.bisect_left(starts, (start, start))
        beside = starts[max(0, i - 1) : i + 2]
        if any(s < end and start < e for s, e in beside) or len(surface) < 4 or "\n" in surface:
            continue
        if not surface[0].isupper() or fold_key(surface) in report.surnames:
            continue
        words = len(surface.split())
        yield Found(
            start, end, fold_key(surface), "name", 0.4, ("the name model takes it for a place; the gazetteer does not know it",), "", words
        )


def _without_overlaps(found: Iterable[Found]) -> list[Found]:
    """Keep the longer of two overlapping spans unless it is no place; then the likelier."""
    kept: list[Found] = []
    taken: list[tuple[int, int]] = []
    order = sorted(found, key=lambda f: (_probability(f.score) < MIN_SCORE, -f.words, -f.score, f.start))
    for f in order:
        i = bisect.bisect_left(taken, (f.start, f.start))
        if all(e <= f.start or f.end <= s for s, e in taken[max(0, i - 1) : i + 1]):
            kept.append(f)
            taken.insert(i, (f.start, f.end))
    return sorted(kept, key=lambda f: f.start)


def _probability(log_odds: float) -> float:
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, log_odds))))


def _mention(text: str, f: Found) -> Mention:
    return Mention(
        id=f"m{f.start}-{f.end}", start=f.start, end=f.end, text=text[f.start : f.end],
        score=round(_probability(f.score), 3), reason="; ".join(f.reasons), form=f.form, host=f.host,
    )  # fmt: skip
