"""Finding: which spans of a report are place names.

Candidates come from two sides, the name model and the gazetteer; neither is trusted alone (the
small model calls Bakhmut an organisation, the gazetteer knows towns called *Of* and *Reading*).
Each candidate is then weighed: every piece of evidence adds or takes log-odds, and the sum gives the
probability that the span is a place name. The weights below were set by hand on the marked seeds
and on development corpora; a trained decision can take the place of :func:`_weigh` alone.
"""

from __future__ import annotations

import bisect
import itertools
import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from dateline.cues import any_of, flat
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
_POSSESSIVE = re.compile(r"['’ʼ‘`´][sS]$|['’]$")
_SENTENCE_END = re.compile(r"[.!?…:]['\"”’)\]]*\s*$|\n\s*$|^\s*$|[“\"‘(]\s*$")

_BEFORE_PLACE = re.compile(rf"\b{any_of('place', 'before')}(?: the)? $", re.IGNORECASE)
_BEFORE_WEAK = re.compile(rf"\b{any_of('place', 'before_weak')}(?: the)? $", re.IGNORECASE)
_AFTER_PLACE = re.compile(rf"^{any_of('place', 'after')}", re.IGNORECASE)
_BEFORE_PERSON = re.compile(rf"\b{any_of('place', 'person')}\.? $")
_BEFORE_BYNAME = re.compile(r"\b(?:known as|called|nicknamed|call ?sign|named) [“\"‘']?$")
_AFTER_ACTING = re.compile(
    rf"^(?:[’']s [\w-]+ ?{any_of('reference', 'body')}|[’']s {any_of('reference', 'body')}| {any_of('reference', 'verb')})\b"
)
_AFTER_BAND = re.compile(rf"^ {any_of('place', 'band')}\b")
_ORGANISATION_WORD = re.compile(rf"^{any_of('place', 'organisation')}\b")
_COMPASS = frozenset(["north", "south", "east", "west", "northern", "southern", "eastern", "western", "central", "upper", "lower"])
"""Never a place by themselves, whatever towns are called so."""

# Log-odds of each piece of evidence.
_BIAS = -1.2
_LABEL_WEIGHTS = {"GPE": 2.6, "LOC": 2.2, "FAC": 1.2, "NORP": -0.4, "ORG": -0.9, "PERSON": -1.3, "PRODUCT": -0.6,
                  "WORK_OF_ART": -1.0, "EVENT": -0.5, "LANGUAGE": -0.5, "LAW": -1.0, "DATE": -2.5, "TIME": -2.5,
                  "MONEY": -2.5, "CARDINAL": -2.0, "ORDINAL": -2.0, "PERCENT": -2.0, "QUANTITY": -2.0}  # fmt: skip
_LABEL_WORDS = {"GPE": "a place", "LOC": "a place", "FAC": "a building", "ORG": "an organisation", "PERSON": "a person"}
_IN_NAMED_COUNTRY = 0.9
_CAPITAL_DESPITE_LABEL = 0.7
_SUPPORT, _SUPPORT_FROM, _SUPPORT_KM = 0.7, 1.6, 120.0
"""What clear towns lend to others: for lying in a country that holds two of them, and for lying near one."""
_MAX_NAMED_COUNTRIES = 3
_FAMOUS = 1.2
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


@dataclass(frozen=True, slots=True)
class _Found:
    """A candidate span while it is weighed."""

    start: int
    end: int
    key: str
    form: str
    score: float  # log-odds
    reasons: tuple[str, ...]
    host: str = ""
    words: int = 1


@dataclass(frozen=True, slots=True)
class _Report:
    """What weighing needs to know of the whole report."""

    text: str
    spans: tuple[Span, ...]
    span_starts: list[int]
    surnames: frozenset[str]
    lower_case: frozenset[str]
    common: frozenset[str]
    famous: frozenset[str]
    """Keys of names so well known that a capital beside them need not make one name of two."""
    countries: frozenset[str]
    """Countries the report names outright, by their own name or by a demonym."""


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
    report = _Report(
        text=text,
        spans=tagging.spans,
        span_starts=[span.start for span in tagging.spans],
        surnames=_surnames(text, tagging.spans),
        lower_case=frozenset(fold_key(w.text) for w in words if w.text.islower()),
        common=gazetteer.common_words(known),
        famous=frozenset(key for key, (_, options) in cache.items() if any(_fame(c) >= _FAMOUS for c in options)),
        countries=_named_countries(spans, cache),
    )
    found: list[_Found] = []
    for start, end, count, key in spans:
        if key not in known:
            continue
        demonyms, candidates = cache[key]
        surface = text[start:end]
        if demonyms and surface[0].isupper():
            found.append(_demonym(report, start, end, key, demonyms[0].match, count))
        elif candidates and not _code_like(surface, candidates):
            found.append(_weigh(report, start, end, key, candidates, count))
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


def _words(text: str) -> Iterator[_Word]:
    for match in _WORD.finditer(text):
        word = _POSSESSIVE.sub("", match[0])
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
    return frozenset(fold_key(_POSSESSIVE.sub("", parts[-1])) for parts in names if len(parts) > 1)


def _covering(report: _Report, start: int, end: int) -> Span | None:
    """Return the model's span that overlaps start-end, or None. Its spans never overlap."""
    i = bisect.bisect_left(report.span_starts, end) - 1
    return report.spans[i] if i >= 0 and report.spans[i].end > start else None


def _trimmed(text: str, span: Span) -> tuple[int, int]:
    """Return the span without a leading article, trailing 's and stray punctuation."""
    start, end = span.start, span.end
    if article := re.match(r"(?:the|a|an)\s+", text[start:end], re.IGNORECASE):
        start += article.end()
    trimmed = _POSSESSIVE.sub("", text[start:end].rstrip(" .,;:–—-\n")).rstrip(" .,;:")
    return start, start + len(trimmed)


def _demonym(report: _Report, start: int, end: int, key: str, form: str, words: int) -> _Found:
    host = _host(report, start, end) or _organisation(report.text[start:end], report.text[end : end + 60])
    following = report.text[end : end + 20]
    reason = f"{report.text[start:end]!r} names {'the people' if form == 'people' else 'what belongs to'} a place"
    score = 2.5 - (2.5 if re.match(r"-\w+|\s+(?:language|roulette|wine|dressing)\b", following) and "-h" not in following[:2] else 0)
    return _Found(start, end, key, form, score, (reason,), host, words)


def _weigh(report: _Report, start: int, end: int, key: str, candidates: Sequence[Candidate], words: int) -> _Found:
    """Weigh one span that the gazetteer knows."""
    text, surface = report.text, report.text[start:end]
    before, after = text[max(0, start - 40) : start], text[end : end + 40]
    score, reasons = _BIAS, []

    weight, words_for = _importance(candidates)
    score += weight
    reasons.append(words_for)
    if any(c.place.country in report.countries for c in candidates):
        score += _IN_NAMED_COUNTRY
    if words > 1:
        score += 0.8

    span = _covering(report, start, end)
    exact = span is not None and _trimmed(text, span) == (start, end)
    larger = span is not None and not exact and span.start <= start and end <= span.end
    if larger and span is not None and all(fold_key(word) in report.famous for word in text[span.start : span.end].split()):
        span, larger = None, False  # several places in a row, which the model takes for one name
    host = ""
    if span is not None and (exact or not larger):
        label_weight = _LABEL_WEIGHTS.get(span.label, 0.0)
        score += label_weight if exact else label_weight / 2
        if span.label in _LABEL_WORDS:
            reasons.append(f"the name model takes it for {_LABEL_WORDS[span.label]}")
    elif larger and span is not None:
        host = _host(report, start, end)
        score += {"PERSON": -3.2, "ORG": 0.3 if host else -0.6, "GPE": 0.8, "LOC": 0.8, "FAC": 0.5}.get(span.label, -0.6)
    host = host or _organisation(surface, after)

    if _BEFORE_PLACE.search(before):
        score += 2.0
        reasons.append(f"after {before.split()[-1]!r}")
    elif _BEFORE_WEAK.search(before):
        score += 0.6
    if _AFTER_PLACE.match(after):
        score += 1.5
        reasons.append(f"before {after.split()[0].strip(',')!r}")
    if _BEFORE_PERSON.search(before):
        score -= 4.5
    if _BEFORE_BYNAME.search(before):
        score -= 3.0
    if exact and span is not None and span.label in ("PERSON", "ORG") and any(c.place.feature in ("PCLI", "PPLC") for c in candidates):
        score += _CAPITAL_DESPITE_LABEL if key not in report.surnames else 0.0
    if _AFTER_ACTING.match(after) and any(c.place.feature in ("PCLI", "PPLC") for c in candidates):
        score += 1.2
    if _AFTER_BAND.match(after) and not any(c.place.feature in ("PCLI", "PPLC") for c in candidates):
        score -= 1.5
    if key in report.surnames and words == 1:
        score -= 3.5
    score += _shape_weight(report, start, end, key, before, after)
    return _Found(start, end, key, "name", score, tuple(reasons), host, words)


def _importance(candidates: Sequence[Candidate]) -> tuple[float, str]:
    """Return the weight of the best-known place of this name, and words for it."""
    best = max(candidates, key=lambda c: (_fame(c), c.place.population))
    place = best.place
    return _fame(best), f"the gazetteer has {place.name!r}" + (f" and {len(candidates) - 1} more" if len(candidates) > 1 else "")


def _fame(candidate: Candidate) -> float:
    place = candidate.place
    if place.feature == "PCLI":
        return 2.6
    if place.feature == "PPLC":
        return 2.2
    if place.feature == "ADM1" or place.id.startswith("dl:"):
        return 1.6 if candidate.match != "fold" else 0.8
    size = math.log10(place.population + 1)
    return min(1.8, (size - 3.2) * 0.75) - (0.5 if candidate.match != "name" else 0.0)


def _shape_weight(report: _Report, start: int, end: int, key: str, before: str, after: str) -> float:
    """Weigh casing and neighbours: sentence starts, common words, capitalised neighbours."""
    weight = 0.0
    sentence_start = bool(_SENTENCE_END.search(before)) or not before.strip()
    if key in _COMPASS:
        weight -= 4.0
    if key in report.common:
        weight -= 3.0 if sentence_start else 1.2
        if key in report.lower_case:
            weight -= 1.2
    elif key in report.lower_case:
        weight -= 1.0
    surface = report.text[start:end]
    all_capitals = surface.isupper()
    if all_capitals and len(surface) > 4 and key in report.common:
        weight -= 2.5  # capitals say nothing where everything is in capitals
    if len(surface) <= 3 and not all_capitals:
        weight -= 1.5
    next_capital = re.match(r" (?:[A-Z][\w’']+|[A-Z]\.)", after)
    if (
        next_capital
        and fold_key(next_capital[0]) not in report.famous
        and not all_capitals
        and not _AFTER_PLACE.match(after)
        and not _ORGANISATION_WORD.match(after[1:])
    ):
        weight -= 1.6
    previous = re.search(r"([A-Z][\w’'.-]*) $", before)
    if (
        previous
        and fold_key(previous[1]) not in report.famous
        and not _BEFORE_PLACE.search(before)
        and not _SENTENCE_END.search(before[: previous.start()])
    ):
        weight -= 1.4
    return weight


def _host(report: _Report, start: int, end: int) -> str:
    """Return the organisation's name that start-end stands inside, or empty."""
    span = _covering(report, start, end)
    if span is None or span.label not in ("ORG", "FAC", "EVENT", "LAW"):
        return ""
    host_start, host_end = _trimmed(report.text, span)
    if host_start > start or host_end < end or (host_start, host_end) == (start, end):
        return ""
    rest = (report.text[host_start:start] + " " + report.text[end:host_end]).strip()
    # "Ukraine’s army" is no name, "Kosti and Rabak" are two; a host has a capitalised word of its own
    if re.search(r"(?:^|\s)(?:and|or|,)(?:\s|$)", rest) and not re.search(r"\b(?:of|for)\b", rest):
        return ""
    if all(fold_key(word) in report.famous for word in rest.split()):
        return ""
    if report.text[end : end + 1] in ("'", "’") or not re.search(r"\b[A-Z]", rest):
        return ""
    return report.text[host_start:host_end]


def _organisation(surface: str, after: str) -> str:
    """Return the organisation's name that ``surface`` opens, told by the words after it, or empty."""
    rest = re.match(r"(?: [A-Z][\w-]*)+", after)
    return surface + rest[0] if rest and _ORGANISATION_WORD.match(rest[0][1:]) else ""


def _supported(found: Sequence[_Found], listed: Mapping[str, tuple[tuple[Candidate, ...], tuple[Candidate, ...]]]) -> list[_Found]:
    """Let the report's clear towns speak for towns of the same country, and for those near them."""
    clear: dict[str, Place] = {}
    for f in found:
        options = listed[f.key][1]
        if f.form == "name" and f.score >= _SUPPORT_FROM and options and len({c.place.country for c in options}) == 1:
            clear.setdefault(f.key, max(options, key=_fame).place)
    holding = Counter(place.country for place in clear.values())
    towns = [place for place in clear.values() if not is_area(place.feature)][:_MAX_CLEAR]
    lent: dict[str, float] = {}
    for f in found:
        if f.form != "name" or f.key in lent or f.key in clear:
            continue
        options = listed[f.key][1]
        support = _SUPPORT if any(holding[c.place.country] >= 2 for c in options) else 0.0
        if any(_near(c.place, town) for c in options[:_MAX_OPTIONS] for town in towns):
            support += _SUPPORT
        lent[f.key] = support
    return [
        replace(f, score=f.score + lent[f.key], reasons=(*f.reasons, "near other places of the report"))
        if lent.get(f.key) and f.form == "name"
        else f
        for f in found
    ]


def _near(place: Place, town: Place) -> bool:
    north_km = (place.lat - town.lat) * 111.2
    east_km = (place.lon - town.lon) * 111.2 * math.cos(math.radians(town.lat))
    return math.hypot(north_km, east_km) < _SUPPORT_KM


def _in_lists(text: str, found: Sequence[_Found]) -> list[_Found]:
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


def _agree(found: Sequence[_Found]) -> list[_Found]:
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


def _model_only(report: _Report, found: Sequence[_Found]) -> Iterator[_Found]:
    """Yield the spans that the model takes for places and the gazetteer does not know."""
    starts = sorted((f.start, f.end) for f in found)
    for span in report.spans:
        if span.label not in ("GPE", "LOC", "FAC"):
            continue
        start, end = _trimmed(report.text, span)
        surface = report.text[start:end]
        i = bisect.bisect_left(starts, (start, start))
        beside = starts[max(0, i - 1) : i + 2]
        if any(s < end and start < e for s, e in beside) or len(surface) < 4 or "\n" in surface:
            continue
        if not surface[0].isupper() or fold_key(surface) in report.surnames:
            continue
        words = len(surface.split())
        yield _Found(
            start, end, fold_key(surface), "name", 0.4, ("the name model takes it for a place; the gazetteer does not know it",), "", words
        )


def _without_overlaps(found: Iterable[_Found]) -> list[_Found]:
    """Keep the longer of two overlapping spans unless it is no place; then the likelier."""
    kept: list[_Found] = []
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


def _mention(text: str, f: _Found) -> Mention:
    return Mention(
        id=f"m{f.start}-{f.end}", start=f.start, end=f.end, text=text[f.start : f.end],
        score=round(_probability(f.score), 3), reason="; ".join(f.reasons), form=f.form, host=f.host,
    )  # fmt: skip
