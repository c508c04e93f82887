// The reader: the report's text with its mentions marked. The HTML comes from components/reader_pane.py, where
// every character of the report was escaped; nothing here puts text into innerHTML again.
import { decider } from "./decide.js";
import { current, done, forget, listen, select, sequence, tellMention, tellTheme, tellTiles, tellView, wish } from "./link.js";

const escapeId = (id) => CSS.escape(id);

export function show({ parentElement: root, data, setTriggerValue }) {
  // the same pane for as long as its elements stand there, however often it is mounted: a second one would listen twice
  const kept = root.datelineReader, pane = kept && root.contains(kept.box) ? kept : (root.datelineReader = create(root));
  listen("reader", pane.listener);
  pane.tell = (selection) => setTriggerValue("pick", { place: selection.place, sequence: sequence() });
  pane.decider.ask = (what) => wish(setTriggerValue, what);
  done(data.done);
  pane.decider.step = (by) => pane.step(by);
  tellView(data.report, data.bounds);
  pane.decider.update(data);   // first: what to choose from, and words for what the text says
  pane.update(data);
  tellTheme();
  tellTiles(data.tiles || null);
  nameReport(data.report);
  return () => forget("reader", pane.listener);
}

// The address names the report from the start, without a new entry in the browser's history.
function nameReport(report) {
  const address = new URL(window.location.href);
  if (!report || address.searchParams.has("report")) return;
  address.searchParams.set("report", report);
  window.history.replaceState(window.history.state, "", address);
}

function create(root) {
  const box = root.querySelector(".dl-text"), bar = root.querySelector(".dl-bar");
  const title = bar.querySelector(".dl-bar-title"), count = bar.querySelector(".dl-bar-count");
  const [previous, next, close] = bar.querySelectorAll(".dl-bar-buttons button");
  const pane = { box, html: null, visible: null, marks: [], at: 0, report: null };
  const onMark = (mark) => { pane.decider.show(mark); tellMention(mark); };
  pane.decider = decider(root, box);

  const visibleMarks = (place) =>
    [...box.querySelectorAll(`mark[data-place="${escapeId(place)}"]`)].filter((mark) => !mark.classList.contains("off"));

  function paint(selection, scroll) {
    for (const old of box.querySelectorAll(".on, .here, .passage-on, .passage-here")) old.classList.remove("on", "here", "passage-on", "passage-here");
    pane.marks = selection.place ? visibleMarks(selection.place) : [];
    bar.hidden = false;
    const hidden = selection.place && !pane.marks.length && box.querySelector(`mark[data-place="${escapeId(selection.place)}"]`);
    bar.classList.toggle("hidden-place", Boolean(hidden));
    bar.classList.toggle("idle", !pane.marks.length && !hidden);
    if (!pane.marks.length) {
      title.textContent = hidden ? `${hidden.dataset.name} is hidden by the filters` : "Choose a place on the map, in the list or in the text";
      count.textContent = "";
      onMark(null);
      return;
    }
    pane.marks.forEach((mark) => { mark.classList.add("on"); mark.closest(".passage")?.classList.add("passage-on"); });
    const chosen = pane.marks.findIndex((mark) => mark.dataset.mention === selection.mention);
    go(Math.max(chosen, 0), scroll);
  }

  function inView(mark) {
    const target = mark.getBoundingClientRect(), frame = box.getBoundingClientRect();
    return target.top > frame.top && target.bottom < frame.bottom;
  }

  function go(index, scroll) {
    pane.at = (index + pane.marks.length) % pane.marks.length;
    box.querySelectorAll(".here, .passage-here").forEach((old) => old.classList.remove("here", "passage-here"));
    const mark = pane.marks[pane.at];
    mark.classList.add("here");
    mark.closest(".passage")?.classList.add("passage-here");
    title.textContent = mark.dataset.name;
    count.textContent = `${pane.at + 1} of ${pane.marks.length}`;
    onMark(mark);
    if (scroll && !(scroll === "if hidden" && inView(mark))) {
      const target = mark.getBoundingClientRect(), frame = box.getBoundingClientRect();
      box.scrollTop += target.top - frame.top - box.clientHeight * 0.38;
    }
  }

  pane.listener = (selection) => {
    paint(selection, selection.from === "python" ? "if hidden" : selection.from !== "text");
    // on a phone the panes stand one under the other: go to what was asked for
    const stacked = window.matchMedia("(max-width: 720px)").matches;
    if (stacked && (selection.from === "list" || selection.from === "map")) bar.scrollIntoView({ block: "start" });
    if (selection.from !== "python") pane.tell(selection);
  };
  pane.update = (data) => {
    const rebuilt = pane.html !== data.html;
    const kept = pane.report === data.report ? box.scrollTop : 0;   // a decision leaves the reader where they are
    const was = pane.marks[pane.at]?.dataset.mention;
    if (rebuilt) { box.innerHTML = data.html; pane.html = data.html; box.scrollTop = kept; pane.visible = null; }
    const sameReport = pane.report === data.report;
    pane.report = data.report;
    const visible = JSON.stringify(data.visible);
    if (visible !== pane.visible) {
      pane.visible = visible;
      const shown = data.visible === null ? null : new Set(data.visible);
      for (const mark of box.querySelectorAll("mark")) {
        const off = shown !== null && !shown.has(mark.dataset.mention);
        mark.classList.toggle("off", off);
        mark.tabIndex = off ? -1 : 0;
      }
      if (!rebuilt && current().place) paint(current(), false);
    }
    // A choice made here is newer than what Python echoes of an older one.
    const newer = data.sequence !== null && data.sequence < sequence();
    const said = data.said && data.said.number !== pane.said ? data.said : null;   // a decision: its mention stays the current one
    pane.said = data.said ? data.said.number : pane.said;
    const mention = sameReport ? said?.mention || was : null;
    if (!newer && (current().place || null) !== (data.place || null)) select(data.place, mention, "python");
    else if (rebuilt) paint({ ...current(), mention: mention || current().mention }, !sameReport);
  };
  pane.step = (by) => {
    const marks = pane.marks.length ? pane.marks : [...box.querySelectorAll("mark:not(.off)")];
    if (!marks.length) return;
    if (pane.marks.length) go(pane.at + by, true);
    else choose(marks[by > 0 ? 0 : marks.length - 1]);
  };

  const choose = (mark) => select(mark.dataset.place, mark.dataset.mention, "text");
  box.addEventListener("click", (event) => {
    const mark = event.target.closest("mark");
    if (mark && !mark.classList.contains("off")) choose(mark);
  });
  box.addEventListener("keydown", (event) => {
    const mark = event.target.closest("mark");
    if (mark && (event.key === "Enter" || event.key === " ")) { event.preventDefault(); choose(mark); }
  });
  previous.addEventListener("click", () => pane.marks.length && go(pane.at - 1, true));
  next.addEventListener("click", () => pane.marks.length && go(pane.at + 1, true));
  close.addEventListener("click", () => select(null, null, "card"));
  return pane;
}
