// The map's side of the link between the panes. Runs in the map's frame (same origin as the app), after
// Leaflet, basemap.js and drawing.js, once per mount. It has the report's places drawn, tells the page which one was clicked
// (event "dateline:map-click") and lets the page steer the map (window.parent.dateline.map).
// streamlit-folium waits 250 ms before it reports a click; this way it takes a frame.
(function () {
  "use strict";
  const page = window.parent;
  const CLICK_TOLERANCE_PX = 6, MIN_ZOOM = 2, MAX_ZOOM = 14;
  const state = { map: null, drawing: null, selected: null, wanted: null, scheme: "light", style: null, tiles: null };

  const style = document.createElement("style");
  const font = (file) => `url(${new URL("app/static/fonts/" + file, page.document.baseURI).href}) format("woff2")`;
  style.textContent = `
    @font-face{font-family:Inter;font-weight:100 900;src:${font("inter-latin.woff2")}}
    @font-face{font-family:Inter;font-weight:100 900;src:${font("inter-latin-ext.woff2")};unicode-range:U+0100-02BA,U+1E00-1EFF}
    @font-face{font-family:Inter;font-weight:100 900;src:${font("inter-cyrillic.woff2")};unicode-range:U+0400-045F,U+0490-0491}
    html,body{background:transparent;overflow:hidden}
    .leaflet-container{height:100vh !important}   /* the page sets the frame's height */
    .leaflet-container{background:var(--sea);font:12px Inter,system-ui,sans-serif;outline-offset:-3px}
    html[data-theme=dark] .leaflet-bar a{background:var(--panel);color:var(--ink);border-color:var(--line)}
    html[data-theme=dark] .leaflet-control-attribution,html[data-theme=dark] .leaflet-control-scale-line{background:color-mix(in srgb,var(--panel) 80%,transparent);color:var(--quiet);border-color:var(--border);text-shadow:none}
    html[data-theme=dark] .leaflet-control-attribution a{color:var(--link)}
    .leaflet-control-attribution{font-size:10px}
    .leaflet-bar a{color:var(--ink)}
    .dateline-notice{font:500 12px Inter,system-ui,sans-serif;background:color-mix(in srgb,var(--float) 87%,transparent);color:var(--ink);padding:5px 9px;border-radius:4px}
    .dateline-notice[hidden]{display:none}
    .dateline-tip{font:500 12px Inter,system-ui,sans-serif;border:0;border-radius:4px;box-shadow:0 1px 4px #0005;padding:4px 7px}
    .dateline-number{font:700 11px/22px Inter,system-ui,sans-serif;text-align:center;color:var(--letter);pointer-events:none}
    .dateline-offering{cursor:crosshair}
    .dateline-offering .leaflet-overlay-pane{opacity:.35}
    html[data-theme=dark] .dateline-tip{background:var(--float);color:var(--ink)}`;
  document.body.appendChild(style);   // streamlit-folium rewrites the head

  // The theme: what the style sheet above paints with, and the map.
  function paint(scheme) {
    state.scheme = scheme;
    document.documentElement.dataset.theme = scheme;
    for (const [name, colour] of Object.entries(state.style[scheme])) document.documentElement.style.setProperty(`--${name}`, colour);
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
    show(id, wish) {
      const move = wish && wish.move, there = Boolean(id && state.drawing.point(id));
      state.selected = id || null;
      state.wanted = id && !there && move ? wish : null;   // not on the map yet: done when it comes
      if (there && move) state.drawing.bring(id);
      state.drawing.choose(id);
      return there;
    },
    // Look at [[south, west], [north, east]].
    fit(bounds) { state.map.fitBounds(bounds, { animate: false }); },
    // Offer places for a name: numbered, on top, the report's own faded. onPick(id) for one of them, onPoint(lat, lon) for bare ground.
    offer(places, onPick, onPoint) {
      if (state.offer) { state.offer.layer.remove(); state.map.off("click", state.offer.click); state.offer = null; }
      state.map.getContainer().classList.toggle("dateline-offering", Boolean(places));
      if (!places) return;
      const { accent, disc } = state.drawing.colours();
      const layer = L.layerGroup(places.map((place, i) => {
        const number = document.createElement("span");
        number.textContent = String(i + 1);
        const dot = L.circleMarker([place.lat, place.lon], { radius: 11, color: disc, weight: 2, fillColor: accent, fillOpacity: 1, pane: "dateline-offer", renderer: state.offerRenderer });
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
      if (scheme === state.scheme) return;
      paint(scheme);
      state.drawing.setScheme(scheme);
    },
    // Online tiles instead of the base map, or null for the base map again.
    tiles(source) {
      if ((state.tiles && state.tiles.url) === (source ? source.url : null)) return;
      if (state.tiles) { state.tiles.layer.remove(); state.tiles = null; }
      if (source) {
        // above the app's own map, which stays: where tiles cannot be had, it is what one sees
        const layer = L.tileLayer(source.url, { attribution: source.attribution, maxZoom: 18, zIndex: 5 });
        let loaded = false;
        layer.on("tileload", () => { loaded = true; notice(""); state.drawing.labels.setTowns(false); });
        layer.on("tileerror", () => { if (!loaded) notice("The tiles cannot be reached. This is the app’s own map."); });
        layer.addTo(state.map);
        state.tiles = { url: source.url, layer };
      } else { notice(""); state.drawing.labels.setTowns(true); }
    },
    points: () => state.drawing.ids(),
    pixel: (id) => state.drawing.pixel(id),
  };

  function chosen(id) {
    state.selected = id;
    state.drawing.choose(id);
    page.dispatchEvent(new page.CustomEvent("dateline:map-click", { detail: { place: id } }));
  }
  function drawn(count) {
    if (state.wanted && state.drawing.point(state.selected)) { const wanted = state.wanted; state.wanted = null; api.show(state.selected, wanted); }
    page.dispatchEvent(new page.CustomEvent("dateline:map-drawn", { detail: { count } }));
  }

  // What the script from Python calls (components/map_pane.py).
  window.datelineLayer = (name, collection) => state.drawing.layer(name, collection);

  L.Map.addInitHook(function () {
    const map = (state.map = this), options = JSON.parse(L.dateline.decode(map.options.dateline));
    state.style = options.style;
    paint((page.dateline && page.dateline.scheme) || "light");
    map.options.minZoom = MIN_ZOOM; map.options.maxZoom = MAX_ZOOM;   // Folium gives them to its tile layer only
    map.options.renderer = L.canvas({ tolerance: CLICK_TOLERANCE_PX, padding: 0.3 });
    state.drawing = L.dateline.drawing(map, {
      style: options.style, kinds: options.kinds, scheme: state.scheme, attribution: options.attribution, onChoose: chosen, onDrawn: drawn,
    });
    map.createPane("dateline-offer").style.zIndex = 645;
    state.offerRenderer = L.svg({ pane: "dateline-offer" });
    map.whenReady(() => {
      state.drawing.start();
      map.getContainer().setAttribute("role", "application");
      map.getContainer().setAttribute("aria-label", "Map of the places in this report. The place list beside it offers the same by keyboard.");
    });
    page.dateline = page.dateline || {};
    page.dateline.map = api;   // the last mount wins, so no listener goes stale
    page.dispatchEvent(new page.CustomEvent("dateline:map-ready"));
    window.addEventListener("pagehide", () => { if (page.dateline.map === api) delete page.dateline.map; });
  });
})();
