// How a report's places are drawn on a Leaflet map: once, for the app's map (bridge.js) and the published page (publish.js).
// Needs Leaflet and basemap.js, adds to L.dateline. Whether a symbol is hollow, square or uncertain is decided in Python
// (symbol_of in dateline/layers.py); colours and measures come from data/style.toml. Nothing here decides; it obeys.
(function () {
  "use strict";
  const TIP = { className: "dateline-tip", direction: "top", offset: [0, -6] };
  // what lies above what; Leaflet's own overlays are at 400
  const PANES = [["dateline-areas", 350], ["dateline-labels", 640], ["dateline-ring", 630]];
  const FONTS = ["400 12px Inter", "600 12px Inter"];

  // A symbol on the canvas: circle for a town, square for an area; filled for the ground, hollow for actors;
  // dashed when uncertain; the kind's letter inside. Colour never stands alone.
  const Symbol = L.CircleMarker.extend({
    _updatePath() {
      const renderer = this._renderer, context = renderer._ctx;
      if (!renderer._drawing || this._empty()) return;
      const o = this.options, p = this._point, r = Math.max(this._radius, 3);
      context.beginPath();
      if (o.square) context.roundRect(p.x - r * 0.9, p.y - r * 0.9, r * 1.8, r * 1.8, 3);
      else context.arc(p.x, p.y, r, 0, Math.PI * 2);
      renderer._fillStroke(context, this);
      context.globalAlpha = 1;
      context.fillStyle = o.letterColor;
      context.font = "700 " + Math.max(9, Math.round(r * 1.05)) + "px Inter, system-ui, sans-serif";
      context.textAlign = "center"; context.textBaseline = "middle";
      context.fillText(o.letter, p.x, p.y + 0.5);
    },
  });

  // What Python encoded at its door to the map (safe_text in dateline/layers.py), decoded at ours: text again, for textContent and canvas only.
  function decode(text) {
    return text.replace(/&#(\d+);/g, (_, code) => String.fromCodePoint(code));
  }
  function decoded(collection) {
    const plain = (properties) => Object.fromEntries(Object.entries(properties).map(([key, value]) => [key, typeof value === "string" ? decode(value) : value]));
    return { ...collection, features: collection.features.map((feature) => ({ ...feature, properties: plain(feature.properties) })) };
  }
  // A tooltip: an element, because Leaflet takes a string for HTML.
  function tip(text) {
    const made = document.createElement("span");
    made.textContent = text;
    return made;
  }

  // Draw on a map. style: palettes and rules; kinds: {name: {light, dark, letter}}; scheme: "light" or "dark"; attribution: HTML of our own.
  // onChoose(id): a symbol was clicked; onDrawn(count): places were put on the map.
  function drawing(map, { style, kinds, scheme, attribution, onChoose, onDrawn }) {
    const state = { scheme, points: new Map(), areas: new Map(), chosen: null, ring: null };
    const rules = style.symbol, area = style.area;
    for (const [name, depth] of PANES) {
      const pane = map.createPane(name);
      pane.style.zIndex = depth;
      pane.style.pointerEvents = "none";
    }
    const palettes = { light: style.light, dark: style.dark };
    const lines = L.dateline.lines({ palettes, scheme, pane: "tilePane", attribution }), labels = L.dateline.labels({ palettes, scheme });
    const colours = () => palettes[state.scheme] || palettes.light;
    const spot = (layer) => (layer.getLatLng ? layer.getLatLng() : layer.getBounds().getCenter());
    const byId = (layer) => new Map(layer.getLayers().map((one) => [one.feature.properties.id, one]));

    function paint(properties) {
      const kind = kinds[properties.kind];
      return { colour: kind ? kind[state.scheme] : colours().unknown, letter: kind ? kind.letter : "?" };
    }
    function look(properties) {
      const { colour, letter } = paint(properties), palette = colours(), hollow = properties.hollow, uncertain = properties.uncertain;
      return {
        radius: properties.radius, square: properties.square, letter,
        color: hollow || uncertain ? colour : palette.disc, weight: hollow || uncertain ? rules.line : rules.edge,
        fillColor: hollow ? palette.disc : colour, fillOpacity: hollow ? rules.hollow : uncertain ? rules.uncertain : rules.solid,
        dashArray: uncertain ? rules.dash.join(" ") : null, opacity: 1,
        letterColor: hollow ? colour : palette.letter,
      };
    }
    function areaLook(properties) {
      const { colour } = paint(properties), chosen = properties.id === state.chosen;
      // a circle of about the right size is no outline: no line, and only a tint when it is chosen
      if (!properties.exact) return { stroke: false, fillColor: colour, fillOpacity: chosen ? area.chosen_circle_fill : 0, interactive: false };
      return {
        color: colour, weight: chosen ? area.chosen_width : area.width, opacity: chosen ? 1 : area.opacity,
        fillColor: colour, fillOpacity: chosen ? area.chosen_fill : area.fill, interactive: false,
      };
    }

    function ring() {
      state.ring?.remove();
      state.ring = null;
      for (const layer of state.areas.values()) layer.setStyle(areaLook(layer.feature.properties));
      const layer = state.points.get(state.chosen);
      if (!layer) return;
      state.ring = L.circleMarker(spot(layer), { radius: layer.options.radius + rules.ring_gap, weight: rules.ring_width, color: colours().accent, fill: false, interactive: false, pane: "dateline-ring" }).addTo(map);
    }
    map.on("layeradd", ({ layer }) => {
      if (layer.datelineName === "areas") {
        state.areas = byId(layer);
        ring();
      } else if (layer.datelineName === "places") {
        state.points = byId(layer);
        labels.setPlaces([...state.points.values()].map((one) => {
          const properties = one.feature.properties;
          return { latlng: spot(one), name: properties.name, count: properties.count, radius: one.options.radius };
        }));
        ring();
        onDrawn?.(state.points.size);
      }
    });

    return {
      labels, colours,
      // Put base map, names and scale on the map, once it knows where it is.
      start() {
        map.attributionControl.setPrefix(false);
        lines.addTo(map);
        labels.addTo(map);
        // a canvas does not wait for fonts: draw the names again when they are there
        Promise.all(FONTS.map((font) => document.fonts.load(font))).then(() => labels.redraw(), () => {});
        L.control.scale({ imperial: false, position: "topright" }).addTo(map);
      },
      // A layer of features from Python, their texts decoded: "areas" or "places". It counts from when it is on the map.
      layer(name, collection, keep) {
        const filter = keep && ((feature) => keep(feature.properties.id));
        const made = L.geoJSON(decoded(collection), name === "areas"
          ? { filter, pane: "dateline-areas", interactive: false, style: (feature) => areaLook(feature.properties) }
          : { filter, pointToLayer: (feature, latlng) => new Symbol(latlng, look(feature.properties)) });
        made.datelineName = name;
        if (name === "places") {
          made.bindTooltip((one) => tip(one.feature.properties.tip), TIP);
          made.on("click", (click) => {
            L.DomEvent.stopPropagation(click);
            onChoose((click.propagatedFrom || click.layer).feature.properties.id);
          });
        }
        return made;
      },
      point: (id) => state.points.get(id),
      ids: () => [...state.points.keys()],
      pixel(id) { const p = map.latLngToContainerPoint(spot(state.points.get(id))); return [p.x, p.y]; },
      choose(id) { state.chosen = id || null; ring(); },
      // Bring a place into view: an area whole, a town close enough to know it; a place that is in view already is left where it is.
      bring(id) {
        const layer = state.points.get(id);
        if (!layer) return;
        const span = layer.feature.properties.span, at = spot(layer);
        if (span) map.fitBounds(span, { maxZoom: 9, animate: false });
        else if (!map.getBounds().pad(-0.15).contains(at) || map.getZoom() < 6) map.setView(at, Math.max(map.getZoom(), 8), { animate: false });
      },
      setScheme(name) {
        state.scheme = name;
        lines.setScheme(name);
        labels.setScheme(name);
        for (const layer of state.points.values()) layer.setStyle(look(layer.feature.properties));
        ring();
      },
    };
  }

  Object.assign(L.dateline, { drawing, decode, tip });
})();
