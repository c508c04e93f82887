// The map's side of the link between the panes. Runs in the map's frame (same origin as the app), after
// Leaflet and basemap.js, once per mount. It draws the report's places, tells the page which one was clicked
// (event "dateline:map-click") and lets the page steer the map (window.parent.dateline.map).
// streamlit-folium waits 250 ms before it reports a click; this way it takes a frame.
(function () {
  "use strict";
  const page = window.parent;
  const CLICK_TOLERANCE_PX = 6, MIN_ZOOM = 2, MAX_ZOOM = 14;
  const state = { map: null, points: new Map(), areas: new Map(), selected: null, ring: null, wanted: null, scheme: "light", kinds: {}, tiles: null };

  const style = document.createElement("style");
  const font = (file) => `url(${new URL("app/static/fonts/" + file, page.document.baseURI).href}) format("woff2")`;
  style.textContent = `
    @font-face{font-family:Inter;font-weight:100 900;src:${font("inter-latin.woff2")}}
    @font-face{font-family:Inter;font-weight:100 900;src:${font("inter-latin-ext.woff2")};unicode-range:U+0100-02BA,U+1E00-1EFF}
    @font-face{font-family:Inter;font-weight:100 900;src:${font("inter-cyrillic.woff2")};unicode-range:U+0400-045F,U+0490-0491}
    html,body{background:transparent;overflow:hidden}
    .leaflet-container{height:100vh !important}   /* the page sets the frame's height */
    .leaflet-container{background:#dfe7ea;font:12px Inter,system-ui,sans-serif;outline-offset:-3px}
    html[data-theme=dark] .leaflet-container{background:#10161a}
    html[data-theme=dark] .leaflet-bar a{background:#23211e;color:#ece8e0;border-color:#3a3732}
    html[data-theme=dark] .leaflet-control-attribution,html[data-theme=dark] .leaflet-control-scale-line{background:#23211ecc;color:#bdb6a8;border-color:#857d6d;text-shadow:none}
    html[data-theme=dark] .leaflet-control-attribution a{color:#ffb09d}
    .leaflet-control-attribution{font-size:10px}
    .leaflet-bar a{color:#1d1b18}
    .dateline-notice{font:500 12px Inter,system-ui,sans-serif;background:#fffd;color:#1d1b18;padding:5px 9px;border-radius:4px}
    html[data-theme=dark] .dateline-notice{background:#2c2a26ee;color:#ece8e0}
    .dateline-notice[hidden]{display:none}
    .dateline-tip{font:500 12px Inter,system-ui,sans-serif;border:0;border-radius:4px;box-shadow:0 1px 4px #0005;padding:4px 7px}
    .dateline-number{font:700 11px/22px Inter,system-ui,sans-serif;text-align:center;color:#fff;pointer-events:none}
    html[data-theme=dark] .dateline-number{color:#141310}
    .dateline-offering{cursor:crosshair}
    .dateline-offering .leaflet-overlay-pane{opacity:.35}
    html[data-theme=dark] .dateline-tip{background:#2c2a26;color:#ece8e0}`;
  document.body.appendChild(style);   // streamlit-folium rewrites the head

  const look = (properties) => L.dateline.look(properties, state.kinds, state.scheme);
  const areaLook = (properties) => L.dateline.areaLook(properties, state.kinds, state.scheme);
  const ids = (layer) => layer.feature && layer.feature.properties.id;
  const spot = (layer) => (layer.getLatLng ? layer.getLatLng() : layer.getBounds().getCenter());

  function ring() {
    if (state.ring) { state.ring.remove(); state.ring = null; }
    for (const [id, layer] of state.areas) {
      const properties = layer.feature.properties, chosen = id === state.selected;
      layer.setStyle({ ...areaLook(properties), ...(chosen ? (properties.exact ? { opacity: 1, weight: 2.5, fillOpacity: 0.1 } : { fillOpacity: 0.12 }) : {}) });
    }
    const layer = state.selected && state.points.get(state.selected);
    if (!layer) return;
    const colour = state.scheme === "dark" ? "#ff9d85" : "#8f2d1d";
    state.ring = L.circleMarker(spot(layer), { radius: layer.options.radius + 6, weight: 3, color: colour, fill: false, interactive: false, pane: "dateline-ring" }).addTo(state.map);
  }

  function names() {
    state.labels.setPlaces([...state.points.values()].map((layer) => {
      const properties = layer.feature.properties;
      return { latlng: spot(layer), name: properties.name, count: properties.count, radius: layer.options.radius };
    }));
  }
  function notice(text) {
    if (!state.notice) {
      const Notice = L.Control.extend({ onAdd: () => L.DomUtil.create("div", "dateline-notice") });
      state.notice = new Notice({ position: "bottomleft" }).addTo(state.map);
    }
    const box = state.notice.getContainer();
    box.textContent = text;
    box.hidden = !text;
  }

  const api = {
    // Select a place: ring it and, with move, bring it into view. Returns whether it is on the map.
    show(id, options) {
      const move = options && options.move, layer = id && state.points.get(id);
      state.selected = id || null;
      state.wanted = id && !layer && move ? options : null;   // not on the map yet: done when it comes
      if (layer && move) {
        const map = state.map, at = spot(layer), span = layer.feature.properties.span;
        if (span) map.fitBounds(span, { maxZoom: 9, animate: false });
        else if (!map.getBounds().pad(-0.15).contains(at) || map.getZoom() < 6) map.setView(at, Math.max(map.getZoom(), 8), { animate: false });
      }
      ring();
      return Boolean(layer);
    },
    // Look at [[south, west], [north, east]].
    fit(bounds) { state.map.fitBounds(bounds, { animate: false }); },
    // Offer places for a name: numbered, on top, the report's own faded. onPick(id) for one of them, onPoint(lat, lon) for bare ground.
    offer(places, onPick, onPoint) {
      if (state.offer) { state.offer.layer.remove(); state.map.off("click", state.offer.click); state.offer = null; }
      state.map.getContainer().classList.toggle("dateline-offering", Boolean(places));
      if (!places) return;
      const colour = state.scheme === "dark" ? "#ff9d85" : "#8f2d1d", paper = state.scheme === "dark" ? "#1c1b18" : "#ffffff";
      const layer = L.layerGroup(places.map((place, i) => {
        const number = document.createElement("span");
        number.textContent = String(i + 1);
        const dot = L.circleMarker([place.lat, place.lon], { radius: 11, color: paper, weight: 2, fillColor: colour, fillOpacity: 1, pane: "dateline-offer", renderer: state.offerRenderer });
        dot.bindTooltip(L.dateline.tip(place.name + (place.where ? ", " + place.where : "")), { className: "dateline-tip", direction: "top", offset: [0, -8] });
        dot.on("click", (click) => { L.DomEvent.stopPropagation(click); onPick(place.id); });
        const label = L.marker([place.lat, place.lon], { interactive: false, keyboard: false, pane: "dateline-offer", icon: L.divIcon({ className: "dateline-number", iconSize: [22, 22], html: number }) });
        return L.layerGroup([dot, label]);
      })).addTo(state.map);
      const near = places.slice(0, 9).map((place) => [place.lat, place.lon]);
      if (near.length > 1 && !near.every((at) => state.map.getBounds().contains(at))) state.map.fitBounds(near, { maxZoom: 9, padding: [30, 30], animate: false });
      const click = (event) => onPoint(event.latlng.wrap().lat, event.latlng.wrap().lng);
      state.map.on("click", click);
      state.offer = { layer, click };
    },
    theme(scheme) {
      if (scheme === state.scheme && document.documentElement.dataset.theme) return;
      state.scheme = scheme;
      document.documentElement.dataset.theme = scheme;
      state.lines.setScheme(scheme); state.labels.setScheme(scheme);
      for (const layer of state.points.values()) layer.setStyle(look(layer.feature.properties));
      ring();
    },
    // Online tiles instead of the base map, or null for the base map again.
    tiles(source) {
      if ((state.tiles && state.tiles.url) === (source ? source.url : null)) return;
      if (state.tiles) { state.tiles.layer.remove(); state.tiles = null; }
      if (source) {
        // above the app's own map, which stays: where tiles cannot be had, it is what one sees
        const layer = L.tileLayer(source.url, { attribution: source.attribution, maxZoom: 18, zIndex: 5 });
        let loaded = false;
        layer.on("tileload", () => { loaded = true; notice(""); state.labels.setTowns(false); });
        layer.on("tileerror", () => { if (!loaded) notice("The tiles cannot be reached. This is the app’s own map."); });
        layer.addTo(state.map);
        state.tiles = { url: source.url, layer };
      } else { notice(""); state.labels.setTowns(true); }
    },
    points() { return [...state.points.keys()]; },
    pixel(id) { const p = state.map.latLngToContainerPoint(spot(state.points.get(id))); return [p.x, p.y]; },
  };

  // What the script from Python calls (components/map_pane.py): a layer of features, their texts decoded.
  window.datelineLayer = (name, collection) => L.geoJSON(L.dateline.decoded(collection), name === "areas"
    ? { pane: "dateline-areas", interactive: false, style: (feature) => areaLook(feature.properties) }
    : { pointToLayer: (feature, latlng) => L.dateline.symbol(latlng, look(feature.properties)) });

  L.Map.addInitHook(function () {
    const map = (state.map = this), options = JSON.parse(L.dateline.decode(map.options.dateline));
    state.kinds = options.kinds;
    state.scheme = (page.dateline && page.dateline.scheme) || "light";
    document.documentElement.dataset.theme = state.scheme;
    map.options.minZoom = MIN_ZOOM; map.options.maxZoom = MAX_ZOOM;   // Folium gives them to its tile layer only
    map.options.renderer = L.canvas({ tolerance: CLICK_TOLERANCE_PX, padding: 0.3 });
    for (const [name, depth] of [["dateline-areas", 350], ["dateline-labels", 640], ["dateline-ring", 630], ["dateline-offer", 645]]) {
      const pane = map.createPane(name);
      pane.style.zIndex = depth; pane.style.pointerEvents = "none";
    }
    map.getPane("dateline-offer").style.pointerEvents = "auto";
    state.offerRenderer = L.svg({ pane: "dateline-offer" });
    state.lines = L.dateline.lines({ scheme: state.scheme, pane: "tilePane", attribution: options.attribution });
    state.labels = L.dateline.labels({ scheme: state.scheme });
    map.whenReady(() => {
      map.attributionControl.setPrefix(false);
      state.lines.addTo(map); state.labels.addTo(map);
      // a canvas does not wait for fonts: draw the names again when they are there
      Promise.all(["400", "600"].map((weight) => document.fonts.load(weight + " 12px Inter"))).then(() => state.labels.redraw());
      L.control.scale({ imperial: false, position: "topright" }).addTo(map);
      map.getContainer().setAttribute("role", "application");
      map.getContainer().setAttribute("aria-label", "Map of the places in this report. The place list beside it offers the same by keyboard.");
    });
    map.on("layeradd", (event) => {
      if (!(event.layer instanceof L.GeoJSON)) return;
      const layers = event.layer.getLayers();
      if (event.layer.options.pane === "dateline-areas") {
        state.areas = new Map(layers.map((layer) => [ids(layer), layer]));
        ring();
        return;
      }
      state.points = new Map(layers.map((layer) => [ids(layer), layer]));
      event.layer.on("click", (click) => {
        const id = ids(click.propagatedFrom || click.layer);
        L.DomEvent.stopPropagation(click);
        state.selected = id; ring();
        page.dispatchEvent(new page.CustomEvent("dateline:map-click", { detail: { place: id } }));
      });
      event.layer.bindTooltip((layer) => L.dateline.tip(layer.feature.properties.tip), { className: "dateline-tip", direction: "top", offset: [0, -6] });
      names();
      if (state.wanted && state.points.has(state.selected)) { const wanted = state.wanted; state.wanted = null; api.show(state.selected, wanted); } else ring();
      page.dispatchEvent(new page.CustomEvent("dateline:map-drawn", { detail: { count: layers.length } }));
    });
    page.dateline = page.dateline || {};
    page.dateline.map = api;   // the last mount wins, so no listener goes stale
    page.dispatchEvent(new page.CustomEvent("dateline:map-ready"));
    window.addEventListener("pagehide", () => { if (page.dateline.map === api) delete page.dateline.map; });
  });
})();
