"""The worst texts for whoever reads them: of the allowed length, and nothing but what is costly. Each is read as the app reads it.

Held to: a reading, or a refusal that says why, within ten seconds and a gigabyte of the child process; and the next, right text is read.
"""

from __future__ import annotations

import random
import unicodedata
from collections.abc import Callable, Iterator

from benchmarks.trust.campaign import ANSWER_S, MEMORY_MB, Order, Result, crash, measured, told, workshop
from dateline import Article, DatelineError, Gazetteer, Workshop
from dateline.intake.draft import as_article
from dateline.limits import MAX_CHARACTERS

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
            seconds, memory, was_read = _read(shop, name, build(length)[:length], result)
            slowest = max(slowest, (name, seconds), key=lambda worst: worst[1])
            largest = max(largest, (name, memory), key=lambda worst: worst[1])
            answered += was_read
            _right(shop, name, result)
    result.worst = f"{slowest[1]:.1f} s ({slowest[0]}), {largest[1]:,.0f} MB ({largest[0]}); {answered} were read"
    return result


def worst_texts(chance: random.Random) -> dict[str, Callable[[int], str]]:
    """Return what builds each text, given how long it may be."""
    letters = "abcdefghijklmnopqrstuvwxyz"
    marks = [chr(code) for code in range(0x300, 0x370) if unicodedata.combining(chr(code))]
    return {
        "quotation marks": lambda n: '"' * n,
        "curly quotation marks": lambda n: "“" * n,
        "apostrophes": lambda n: "'" * n,
        "lines of one letter": lambda n: "a\n" * (n // 2),
        "lines of 'Ab'": lambda n: "Ab\n" * (n // 3),
        "combining marks": lambda n: "a" + "\u0301" * n,
        "zalgo": lambda n: "".join(chance.choice(letters) + "".join(chance.choices(marks, k=20)) for _ in range(n // 21)),
        "brackets": lambda n: "(" * n,
        "brackets that close": lambda n: "()" * (n // 2),
        "one word": lambda n: "a" * n,
        "one word of capitals": lambda n: "A" * n,
        "all capitals": lambda n: "SHELLING HIT BAKHMUT ON MONDAY AND NOBODY SAW IT. " * (n // 50),
        "capitals of one letter": lambda n: "A " * (n // 2),
        "right to left": lambda n: "قصفت القوات مدينة باخموت يوم الاثنين. " * (n // 38),
        "turned direction": lambda n: "\u202eab\u202c\u2066cd\u2069 " * (n // 9),
        "emoji": lambda n: "👩‍👩‍👧‍👦🇺🇦" * (n // 9),
        "full stops": lambda n: "." * n,
        "one letter sentences": lambda n: "A. " * (n // 3),
        "commas": lambda n: "Bakhmut, " * (n // 9),
        "place names": lambda n: _names(chance, n),
        "one place name": lambda n: "Bakhmut " * (n // 8),
        "unknown names": lambda n: " ".join("".join(chance.choices(letters, k=8)).title() for _ in range(n // 9)),
        "misspelt names": lambda n: " ".join(_misspelt(name, chance) for name in _names(chance, n).split(" ")),
        "different words": lambda n: " ".join("".join(chance.choices(letters, k=5)) for _ in range(n // 6)),
        "Chinese": lambda n: "巴赫穆特" * (n // 4),
        "hyphens": lambda n: "a-" * (n // 2),
        "spaces": lambda n: "a" + " " * (n - 2) + "a",
        "line ends": lambda n: "a" + "\n" * (n - 2) + "a",
        "any character": lambda n: "".join(map(chr, chance.choices(range(0x20, 0xD000), k=n))),
        "beyond the first plane": lambda n: "".join(map(chr, chance.choices(range(0x10000, 0x1F000), k=n))),
        "NULs": lambda n: "\0" * n,
        "web addresses": lambda n: "https://a.example/b?c=d#e " * (n // 26),
        "numbers": lambda n: "1,234.5 " * (n // 8),
        "a report": lambda n: "Shelling hit Bakhmut on Monday, officials said, and 30 families fled from Soledar to Kyiv.\n\n" * (n // 94),
    }  # fmt: skip


def _names(chance: random.Random, length: int) -> str:
    """Return names of the gazetteer, one after the other."""
    rows = Gazetteer()._db.execute("SELECT name FROM place WHERE population > 0 ORDER BY row").fetchall()  # a benchmark may look inside
    return " ".join(_until([str(name) for (name,) in rows], chance, length))


def _until(names: list[str], chance: random.Random, length: int) -> Iterator[str]:
    chance.shuffle(names)
    at = 0
    while at < length:
        for name in names:
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


def _read(shop: Workshop, name: str, text: str, result: Result) -> tuple[float, float, bool]:
    """Take in and read one text; return seconds and megabytes of the reading, and whether there is one."""
    result.tried += 1
    was_read, content = False, text.encode("utf-8", "replace")
    try:
        article = as_article(shop.extract(content, "worst.txt"), "worst")
    except DatelineError as error:  # refused before it is read: an answer as well
        if wrong := told(error, "worst.txt", SECRETS):
            result.fail(name, f"intake: {wrong}", content)
        return 0.0, 0.0, False
    with measured(lambda: shop._read) as cost:
        try:
            done, _ = shop.read(article)
            was_read = all(article.text[r.mention.start : r.mention.end] == r.mention.text for r in done.readings)
            if not was_read:
                result.fail(name, "a mention's words are not those of the text", content)
        except DatelineError as error:
            if wrong := told(error, "", SECRETS):
                result.fail(name, wrong, content)
        except Exception as error:
            result.fail(name, crash(error), content)
    if cost.seconds > ANSWER_S:
        result.fail(name, f"{cost.seconds:.0f} s, over {ANSWER_S:.0f} s, until {'it was read' if was_read else 'it was refused'}", content)
    if cost.memory_mb > MEMORY_MB:
        result.fail(name, f"{cost.memory_mb:,.0f} MB of the child, over {MEMORY_MB:,} MB", content)
    return cost.seconds, cost.memory_mb, was_read


def _right(shop: Workshop, after: str, result: Result) -> None:
    """Read a right text: the app goes on, and the next child is there before the next text is measured."""
    try:
        done, _ = shop.read(Article("right", "", RIGHT))
        if [r.mention.text for r in done.readings] != ["Bakhmut"]:
            result.fail(after, "the next, right text is read wrongly")
    except Exception as error:
        result.fail(after, f"the next, right text is not read: {crash(error)}")
