"""Spelling: the keys under which a name is looked up.

Two spellings of one name should meet at one key. ``fold_key`` drops what transliterations
disagree on (accents, apostrophes, y/i/j, kh/h, doubled letters); the measurement behind the rule
is in ``ARCHITECTURE.md``. Romanising Ukrainian follows the official table (Cabinet of Ministers
of Ukraine, resolution 55 of 27 January 2010).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

APOSTROPHES = "'’‘ʼʹ`´ʻʾʿ′"
_DROP = str.maketrans("", "", APOSTROPHES + ".,")
_SPECIAL = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ß": "ss", "æ": "ae", "œ": "oe", "ı": "i", "ə": "a"})
_SEPARATORS = re.compile(r"[\s\-‐‑‒–—_/]+")
_IJY = re.compile(r"[ijy]+")
_DOUBLED = re.compile(r"(\w)\1+")
_ARTICLES = ("al", "el", "ar", "as", "ad", "an", "at", "az", "ash", "the")

_UKRAINIAN = {
    "а": "a", "б": "b", "в": "v", "г": "h", "ґ": "g", "д": "d", "е": "e", "ж": "zh", "з": "z", "и": "y", "і": "i", "к": "k", "л": "l",
    "м": "m", "н": "n", "о": "o", "п": "p", "р": "r", "с": "s", "т": "t", "у": "u", "ф": "f", "х": "kh", "ц": "ts", "ч": "ch",
    "ш": "sh", "щ": "shch", "ь": "", "є": "ie", "ї": "i", "й": "i", "ю": "iu", "я": "ia",
}  # fmt: skip
_UKRAINIAN_INITIAL = {"є": "ye", "ї": "yi", "й": "y", "ю": "yu", "я": "ya"}


@lru_cache(maxsize=65_536)
def fold_key(name: str) -> str:
    """Return the key under which ``name`` and its other spellings are filed.

    Case, accents, apostrophes, full stops and commas go; hyphens become spaces; runs of i, j, y
    become one i; kh becomes h; doubled letters become one. Idempotent; "" for a name without
    letters or digits.

    >>> fold_key("Mar'yinka") == fold_key("Mariinka") == fold_key("Marinka")
    True
    """
    text = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", name).casefold())
    text = "".join(ch for ch in text if not unicodedata.combining(ch))
    text = _SEPARATORS.sub(" ", text.translate(_SPECIAL).translate(_DROP)).strip()
    text = _DOUBLED.sub(r"\1", text)
    text = _DOUBLED.sub(r"\1", text.replace("kh", "h"))
    return _IJY.sub("i", text)


_TRANSLITERATION = re.compile("[\u0304\u0323\u0331]|[hHdD]\u0327|[ʻʼʿʾ]|(?<=[ A-Za-z])‘")
"""Macrons, dots and lines below, and the letters for hamza and ain: scholars' signs, which no English report writes."""


@lru_cache(maxsize=4_096)
def common_spelling(name: str) -> str:
    """Return a name as English texts write it: without the signs of scholarly transliteration, where it has any.

    >>> common_spelling("Khān Yūnis"), common_spelling("Łódź")
    ('Khan Yunis', 'Łódź')
    """
    apart = unicodedata.normalize("NFD", name)
    if not _TRANSLITERATION.search(apart):
        return name
    bare = "".join(ch for ch in apart if not unicodedata.combining(ch))
    return re.sub("[ʻʼʿʾ‘]", "", bare)


_CODE = re.compile(r"(?:[A-Z]\.?){2,4}")


def is_code(name: str) -> bool:
    """Return whether ``name`` is two to four capitals (US, U.K., UAE): a name in capitals only, never in *us* or *In*."""
    return _CODE.fullmatch(name) is not None


def code_key(name: str) -> str:
    """Return the key under which a code is filed; no fold key looks like it.

    >>> code_key("U.S.") == code_key("US") == "=US"
    True
    """
    return "=" + name.replace(".", "")


def without_article(key: str) -> str | None:
    """Return a fold key without its leading Arabic or English article, or None if it has none."""
    head, _, rest = key.partition(" ")
    return rest if rest and head in _ARTICLES else None


def with_articles(key: str) -> tuple[str, ...]:
    """Return the fold key with each of the two commonest Arabic articles in front."""
    return (f"al {key}", f"el {key}")


def romanise_ukrainian(name: str) -> str:
    """Return a Ukrainian Cyrillic name in Latin letters by the official 2010 table.

    Letters outside the Ukrainian alphabet are kept as they are.

    >>> romanise_ukrainian("Кліщіївка")
    'Klishchiivka'
    """
    out: list[str] = []
    lower = name.casefold()
    for i, ch in enumerate(lower):
        initial = i == 0 or not (lower[i - 1].isalpha() or lower[i - 1] in APOSTROPHES)
        if ch == "г" and i and lower[i - 1] == "з":
            latin = "gh"
        elif initial and ch in _UKRAINIAN_INITIAL:
            latin = _UKRAINIAN_INITIAL[ch]
        elif ch in APOSTROPHES:
            latin = ""
        else:
            latin = _UKRAINIAN.get(ch, ch)
        out.append(latin.capitalize() if name[i : i + 1].isupper() else latin)
    return "".join(out)


def usable_alias(alias: str) -> bool:
    """Return whether a GeoNames alternate name is one that a report in Latin or Cyrillic letters may use.

    Airport codes (all capitals) and romanisations of other scripts (all lower case) are not.
    """
    if len(alias) < 3 or not alias[0].isupper() or (alias.isupper() and len(alias) <= 5):
        return False
    return all(ch < "\u0530" or "\u1e00" <= ch < "\u1f00" for ch in alias if ch.isalpha())


def other_spellings(name: str, aliases: Iterable[str]) -> list[str]:
    """Return those of the aliases that fold unlike ``name`` and unlike each other, in their order: each a spelling of its own."""
    spellings = {fold_key(name): name}
    for alias in aliases:
        if key := fold_key(alias):
            spellings.setdefault(key, alias)
    return list(spellings.values())[1:]


OFFICIAL_ROMANISATIONS = {"UA": romanise_ukrainian}
"""Official tables for writing a country's names in Latin letters, by ISO 3166-1 alpha-2, as far as this module has them."""
