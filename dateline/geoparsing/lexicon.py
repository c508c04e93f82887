"""Lexicon features: what the gazetteer and the casing of a report say of each word, as numbers for the encoder.

The gazetteer is not believed (it knows towns called *Of* and *Reading*); it is one voice that the encoder weighs.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dateline.gazetteer import Gazetteer, Known
from dateline.names import code_key, fold_key, is_code
from dateline.words import Words

MAX_WORDS = 5
ARABIC_ARTICLES = frozenset(["al", "el", "ad", "as", "ar", "an", "at"])
_ARTICLES = ARABIC_ARTICLES | {"de", "la", "les", "los", "las"}
_JOINS = frozenset([" ", "\u00a0", ""])
FEATURES = (
    "first word of a known name", "later word of a known name", "the name has several words", "a country", "a capital", "a region",
    "another area or a water", "a town", "log population", "a main name", "log number of places", "an adjective", "a people",
    "a common word", "in lower case elsewhere", "known by itself", "log population by itself", "starts with a capital", "all capitals",
    "share of capitals in the report", "a country or capital by itself", "starts a line",
)  # fmt: skip
"""The columns of :func:`lexicon_features`."""


def _is_name_start(form: str) -> bool:
    first = form[0]
    return first.isupper() or (first.isalpha() and not first.islower())  # scripts without case


def known_spans(text: str, words: Words, gazetteer: Gazetteer) -> dict[tuple[int, int], Known]:
    """Return what the gazetteer knows of each run of words that could be a name: {(first, last + 1): facts}."""
    runs: dict[tuple[int, int], tuple[str, ...]] = {}
    forms, starts, ends = words.forms, words.starts, words.ends
    count = len(forms)
    for i, form in enumerate(forms):
        if not _is_name_start(form) and form not in _ARTICLES:
            continue
        size, j = 0, i
        while j < count and size < MAX_WORDS:
            if j > i and text[ends[j - 1] : starts[j]] not in _JOINS:
                break
            this = forms[j]
            if this in "-–‐‑" and j > i:
                j += 1
                continue
            if not (this[0].isalnum()):
                break
            if j > i and ends[j - 1] == starts[j] and forms[j - 1] not in "-–‐‑":
                break
            size += 1
            j += 1
            if _is_name_start(this):
                surface = text[starts[i] : ends[j - 1]]
                key = fold_key(surface)
                if len(key) > 1:
                    runs[(i, j)] = (code_key(surface), key) if is_code(surface) else (key,)
    facts = gazetteer.known({key for keys in runs.values() for key in keys})
    return {run: facts[key] for run, keys in runs.items() for key in keys[-1:] + keys[:-1] if key in facts}


def lexicon_features(words: Words, spans: dict[tuple[int, int], Known]) -> NDArray[np.float32]:
    """Return one row a word, columns :data:`FEATURES`; ``spans`` come from :func:`known_spans`."""
    table = np.zeros((len(words), len(FEATURES)), np.float32)
    forms = words.forms
    lower = {form for form in forms if form.islower()}
    capital = np.array([form[0].isupper() for form in forms], bool)
    upper = np.array([len(form) > 1 and form.isupper() for form in forms], bool)
    alphabetic = np.array([form[0].isalpha() for form in forms], bool)
    table[:, 17] = capital
    table[:, 18] = upper
    table[:, 19] = upper.sum() / max(1, alphabetic.sum())
    table[:, 21] = [i == 0 or forms[i - 1] == "\n" for i in range(len(forms))]
    for i, form in enumerate(forms):
        if capital[i] and form.lower() in lower:
            table[i, 14] = 1.0
    free_from = 0
    for (i, j), facts in sorted(spans.items(), key=lambda item: (item[0][0], -item[0][1])):
        if j - i == 1:
            table[i, 13] = facts.common
            if facts.count:
                table[i, 15] = 1.0
                table[i, 16] = facts.size
                table[i, 20] = facts.country or facts.capital
        if i < free_from:
            continue
        free_from = j
        part = table[i:j]
        part[0, 0] = 1.0
        part[1:, 1] = 1.0
        part[:, 2] = j - i > 1
        part[:, 3:13] = (
            facts.country, facts.capital, facts.region, facts.area, facts.town, facts.size, facts.main,
            np.log10(1 + facts.count) / 2, facts.adjective, facts.people,
        )  # fmt: skip
    return table
