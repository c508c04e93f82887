"""Mutated files of every format, and the bombs of the project's reliability survey.

Right files are built from words of our own; each case is one of them with something done to its bytes, or to the members of its zip. Held to:
a text or a refusal that names the file and quotes nothing of it, within ten seconds and a gigabyte of the child process; and the next, right
file is read.
"""

from __future__ import annotations

import io
import random
import warnings
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator

from benchmarks.trust.campaign import Order, Result, crash, measured, told, workshop
from dateline import DatelineError, Workshop
from tests import hostile

MUTANTS = 2_000
SENTENCES = (
    "Shelling hit Bakhmut on Monday, said the mayor Qorvandel.", "Families fled from Soledar to Kyiv at night, Zimbruk wrote.",
    "The bridge at Lyman was held by Yastorvin, who lost it on Tuesday.", "Nobody in Wulgemar would say what came next.",
)  # fmt: skip
SECRETS = ("Qorvandel", "Zimbruk", "Yastorvin", "Wulgemar")
NAMES = ("report", "Report of the week (2)", "a'b\"c", "звіт", "x" * 180, "<img src=x>", "..%2f..%2fetc", "a\u202eb", "={1+1}", "-rf")
RIGHT = b"Shelling hit Bakhmut on Monday, officials said in a long statement to the press."
MAGIC = (
    b"%PDF-1.7\n", b"PK\x03\x04", b"PK\x05\x06", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff\xe0", b"GIF89a", b"\x1f\x8b\x08", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"{\\rtf1",
    b"<!DOCTYPE html><html>", b"<?xml version='1.0'?><!DOCTYPE x [<!ENTITY a 'b'>]>", b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff", b"\0" * 64, b"MIME-Version: 1.0\r\n",
    b"Content-Type: multipart/mixed; boundary=x\r\n", b"---\ntitle: x\n---\n", b"endstream\nendobj\n", b"trailer<</Root 1 0 R>>", b"</html>", b"]]>", b"\x1b[31m",
    b"Content-Transfer-Encoding: base64\r\n\r\n", b"=?utf-8?q?=", b"/Filter[/FlateDecode/FlateDecode/LZWDecode/ASCII85Decode]", b"<svg onload=x>",
)  # fmt: skip


def run(order: Order) -> Result:
    """Take the text out of every mutant and every bomb."""
    result, chance = Result("files"), order.chance("files")
    slowest, largest, texts = ("", 0.0), ("", 0.0), 0
    with workshop() as shop:
        shop.extract(RIGHT, "right.txt")
        for number, (name, content) in enumerate(cases(order, chance)):
            seconds, memory, was_text = _taken(shop, name, content, f"{number} {name}", result)
            slowest = max(slowest, (name, seconds), key=lambda worst: worst[1])
            largest = max(largest, (name, memory), key=lambda worst: worst[1])
            texts += was_text
    result.worst = f"{slowest[1]:.1f} s ({slowest[0][:40]}), {largest[1]:,.0f} MB ({largest[0][:40]}); {texts:,} gave a text"
    return result


def cases(order: Order, chance: random.Random) -> Iterator[tuple[str, bytes]]:
    """Yield every file with its name."""
    right = list(bases().items())
    for _ in range(order.share(MUTANTS)):
        suffix, build = chance.choice(right)
        content = build()
        for _ in range(chance.choice([1, 1, 1, 2, 4])):
            mutate = chance.choice(_MUTATIONS)
            content = mutate(content, chance)
        ending = suffix.partition(" ")[0] if chance.random() < 0.9 else chance.choice([".txt", ".pdf", ".docx", ".eml", ".html", ""])
        yield f"{chance.choice(NAMES)}{ending}", content
    bombs = list(hostile.BOMBS.values())
    for build, name in chance.sample(bombs, 4) if order.quick else bombs:
        yield name, build()


def bases() -> dict[str, Callable[[], bytes]]:
    """Return what builds a right file, by its ending and what is special about it."""
    text = "\n\n".join(SENTENCES * 3)
    cyrillic = "Обстріл Бахмута в понеділок, сказав Qorvandel. Люди тікали до Києва, писав Zimbruk. " * 8
    found: dict[str, Callable[[], bytes]] = {
        f".txt {encoding}": lambda words=words, encoding=encoding: words.encode(encoding)  # type: ignore[misc]
        for encoding, words in (
            ("utf-8", text), ("utf-8-sig", cyrillic), ("utf-16", cyrillic), ("utf-16-be", text), ("utf-32", text), ("cp1251", cyrillic), ("koi8-u", cyrillic), ("cp1252", text + " café"),
            ("iso2022_jp", text),
        )
    }  # fmt: skip
    body = "".join(f"<p>{sentence}</p>" for sentence in SENTENCES * 3)
    page = f"<!DOCTYPE html><html><head><meta charset=utf-8><title>The week</title></head><body><article><h1>The week</h1>{body}</article></body></html>"
    head = "From: a@example.org\r\nTo: b@example.org\r\nSubject: =?utf-8?b?VGhlIHdlZWs=?=\r\nDate: Tue, 7 Mar 2023 10:00:00 +0000\r\nMIME-Version: 1.0\r\n"
    parts = f'Content-Type: multipart/alternative; boundary="b"\r\n\r\n--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{text}\r\n--b\r\nContent-Type: text/html\r\n\r\n{page}\r\n--b--\r\n'
    found |= {
        ".md": lambda: f"---\ntitle: The week\nbyline: A. Writer\ndate: 2023-03-07\nsource: https://a.example/x\n---\n\n# The week\n\n{text}".encode(),
        ".html": lambda: page.encode(), ".html wide": lambda: page.replace("utf-8", "utf-16").encode("utf-16"),
        ".eml": lambda: f"{head}Content-Type: text/plain; charset=utf-8\r\n\r\n{text}".encode(), ".eml in parts": lambda: (head + parts).encode(),
        ".eml quoted": lambda: f"{head}Content-Transfer-Encoding: quoted-printable\r\n\r\n{text.replace(',', '=2C')}".encode(),
        ".docx": lambda: _zipped(_unzipped(hostile.docx(hostile.paragraph(sentence) for sentence in SENTENCES * 3))),
        ".docx by Word": _word_document,
        ".pdf": lambda: hostile.pdf_of_text([list(SENTENCES)] * 3),
        ".pdf packed": lambda: hostile.pdf(zlib.compress(b"BT /F1 11 Tf 14 TL 60 760 Td " + b"".join(f"({s}) Tj T* ".encode() for s in SENTENCES) + b"ET")),
    }  # fmt: skip
    return found


def _word_document() -> bytes:
    import docx

    document, out = docx.Document(), io.BytesIO()
    document.add_heading("The week")
    for sentence in SENTENCES:
        document.add_paragraph(sentence)
    document.add_table(2, 2).cell(0, 0).text = SENTENCES[0]
    document.save(out)
    return _zipped(_unzipped(out.getvalue()))


def _unzipped(content: bytes) -> list[tuple[str, bytes]]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return [(info.filename, archive.read(info)) for info in archive.infolist()]


def _zipped(members: Iterable[tuple[str, bytes]], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Return a zip with these members, a name twice where it is given twice, and no time in it: the same seed gives the same bytes."""
    out = io.BytesIO()
    with warnings.catch_warnings(action="ignore"), zipfile.ZipFile(out, "w") as archive:  # a name twice is what is wanted
        for name, data in members:
            archive.writestr(zipfile.ZipInfo(name), data, method)
    return out.getvalue()


def _flipped(content: bytes, chance: random.Random) -> bytes:
    data = bytearray(content)
    for _ in range(chance.choice([1, 1, 8, 64])):
        if data:
            data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
    return bytes(data)


def _cut(content: bytes, chance: random.Random) -> bytes:
    return content[: chance.randrange(len(content) + 1)] if chance.random() < 0.8 else content[chance.randrange(len(content) + 1) :]


def _piece(content: bytes, chance: random.Random) -> tuple[int, int]:
    start = chance.randrange(len(content) + 1)
    return start, min(len(content), start + chance.choice([1, 16, 200, 5_000]))


def _doubled(content: bytes, chance: random.Random) -> bytes:
    start, end = _piece(content, chance)
    return content[:start] + content[start:end] * chance.choice([2, 3, 50]) + content[end:]


def _swapped(content: bytes, chance: random.Random) -> bytes:
    (a, b), (c, d) = sorted([_piece(content, chance), _piece(content, chance)])
    return content[:a] + content[c:d] + content[b:c] + content[a:b] + content[d:] if b <= c else content[:a] + content[c:d] + content[b:]


def _magic(content: bytes, chance: random.Random) -> bytes:
    at = chance.choice([0, 0, len(content), chance.randrange(len(content) + 1)])
    return content[:at] + chance.choice(MAGIC) + content[at:]


def _noise(content: bytes, chance: random.Random) -> bytes:
    start, end = _piece(content, chance)
    return content[:start] + chance.randbytes(end - start) + content[end:]


def _numbers(content: bytes, chance: random.Random) -> bytes:
    """Change a number that says how long or how many, as headers of every format have them."""
    spots = [at for at in range(len(content)) if content[at : at + 1].isdigit()][:4_000]
    if not spots:
        return _flipped(content, chance)
    at = chance.choice(spots)
    return content[:at] + chance.choice([b"-1", b"0", b"99999999999", b"4294967296", b"1e9", b"NaN"]) + content[at + 1 :]


def _members(content: bytes, chance: random.Random) -> bytes:
    """Do something to a member of a zip; another file gets another mutation."""
    try:
        members = dict(_unzipped(content))
    except (zipfile.BadZipFile, zlib.error, OSError, NotImplementedError, RuntimeError, EOFError, ValueError, LookupError):
        return _flipped(content, chance)
    names = list(members)
    if not names:
        return content
    victim = "word/document.xml" if "word/document.xml" in members and chance.random() < 0.5 else chance.choice(names)
    twice = []
    match chance.randrange(9):
        case 0:
            del members[victim]
        case 1:
            members[victim] = _flipped(members[victim], chance)
        case 2:
            members[victim] = _cut(members[victim], chance)
        case 3:
            members[f"../../{victim}"] = members.pop(victim)
        case 4:
            members[victim] = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><x>&e;</x>'
        case 5:
            twice = [(victim, b"<x/>")]
        case 6:
            members[victim] = members[victim].replace(b"<w:t>", b'<w:t xml:space="preserve">\x00')
        case 7:
            members[victim] = _doubled(members[victim], chance)
        case _:
            members |= {f"word/extra{number}.xml": b"<x/>" for number in range(chance.choice([3, 1_200]))}
    method = chance.choice([zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
    return _zipped([*members.items(), *twice], method)


_MUTATIONS: tuple[Callable[[bytes, random.Random], bytes], ...] = (
    _flipped,
    _flipped,
    _cut,
    _doubled,
    _swapped,
    _magic,
    _noise,
    _numbers,
    _members,
)


def _taken(shop: Workshop, name: str, content: bytes, case: str, result: Result) -> tuple[float, float, bool]:
    """Take the text out of one file; return its seconds, its megabytes, and whether it gave a text."""
    result.tried += 1
    was_text = False
    with measured(lambda: shop._extract) as cost:
        try:
            draft = shop.extract(content, name)
            was_text = True
            if not (isinstance(draft.text, str) and draft.text.strip() and draft.title):
                result.fail(case, "a text without letters, or without a title, was taken", content)
        except DatelineError as error:
            if wrong := told(error, name, SECRETS):
                result.fail(case, f"{type(error).__name__}: {wrong}", content)
        except Exception as error:
            result.fail(case, crash(error), content)
    for wrong in cost.over():
        result.fail(case, wrong, content)
    if not was_text or shop._extract._child is None:
        try:
            if shop.extract(RIGHT, "right.txt").text != RIGHT.decode():
                result.fail(case, "the next, right file is read wrongly", content)
        except Exception as error:
            result.fail(case, f"the next, right file is not read: {crash(error)}", content)
    return cost.seconds, cost.memory_mb, was_text
