"""What a report says of a place: the ``kind`` of a mention, with its reason.

The kinds, their order and their cue words are data (``data/kinds.toml``). The rules here say how a
cue counts: near the name more than far, in the same clause more than in the next, and a
condition or a plan turns fighting and control into what is threatened.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from dateline.cues import any_of
from dateline.errors import DataError
from dateline.passages import passage_at
from dateline.records import Label, Passage

KINDS_FILE = Path(__file__).resolve().parents[1] / "data" / "kinds.toml"
STRONG, WEAK = 3.0, 1.4
_PER_WORD, _PER_WORD_STRONG = 0.07, 0.03
_PER_CLAUSE = 0.7
_PER_NAME = 0.35
"""What another place name between cue and name costs: the cue is likelier that one's."""
_PER_RANK = 0.1
"""What one step up in the order of precedence is worth."""
_MIN_SCORE = 0.35
_QUOTES = str.maketrans("", "", '“”"‘«»„')
_APPOSITION = re.compile(r"^, (?:in|near|(?:a|an|the|its) [\w -]{2,40} (?:in|of|on))(?: the)? $")
_AFTER_DIRECTION = re.compile(rf"^ {any_of('place', 'direction')}\b")
_CLAUSE = re.compile(
    r"[;:—–]|, (?:and |but |while |which |who |where |although |though |as )?|\b(?:while|although|though|because|but|which|who)\b"
)
NOTHING = "nothing in the sentence says more of it than where it is"
_LONG_LIST = "one of a long list of names"
_MAX_NAMES = 25
"""A passage with more names than this is a list: no cue in it belongs to one of them."""
_BEFORE, _AFTER = 60, 80
"""Strong cues are looked for this many characters before and after the name."""
_IF = re.compile(r"\b(?:if|unless|should (?:they|it|he|the)|once|even if|in case)\b", re.IGNORECASE)
_MODAL = re.compile(  # in lower case only: "May" is a month
    r"\b(?:(?:could|may|might)(?! be (?:heard|seen))|would|will|going to|able to|prepar\w+ to|plans? to|wants? to"
    r"|tr(?:y|ying) to|anticipated|expected to)\b"
)
_DATELINE = re.compile(r"^\s*(?:[A-Z][\w'’.-]*|[A-Z]{2,})(?:[ ,/-]+[\w.'’]+){0,6}?,? ?(?:\([\w ]+\) ?)?[-–—] ")


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of mention: its name in tables, how the screen shows it, and its cues."""

    name: str
    label: str
    letter: str
    light: str
    dark: str
    about: str
    strong: tuple[re.Pattern[str], ...]
    weak: tuple[re.Pattern[str], ...]
    any_strong: re.Pattern[str] | None
    any_weak: re.Pattern[str] | None
    """All cues as one: most sentences have none, which one search tells."""


@cache
def kinds() -> tuple[Kind, ...]:
    """Return the kinds in order of precedence, from ``data/kinds.toml``.

    Raises:
        DataError: the file is missing or not as it should be; the message says where.
    """
    try:
        tables = tomllib.loads(KINDS_FILE.read_text(encoding="utf-8"))
        return tuple(_kind(name, table) for name, table in tables.items())
    except (OSError, ValueError, KeyError, re.error) as error:
        msg = f"The kinds in {str(KINDS_FILE)!r} cannot be used: {error!r}. Compare with CONTRIBUTING, 'Add a kind'."
        raise DataError(msg) from error


def _any(patterns: Sequence[re.Pattern[str]]) -> re.Pattern[str] | None:
    return re.compile("|".join(f"(?:{p.pattern})" for p in patterns), re.IGNORECASE) if patterns else None


def _kind(name: str, table: dict[str, Any]) -> Kind:
    strong = tuple(_strong(cue) for cue in table.get("strong", ()))
    weak = tuple(re.compile(rf"\b(?:{cue})\b", re.IGNORECASE) for cue in table.get("weak", ()))
    return Kind(
        name=name, label=table["label"], letter=table["letter"], light=table["light"], dark=table["dark"],
        about=table["about"],
        strong=strong, weak=weak, any_strong=_any(strong), any_weak=_any(weak),
    )  # fmt: skip


_PART = r"(?:central|eastern|western|northern|southern|(?:town|city|village) of)"
"""May stand between a cue and the name: *control central Goma*."""


def _strong(cue: str) -> re.Pattern[str]:
    """Compile a strong cue: ``~`` stands for the place's name (marked ``\\x01`` in the sentence)."""
    before, _, after = cue.partition("~")
    head = rf"\b(?:{before.rstrip()})\s+(?:the\s+)?(?:{_PART}\s+)?" if before.strip() else ""
    tail = rf"\s*(?:{after.lstrip()})\b" if after.strip() else ""
    return re.compile(f"{head}\x01{tail}", re.IGNORECASE)


def kind_of(sentence: str, start: int, end: int, others: Sequence[tuple[int, int]] = (), *, opens: bool = False) -> Label:
    """Return the kind that the cues give the name at ``sentence[start:end]``, used literally, and the cue that decided.

    Args:
        sentence: the passage that holds the name.
        start: offset of the name in the sentence.
        end: its end, exclusive.
        others: spans of the other place names in the sentence.
        opens: whether the sentence opens a paragraph, where a dateline can stand.
    """
    before, after = sentence[:start], sentence[end:]
    if opens and (dateline := _DATELINE.match(sentence)) and end <= dateline.end():
        if not before.strip():
            return Label("reporting", "a dateline")
        return Label("setting", "says where the dateline's town lies")
    for other_start, other_end in others:
        if _APPOSITION.match(sentence[other_end:start]) and not _AFTER_DIRECTION.match(after):
            return Label("setting", f"says where {sentence[other_start:other_end]!r} lies")
    if len(others) > _MAX_NAMES:
        return Label("setting", _LONG_LIST)
    best = max(_scores(sentence, start, end, others), default=(0.0, 0, "", ""))
    score, _, name, cue = best
    if score < _MIN_SCORE:
        return Label("setting", NOTHING)
    if name in ("fighting", "control", "civilians", "setting", "diplomacy") and (condition := _condition(sentence, start, end, name)):
        return Label("threatened", f"{cue!r} under {condition!r}")
    return Label(name, f"{cue!r}")


def _scores(sentence: str, start: int, end: int, others: Sequence[tuple[int, int]]) -> Iterator[tuple[float, int, str, str]]:
    """Yield (score, precedence, kind, cue) for every cue in the sentence."""
    marked = f"{sentence[max(0, start - _BEFORE) : start]}\x01{sentence[end : end + _AFTER]}".translate(_QUOTES)
    order = kinds()
    for rank, kind in enumerate(order):
        if kind.any_strong is None or not kind.any_strong.search(marked):
            continue
        for pattern in kind.strong:
            if found := pattern.search(marked):
                between = found[0].replace("\x01", "")
                penalty = _PER_CLAUSE * 0.6 * len(_CLAUSE.findall(between)) + _PER_WORD_STRONG * max(0, len(between.split()) - 3)
                cue = " ".join(found[0].replace("\x01", "…").split())
                yield STRONG - penalty + _PER_RANK * (len(order) - rank), -rank, kind.name, cue
    for rank, cue_start, cue_end in _weak_cues(sentence):
        if cue_start < end and start < cue_end:
            continue
        gap = sentence[cue_end:start] if cue_end <= start else sentence[end:cue_start]
        low, high = min(cue_end, end), max(cue_start, start)
        names = sum(1 for s, e in others if low <= s and e <= high)
        score = WEAK - _PER_WORD * len(gap.split()) - _PER_CLAUSE * 0.5 * len(_CLAUSE.findall(gap)) - _PER_NAME * names
        yield score + _PER_RANK / 2 * (len(order) - rank), -rank, order[rank].name, sentence[cue_start:cue_end]


@lru_cache(maxsize=64)  # the names of one sentence come one after the other
def _weak_cues(sentence: str) -> tuple[tuple[int, int, int], ...]:
    """Return (rank of the kind, start, end) of every weak cue in the sentence."""
    return tuple(
        (rank, found.start(), found.end())
        for rank, kind in enumerate(kinds())
        if kind.any_weak is not None and kind.any_weak.search(sentence)
        for pattern in kind.weak
        for found in pattern.finditer(sentence)
    )


def _condition(sentence: str, start: int, end: int, name: str) -> str | None:
    """Return the word that makes the name's clause a condition or a plan, or None."""
    starts = [m.end() for m in _CLAUSE.finditer(sentence[:start])]
    clause_start = starts[-1] if starts else 0
    stop = _CLAUSE.search(sentence, end)
    clause = sentence[clause_start : stop.start() if stop else len(sentence)]
    head = sentence[clause_start:start]
    if name != "setting" and (found := _IF.search(clause)):
        return found[0]
    if name in ("fighting", "control") and (found := _MODAL.search(head)) and not re.search(r"\bwould (?:have|be a)\b", head):
        return found[0]
    return None


def cue_found(label: Label) -> bool:
    """Return whether a cue decided, and not the lack of any."""
    return label.reason not in (NOTHING, _LONG_LIST)


def rules(text: str, spans: Sequence[tuple[int, int]], cut: Sequence[Passage]) -> list[Label]:
    """Return what the cue rules say of each name: the kind it would have if it were used literally.

    Args:
        text: the report.
        spans: (start, end) of the place names, in order.
        cut: the passages of the report.
    """
    homes = [passage_at(cut, start) for start, _ in spans]
    openings = {p.paragraph: p.index for p in reversed(cut)}
    inside: dict[int, list[tuple[int, int]]] = {}
    for (start, end), home in zip(spans, homes, strict=True):
        inside.setdefault(home.index, []).append((start - home.start, end - home.start))
    labels = []
    for (start, end), home in zip(spans, homes, strict=True):
        span = (start - home.start, end - home.start)
        others = [o for o in inside[home.index] if o != span]
        sentence = text[home.start : max(home.end, end)]
        labels.append(kind_of(sentence, *span, others, opens=openings[home.paragraph] == home.index))
    return labels
