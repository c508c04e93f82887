// The place card: HTML from components/place_card.py (escaped there); its buttons choose other places.
import { forget, listen, select } from "./link.js";

export function show({ parentElement: root, data }) {
  const box = root.querySelector(".dl-card");
  // Python needs a moment for the card of a new choice: its name stands there at once.
  const listener = (selection) => {
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
