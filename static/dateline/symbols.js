// How a place looks on a map, shared by the app's map and the published page: needs Leaflet, adds to L.dateline.
(function () {
  "use strict";
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

  function look(properties, kinds, scheme) {
    const kind = kinds[properties.kind] || { light: "#555", dark: "#bbb", letter: "?" };
    const dark = scheme === "dark", colour = dark ? kind.dark : kind.light, hollow = properties.hollow;
    const paper = dark ? "#1c1b18" : "#ffffff";
    return {
      radius: properties.radius, square: properties.square, letter: kind.letter,
      color: hollow ? colour : paper, weight: hollow ? 2 : 1.5,
      fillColor: hollow ? paper : colour, fillOpacity: hollow ? 0.85 : properties.uncertain ? 0.55 : 0.95,
      dashArray: properties.uncertain ? "3 3" : null, opacity: 1,
      ...(properties.uncertain && !hollow ? { color: colour, weight: 2 } : {}),
      letterColor: hollow ? colour : dark ? "#141310" : "#ffffff",
    };
  }
  function areaLook(properties, kinds, scheme) {
    const kind = kinds[properties.kind] || { light: "#555", dark: "#bbb" };
    const colour = scheme === "dark" ? kind.dark : kind.light;
    // a circle of about the right size is no outline: no line, and only a tint when it is chosen
    if (!properties.exact) return { stroke: false, fillColor: colour, fillOpacity: 0, interactive: false };
    return { color: colour, weight: 1.2, opacity: 0.55, fillColor: colour, fillOpacity: 0.02, interactive: false };
  }

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

  Object.assign(L.dateline, { symbol: (latlng, options) => new Symbol(latlng, options), look, areaLook, decode, decoded, tip });
})();
