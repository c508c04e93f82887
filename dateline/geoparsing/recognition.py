"""Recognition: which spans of a report are place names, and which names are no place's.

Every word gets a probability for each sort of name (a place's, a person's, an organisation's, another) from its vector and from what
the same word looks like elsewhere in the report. What counts as a place's name is an annotation scheme (a demonym? a name inside an
organisation's?): the encoder has learned several.
"""

from __future__ import annotations

import bisect
import re
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path

import numpy as np

from dateline.cues import any_of
from dateline.errors import DataError
from dateline.geoparsing.encoder import Array, EncodedText, Encoder, gelu, softmax
from dateline.names import fold_key
from dateline.records import Mention, OtherName
from dateline.vocabulary import NAME_TYPES
from dateline.words import Words

MIN_SCORE = 0.5
"""Names less likely than this to be a place's are not listed as mentions."""
MIN_SCORE_ORGANISATION = 0.97
"""The same for a name that is known as an organisation's: *Hamas* is Hamm's old name, too."""
COMPASS = frozenset(
    fold_key(word) for word in ("North", "South", "East", "West", "Centre", "Center", "Northeast", "Northwest", "Southeast", "Southwest")
)
_REGION_AFTER = re.compile(
    r"^(?:,? (?:and |or |& )?[A-Z][\w-]+)* (?:region|province|state|department|district|governorate)s?\b", re.IGNORECASE
)
ORGANISATIONS_FILE = Path(__file__).resolve().parents[2] / "data" / "supplement" / "organisations.txt"
HYPHENS = frozenset("-–‐‑")
_LIST_SHARE = 0.7
_TITLE = re.compile(rf"^{any_of('name', 'title')}$", re.IGNORECASE)
_SPEECH = re.compile(rf"^{any_of('name', 'speech')}$", re.IGNORECASE)
_WHAT = {"person": "a person", "organisation": "an organisation or armed group", "other": "a name of something else"}


HOST_WORDS = 12


def recognise(
    encoded: EncodedText, encoder: Encoder, given: Iterable[tuple[int, int]] = ()
) -> tuple[tuple[Mention, ...], tuple[OtherName, ...]]:
    """Return the place names of a report and its names that are no place's, each in order.

    Args:
        encoded: the report, from :meth:`Encoder.encode`.
        encoder: the weights.
        given: spans (start, end) that are place names whatever the weights say; what is found across them is dropped.
    """
    if not len(encoded.words):
        return (), ()
    chances = name_chances(encoded, encoder)
    place = chances[:, 1] + chances[:, 2]
    mentions = [_mention(encoded, place, *span, *_covering(encoded.words, *span)) for span in sorted(set(given))]
    taken = [(m.start, m.end) for m in mentions]
    known: list[OtherName] = []
    found = as_list(encoded)
    if found:  # no sentence says what they are: that all are known names must do
        place = np.ones_like(place)
    for first, last in found or [part for span in _spans(encoded.words.forms, chances, 0) for part in _ends(encoded, *span)]:
        start, end = encoded.words.starts[first], encoded.words.ends[last - 1]
        score = float(place[first:last].mean())
        if not found and score < MIN_SCORE:
            continue
        if not found and (sort := _known_as(encoded.text, start, end, score)):
            known.append(OtherName(start, end, encoded.text[start:end], *sort))
            continue
        i = bisect.bisect_left(taken, (start, start))
        if all(e <= start or end <= s for s, e in taken[max(0, i - 2) : i + 2]):
            mentions.append(_mention(encoded, place, start, end, first, last))
    mentions.sort(key=lambda m: (m.start, m.end))
    others = () if found else (*known, *_others(encoded, chances, [*mentions, *known]))
    return tuple(mentions), tuple(sorted(others, key=lambda name: name.start))


def name_chances(encoded: EncodedText, encoder: Encoder) -> Array:
    """Return the probability of each tag for each word: shape (words, tags). A word remembers what its other occurrences look like."""
    w, forms = encoder.heads, encoded.words.forms
    group = np.zeros(len(forms), np.int64)
    groups: dict[str, int] = {}
    for i, form in enumerate(forms):
        group[i] = groups.setdefault(form.lower() if form[0].isupper() else f"\0{i}", len(groups))
    recalled = np.maximum(encoded.first @ w["recall.weight"] + w["recall.bias"], 0)
    order = np.argsort(group, kind="stable")
    firsts = np.flatnonzero(np.diff(group[order], prepend=-1))
    count = np.diff(firsts, append=len(order)).astype(np.float32)[:, None]
    mean = np.add.reduceat(recalled[order], firsts) / count
    top = np.maximum.reduceat(recalled[order], firsts)
    memory = np.concatenate([mean, top, np.log(count)], axis=1)
    width, scheme = encoded.first.shape[1], w["name_scheme.weight"][list(encoded.schemes)].mean(axis=0)
    weight = w["name.weight"]
    hidden = encoded.first @ weight[:width] + (memory @ weight[width:] + w["name.bias"] + scheme)[group]
    return softmax(gelu(hidden) @ w["tag.weight"] + w["tag.bias"])


@cache
def organisations() -> frozenset[str]:
    """Return the fold keys of names known as organisations', from ``data/supplement/organisations.txt``.

    Raises:
        DataError: the file is missing.
    """
    try:
        lines = ORGANISATIONS_FILE.read_text(encoding="utf-8").splitlines()
    except (OSError, ValueError) as error:
        msg = f"The names in {str(ORGANISATIONS_FILE)!r} cannot be read: {error}. Check out the file again."
        raise DataError(msg) from error
    return frozenset(fold_key(line) for line in lines if line and not line.startswith("#"))


def _known_as(text: str, start: int, end: int, score: float) -> tuple[str, str] | None:
    """Return (sort, reason) of a name that is no place's for all that the words around it say, or None."""
    key = fold_key(text[start:end])
    if key in organisations() and score < MIN_SCORE_ORGANISATION:
        return "organisation", "an organisation or armed group: known by that name"
    if key in COMPASS and not _REGION_AFTER.match(text[end : end + 80]):
        return "other", "a name of something else: a part of the compass"
    return None


def everyday_words(encoded: EncodedText, mentions: Iterable[Mention]) -> frozenset[str]:
    """Return the ids of those mentions that are everyday English words too (*Camp*, *Hope*)."""
    cut, found = encoded.words, []
    for mention in mentions:
        facts = encoded.known.get(_covering(cut, mention.start, mention.end))
        if facts and facts.common and not facts.country:
            found.append(mention.id)
    return frozenset(found)


def _spans(forms: Sequence[str], chances: Array, sort: int) -> list[tuple[int, int]]:
    """Return (first word, last word + 1) of the names of a type: one begins at a B, or at an I after none, and goes on with I.

    Marks of punctuation and a possessive 's at either end are no part of a name.
    """
    begin, inside = 1 + 2 * sort, 2 + 2 * sort
    best = np.argmax(chances, axis=1)
    if sort == 0:  # likelier a place's than all else together
        is_place = chances[:, begin] + chances[:, inside] >= MIN_SCORE
        best = np.where(is_place, np.where(chances[:, inside] > chances[:, begin], inside, begin), 0)
    tags = best.tolist()
    spans = []
    i, count = 0, len(tags)
    while i < count:
        if tags[i] not in (begin, inside):
            i += 1
            continue
        j = i + 1
        while j < count and tags[j] == inside:
            j += 1
        first, last = i, j
        while first < last and not forms[first][0].isalnum():
            first += 1
        while first < last and not forms[last - 1][0].isalnum():
            last -= 1
        if first < last:
            spans.append((first, last))
        i = j
    return spans


def _ends(encoded: EncodedText, first: int, last: int) -> list[tuple[int, int]]:
    """Return the span, or its two parts where it is no known name but two with a hyphen between: *the Maiduguri-Damaturu road*."""
    hyphens = [i for i in range(first + 1, last - 1) if encoded.words.forms[i] in HYPHENS]
    if (first, last) in encoded.known or len(hyphens) != 1:
        return [(first, last)]
    parts = [(first, hyphens[0]), (hyphens[0] + 1, last)]
    known = (encoded.known.get(part) for part in parts)
    return parts if all(facts and facts.count for facts in known) else [(first, last)]


def as_list(encoded: EncodedText) -> list[tuple[int, int]]:
    """Return the longest known names of a report that is nothing but names, else nothing: no sentence tells where they end."""
    spans: list[tuple[int, int]] = []
    for first, last in sorted(encoded.known, key=lambda span: (span[0], -span[1])):
        facts = encoded.known[(first, last)]
        if facts.count and not facts.common and (not spans or first >= spans[-1][1]):
            spans.append((first, last))
    words = sum(form[0].isalnum() for form in encoded.words.forms)
    return spans if sum(last - first for first, last in spans) >= _LIST_SHARE * words and len(spans) > 1 else []


def _covering(cut: Words, start: int, end: int) -> tuple[int, int]:
    """Return (first word, last word + 1) of the words that a span touches, at least one."""
    first = min(bisect.bisect_right(cut.ends, start), len(cut) - 1)
    last = bisect.bisect_left(cut.starts, end)
    return first, max(last, first + 1)


def _mention(encoded: EncodedText, place: Array, start: int, end: int, first: int, last: int) -> Mention:
    score = float(place[first:last].mean())
    facts = encoded.known.get((first, last))
    form = "name"
    reasons = [f"the words around it make it a place name ({score:.2f})"]
    surface = encoded.text[start:end]
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
        host=_host(encoded, first, last),
    )  # fmt: skip


def _host(encoded: EncodedText, first: int, last: int) -> str:
    """Return the longer name that the words stand inside: capitalised words, joined by spaces, around them; or empty.

    At most :data:`HOST_WORDS` on either side: no name has more, and a text of nothing but names would be copied for each of them.
    """
    forms, starts, ends, text = encoded.words.forms, encoded.words.starts, encoded.words.ends, encoded.text

    def joined(i: int) -> bool:
        return text[ends[i - 1] : starts[i]] == " "

    low, high = first, last
    least, most = max(0, first - HOST_WORDS), min(len(forms), last + HOST_WORDS)
    while (
        low > least
        and joined(low)
        and (forms[low - 1][0].isupper() or (forms[low - 1] == "of" and low > 1 and forms[low - 2][0].isupper()))
    ):
        low -= 1
    while high < most and joined(high) and forms[high][0].isupper():
        high += 1
    return text[starts[low] : ends[high - 1]] if (low, high) != (first, last) else ""


def _others(encoded: EncodedText, chances: Array, taken_names: Sequence[Mention | OtherName]) -> tuple[OtherName, ...]:
    """Return the names that are no place's though the gazetteer has places of that name, with what speaks against them."""
    taken = sorted((m.start, m.end) for m in taken_names)
    cut, found = encoded.words, []
    by_last: dict[int, list[int]] = {}
    for (i, j), facts in encoded.known.items():
        if facts.count:
            by_last.setdefault(j, []).append(i)
    whole = {sort: _spans(cut.forms, chances, NAME_TYPES.index(sort)) for sort in NAME_TYPES[1:]}
    by_form: dict[str, str] = {}
    for sort, spans in whole.items():
        for first, last in spans:
            why = _against(encoded, sort, first, last)
            if why:
                by_form.setdefault(cut.forms[last - 1].lower(), why)
    for sort, spans in whole.items():
        for first, last in spans:
            start, end = cut.starts[first], cut.ends[last - 1]
            known = any(i >= first for i in by_last.get(last, ()))
            near = bisect.bisect_left(taken, (start, start))
            if not known or any(s < end and start < e for s, e in taken[max(0, near - 2) : near + 2]):
                continue
            why = _against(encoded, sort, first, last) or by_form.get(cut.forms[last - 1].lower(), "") or "the words around it say so"
            found.append(OtherName(start, end, encoded.text[start:end], sort, f"{_WHAT[sort]}: {why}"))
    return tuple(sorted(found, key=lambda name: name.start))


def _against(encoded: EncodedText, sort: str, first: int, last: int) -> str:
    """Return what right beside a name speaks against a place, or empty."""
    forms = encoded.words.forms
    before = forms[first - 1] if first else ""
    after = forms[last] if last < len(forms) else ""
    if sort == "person" and _TITLE.match(before):
        return f"{before!r} stands before it"
    if sort == "person" and _SPEECH.match(after):
        return f"{after!r} follows it"
    if last - first > 1:
        return f"part of the name {encoded.text[encoded.words.starts[first] : encoded.words.ends[last - 1]]!r}"
    surface = forms[first]
    if surface.isupper() and len(surface) > 1:
        return "an abbreviation"
    if fold_key(surface) and encoded.known.get((first, last)) and encoded.known[(first, last)].common:
        return "an everyday word"
    return ""
