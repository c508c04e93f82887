"""The whole story in a browser: a report comes in, an analyst decides, the result goes out and is read elsewhere."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser

from benchmarks.stage import FLAGS, Server, Visit, chromium, served, visit
from tests.find_browser import find

pytestmark = pytest.mark.browser
TEXT = (
    "Shelling hit Bakhmut on Monday, officials in Kyiv said. Troops left Soledar at night, and families fled to Sloviansk.\n\n"
    "Later the convoy stopped at Qorvexhilamo, a hamlet by the river. Fighting went on near Chasiv Yar."
)


@pytest.fixture(scope="module")
def browser():
    with chromium() as found:
        yield found


@pytest.fixture
def server(tmp_path) -> Iterator[Server]:
    (tmp_path / "in").mkdir()
    with served(tmp_path / "in", tmp_path / "server.log") as running:
        yield running


@contextmanager
def another(browser: Browser) -> Iterator[Browser]:
    """A second browser. Two pages of one: the one that nobody looks at is drawn late."""
    second = browser.browser_type.launch(executable_path=find(), args=list(FLAGS))
    yield second
    second.close()


def paste(seen: Visit, text: str, title: str) -> None:
    page = seen.page
    page.click(".st-key-open_add button")
    page.get_by_role("tab", name="Paste").click()
    page.locator(".st-key-paste_title input").fill(title)
    page.locator(".st-key-paste_text textarea").fill(text)
    page.keyboard.press("Control+Enter")
    page.click(".st-key-paste_add button")
    page.wait_for_selector(f".dl-headline h1:text('{title}')", timeout=60_000)
    page.wait_for_selector("[role=dialog]", state="detached")
    page.wait_for_function("() => window.dateline && window.dateline.map && window.dateline.map.points().length", timeout=60_000)
    seen.settle()


def start(seen: Visit, server: Server) -> None:
    seen.page.goto(server.url)
    seen.page.wait_for_selector(".st-key-open_add button", timeout=60_000)
    paste(seen, TEXT, "The week at the front")


def saved(seen: Visit, words: str) -> None:
    seen.page.wait_for_selector(f".dl-decide-note:has-text('{words}')", timeout=20_000)
    seen.settle()


def mark_words(seen: Visit, words: str) -> None:
    """Mark words in the text as a mouse does."""
    seen.page.evaluate(
        """words => {
          const walk = document.createTreeWalker(document.querySelector('.dl-text'), NodeFilter.SHOW_TEXT);
          for (let node; (node = walk.nextNode());) {
            const at = node.data.indexOf(words);
            if (at < 0) continue;
            const range = document.createRange();
            range.setStart(node, at); range.setEnd(node, at + words.length);
            const selection = getSelection(); selection.removeAllRanges(); selection.addRange(range);
            return;
          }
          throw new Error('not in the text: ' + words);
        }""",
        words,
    )


def mention(seen: Visit, text: str):
    return seen.page.locator(f".dl-text mark:text-is('{text}')").first


def download(seen: Visit, form: str, folder):
    page = seen.page
    page.click(".st-key-open_export button")
    page.wait_for_selector("[role=dialog]")
    page.locator("[role=dialog] [data-testid='stSelectbox'] input").click()
    page.get_by_role("option", name=form).click()
    page.wait_for_function(
        "f => document.querySelector('[role=dialog] [data-testid=stSelectbox]').textContent.includes(f) || document.querySelector('[role=dialog] [data-testid=stSelectbox] input').value.includes(f)",
        arg=form,
    )
    seen.settle()
    with page.expect_download(timeout=60_000) as got:
        page.click(".st-key-export_download button")
    path = folder / got.value.suggested_filename
    got.value.save_as(path)
    page.locator("[role=dialog] button[aria-label='Close']").click()
    page.wait_for_selector("[role=dialog]", state="detached")
    seen.settle()
    return path


def test_a_report_comes_in_is_decided_about_and_goes_out(server, browser, tmp_path):
    with visit(browser) as seen:
        page = seen.page
        start(seen, server)
        # another place, typed as coordinates
        mention(seen, "Soledar").click()
        page.click(".dl-decide button[data-do=place]")
        page.locator(".dl-offer input").fill("48.7, 38.1")
        page.keyboard.press("Enter")
        saved(seen, "placed at Soledar")
        assert mention(seen, "Soledar").get_attribute("data-place") == "pt:48.70000,38.10000"
        assert "pt:48.70000,38.10000" in seen.on_map()
        assert page.inner_text(".dl-card h2") == "Soledar"
        assert "corrected" in page.inner_text(".dl-card")
        # another kind, by keyboard
        mention(seen, "Kyiv").click()
        page.locator(".dl-text").focus()
        page.keyboard.press("7")
        saved(seen, "called reporting")
        assert mention(seen, "Kyiv").get_attribute("data-kind") == "reporting"
        # a mention that was missed, and back again
        before = page.locator(".dl-text mark").count()
        mark_words(seen, "the river")
        page.click(".dl-add")
        saved(seen, "added")
        assert page.locator(".dl-text mark").count() == before + 1
        page.click("button[data-do=undo]")
        saved(seen, "Undone: added")
        assert page.locator(".dl-text mark").count() == before
        # nothing of it is lost on a reload
        page.reload()
        seen.open(page.url)
        assert mention(seen, "Soledar").get_attribute("data-place") == "pt:48.70000,38.10000"
        assert mention(seen, "Kyiv").get_attribute("data-kind") == "reporting"
        # out
        places = {f["properties"]["mention_id"]: f for f in json.loads(download(seen, "GeoJSON", tmp_path).read_bytes())["features"]}
        soledar = next(f for f in places.values() if f["properties"]["text"] == "Soledar")
        assert soledar["geometry"]["coordinates"] == [38.1, 48.7]
        assert soledar["properties"]["status"] == "corrected"
        published = download(seen, "Map to publish", tmp_path)
        assert seen.foreign == []
        assert seen.errors == []
    with another(browser) as second, visit(second) as reader:
        reader.page.goto(published.as_uri())
        reader.page.wait_for_function("() => window.datelinePage && window.datelinePage.points().length > 2")
        x, y = reader.page.evaluate("() => window.datelinePage.pixel('gn:713174')")
        box = reader.page.locator("#map").bounding_box()
        reader.page.mouse.click(box["x"] + x, box["y"] + y)
        reader.page.wait_for_selector("#passages h2:text('Bakhmut')")
        assert reader.page.inner_text("#passages mark") == "Bakhmut"
        assert "Shelling hit Bakhmut on Monday" in reader.page.inner_text("#passages blockquote")
        assert [url for url in reader.foreign if not url.startswith("file:")] == []
        assert reader.errors == []


def test_two_people_see_each_others_decisions_within_seconds_and_none_is_lost(server, browser):
    with another(browser) as second, visit(browser) as one, visit(second) as two:
        start(one, server)
        two.open(one.page.url)
        mention(one, "Bakhmut").click()
        mention(two, "Sloviansk").click()
        one.page.locator(".dl-decide button[data-do=check]").click()
        two.page.locator(".dl-decide button[data-do=check]").click()
        for seen, others in ((one, "Sloviansk"), (two, "Bakhmut")):
            seen.page.wait_for_selector(f".dl-text mark.s-checked:text-is('{others}')", timeout=15_000)
        assert two.page.locator(".dl-text mark.s-checked").count() == 2
        assert two.current() == "Sloviansk", "what somebody else decides does not take one's place away"


def test_a_candidate_is_picked_from_the_map_and_applied_to_all_of_the_name(server, browser):
    with visit(browser) as seen:
        page = seen.page
        page.goto(server.url)
        page.wait_for_selector(".st-key-open_add button", timeout=60_000)
        paste(seen, "Shelling hit Soledar. Later Soledar was quiet, and in Soledar nobody spoke. Kyiv was silent.", "Three times")
        mention(seen, "Soledar").click()
        page.locator(".dl-decide select[aria-label='Decide for']").select_option("name")
        page.click(".dl-decide button[data-do=place]")
        page.locator(".dl-offer input").fill("Sloviansk")
        page.keyboard.press("Enter")
        page.wait_for_selector(".dl-offer li b:text-is('Sloviansk')")
        page.locator(".dl-offer li button").first.click()
        saved(seen, "placed at Sloviansk")
        assert {m.get_attribute("data-name") for m in page.locator(".dl-text mark:text-is('Soledar')").all()} == {"Sloviansk"}
        page.click(".dl-decide button[data-do=place]")
        page.wait_for_selector(".dl-offer li button")
        frame = seen.map_frame
        frame.wait_for_selector(".dateline-offering")
        box = page.locator(".st-key-pane_map iframe").bounding_box()
        page.mouse.click(box["x"] + 60, box["y"] + 300)
        saved(seen, "placed at Soledar")
        assert mention(seen, "Soledar").get_attribute("data-place").startswith("pt:")


def test_files_come_in_several_at_once_each_with_its_outcome(server, browser, tmp_path):
    (tmp_path / "a.txt").write_text(TEXT, encoding="utf-8")
    (tmp_path / "again.md").write_text(TEXT, encoding="utf-8")
    (tmp_path / "torn ![x](http:evil.example)<b>.pdf").write_bytes(b"%PDF-1.4 torn")
    with visit(browser) as seen:
        page = seen.page
        page.goto(server.url)
        page.wait_for_selector(".st-key-open_add button", timeout=60_000)
        page.click(".st-key-open_add button")
        page.locator("[role=dialog] input[type=file]").set_input_files(
            [str(p) for p in sorted(tmp_path.glob("*.*")) if p.suffix in (".txt", ".md", ".pdf")]
        )
        page.wait_for_selector("[role=dialog] [data-testid='stAlert']:has-text('in the library already')", timeout=60_000)
        page.wait_for_selector("[role=dialog] [data-testid='stAlert']:has-text('torn')")
        page.locator("[role=dialog] button:has-text('Open')").first.click()
        page.wait_for_selector(".dl-text mark", timeout=60_000)
        assert seen.foreign == []


def test_a_report_is_deleted_and_brought_back_and_described(server, browser):
    with visit(browser) as seen:
        page = seen.page
        start(seen, server)
        page.click(".st-key-open_library button")
        canvas = page.locator("[role=dialog] [data-testid='stDataFrame'] canvas").first
        canvas.wait_for()
        page.wait_for_timeout(800)
        box = canvas.bounding_box()
        page.mouse.click(box["x"] + 18, box["y"] + 52)
        page.wait_for_selector(".st-key-library_delete button")
        page.locator("[role=dialog] input[aria-label='Outlet']").fill("The Wire")
        page.get_by_role("button", name="Save the description").click()
        page.wait_for_timeout(800)
        page.click(".st-key-library_delete button")
        page.wait_for_selector("[role=dialog] :text('Bin (1)')")
        page.get_by_text("Bin (1)").click()
        page.get_by_role("button", name="Bring back").click()
        page.wait_for_selector("[role=dialog] :text('Bin (1)')", state="detached")
        page.reload()
        page.wait_for_selector(".dl-headline h1", timeout=60_000)
        assert "The Wire" in page.inner_text(".dl-headline")


def test_a_link_says_who_will_see_the_request_before_anything_is_asked(server, browser):
    with visit(browser) as seen:
        page = seen.page
        page.goto(server.url)
        page.wait_for_selector(".st-key-open_add button", timeout=60_000)
        page.click(".st-key-open_add button")
        page.get_by_role("tab", name="Link").click()
        page.get_by_label("Web address of a report").fill("http://127.0.0.1/secret")
        page.keyboard.press("Enter")
        page.wait_for_selector("[role=dialog] [data-testid='stAlert']:has-text('127.0.0.1 will see')")
        page.click(".st-key-link_fetch button")
        page.wait_for_selector("[role=dialog] [data-testid='stAlert']:has-text('inside this machine')", timeout=60_000)


def test_a_file_put_into_the_watched_folder_appears_by_itself(server, browser, tmp_path):
    with visit(browser) as seen:
        seen.page.goto(server.url)
        seen.page.wait_for_selector("[data-testid='stAlert']:has-text('library is empty')", timeout=60_000)
        (tmp_path / "in" / "later.txt").write_text(TEXT, encoding="utf-8")
        seen.page.wait_for_selector(".dl-text mark", timeout=60_000)
