"""What only a browser can show: the link between map, list and text, the address, silence, and safety."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.stage import Server, Visit, chromium, served, visit
from dateline import Wish
from dateline.gazetteer import SCHEMA
from dateline.library import Library
from tests.conftest import ROOT, SEEDS

pytestmark = pytest.mark.browser
BAKHMUT, KYIV, SOLEDAR, DONBAS = "gn:713174", "gn:703448", "gn:706757", "dl:donbas"
SHOTS = ROOT / "tests" / "screenshots"


@pytest.fixture(scope="module")
def browser():
    with chromium() as found:
        yield found


@pytest.fixture(scope="module")
def server(tmp_path_factory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("reports")
    for seed in SEEDS:
        shutil.copy(seed, folder)
    with served(folder, tmp_path_factory.mktemp("log") / "server.log") as running:
        yield running


@pytest.fixture
def visitor(browser) -> Iterator[Visit]:
    with visit(browser) as seen:
        yield seen
        assert seen.foreign == []
        assert seen.errors == []


def agree(seen: Visit) -> None:
    """Map, list and text show the same places; the count above them says how many."""
    assert seen.on_map() == seen.in_list() == seen.in_text()
    assert f"{len(seen.on_map())} of" in seen.page.inner_text(".dl-count").split("·")[1]


def test_a_person_reads_a_report_offline(server, browser, visitor):
    """The whole story: open, click Bakhmut, read, filter, click a mention, reload the address elsewhere."""
    page = visitor.page
    visitor.open(server.url)
    agree(visitor)
    assert BAKHMUT in visitor.on_map()

    visitor.click_on_map(BAKHMUT)
    page.wait_for_selector(".dl-card h2:text('Bakhmut')")
    assert visitor.current() == "Bakhmut"
    assert page.locator(".dl-text mark.here").is_visible()
    assert "1 of" in page.inner_text(".dl-bar-count")
    page.click(".dl-bar button[aria-label='Next passage']")
    assert "2 of" in page.inner_text(".dl-bar-count")

    view = visitor.view()
    page.click(".st-key-kinds button:has-text('Fighting')")
    page.wait_for_function("() => window.dateline.map.points().length < 5")
    visitor.settle()
    agree(visitor)
    assert visitor.view() == view, "filtering moved the map"
    kinds = page.eval_on_selector_all(".dl-text mark:not(.off)", "marks => [...new Set(marks.map(m => m.className.match(/k-(\\w+)/)[1]))]")
    assert kinds == ["fighting"]
    page.click(".st-key-clear button")
    page.wait_for_function("() => window.dateline.map.points().length > 5")
    visitor.settle()

    visitor.map_frame.evaluate("() => { map.setView([40, 20], 5, {animate: false}) }")
    page.locator(f".dl-text mark[data-place='{SOLEDAR}']").first.click()
    page.wait_for_selector(".dl-card h2:text('Soledar')")
    lat, lon, _ = visitor.view()
    assert (lat, lon) == pytest.approx((48.69, 38.07), abs=0.3)

    page.click(".st-key-kinds button:has-text('Control')")
    page.wait_for_function("() => window.dateline.map.points().length < 5")
    visitor.settle()
    with visit(browser) as other:
        other.open(page.url)
        assert other.current() == "Soledar"
        assert other.on_map() == visitor.on_map()
        assert other.page.inner_text(".dl-card h2") == "Soledar"
        agree(other)


def test_the_same_town_twice_and_after_panning_away(server, visitor):
    visitor.open(server.url)
    visitor.click_on_map(BAKHMUT)
    visitor.page.wait_for_selector(".dl-card h2:text('Bakhmut')")
    visitor.page.evaluate("() => { document.querySelector('.dl-text').scrollTop = 1e6 }")
    visitor.click_on_map(BAKHMUT)
    visitor.page.wait_for_timeout(300)
    assert visitor.page.evaluate("() => document.querySelector('.dl-text').scrollTop") < 1000
    row = visitor.page.locator(f".dl-row[data-place='{BAKHMUT}']")
    for _ in range(2):
        visitor.map_frame.evaluate("() => { map.setView([10, 10], 6, {animate: false}) }")
        row.click()
        visitor.settle()
        lat, lon, _ = visitor.view()
        assert (lat, lon) == pytest.approx((48.6, 38.0), abs=0.3)


def test_everything_by_keyboard(server, visitor):
    page = visitor.page
    visitor.open(server.url)
    page.locator(".dl-row").first.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    second = page.locator(".dl-row").nth(1)
    name = second.locator(".dl-row-name").inner_text()
    page.wait_for_selector(f".dl-card h2:text('{name}')")
    assert second.get_attribute("aria-pressed") == "true"
    mark = page.locator(f".dl-text mark[data-place='{KYIV}']:not(.off)").first
    mark.focus()
    page.keyboard.press("Enter")
    page.wait_for_selector(".dl-card h2:text('Kyiv')")


def test_the_map_is_not_mounted_again(server, visitor):
    """Neither a choice nor a filter may replace the map's frame: it would flicker and lose the view."""
    page = visitor.page
    visitor.open(server.url)
    visitor.map_frame.evaluate("() => { window.stayed = true }")
    visitor.click_on_map(BAKHMUT)
    page.wait_for_selector(".dl-card h2:text('Bakhmut')")
    page.fill(".st-key-q input", "Kramatorsk")
    page.keyboard.press("Enter")
    page.wait_for_function("() => window.dateline.map.points().length < 12")
    visitor.settle()
    agree(visitor)
    assert visitor.map_frame.evaluate("() => window.stayed") is True


def test_back_goes_to_the_place_before(server, visitor):
    page = visitor.page
    visitor.open(server.url)
    for place, name in ((BAKHMUT, "Bakhmut"), (SOLEDAR, "Soledar")):
        page.click(f".dl-row[data-place='{place}']")
        page.wait_for_selector(f".dl-card h2:text('{name}')")
        visitor.settle()
    page.go_back()
    page.wait_for_selector(".dl-card h2:text('Bakhmut')")
    visitor.settle()
    assert visitor.current() == "Bakhmut"


def test_switches_show_nationalities_and_names_in_organisations(server, visitor):
    page = visitor.page
    visitor.open(server.url)
    before = int(page.inner_text(".dl-count b >> nth=0"))
    page.click(".st-key-more button")
    page.locator(".st-key-demonyms label").click()
    page.locator(".st-key-embedded label").click()
    page.wait_for_function("n => Number(document.querySelector('.dl-count b').textContent) > n + 8", arg=before)
    visitor.settle()
    agree(visitor)
    assert "demonyms=true" in page.url


def test_the_only_csv_is_the_one_that_is_safe_in_a_spreadsheet(server, visitor):
    page = visitor.page
    visitor.open(server.url)
    page.hover("[data-testid='stDataFrame'] >> nth=0")
    assert page.locator("button[aria-label^='Download as CSV']").first.is_hidden()
    page.click(".st-key-kinds button:has-text('Fighting')")
    page.wait_for_function("() => window.dateline.map.points().length < 5")
    visitor.settle()
    with page.expect_download() as download:
        page.click(".st-key-csv_Places button")
    lines = Path(download.value.path()).read_text(encoding="utf-8").splitlines()
    assert len(lines) == 1 + len(visitor.on_map())
    assert lines[0].startswith("place_id,name,place,")


def test_another_report_opens_its_own_map(server, visitor):
    page = visitor.page
    visitor.open(f"{server.url}/?report=el-fasher-2025-05-09")
    assert "El Fasher" in page.inner_text(".dl-headline h1")
    lat, lon, zoom = visitor.view()
    assert 8 < lat < 20
    assert 20 < lon < 38
    assert zoom >= 4
    agree(visitor)


def test_the_report_picker_answers_the_mouse(server, visitor):
    """An invisible header of Streamlit's once lay over it."""
    page = visitor.page
    visitor.open(server.url)
    page.locator("[data-testid='stSelectbox'] [data-baseweb='select'], [data-testid='stSelectbox'] input").first.click()
    page.get_by_role("option", name="Zamzam is empty").click()
    page.wait_for_selector(".dl-headline h1:text('Zamzam')")
    visitor.settle()
    agree(visitor)
    assert "report=el-fasher" in page.url


def test_passages_can_be_stepped_on_a_phone(server, browser):
    with visit(browser, width=390, height=844) as seen:
        seen.open(server.url)
        seen.page.locator(f".dl-row[data-place='{BAKHMUT}']").click()
        seen.settle()
        seen.page.click(".dl-bar button[aria-label='Next passage']", timeout=3000)
        assert "2 of" in seen.page.inner_text(".dl-bar-count")
        seen.page.click(".dl-bar button[aria-label='Choose no place']", timeout=3000)
        assert seen.current() is None


def test_old_and_foreign_names_find_the_place(server, visitor):
    visitor.open(f"{server.url}/?q=Artemivsk")
    assert visitor.on_map() == [BAKHMUT]
    agree(visitor)


def test_an_actor_is_shown_as_a_whole_country_not_as_a_field_in_it(server, visitor):
    visitor.open(server.url)
    visitor.page.click(".dl-row[data-place='gn:2017370']")
    visitor.settle()
    assert visitor.view()[2] <= 4


def test_the_map_has_limits(server, visitor):
    visitor.open(server.url)
    visitor.map_frame.evaluate("() => { map.setZoom(40, {animate: false}) }")
    assert visitor.view()[2] <= 14
    visitor.map_frame.evaluate("() => { map.setZoom(0, {animate: false}) }")
    assert visitor.view()[2] >= 2


def test_without_internet_the_tile_switch_says_so_and_keeps_the_map(server, browser):
    with visit(browser) as seen:
        seen.open(server.url)
        assert seen.foreign == []
        seen.page.locator(".st-key-tiles label").click()
        seen.map_frame.wait_for_selector(".dateline-notice:has-text('cannot be reached')")
        assert {address.split("/")[2] for address in seen.foreign} == {"tile.openstreetmap.org"}
        assert seen.map_frame.locator(".leaflet-tile-pane canvas").count() > 0
        agree(seen)


def test_two_visitors_do_not_see_each_other(server, browser):
    with visit(browser) as one, visit(browser) as two:
        one.open(server.url)
        two.open(f"{server.url}/?report=catatumbo-2025-02-24")
        one.click_on_map(BAKHMUT)
        one.page.wait_for_selector(".dl-card h2:text('Bakhmut')")
        two.settle()
        assert two.page.locator(".dl-card h2").count() == 0
        assert "Bakhmut" not in two.page.inner_text(".dl-text")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("width", "height"), [(1440, 900), (1024, 800), (390, 844)])
def test_it_fits_every_screen_in_both_themes(server, browser, width, height, scheme):
    with visit(browser, width=width, height=height, scheme=scheme) as seen:
        seen.open(f"{server.url}/?place={BAKHMUT}")
        page = seen.page
        assert page.evaluate("() => document.documentElement.scrollWidth - window.innerWidth") <= 0
        assert page.evaluate("() => document.documentElement.dataset.datelineTheme") == scheme
        assert seen.map_frame.evaluate("() => document.documentElement.dataset.theme") == scheme
        for selector in (".dl-list", ".dl-text", ".dl-card", ".st-key-pane_map iframe", ".st-key-kinds"):
            box = page.locator(selector).bounding_box()
            assert box, selector
            assert box["width"] > 150, selector
            assert box["x"] + box["width"] <= width + 1, selector
        SHOTS.mkdir(exist_ok=True)
        page.screenshot(path=SHOTS / f"{width}-{scheme}.png", full_page=True)
        assert seen.errors == []
        assert seen.foreign == []


# The payloads of the field's known holes in Folium and Streamlit: HTML, template literals, backticks, scripts.
PAYLOADS = (
    "<img src=x onerror=parent.pwned=1>",
    "<script>parent.pwned=1</script>",
    "${parent.pwned=1}",
    "`+(parent.pwned=1)+`",
    "\\\\`;parent.pwned=1;`",
    '"><svg onload=parent.pwned=1>',
    "![x](http://tracker.example/pixel.png)",
    "</script><script>parent.pwned=1</script>",
    "{{7*7}}",
)


@pytest.fixture(scope="module")
def hostile_server(tmp_path_factory) -> Iterator[Server]:
    """A gazetteer whose every place is named like an attack, and a report full of the same."""
    import sqlite3

    folder = tmp_path_factory.mktemp("hostile")
    database = folder / "hostile.sqlite"
    names = [f"Eviltown{chr(97 + i)}" for i in range(len(PAYLOADS))]
    with sqlite3.connect(database) as db:
        db.executescript(SCHEMA)
        for i, (payload, name) in enumerate(zip(PAYLOADS, names, strict=True)):
            row = (
                i + 1,
                "",
                payload,
                "PPL",
                4_800_000 + i * 9000,
                3_800_000 + i * 12000,
                "UA",
                payload,
                500_000,
                0,
                "point",
                payload,
                payload,
                payload,
            )
            db.execute(f"INSERT INTO place VALUES({','.join('?' * 14)})", row)
            db.execute("INSERT INTO name VALUES(?, ?, 1)", (name.lower(), i + 1))
    db.close()
    sentences = [f"Fighting went on in {name} all day, officials said. {payload}" for payload, name in zip(PAYLOADS, names, strict=True)]
    (folder / "attack.md").write_text(f"---\ntitle: {PAYLOADS[0]}\nbyline: {PAYLOADS[5]}\n---\n" + "\n\n".join(sentences), encoding="utf-8")
    (folder / "<b>name ${x} `.txt").write_text("Fighting in Eviltowna.", encoding="utf-8")
    with served(folder, folder / "server.log", {"DATELINE_GAZETTEER": str(database)}) as running:
        yield running


def test_hostile_names_and_passages_stay_text(hostile_server, browser):
    with visit(browser) as seen:
        page = seen.page
        seen.open(f"{hostile_server.url}/?report=attack")
        assert len(seen.on_map()) == len(PAYLOADS)
        cards = []
        for place in seen.on_map():
            x, y = page.evaluate("id => window.dateline.map.pixel(id)", place)
            box = page.locator(".st-key-pane_map iframe").bounding_box()
            page.mouse.move(box["x"] + x, box["y"] + y)  # the tooltip
            page.click(f".dl-row[data-place='{place}']")
            page.wait_for_selector(f".dl-card[data-place='{place}']:not(.pending)")
            cards.append(page.text_content(".dl-card"))
        page.mouse.wheel(0, 2000)
        page.wait_for_timeout(500)
        assert page.evaluate("() => window.pwned") is None
        text = page.inner_text(".dl-text")
        for payload in PAYLOADS:
            assert payload in text
        # the list has the report's spelling, the card the gazetteer's name
        assert all(any(payload in card for card in cards) for payload in PAYLOADS)
        assert page.inner_text(".dl-headline h1") == PAYLOADS[0]
        assert seen.foreign == []
        assert seen.errors == []


HOSTILE_FILES = {
    "01-empty.txt": b"",
    "02-spaces.txt": b" \n\t ",
    "03-picture.txt": b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 20,
    "04-five-megabytes.txt": b"Bakhmut held out. " * 280_000,
    "05-many-words.txt": b"Kyiv said no. " * 100_000,
    "06-front-matter-only.md": b"---\ntitle: Nothing else\n---\n",
}
GOOD_FILES = {
    "10-no-place.txt": b"He slept badly and said nothing at all about it in the morning.",
    "11-brackets.txt": b"(" * 16_000 + b" Bakhmut",
    "12-mixed-scripts.txt": "Бахмут та Соледар. قالت المصادر. 巴赫穆特 Bakhmut \u202eabc\u202c Kyiv.".encode(),
    "13-utf16.txt": "Fighting in Bakhmut went on.".encode("utf-16"),
    "14-only-places.txt": ("Bakhmut Kyiv Soledar Kramatorsk Goma Khartoum Lviv Odesa Kharkiv Kherson " * 60).encode(),
    "15-latin1.txt": "Les forces ont quitté Bangui après la reprise de Bambari, a déclaré le général Touadéra à Bangui.".encode("cp1252"),
}


@pytest.fixture(scope="module")
def bad_input_server(tmp_path_factory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("bad")
    for name, content in (HOSTILE_FILES | GOOD_FILES).items():
        (folder / name).write_bytes(content)
    with served(folder, tmp_path_factory.mktemp("log") / "server.log") as running:
        yield running


@pytest.mark.parametrize("name", HOSTILE_FILES)
def test_what_cannot_be_a_report_gets_a_clear_message(bad_input_server, browser, name):
    with visit(browser) as seen:
        seen.page.goto(f"{bad_input_server.url}/?report={Path(name).stem}")
        seen.page.wait_for_selector("[data-testid='stAlert']", timeout=60_000)
        message = seen.page.inner_text("[data-testid='stAlert']")
        assert Path(name).stem in message
        assert "Traceback" not in seen.page.inner_text("body")
        seen.page.wait_for_selector("[data-testid='stSelectbox']")  # the way to the other reports


@pytest.mark.parametrize("name", GOOD_FILES)
def test_strange_but_readable_reports_are_shown(bad_input_server, browser, name):
    with visit(browser) as seen:
        seen.open(f"{bad_input_server.url}/?report={Path(name).stem}")
        agree(seen)
        assert "Traceback" not in seen.page.inner_text("body")
        assert seen.errors == []


IMAGE = "![x](http:__tracker.example_pixel.png) :red[x] <img src=x>"


def test_names_of_files_and_addresses_stay_text_in_messages(tmp_path, browser):
    """Messages are Markdown, which fetches images: a file's name or an address must not become one."""
    (tmp_path / f"{IMAGE}.txt").write_bytes(b"")
    with served(tmp_path, tmp_path / "server.log") as running, visit(browser) as seen:
        seen.page.goto(f"{running.url}/?report=![x](http://tracker.example/p.png)")
        seen.page.wait_for_function("() => document.querySelectorAll('[data-testid=stAlert]').length === 3", timeout=60_000)
        messages = "".join(seen.page.locator("[data-testid='stAlert']").all_inner_texts())
        assert IMAGE in messages
        assert "![x](http://tracker.example/p.png)" in messages
        assert seen.page.locator("[data-testid='stAlert'] img").count() == 0
        assert seen.foreign == []


def test_an_empty_folder_says_what_to_do(tmp_path, browser):
    with served(tmp_path, tmp_path / "server.log") as running, visit(browser) as seen:
        seen.page.goto(running.url)
        seen.page.wait_for_selector("[data-testid='stAlert']", timeout=60_000)
        assert "The library is empty. Press Add" in seen.page.inner_text("[data-testid='stAlert']")


# What a name did to the map before names were kept out of its templates: stop the app, take all memory, leave an error page.
TEMPLATES = (
    "Karlivka {{9**(9**9)}} One", "Myrnivka {{(1,)*100000000}} Two", "Ivanivka {{ old", "Stepove {% for a in b %} Four", "Lozuvatka {# %} #} Five",
    "Pisky {{'map_div'}} Six", "Yasne \\u007b` ${parent.pwned=1} Seven", "Vilne </script><script>parent.pwned=1</script> Eight",
    "Zoriane &#123; &amp; <b>_0", "Sosnivka $x^2$ 'a' \"b\" Ten",
)  # fmt: skip


@pytest.fixture
def templates_home(home, tmp_path):
    """A library with a report whose places, from a table of somebody's own, are called like templates; the address of the report."""
    import csv

    from dateline import Desk, Gazetteer, Workshop, packs

    table = tmp_path / "own.csv"
    with table.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([("name", "lat", "lon"), *((name, 48 + n / 9, 37 + n / 9) for n, name in enumerate(TEMPLATES))])
    packs.add_own("field notes", table)
    # a workshop of its own: its processes keep the home that they began with
    with Workshop() as shop:
        return home, _named_like_templates(Desk(Library(), shop, Gazetteer(packs=packs.paths(packs.installed()))))


def _named_like_templates(desk) -> str:
    text = "\n\n".join(f"Fighting went on in {name} all day, officials said." for name in TEMPLATES)
    report = desk.add_text(text, "Templates {{ old").report
    assert report
    for name in TEMPLATES:
        opened = desk.open(report)
        start = opened.read.article.text.index(name)
        end = start + len(name)
        if not any((r.mention.start, r.mention.end) == (start, end) for r in opened.read.readings):
            desk.add(opened, start, end, "ana")
        mention = next(r.mention.id for r in desk.open(report).read.readings if (r.mention.start, r.mention.end) == (start, end))
        (place,) = (c.place.id for c in desk.gazetteer.starting(name.split()[0]) if c.place.name == name)
        desk.decide(desk.open(report), Wish("place", mention, "mention", place), "ana")
    return report


def test_names_like_templates_are_drawn_as_they_are_written(templates_home, browser, tmp_path):
    """A pack and a report whose every name is a template: the map draws, and says each name as it is."""
    home, report = templates_home
    (tmp_path / "watched").mkdir()
    with served(tmp_path / "watched", tmp_path / "server.log", {"DATELINE_HOME": str(home)}) as running, visit(browser) as seen:
        page = seen.page
        seen.open(f"{running.url}/?report={report}")
        own = [place for place in seen.on_map() if place.startswith("my:")]
        assert len(own) == len(TEMPLATES)
        drawn = seen.map_frame.evaluate(
            "() => Object.values(map._layers).filter(l => l.feature?.properties.name).map(l => [l.feature.properties.id, l.feature.properties.name])"
        )
        assert sorted(name for place, name in drawn if place in own) == sorted(TEMPLATES)
        assert sorted(page.locator(".dl-row[data-place^='my:'] .dl-row-name").all_inner_texts()) == sorted(TEMPLATES)
        told = set()
        for place in own:  # the list steers the map, and the map's tooltip says the name: ids and texts agree on both sides
            page.locator(f".dl-row[data-place='{place}']").click()
            seen.settle()
            x, y = page.evaluate("id => window.dateline.map.pixel(id)", place)
            box = page.locator(".st-key-pane_map iframe").bounding_box()
            page.mouse.move(box["x"] + x + 1, box["y"] + y)
            tip = seen.map_frame.wait_for_selector(".dateline-tip")
            told.add(tip.inner_text().rsplit(": ", 1)[0])
            page.mouse.move(5, 5)
        assert told == set(TEMPLATES)
        assert page.evaluate("() => window.pwned") is None
        assert seen.errors == []
        assert seen.foreign == []
