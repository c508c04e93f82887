// The published page: map, places, passages, legend. Everything it shows came with it; it asks nobody for anything.
// Data reaches the page as JSON and the page as textContent.
(function () {
  "use strict";
  const data = JSON.parse(document.getElementById("dateline-data").textContent);
  const features = { symbols: L.dateline.decoded(data.symbols), areas: L.dateline.decoded(data.areas) };
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  const state = { scheme: dark.matches ? "dark" : "light", place: null, kinds: new Set(), points: new Map(), ring: null };
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
  map.attributionControl.setPrefix(false);
  for (const [name, depth] of [["dateline-areas", 350], ["dateline-labels", 640], ["dateline-ring", 630]]) {
    const pane = map.createPane(name);
    pane.style.zIndex = depth;
    pane.style.pointerEvents = "none";
  }
  const lines = L.dateline.lines({ scheme: state.scheme, pane: "tilePane", attribution: data.attribution }), labels = L.dateline.labels({ scheme: state.scheme });
  map.fitBounds(data.bounds, { animate: false });
  lines.addTo(map);
  labels.addTo(map);
  L.control.scale({ imperial: false, position: "topright" }).addTo(map);
  let symbols = null, areas = null;

  function drawMap() {
    symbols?.remove();
    areas?.remove();
    const visible = new Set(data.places.filter(shown).map((place) => place.id));
    const keep = (feature) => visible.has(feature.properties.id);
    areas = L.geoJSON(features.areas, { filter: keep, pane: "dateline-areas", interactive: false, style: (f) => L.dateline.areaLook(f.properties, data.kinds, state.scheme) }).addTo(map);
    symbols = L.geoJSON(features.symbols, { filter: keep, pointToLayer: (f, at) => L.dateline.symbol(at, L.dateline.look(f.properties, data.kinds, state.scheme)) }).addTo(map);
    symbols.bindTooltip((layer) => L.dateline.tip(layer.feature.properties.tip), { direction: "top", offset: [0, -6] });
    symbols.on("click", (event) => choose((event.propagatedFrom || event.layer).feature.properties.id));
    state.points = new Map(symbols.getLayers().map((layer) => [layer.feature.properties.id, layer]));
    labels.setPlaces([...state.points.values()].map((layer) => ({ latlng: layer.getLatLng(), name: layer.feature.properties.name, count: layer.feature.properties.count, radius: layer.options.radius })));
    ring();
  }
  function ring() {
    state.ring?.remove();
    const layer = state.points.get(state.place);
    if (layer) state.ring = L.circleMarker(layer.getLatLng(), { radius: layer.options.radius + 6, weight: 3, color: state.scheme === "dark" ? "#ff9d85" : "#8f2d1d", fill: false, interactive: false, pane: "dateline-ring" }).addTo(map);
  }

  function badge(kind, place) {
    const made = element("i", `k${place?.hollow ? " hollow" : ""}${place?.square ? " square" : ""}`, data.kinds[kind]?.letter || "?");
    made.style.setProperty("--k", data.kinds[kind]?.[state.scheme] || "#555");
    made.setAttribute("aria-hidden", "true");
    return made;
  }
  function drawLegend() {
    $("legend").replaceChildren(...Object.entries(data.kinds).filter(([, kind]) => kind.count).map(([name, kind]) => {
      const button = element("button");
      button.type = "button";
      button.title = kind.about;
      button.setAttribute("aria-pressed", state.kinds.has(name));
      button.append(badge(name, { hollow: name === "actor" }), ` ${kind.label} `, element("small", "", String(kind.count)));
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
    const status = { unchecked: "placed by machine, not checked", checked: "checked by a person", corrected: "corrected by a person" }[place.status];
    const quotes = passages(place).map((m) => {
      const item = element("li"), quote = element("blockquote"), about = element("small", "about");
      const mark = element("mark", "", m.quote.slice(m.at[0], m.at[1]));
      mark.style.setProperty("--k", data.kinds[m.kind]?.[state.scheme] || "#555");
      quote.append(m.quote.slice(0, m.at[0]), mark, m.quote.slice(m.at[1]));
      about.append(badge(m.kind, null), ` ${data.kinds[m.kind]?.label || m.kind} · ${m.reference} · ${m.status}`);
      item.append(quote, about);
      return item;
    });
    const list = element("ol");
    list.append(...quotes);
    box.replaceChildren(element("h2", "", place.name), element("p", "where", `${place.where} · ${place.coordinates} · ${status}`), list);
    box.scrollTop = 0;
  }
  function choose(id) {
    state.place = state.place === id ? null : id;
    const layer = state.points.get(state.place);
    if (layer && (!map.getBounds().pad(-0.1).contains(layer.getLatLng()) || map.getZoom() < 5)) map.setView(layer.getLatLng(), Math.max(map.getZoom(), 7), { animate: false });
    ring();
    drawList();
    drawPassages();
  }
  function draw() { drawLegend(); drawMap(); drawList(); drawPassages(); }

  dark.addEventListener("change", () => { state.scheme = dark.matches ? "dark" : "light"; lines.setScheme(state.scheme); labels.setScheme(state.scheme); draw(); });
  draw();
  window.datelinePage = { choose, points: () => [...state.points.keys()], pixel: (id) => { const p = map.latLngToContainerPoint(state.points.get(id).getLatLng()); return [p.x, p.y]; } };
})();
