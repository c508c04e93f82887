"""Print the figures that README and notes quote: ``make bench``.

Side by side in one run, medians with their spread, because machines differ and are noisy:
accuracy on the marked reports, engine time beside spaCy's name model alone, start-up, click and
filter latency at 10, 100 and 1,000 places, foreign requests, memory.
"""

from __future__ import annotations

import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from playwright.sync_api import TimeoutError as PlaywrightTimeout

from benchmarks.scoring import SHARED_ORIGINAL, load, score
from benchmarks.spacy_model import name_model
from benchmarks.stage import ROOT, Visit, chromium, served, synthetic_report, visit
from data.train.corpora import MARKED, marked
from dateline import Article, Gazetteer, Reader, load_reader, open_report, read

SIZES = (10, 100, 1000)
CLICKS, FILTERS = 15, 10


def spread(values: Sequence[float], unit: str = "s") -> str:
    """Return 'median (lowest to highest)'."""
    return f"{statistics.median(values):.3f} {unit} ({min(values):.3f} to {max(values):.3f})"


def accuracy(reader: Reader) -> None:
    """Print how the seeds, and the original article where it is there, are read."""
    print("## Reading, against the answers marked by hand\n")
    print("| report | mentions | found | placed right | kind right | reference right | placed, but no place |")
    print("|---|---|---|---|---|---|---|")
    reports = [(open_report(path), path.with_suffix(".answer.csv")) for path in sorted((ROOT / "seeds").glob("*.md"))]
    if SHARED_ORIGINAL.exists():
        original = Article("the original article", "", SHARED_ORIGINAL.read_text(encoding="utf-8"))
        reports.append((original, ROOT / "tests/marked/original.answer.csv"))
    for article, answer in reports:
        s = score(read(article, reader), load(answer))
        found = s.marked - len(s.missed)
        print(
            f"| {article.id} | {s.marked} | {found} | {found - len(s.misplaced)} | {s.kinds_right:.1%}"
            f" | {s.references_right:.1%} | {len(s.unmarked)} |"
        )
    print("\nEarlier engines were built with these reports in view: this is what holds, not how good it is elsewhere.\n")


def engine_time() -> None:
    """Print the engine's time beside spaCy's small name model alone, for texts of growing length, on one core."""
    print("## Engine time beside spaCy's small name model alone (same text, in turn, one process, one core)\n")
    print("| text | words | spaCy NER alone, words/s | whole engine, words/s | times as fast |")
    print("|---|---|---|---|---|")
    nlp = name_model()
    cores = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(cores)})
    reader = load_reader(())  # one core, one thread
    seed = open_report(ROOT / "seeds" / "bakhmut-2023-03-07.md")
    texts = [("seed report", seed.text), ("seed x 10", "\n\n".join([seed.text] * 10)), ("seed x 100", "\n\n".join([seed.text] * 100))]
    texts.append(("60 marked reports, one after the other", "\n\n".join(d.text for d in marked(MARKED / "test"))))
    nlp.max_length = 10_000_000
    for name, text in texts:
        words = len(text.split())
        article = Article(name, name, text)
        nlp(text)
        read(article, reader)
        alone, whole = [], []
        for _ in range(3 if words > 20_000 else 7):
            alone.append(words / _timed(lambda text=text: nlp(text)))
            whole.append(words / _timed(lambda article=article: read(article, reader)))
        ratio = statistics.median(w / a for w, a in zip(whole, alone, strict=True))
        print(f"| {name} | {words:,} | {_rate(alone)} | {_rate(whole)} | {ratio:.1f} |", flush=True)
    os.sched_setaffinity(0, cores)
    print()


def _rate(values: Sequence[float]) -> str:
    return f"{statistics.median(values):,.0f} ({min(values):,.0f} to {max(values):,.0f})"


def _timed(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def cold_start() -> None:
    """Print the time from process start to a reading, and to a map."""
    print("## Process start\n")
    command = [sys.executable, "-m", "dateline", "read", str(ROOT / "seeds/bakhmut-2023-03-07.md"), "-o", os.devnull]
    times = [_timed(lambda: subprocess.run(command, cwd=ROOT, check=True)) for _ in range(5)]
    print(f"- `python -m dateline read`, process start to the seed report read: {spread(times)}")
    with tempfile.TemporaryDirectory() as empty:
        env = os.environ | {"DATELINE_CACHE": empty}
        first = _timed(lambda: subprocess.run(command, cwd=ROOT, check=True, env=env))
        print(f"- the same at the very first start, when the gazetteer is unpacked: {first:.3f} s")
    code = "import re, sys; from dateline.__main__ import main; main(sys.argv[1:]); print(int(re.search(r'VmHWM:\\s+(\\d+)', open('/proc/self/status').read())[1]) // 1024)"
    with tempfile.TemporaryDirectory() as folder:
        lines = Path(folder) / "in.jsonl"
        text = "\n\n".join([open_report(ROOT / "seeds" / "bakhmut-2023-03-07.md").text] * 100)
        lines.write_text("\n".join(json.dumps({"id": i, "text": text}) for i in range(2)), encoding="utf-8")
        done = subprocess.run(
            [sys.executable, "-c", code, "read", str(lines), "-o", os.devnull], cwd=ROOT, check=True, capture_output=True, text=True
        )
        print(f"- peak memory over two reports of {len(text.split()):,} words: {done.stdout.strip()} MB")
    with tempfile.TemporaryDirectory() as folder:
        seed = Path(shutil.copy(ROOT / "seeds/bakhmut-2023-03-07.md", folder))
        times = []
        with chromium() as browser:
            for _ in range(3):
                start = time.perf_counter()
                with served(seed.parent, Path(folder) / "log") as server, visit(browser) as seen:
                    seen.page.goto(server.url)
                    seen.page.wait_for_function("() => window.dateline?.map?.points().length > 5", timeout=60_000, polling=30)
                    times.append(time.perf_counter() - start)
    print(f"- app: process start to the first map with its places: {spread(times)}\n")


def latency(gazetteer: Gazetteer) -> None:
    """Print click and filter times, foreign requests and memory for reports of growing size."""
    print("## The screen: click and filter\n")
    print("From the browser's click event to the frame after the change. 'Card' needs Python's answer; the passage does not.\n")
    print(
        "| places | click on the map to passage on screen | click to place card | filter to map right"
        " | click in the text to map moved | map frames | foreign requests | server memory |"
    )
    print("|---|---|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for size in SIZES:
            (folder / f"places-{size}.md").write_text(synthetic_report(gazetteer, size), encoding="utf-8")
        with served(folder, folder / "log") as server, chromium() as browser:
            for size in SIZES:
                with visit(browser) as seen:
                    seen.open(f"{server.url}/?report=places-{size}")
                    shown = len(seen.on_map())
                    row = _measure(seen)
                    print(f"| {shown} | {row} | {len(seen.foreign)} | {server.memory_mb():.0f} MB |", flush=True)
    print()


_WATCH = """() => {
  window.bench = {};
  window.addEventListener('dateline:map-click', () => { window.bench.click = performance.now(); }, true);
  const frame = (name) => requestAnimationFrame(() => setTimeout(() => { window.bench[name] = performance.now(); }));
  new MutationObserver(() => frame('passage')).observe(document.querySelector('.dl-text'), {subtree: true, attributeFilter: ['class']});
  new MutationObserver(() => frame('card')).observe(document.querySelector('.dl-card'), {subtree: true, childList: true});
}"""


def _measure(seen: Visit) -> str:
    page = seen.page
    frames_before = len(page.frames)
    page.evaluate(_WATCH)
    seen.map_frame.evaluate(
        "() => map.getContainer().addEventListener('click', () => { parent.bench.click = parent.performance.now(); }, true)"
    )
    places = seen.on_map()
    step = max(1, len(places) // CLICKS)
    passage, card, text = [], [], []
    for place in places[::step][:CLICKS]:
        page.evaluate("id => window.dateline.map.show(id, {move: true})", place)
        page.wait_for_timeout(120)
        page.evaluate("() => { window.bench = {} }")
        seen.click_on_map(place)
        try:
            page.wait_for_function("() => window.bench.click && window.bench.card && window.bench.passage", timeout=4000)
        except PlaywrightTimeout:  # a click that hit a neighbour of the one already chosen changes nothing
            continue
        seen.settle()
        found = page.evaluate("() => window.bench")
        passage.append((page.evaluate("() => window.bench.passage") and found["passage"] - found["click"]) / 1000)
        card.append((found["card"] - found["click"]) / 1000)
    marks = page.locator(".dl-text mark:not(.off)")
    for index in range(0, marks.count(), max(1, marks.count() // CLICKS)):
        seen.map_frame.evaluate("() => { map.setView([10, 10], 6, {animate: false}) }")
        text.append(page.evaluate(
            """index => new Promise(done => { const mark = document.querySelectorAll('.dl-text mark:not(.off)')[index];
            const start = performance.now(); mark.click();
            requestAnimationFrame(() => setTimeout(() => done((performance.now() - start) / 1000))); })""",
            index,
        ))  # fmt: skip
        page.wait_for_timeout(200)
    seen.settle()
    filtering = []
    for turn in range(FILTERS):
        want = len(places) if turn % 2 else None
        filtering.append(page.evaluate(
            """want => new Promise(done => {
              const before = window.dateline.map.points().length, start = performance.now();
              window.addEventListener('dateline:map-drawn', function drawn() {
                const now = window.dateline.map.points().length;
                if (want === null ? now < before : now === want) {
                  window.removeEventListener('dateline:map-drawn', drawn);
                  requestAnimationFrame(() => setTimeout(() => done((performance.now() - start) / 1000)));
                }
              });
              [...document.querySelectorAll('.st-key-kinds button')].find(b => b.textContent.includes('Fighting')).click();
            })""",
            want,
        ))  # fmt: skip
        seen.settle()
    mounted = len(page.frames) - frames_before
    return f"{spread(passage)} | {spread(card)} | {spread(filtering)} | {spread(text)} | {'kept' if mounted == 0 else f'{mounted:+d}'}"


def main() -> None:
    """Print everything."""
    reader = load_reader(())
    accuracy(reader)
    engine_time()
    cold_start()
    latency(reader.gazetteer)


if __name__ == "__main__":
    main()
