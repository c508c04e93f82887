// What links the panes in the browser: one selection, known to all of them at once. Python hears of it through
// the reader's trigger and stays the source of truth for everything else.
// selection = {place, mention, from}: from is "map", "list", "text", "card" or "python".

const link = window.datelineLink || (window.datelineLink = {
  selection: { place: null, mention: null, from: null },
  sequence: Date.now(),   // grows with every choice made in this browser; Python echoes it
  listeners: new Map(),
});
window.dateline = window.dateline || {};

// Each pane has one listener under its own name: a pane that is mounted again replaces its old one.
export function listen(name, listener) { link.listeners.set(name, listener); }
export function forget(name, listener) { if (link.listeners.get(name) === listener) link.listeners.delete(name); }
export function current() { return link.selection; }
export function sequence() { return link.sequence; }

export function select(place, mention, from) {
  if (from !== "python") link.sequence += 1;
  link.selection = { place: place || null, mention: mention || null, from };
  if (from !== "map") window.dateline.map?.show(link.selection.place, { move: from !== "python" || Boolean(place) });
  for (const listener of link.listeners.values()) listener(link.selection);
}

// What a person decides goes to Python in a queue: a screen that is busy takes only the newest value of a trigger, and
// none may be lost. Each wish has a number; Python does each once and tells which are done.
link.wishes = link.wishes || [];
export function wish(setTriggerValue, what) {
  link.wishNumber = Math.max(Date.now(), (link.wishNumber || 0) + 1);
  link.wishes.push({ ...what, at: link.wishNumber });
  setTriggerValue("wish", { list: link.wishes });
}
export function done(numbers) {
  const known = new Set(numbers || []);
  link.wishes = link.wishes.filter((one) => !known.has(one.at));
}

// Tell the map's frame which theme the page has: Streamlit does not.
export function tellTheme() {
  const app = document.querySelector(".stApp");
  const scheme = app && getComputedStyle(app).colorScheme.includes("dark") ? "dark" : "light";
  document.documentElement.dataset.datelineTheme = scheme;
  window.dateline.scheme = scheme;
  window.dateline.map?.theme(scheme);
}

// What a report is about, to look at: told once a report, so that filters and decisions leave the view alone.
export function tellView(report, bounds) {
  if (link.report === report) return;
  link.report = report;
  link.bounds = bounds;
  window.dateline.map?.fit(bounds);
}

// The mention that the reader shows now; who edits a mention wants to know.
export function tellMention(mark) {
  link.mention = mark ? mark.dataset.mention : null;
  window.dispatchEvent(new CustomEvent("dateline:mention", { detail: mark || null }));
}

export function tellTiles(source) {
  link.tiles = source;
  window.dateline.map?.tiles(source);
}

if (!link.bound) {
  link.bound = true;
  window.addEventListener("dateline:map-click", (event) => select(event.detail.place, null, "map"));
  window.addEventListener("dateline:map-ready", () => {
    tellTheme();
    link.fresh = true;
    setTimeout(() => {   // after the map's own set-up, so that a remembered place is found
      if (link.tiles) window.dateline.map?.tiles(link.tiles);
      if (link.selection.place) window.dateline.map?.show(link.selection.place, { move: true });
    });
  });
  // A new map looks at the whole world until its places are drawn.
  window.addEventListener("dateline:map-drawn", () => {
    if (!link.fresh || !link.bounds) return;
    link.fresh = false;
    window.dateline.map?.fit(link.bounds);
    if (link.selection.place) window.dateline.map?.show(link.selection.place, { move: true });
  });
}
