// The place card: HTML from components/place_card.py (escaped there); its buttons choose other places.
import { select } from "./link.js";

export function show({ parentElement: root, data }) {
  const box = root.querySelector(".dl-card");
  if (root.datelineCard !== data.html) { box.innerHTML = data.html; root.datelineCard = data.html; box.scrollTop = 0; }
  if (!root.datelineBound) {
    root.datelineBound = true;
    box.addEventListener("click", (event) => {
      const button = event.target.closest("button[data-place]");
      if (button) select(button.dataset.place, null, "card");
    });
  }
}
