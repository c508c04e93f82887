"""Print how long the analyst waits: ``python -m benchmarks.desk``, a part of ``make bench``.

From dropping a file to its map, opening a stored report of 1,000 mentions, a decision from click to every pane right,
exports of 10,000 mentions, building a country's pack, and what the child process costs.
"""

from __future__ import annotations

import json
import os
import statistics
import tempfile
import time
from dataclasses import replace
from pathlib import Path

from benchmarks.run import spread
from benchmarks.stage import ROOT, Server, Visit, chromium, served, synthetic_report, visit
from dateline import Article, Gazetteer, Workshop, load_reader, open_report, packs, read
from dateline.codec import mention_id
from dateline.exports import FORMATS, render, select
from tests.hostile import pdf_of_text

TURNS = 3
SIZES_KB = (1, 10, 100)
UA = ROOT.parent / "shared" / "geonames" / "UA.zip"


def texts() -> list[tuple[str, str, bytes]]:
    """Return (label, file name, content): the seed's text cut or repeated to size, and as a PDF of 20 pages."""
    seed = open_report(ROOT / "seeds" / "bakhmut-2023-03-07.md").text
    found = []
    for size in SIZES_KB:
        body = (seed + "\n\n") * (1 + size * 1000 // len(seed))
        found.append((f"{size} kB of text", f"text-{size}.txt", body[: size * 1000].encode()))
    words, lines = (seed + "\n\n").replace("\n\n", " ").encode("latin-1", "ignore").decode("latin-1").split(), []
    while len(lines) < 20 * 45:
        for i in range(0, len(words), 13):
            lines.append(" ".join(words[i : i + 13]))
    pages = [[f"Page {n + 1}", *lines[n * 45 : (n + 1) * 45]] for n in range(20)]
    return [*found, ("a PDF of 20 pages", "pages.pdf", pdf_of_text(pages))]


def drop_to_map(server: Server, seen: Visit, folder: Path) -> None:
    """Print the time from dropping a file into the dialog to the report's map, list and text on the screen."""
    print("| from dropping a file to its map | time |\n|---|---|")
    for label, name, content in texts():
        times = []
        for turn in range(TURNS):
            path = folder / f"{turn}-{name}"
            # the same text would be a duplicate: each turn has a line of its own
            path.write_bytes(content if name.endswith(".pdf") and not turn else _varied(content, name, turn))
            page = seen.page
            page.goto(server.url)
            page.wait_for_selector(".st-key-open_add button", timeout=60_000)
            page.wait_for_timeout(2500)
            page.click(".st-key-open_add button")
            page.wait_for_selector("[role=dialog] input[type=file]", state="attached")
            page.wait_for_timeout(500)
            start = time.perf_counter()
            page.locator("[role=dialog] input[type=file]").set_input_files(str(path))
            page.wait_for_selector("[role=dialog] button:has-text('Open')", timeout=60_000)
            page.locator("[role=dialog] button:has-text('Open')").first.click()
            page.wait_for_selector("[role=dialog]", state="detached", timeout=60_000)
            page.wait_for_function(
                "() => document.querySelectorAll('.dl-text mark').length && window.dateline?.map?.points().length"
                " && document.querySelectorAll('.dl-row').length", timeout=90_000, polling=20,
            )  # fmt: skip
            times.append(time.perf_counter() - start)
        print(f"| {label} ({len(content) / 1000:.0f} kB) | {spread(times)} |", flush=True)
    print()


def _varied(content: bytes, name: str, turn: int) -> bytes:
    if name.endswith(".pdf"):
        return content.replace(b"(Page 1) Tj", b"(Page 1, turn %d) Tj" % turn)
    return b"Turn %d.\n\n" % turn + content


def stored_and_decisions(server: Server, seen: Visit) -> None:
    """Print the time to open a stored report of 1,000 mentions, and that of a decision."""
    page = seen.page
    times, decided, small = [], [], []
    seen.open(f"{server.url}/?report=thousand")
    count = page.locator(".dl-text mark").count()
    for _ in range(TURNS):
        seen.open(f"{server.url}/?report=bakhmut")
        page.wait_for_timeout(1000)
        start = time.perf_counter()
        page.locator("[data-testid='stSelectbox'] input").first.click()
        page.get_by_role("option", name="Report with 1000 places").click()
        page.wait_for_function(
            "n => document.querySelectorAll('.dl-text mark').length === n && window.dateline.map.points().length > 900"
            " && document.querySelectorAll('.dl-row').length > 900", arg=count, polling=10,
        )  # fmt: skip
        times.append(time.perf_counter() - start)
    print(f"- opening a stored report of {count} mentions, from the click that opens the picker to text, list and map: {spread(times)}")
    for report, into in (("bakhmut", small), ("thousand", decided)):
        seen.open(f"{server.url}/?report={report}")
        for turn in range(2 * TURNS):
            page.locator(".dl-text mark:not(.off)").nth(turn * 2).click()
            seen.settle()
            into.append(_decide(seen))
            seen.settle()
    print(f"- a decision (another kind), from the key to text, list, map and card all right: {spread(small)} with 58 mentions")
    print(f"- the same with {count} mentions: {spread(decided)}\n")


def _decide(seen: Visit) -> float:
    """Change the kind of the current mention by keyboard; return the seconds until every pane shows it."""
    return float(seen.page.evaluate(
        """() => new Promise((done) => {
          const mark = document.querySelector('.dl-text mark.here'), id = mark.dataset.mention, place = mark.dataset.place;
          const kinds = ['fighting', 'control', 'threatened', 'civilians', 'diplomacy', 'actor', 'reporting', 'setting'];
          const next = mark.dataset.kind === 'civilians' ? 1 : 3;
          let drawn = false;
          window.addEventListener('dateline:map-drawn', () => { drawn = true; }, { once: true });
          const start = performance.now();
          document.dispatchEvent(new KeyboardEvent('keydown', { key: String(next + 1), bubbles: true }));
          const look = () => {
            const now = document.querySelector(`.dl-text mark[data-mention="${id}"]`);
            const row = document.querySelector(`.dl-row[data-place="${CSS.escape(place)}"]`);
            const right = now && now.dataset.kind === kinds[next] && row && row.getAttribute('aria-label').includes(kinds[next]);
            const card = document.querySelector('.dl-card').textContent.toLowerCase().includes(kinds[next]);
            if (right && card && drawn) done((performance.now() - start) / 1000);
            else requestAnimationFrame(look);
          };
          look();
        })"""
    ))  # fmt: skip


def exports() -> None:
    """Print the time to export 10,000 mentions in each form."""
    seed = read(open_report(ROOT / "seeds" / "bakhmut-2023-03-07.md"), load_reader(()))
    readings, text = [], ""
    turn = 0
    while len(readings) < 10_000:
        shift = len(text)
        for r in seed.readings:
            m = replace(r.mention, start=r.mention.start + shift, end=r.mention.end + shift)
            p = replace(r.passage, start=r.passage.start + shift, end=r.passage.end + shift)
            readings.append(replace(r, mention=replace(m, id=mention_id(m.start, m.end)), passage=p))
        text += seed.article.text + "\n\n"
        turn += 1
    big = replace(seed, article=replace(seed.article, text=text), readings=tuple(readings[:10_000]))
    print("| export of 10,000 mentions | time | size |\n|---|---|---|")
    for form in FORMATS:
        times, content = [], b""
        for _ in range(3):
            start = time.perf_counter()
            content = render(select(big), form)
            times.append(time.perf_counter() - start)
        print(f"| {form.name} | {spread(times)} | {len(content) / 1e6:.1f} MB |", flush=True)
    print()


def pack() -> None:
    """Print the time to build the pack of Ukraine from the local file."""
    if not UA.exists():
        print("- pack of Ukraine: GeoNames' extract does not lie beside the project\n")
        return
    times = []
    for _ in range(3):
        start = time.perf_counter()
        about = packs.add_country("UA", UA)
        times.append(time.perf_counter() - start)
    print(f"- building the pack of Ukraine ({about.places:,} places, {about.names:,} names) from the local file: {spread(times)}\n")


def sandbox() -> None:
    """Print what reading in the child process costs beside reading in this one."""
    article = open_report(ROOT / "seeds" / "bakhmut-2023-03-07.md")
    reader, shop = load_reader(()), Workshop()
    longer = Article("long", "long", (article.text + "\n\n") * 10)
    for label, one in (("seed report", article), ("seed x 10", longer)):
        here, there = [], []
        for _ in range(9):
            start = time.perf_counter()
            read(one, reader)
            middle = time.perf_counter()
            shop.read(one)
            here.append(middle - start)
            there.append(time.perf_counter() - middle)
        ratio = statistics.median(there) / statistics.median(here)
        print(f"- reading the {label} in this process {spread(here)}, in the child process {spread(there)}: {ratio:.2f} times")
    shop.close()
    print()


def main() -> None:
    """Print everything."""
    print("## The desk\n")
    with tempfile.TemporaryDirectory() as name:
        os.environ["DATELINE_HOME"] = f"{name}/home"
        pack()
        packs.remove("UA") if UA.exists() else None
        exports()
        sandbox()
        folder = Path(name) / "in"
        folder.mkdir()
        drops = Path(name) / "drops"
        drops.mkdir()
        (folder / "thousand.md").write_text(synthetic_report(Gazetteer(), 1000), encoding="utf-8")
        (folder / "bakhmut.md").write_bytes((ROOT / "seeds" / "bakhmut-2023-03-07.md").read_bytes())
        with served(folder, Path(name) / "log") as server, chromium() as browser, visit(browser) as seen:
            stored_and_decisions(server, seen)
            drop_to_map(server, seen, drops)
            print(f"- server memory after all that: {server.memory_mb():.0f} MB; errors in the browser: {json.dumps(seen.errors)}")


if __name__ == "__main__":
    main()
