// The place card: HTML from components/place_card.py (escaped there); its buttons choose other places. And in its place,
// while a person looks for another place for a mention: what the name may mean, a search, coordinates, the map.
import { forget, listen, select, wish } from "./link.js";

const COORDINATES = /^\s*(-?\d{1,2}(?:\.\d+)?)\s*[,;\s]\s*(-?\d{1,3}(?:\.\d+)?)\s*$/;

export function show({ parentElement: root, data, setTriggerValue }) {
  const box = root.querySelector(".dl-card");
  const chooser = root.datelineOffer || (root.datelineOffer = offering(root));
  chooser.ask = (what) => wish(setTriggerValue, what);
  chooser.update(data.offer, data.report);
  // Python needs a moment for the card of a new choice: its name stands there at once.
  const listener = (selection) => {
    if (selection.from !== "python") chooser.close();
    if (selection.from === "python" || selection.place === (box.dataset.place || null)) return;
    const name = selection.place && document.querySelector(`.dl-row[data-place="${CSS.escape(selection.place)}"] .dl-row-name`)?.textContent;
    box.classList.add("pending");
    const title = box.querySelector("h2");
    if (title && name) title.textContent = name;
  };
  if (root.datelineCard !== data.html) {
    box.innerHTML = data.html;
    root.datelineCard = data.html;
    box.scrollTop = 0;
  }
  box.dataset.place = data.place || "";
  box.classList.remove("pending");
  if (!root.datelineBound) {
    root.datelineBound = true;
    box.addEventListener("click", (event) => {
      const button = event.target.closest("button[data-place]");
      if (button) select(button.dataset.place, null, "card");
    });
  }
  listen("card", listener);
  return () => forget("card", listener);
}

function offering(root) {
  const box = root.querySelector(".dl-card"), panel = root.querySelector(".dl-offer");
  const title = panel.querySelector("h2"), list = panel.querySelector("ol"), search = panel.querySelector("input");
  const [nowhere, cancel] = panel.querySelectorAll(".dl-offer-end button");
  const pane = { wanted: null, places: [], report: null };

  function open(wanted) {
    pane.wanted = wanted;
    pane.places = [];
    title.textContent = `Where is “${wanted.text}”?`;
    search.value = "";
    list.replaceChildren();
    panel.hidden = false;
    box.hidden = true;
    pane.ask({ do: "offer", mention: wanted.mention, query: "", report: pane.report });
    panel.focus();
  }
  pane.close = () => {
    if (!pane.wanted) return;
    pane.wanted = null;
    panel.hidden = true;
    box.hidden = false;
    window.dateline.map?.offer(null);
  };
  function decide(what) {
    const { mention, scope, why } = pane.wanted;
    pane.ask({ mention, scope, why, report: pane.report, ...what });
    pane.close();
  }
  const pick = (id) => pane.wanted && decide({ do: "place", value: id });
  const point = (lat, lon) => pane.wanted && decide({ do: "point", lat, lon });

  pane.update = (offer, report) => {
    pane.report = report;
    if (!pane.wanted || !offer || offer.mention !== pane.wanted.mention || offer.query !== search.value.trim()) return;
    pane.places = offer.places;
    list.replaceChildren(...offer.places.map((place, i) => {
      const item = document.createElement("li"), button = document.createElement("button");
      const name = document.createElement("b"), where = document.createElement("span");
      button.type = "button";
      button.dataset.candidate = place.id;
      name.textContent = place.name;
      where.textContent = place.about;
      button.append(i < 9 ? `${i + 1}  ` : "", name, " ", where);
      button.addEventListener("click", () => pick(place.id));
      item.append(button);
      return item;
    }));
    if (!offer.places.length) {
      const none = document.createElement("li");
      none.textContent = offer.query ? `Nothing called “${offer.query}” in the gazetteer. Click the map, or type coordinates.` : "The gazetteer has no place of this name. Search for another spelling, click the map, or type coordinates.";
      list.append(none);
    }
    window.dateline.map?.offer(offer.places, pick, point);
  };
  search.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    const typed = search.value.match(COORDINATES);
    if (typed && Math.abs(typed[1]) <= 90 && Math.abs(typed[2]) <= 180) point(Number(typed[1]), Number(typed[2]));
    else pane.ask({ do: "offer", mention: pane.wanted.mention, query: search.value.trim(), report: pane.report });
  });
  nowhere.addEventListener("click", () => decide({ do: "place", value: "" }));
  cancel.addEventListener("click", pane.close);
  document.addEventListener("keydown", (event) => {
    if (!pane.wanted || !root.isConnected) return;
    const typing = event.target === search;
    if (!typing && event.key.length === 1 && !/[1-9]/.test(event.key) && !event.ctrlKey && !event.metaKey && !event.altKey) { event.stopPropagation(); search.focus(); return; }
    if (event.key === "Escape") { event.preventDefault(); event.stopPropagation(); pane.close(); }
    else if (/^[1-9]$/.test(event.key) && !typing && pane.places[Number(event.key) - 1]) { event.preventDefault(); event.stopPropagation(); pick(pane.places[Number(event.key) - 1].id); }
  }, true);
  window.addEventListener("dateline:choose", (event) => { if (root.isConnected) open(event.detail); });
  return pane;
}
