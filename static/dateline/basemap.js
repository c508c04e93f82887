// The offline base map: a Leaflet grid layer that draws Natural Earth's lines from this app's own files,
// and a label layer for towns and for the report's places. Runs in the map's frame, after Leaflet.
// File format: data/build/basemap.py. Colours: the option palettes, {light, dark}, of data/style.toml; which one, the option scheme.
(function () {
  "use strict";
  const DETAIL_FROM_ZOOM = 5;
  const TILE = 256;

  const store = {
    // a published page carries the files it needs (window.datelineFiles); the app serves all of them
    carried: window.datelineFiles || null,
    base: window.datelineFiles ? null : new URL("app/static/basemap/", window.parent.document.baseURI).href,
    files: new Map(),   // name -> promise of a decoded file
    index: null,
    get(name) {
      if (this.carried) return Promise.resolve(this.carried[name]);
      if (!this.files.has(name)) {
        this.files.set(name, fetch(this.base + name).then((r) => {
          if (!r.ok) throw new Error(name + ": " + r.status);
          return r.json();
        }));
      }
      return this.files.get(name);
    },
    // names of the files that cover the box (degrees) at a zoom
    async covering(zoom, west, south, east, north) {
      if (!this.index) {
        this.index = await this.get("index.json");
        this.cells = new Set(this.index.cells.map((c) => c.join("_")));
      }
      if (zoom < DETAIL_FROM_ZOOM) return ["overview.json"];
      const size = this.index.cell_deg, names = [];
      for (let x = Math.floor(west / size) * size; x < east; x += size) {
        for (let y = Math.floor(south / size) * size; y < north; y += size) {
          const wrapped = ((((x + 180) % 360) + 360) % 360) - 180;
          if (this.cells.has(wrapped + "_" + y)) names.push("c_" + wrapped + "_" + y + ".json");
        }
      }
      if (!this.carried) return names;
      const there = names.filter((name) => this.carried[name]);
      return there.length < names.length ? ["overview.json", ...there] : there;   // coarse where no detail is carried
    },
  };

  function trace(context, flat, project) {
    let x = 0, y = 0;
    for (let i = 0; i < flat.length; i += 2) {
      x += flat[i]; y += flat[i + 1];
      const p = project(x / 1000, y / 1000);
      if (i) context.lineTo(p[0], p[1]); else context.moveTo(p[0], p[1]);
    }
  }

  // Spherical Mercator in pixels of a zoom level, relative to a tile's corner.
  function projector(zoom, tileX, tileY) {
    const world = TILE * Math.pow(2, zoom), left = tileX * TILE, top = tileY * TILE;
    return (lon, lat) => {
      const s = Math.sin((Math.max(-85.05, Math.min(85.05, lat)) * Math.PI) / 180);
      return [((lon + 180) / 360) * world - left, (0.5 - Math.log((1 + s) / (1 - s)) / (4 * Math.PI)) * world - top];
    };
  }

  function draw(context, file, project, zoom, colours) {
    const fill = (polygons, colour) => {
      context.fillStyle = colour;
      for (const rings of polygons) {
        context.beginPath();
        for (const ring of rings) { trace(context, ring, project); context.closePath(); }
        context.fill("evenodd");
      }
    };
    const stroke = (lines, colour, width, dash) => {
      context.strokeStyle = colour; context.lineWidth = width; context.setLineDash(dash || []);
      context.beginPath();
      for (const line of lines) trace(context, line, project);
      context.stroke();
      context.setLineDash([]);
    };
    fill(file.land, colours.land);
    stroke(file.rivers, colours.river, zoom > 7 ? 1.6 : 1);
    fill(file.lakes, colours.sea);
    if (zoom >= DETAIL_FROM_ZOOM) stroke(file.regions, colours.region, 1);
    stroke(file.borders, colours.border, zoom > 6 ? 1.8 : 1.1);
    stroke(file.disputed, colours.border, zoom > 6 ? 1.8 : 1.1, [5, 5]);   // disputed or unsettled: dashed
  }

  const Lines = L.GridLayer.extend({
    createTile(coords, done) {
      const tile = document.createElement("canvas"), ratio = window.devicePixelRatio || 1;
      tile.width = tile.height = TILE * ratio;
      const context = tile.getContext("2d");
      context.scale(ratio, ratio);
      const colours = this.options.palettes[this.options.scheme] || this.options.palettes.light;
      context.fillStyle = colours.sea;
      context.fillRect(0, 0, TILE, TILE);
      const count = Math.pow(2, coords.z), tileX = ((coords.x % count) + count) % count;
      const toLon = (x) => (x / count) * 360 - 180;
      const toLat = (y) => (Math.atan(Math.sinh(Math.PI * (1 - (2 * y) / count))) * 180) / Math.PI;
      const west = toLon(tileX), east = toLon(tileX + 1), north = toLat(coords.y), south = toLat(coords.y + 1);
      store.covering(coords.z, west, south, east, north)
        .then((names) => Promise.all(names.map((name) => store.get(name))))
        .then((files) => {
          context.save();
          context.beginPath(); context.rect(0, 0, TILE, TILE); context.clip();
          const project = projector(coords.z, tileX, coords.y);
          for (const file of files) draw(context, file, project, coords.z, colours);
          context.restore();
          done(null, tile);
        })
        .catch((error) => done(error, tile));
      return tile;
    },
    setScheme(scheme) {
      if (scheme === this.options.scheme) return;
      this.options.scheme = scheme;
      this.redraw();
    },
  });

  // Towns are named from this zoom on, by population.
  const minZoom = (population) =>
    population > 3e6 ? 4 : population > 8e5 ? 5 : population > 2.5e5 ? 6 : population > 8e4 ? 7 : population > 2.5e4 ? 8 : population > 8e3 ? 9 : 10;

  const Labels = L.Layer.extend({
    options: { scheme: "light", places: [] },
    initialize(options) { L.setOptions(this, options); },
    onAdd(map) {
      this._canvas = L.DomUtil.create("canvas", "dateline-labels leaflet-zoom-hide");
      this._canvas.style.pointerEvents = "none";
      map.getPane("dateline-labels").appendChild(this._canvas);
      map.on("moveend zoomend resize viewreset", this._schedule, this);
      this._schedule();
    },
    onRemove(map) { map.off("moveend zoomend resize viewreset", this._schedule, this); this._canvas.remove(); },
    setScheme(scheme) { this.options.scheme = scheme; this._schedule(); },
    setPlaces(places) { this.options.places = places; this._schedule(); },
    setTowns(on) { this.options.noTowns = !on; this._schedule(); },
    redraw() { if (this._map) this._schedule(); },
    _schedule() {
      if (this._frame) return;
      this._frame = requestAnimationFrame(() => { this._frame = null; if (this._map) this._draw(); });
    },
    async _draw() {
      const map = this._map, size = map.getSize(), ratio = window.devicePixelRatio || 1, zoom = Math.round(map.getZoom());
      const bounds = map.getBounds();
      const turn = this._turn = (this._turn || 0) + 1;
      let files = [];
      if (!this.options.noTowns) {
        try {
          const names = await store.covering(zoom, bounds.getWest(), bounds.getSouth(), bounds.getEast(), bounds.getNorth());
          if (names.length < 30) files = await Promise.all(names.map((name) => store.get(name)));
        } catch (error) { files = []; }   // no labels is no reason for no map
      }
      if (turn !== this._turn || !this._map) return;
      const canvas = this._canvas, context = canvas.getContext("2d");
      canvas.width = size.x * ratio; canvas.height = size.y * ratio;
      canvas.style.width = size.x + "px"; canvas.style.height = size.y + "px";
      L.DomUtil.setPosition(canvas, map.containerPointToLayerPoint([0, 0]));
      context.scale(ratio, ratio);
      context.lineJoin = "round"; context.textBaseline = "middle";
      const colours = this.options.palettes[this.options.scheme] || this.options.palettes.light, boxes = [], named = new Set();
      const free = (box) => boxes.every((b) => box[2] < b[0] || b[2] < box[0] || box[3] < b[1] || b[3] < box[1]);
      const write = (text, x, y, colour, halo) => {
        context.lineWidth = 3; context.strokeStyle = halo; context.strokeText(text, x, y);
        context.fillStyle = colour; context.fillText(text, x, y);
      };
      // the report's places first: their symbols are obstacles, their names go right, left, above or below
      const points = this.options.places.map((p) => ({ ...p, at: map.latLngToContainerPoint(p.latlng) }))
        .filter((p) => p.at.x > -40 && p.at.y > -40 && p.at.x < size.x + 40 && p.at.y < size.y + 40);
      for (const p of points) boxes.push([p.at.x - p.radius, p.at.y - p.radius, p.at.x + p.radius, p.at.y + p.radius]);
      context.font = "600 12.5px Inter, system-ui, sans-serif";
      for (const p of points.sort((a, b) => b.count - a.count).slice(0, 300)) {
        const width = context.measureText(p.name).width, r = p.radius + 4;
        const spots = [[p.at.x + r, p.at.y], [p.at.x - r - width, p.at.y], [p.at.x - width / 2, p.at.y - r - 6], [p.at.x - width / 2, p.at.y + r + 7]];
        for (const [x, y] of spots) {
          const box = [x - 2, y - 8, x + width + 2, y + 8];
          if (free(box)) { boxes.push(box); named.add(p.name); write(p.name, x, y, colours.place, colours.place_halo); break; }
        }
      }
      const overview = zoom < DETAIL_FROM_ZOOM;
      context.font = overview ? "500 11px Inter, system-ui, sans-serif" : "400 11px Inter, system-ui, sans-serif";
      let left = overview ? 40 : 90;
      const towns = files.flatMap((file) => file.labels).sort((a, b) => b[3] - a[3]);
      for (const [lon, lat, name, population] of towns) {
        if (left <= 0 || (!overview && minZoom(population) > zoom)) break;
        if (!bounds.contains([lat, lon]) || named.has(name)) continue;
        const at = map.latLngToContainerPoint([lat, lon]), width = context.measureText(name).width;
        const x = overview ? at.x - width / 2 : at.x + 5, box = [x - 6, at.y - 8, x + width + 6, at.y + 8];
        if (!free(box)) continue;
        boxes.push(box); left -= 1;
        if (!overview) { context.beginPath(); context.arc(at.x, at.y, 1.8, 0, 7); context.fillStyle = colours.label; context.fill(); }
        write(name, x, at.y, colours.label, colours.halo);
      }
    },
  });

  L.dateline = { lines: (options) => new Lines(options), labels: (options) => new Labels(options) };
})();
