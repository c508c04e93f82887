"""Evidence: how likely a span is a place name, and why.

Every piece of evidence adds or takes log-odds; :func:`weigh` sums them. The weights were set by hand on the
marked seeds and looked at on development corpora; a trained decision can take the place of :func:`weigh`
alone.
"""

from __future__ import annotations

import bisect
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

from dateline.cues import any_of
from dateline.names import fold_key
from dateline.records import Candidate
from dateline.tagger import Span

POSSESSIVE = re.compile(r"['’ʼ‘`´][sS]$|['’]$")
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
# the model's span is longer than ours: part of a person's name is hardly a place
_LONGER = {"PERSON": -3.2, "GPE": 0.8, "LOC": 0.8, "FAC": 0.5}
_LONGER_HOST, _LONGER_OTHER = 0.3, -0.6
_CAPITAL_DESPITE_LABEL = 0.7  # the small model takes foreign capitals for people
_IN_NAMED_COUNTRY, _SEVERAL_WORDS = 0.9, 0.8
_AFTER_A_PLACE_WORD, _AFTER_A_PREPOSITION, _BEFORE_A_PLACE_WORD = 2.0, 0.6, 1.5
_BARE_LIST = 2.0
_ACTS, _BAND, _TITLE, _BYNAME, _SURNAME = 1.2, -1.5, -4.5, -3.0, -3.5


@dataclass(frozen=True, slots=True)
class Found:
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
class Report:
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
    is_list: bool
    """Whether nearly every word is a name that the gazetteer knows: a list of places, not prose."""


def covering(report: Report, start: int, end: int) -> Span | None:
    """Return the model's span that overlaps start-end, or None. Its spans never overlap."""
    i = bisect.bisect_left(report.span_starts, end) - 1
    return report.spans[i] if i >= 0 and report.spans[i].end > start else None


def trimmed(text: str, span: Span) -> tuple[int, int]:
    """Return the span without a leading article, trailing 's and stray punctuation."""
    start, end = span.start, span.end
    if article := re.match(r"(?:the|a|an)\s+", text[start:end], re.IGNORECASE):
        start += article.end()
    trimmed = POSSESSIVE.sub("", text[start:end].rstrip(" .,;:–—-\n")).rstrip(" .,;:")
    return start, start + len(trimmed)


def weigh_demonym(report: Report, start: int, end: int, key: str, form: str, words: int) -> Found:
    """Return an adjective or a people's name with its weight; ``form`` is which of the two it is."""
    host = _host(report, start, end) or _organisation(report.text[start:end], report.text[end : end + 60])
    following = report.text[end : end + 20]
    reason = f"{report.text[start:end]!r} names {'the people' if form == 'people' else 'what belongs to'} a place"
    score = 2.5 - (2.5 if re.match(r"-\w+|\s+(?:language|roulette|wine|dressing)\b", following) and "-h" not in following[:2] else 0)
    return Found(start, end, key, form, score, (reason,), host, words)


def weigh(report: Report, start: int, end: int, key: str, candidates: Sequence[Candidate], words: int) -> Found:
    """Return one span that the gazetteer knows, with the sum of its evidence (log-odds) and the reasons.

    Args:
        report: the report around it.
        start: offset of the span.
        end: its end, exclusive.
        key: its fold key.
        candidates: the places it may mean, at least one.
        words: how many words it has.
    """
    before, after = report.text[max(0, start - 40) : start], report.text[end : end + 40]
    acts = any(c.place.feature in ("PCLI", "PPLC") for c in candidates)
    known, known_reason = _importance(candidates)
    score = _BIAS + known
    score += _IN_NAMED_COUNTRY if any(c.place.country in report.countries for c in candidates) else 0.0
    score += _SEVERAL_WORDS if words > 1 else 0.0
    if report.is_list:  # neither the model nor capitals beside it say anything of a name in a bare list
        return Found(start, end, key, "name", score + _BARE_LIST, (known_reason, "the report is a list of names"), "", words)
    label, label_reason, host = _label_evidence(report, start, end, key, acts=acts)
    beside, beside_reasons = _words_beside(before, after, acts=acts)
    score += label + beside + _shape_weight(report, start, end, key, before, after)
    if key in report.surnames and words == 1:
        score += _SURNAME
    reasons = (known_reason, *label_reason, *beside_reasons)
    return Found(start, end, key, "name", score, reasons, host or _organisation(report.text[start:end], after), words)


def _label_evidence(report: Report, start: int, end: int, key: str, *, acts: bool) -> tuple[float, tuple[str, ...], str]:
    """Return (weight, reasons, host): what the name model says of the span, or of a longer one around it."""
    text, span = report.text, covering(report, start, end)
    if span is None:
        return 0.0, (), ""
    exact = trimmed(text, span) == (start, end)
    if not exact and span.start <= start and end <= span.end:
        if all(fold_key(word) in report.famous for word in text[span.start : span.end].split()):
            return 0.0, (), ""  # several places in a row, which the model takes for one name
        host = _host(report, start, end)
        return (_LONGER_HOST if host and span.label == "ORG" else _LONGER.get(span.label, _LONGER_OTHER)), (), host
    weight = _LABEL_WEIGHTS.get(span.label, 0.0) * (1.0 if exact else 0.5)
    if exact and acts and span.label in ("PERSON", "ORG") and key not in report.surnames:
        weight += _CAPITAL_DESPITE_LABEL
    words = (f"the name model takes it for {_LABEL_WORDS[span.label]}",) if span.label in _LABEL_WORDS else ()
    return weight, words, ""


def _words_beside(before: str, after: str, *, acts: bool) -> tuple[float, tuple[str, ...]]:
    """Return (weight, reasons) of the words right before and right after the span."""
    weight, reasons = 0.0, []
    if _BEFORE_PLACE.search(before):
        weight += _AFTER_A_PLACE_WORD
        reasons.append(f"after {before.split()[-1]!r}")
    elif _BEFORE_WEAK.search(before):
        weight += _AFTER_A_PREPOSITION
    if _AFTER_PLACE.match(after):
        weight += _BEFORE_A_PLACE_WORD
        reasons.append(f"before {after.split()[0].strip(',')!r}")
    if acts and _AFTER_ACTING.match(after):
        weight += _ACTS
    if not acts and _AFTER_BAND.match(after):
        weight += _BAND
    weight += _TITLE if _BEFORE_PERSON.search(before) else 0.0
    weight += _BYNAME if _BEFORE_BYNAME.search(before) else 0.0
    return weight, tuple(reasons)


def _importance(candidates: Sequence[Candidate]) -> tuple[float, str]:
    """Return the weight of the best-known place of this name, and words for it."""
    best = max(candidates, key=lambda c: (fame(c), c.place.population))
    place = best.place
    return fame(best), f"the gazetteer has {place.name!r}" + (f" and {len(candidates) - 1} more" if len(candidates) > 1 else "")


def fame(candidate: Candidate) -> float:
    """Return the weight (log-odds) of a candidate for being well known: countries most, hamlets least."""
    place = candidate.place
    if place.feature == "PCLI":
        return 2.6
    if place.feature == "PPLC":
        return 2.2
    if place.feature == "ADM1" or place.id.startswith("dl:"):
        return 1.6 if candidate.match != "fold" else 0.8
    size = math.log10(place.population + 1)
    return min(1.8, (size - 3.2) * 0.75) - (0.5 if candidate.match != "name" else 0.0)


def _shape_weight(report: Report, start: int, end: int, key: str, before: str, after: str) -> float:
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


def _host(report: Report, start: int, end: int) -> str:
    """Return the organisation's name that start-end stands inside, or empty."""
    span = covering(report, start, end)
    if span is None or span.label not in ("ORG", "FAC", "EVENT", "LAW"):
        return ""
    host_start, host_end = trimmed(report.text, span)
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
