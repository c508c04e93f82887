// The published page: map, places, passages, legend. Everything it shows came with it; it asks nobody for anything.
// Data reaches the page as JSON and the page as textContent.
(function () {
  "use strict";
  const data = JSON.parse(document.getElementById("dateline-data").textContent);
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  const state = { scheme: dark.matches ? "dark" : "light", place: null, kinds: new Set(), symbols: null, areas: null };
  const $ = (id) => document.getElementById(id);

  function element(tag, className, text) {
    const made = document.createElement(tag);
    if (className) made.className = className;
    if (text !== undefined) made.textContent = text;
    return made;
  }
  const shown = (place) => !state.kinds.size || place.mentions.some((m) => state.kinds.has(m.kind));
  const passages = (place) => place.mentions.filter((m) => !state.kinds.size || state.kinds.has(m.kind));

  const map = L.map("map", { renderer: L.canvas({ tolerance: 6, padding: 0.3 }), minZoom: 2, maxZoom: 12, zoomSnap: 0.5, worldCopyJump: true });
  const drawing = L.dateline.drawing(map, { style: data.style, kinds: data.kinds, scheme: state.scheme, attribution: data.attribution, onChoose: choose });
  map.fitBounds(data.bounds, { animate: false });
  drawing.start();

  function drawMap() {
    state.symbols?.remove();
    state.areas?.remove();
    const visible = new Set(data.places.filter(shown).map((place) => place.id));
    state.areas = drawing.layer("areas", data.areas, (id) => visible.has(id)).addTo(map);
    state.symbols = drawing.layer("places", data.symbols, (id) => visible.has(id)).addTo(map);
  }

  const colour = (kind) => data.kinds[kind]?.[state.scheme] || drawing.colours().unknown;
  // The symbol of a place, or of a kind (which has its letter and may be hollow too).
  function badge(kind, symbol) {
    const made = element("i", `k${symbol.hollow ? " hollow" : ""}${symbol.square ? " square" : ""}${symbol.uncertain ? " uncertain" : ""}`, symbol.letter);
    made.style.setProperty("--k", colour(kind));
    made.setAttribute("aria-hidden", "true");
    return made;
  }
  function drawLegend() {
    $("legend").replaceChildren(...Object.entries(data.kinds).filter(([, kind]) => kind.count).map(([name, kind]) => {
      const button = element("button");
      button.type = "button";
      button.title = kind.about;
      button.setAttribute("aria-pressed", state.kinds.has(name));
      button.append(badge(name, kind), ` ${kind.label} `, element("small", "", String(kind.count)));
      button.addEventListener("click", () => { state.kinds.has(name) ? state.kinds.delete(name) : state.kinds.add(name); draw(); });
      return button;
    }));
  }
  function drawList() {
    $("places").replaceChildren(...data.places.filter(shown).map((place) => {
      const button = element("button", "place");
      button.type = "button";
      button.dataset.place = place.id;
      button.setAttribute("aria-pressed", place.id === state.place);
      const words = element("span", "words");
      words.append(element("b", "", place.name), element("small", "", place.where));
      button.append(badge(place.kind, place), words, element("small", "count", String(passages(place).length)));
      button.addEventListener("click", () => choose(place.id));
      return button;
    }));
  }
  function drawPassages() {
    const place = data.places.find((one) => one.id === state.place), box = $("passages");
    if (!place || !shown(place)) {
      box.replaceChildren(element("p", "hint", "Choose a place on the map or in the list to read what the report says of it."));
      return;
    }
    const quotes = passages(place).map((m) => {
      const item = element("li"), quote = element("blockquote"), about = element("small", "about");
      const mark = element("mark", "", m.quote.slice(m.at[0], m.at[1]));
      mark.style.setProperty("--k", colour(m.kind));
      quote.append(m.quote.slice(0, m.at[0]), mark, m.quote.slice(m.at[1]));
      about.append(badge(m.kind, data.kinds[m.kind] || { letter: "?" }), ` ${data.kinds[m.kind]?.label || m.kind} · ${m.reference} · ${m.status}`);
      item.append(quote, about);
      return item;
    });
    const list = element("ol");
    list.append(...quotes);
    box.replaceChildren(element("h2", "", place.name), element("p", "where", `${place.where} · ${place.coordinates} · ${place.looked}`), list);
    box.scrollTop = 0;
  }
  function choose(id) {
    state.place = state.place === id ? null : id;
    drawing.choose(state.place);
    drawing.bring(state.place);
    drawList();
    drawPassages();
  }
  function draw() { drawLegend(); drawMap(); drawList(); drawPassages(); }

  dark.addEventListener("change", () => { state.scheme = dark.matches ? "dark" : "light"; drawing.setScheme(state.scheme); draw(); });
  draw();
  window.datelinePage = { choose, points: drawing.ids, pixel: drawing.pixel };
})();
