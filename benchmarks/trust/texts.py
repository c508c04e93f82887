"""The worst texts for whoever reads them: of the allowed length, and nothing but what is costly. Each is read as the app reads it.

Held to: a reading, or a refusal that says why, within ten seconds and a gigabyte of the child process; and the next, right text is read.
"""

from __future__ import annotations

import random
import sys
import unicodedata
from collections.abc import Callable, Iterator
from functools import partial
from itertools import cycle

from benchmarks.trust.campaign import ANSWER_S, Order, Result, crash, measured, told, workshop
from dateline import Article, DatelineError, Gazetteer, Workshop
from dateline.geoparsing.encoder import Pieces
from dateline.intake.draft import as_article
from dateline.limits import MAX_CHARACTERS, MAX_PIECES, read_timeout_s
from dateline.words import words

RIGHT = "Troops left Bakhmut on Monday."
ALL = MAX_CHARACTERS - 1_000
"""Characters of a text as long as may be: intake strips a few, and a file's end is one."""
SECRETS = ("Qorvandel",)


def run(order: Order) -> Result:
    """Read every text."""
    result, chance = Result("texts"), order.chance("texts")
    slowest, largest, answered = ("", 0.0), ("", 0.0), 0
    with workshop() as shop:
        _right(shop, "at first", result)
        texts = list(worst_texts(chance).items())
        for name, build in chance.sample(texts, 2) if order.quick else texts:
            length = ALL // 10 if order.quick else ALL
            for label, text, limit_s in _tries(name, build(length)[:length]):
                seconds, memory, was_read = _read(shop, label, text, limit_s, result)
                slowest = max(slowest, (label, seconds), key=lambda worst: worst[1])
                largest = max(largest, (label, memory), key=lambda worst: worst[1])
                answered += was_read
                _right(shop, label, result)
    result.worst = f"{slowest[1]:.1f} s ({slowest[0]}), {largest[1]:,.0f} MB ({largest[0]}); {answered} were read"
    return result


def _tries(name: str, text: str) -> Iterator[tuple[str, str, float]]:
    """Yield (name, text, seconds it may take): as long as a file may be, and, where that has too many pieces, just within the limit.

    What is within every limit of README may take what README says of it, which is more than :data:`ANSWER_S` for the longest.
    """
    pieces = sum(map(len, Pieces().of(words(text).forms)))
    yield name, text, ANSWER_S if pieces > MAX_PIECES else max(ANSWER_S, read_timeout_s(len(text)))
    if pieces > MAX_PIECES:
        within = text[: int(len(text) * 0.98 * MAX_PIECES / pieces)]
        yield f"{name}, just within the limit", within, max(ANSWER_S, read_timeout_s(len(within)))


def worst_texts(chance: random.Random) -> dict[str, Callable[[int], str]]:
    """Return what builds each text, given how long it may be."""
    letters = "abcdefghijklmnopqrstuvwxyz"
    marks = [chr(code) for code in range(0x300, 0x370) if unicodedata.combining(chr(code))]
    alike = {
        "quotation marks": '"', "curly quotation marks": "“", "apostrophes": "'", "lines of one letter": "a\n", "lines of 'Ab'": "Ab\n", "brackets": "(",
        "brackets that close": "()", "one word": "a", "one word of capitals": "A", "capitals of one letter": "A ", "full stops": ".", "sentences of one letter": "A. ",
        "all capitals": "SHELLING HIT BAKHMUT ON MONDAY AND NOBODY SAW IT. ", "right to left": "قصفت القوات مدينة باخموت يوم الاثنين. ", "turned direction": "\u202eab\u202c\u2066cd\u2069 ",
        "emoji": "👩‍👩‍👧‍👦🇺🇦", "commas": "Bakhmut, ", "one place name": "Bakhmut ", "Chinese": "巴赫穆特", "hyphens": "a-", "NULs": "\0", "web addresses": "https://a.example/b?c=d#e ", "numbers": "1,234.5 ",
        "a report": "Shelling hit Bakhmut on Monday, officials said, and 30 families fled from Soledar to Kyiv.\n\n",
    }  # fmt: skip
    return {name: partial(_filled, piece) for name, piece in alike.items()} | {
        "combining marks": lambda n: "a" + "\u0301" * (n - 1),
        "zalgo": lambda n: "".join(chance.choice(letters) + "".join(chance.choices(marks, k=20)) for _ in range(n // 21 + 1)),
        "place names": lambda n: " ".join(_names(chance, n)),
        "misspelt names": lambda n: " ".join(_misspelt(name, chance) for name in _names(chance, n)),
        "unknown names": lambda n: " ".join("".join(chance.choices(letters, k=8)).title() for _ in range(n // 9 + 1)),
        "different words": lambda n: " ".join("".join(chance.choices(letters, k=5)) for _ in range(n // 6 + 1)),
        "spaces": lambda n: "a" + " " * (n - 2) + "a",
        "line ends": lambda n: "a" + "\n" * (n - 2) + "a",
        "any character": lambda n: "".join(map(chr, chance.choices(range(0x20, 0xD000), k=n))),
        "beyond the first plane": lambda n: "".join(map(chr, chance.choices(range(0x10000, 0x1F000), k=n))),
    }


def _filled(piece: str, length: int) -> str:
    return (piece * (length // len(piece) + 1))[:length]


def _names(chance: random.Random, length: int) -> Iterator[str]:
    """Yield names of the gazetteer until they fill a text of this length, in an order of chance."""
    rows = Gazetteer()._db.execute("SELECT name FROM place WHERE population > 0 ORDER BY row").fetchall()  # a benchmark may look inside
    names = [str(name) for (name,) in rows]
    chance.shuffle(names)
    at = 0
    for name in cycle(names):
        yield name
        at += len(name) + 1
        if at >= length:
            return


def _misspelt(name: str, chance: random.Random) -> str:
    """Return a name with one letter changed: what makes a gazetteer look for names that are like it."""
    if len(name) < 4:
        return name
    at = chance.randrange(1, len(name))
    return name[:at] + chance.choice("aeiou") + name[at + 1 :]


def _read(shop: Workshop, name: str, text: str, limit_s: float, result: Result) -> tuple[float, float, bool]:
    """Take in and read one text; return seconds and megabytes of the reading, and whether there is one."""
    result.tried += 1
    was_read, became, content = False, "read", text.encode("utf-8", "replace")
    try:
        article = as_article(shop.extract(content, "worst.txt"), "worst")
    except DatelineError as error:  # refused before it is read: an answer as well
        if wrong := told(error, "worst.txt", SECRETS):
            result.fail(name, f"intake: {wrong}", content)
        print(f"  {name}: refused by the intake, {str(error).partition(' ')[2][:60]!r}", file=sys.stderr, flush=True)
        return 0.0, 0.0, False
    with measured(lambda: shop._read) as cost:
        try:
            done, _ = shop.read(article)
            was_read = all(article.text[r.mention.start : r.mention.end] == r.mention.text for r in done.readings)
            if not was_read:
                result.fail(name, "a mention's words are not those of the text", content)
        except DatelineError as error:
            became = f"refused, {str(error).partition(' ')[2][:60]!r}"
            if wrong := told(error, "", SECRETS):
                result.fail(name, wrong, content)
        except Exception as error:
            result.fail(name, crash(error), content)
    for wrong in cost.over(limit_s):
        result.fail(name, f"{wrong}, until it was {became}", content)
    print(
        f"  {name}: {became}, {cost.wall_s:.1f} s, {cost.cpu_s:.1f} s of processor, {cost.memory_mb:,.0f} MB", file=sys.stderr, flush=True
    )
    return cost.seconds, cost.memory_mb, was_read


def _right(shop: Workshop, after: str, result: Result) -> None:
    """Read a right text: the app goes on, and the next child is there before the next text is measured."""
    try:
        done, _ = shop.read(Article("right", "", RIGHT))
        if [r.mention.text for r in done.readings] != ["Bakhmut"]:
            result.fail(after, "the next, right text is read wrongly")
    except Exception as error:
        result.fail(after, f"the next, right text is not read: {crash(error)}")
