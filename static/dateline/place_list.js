// The place list: everything the map does, by keyboard. Rows are built with textContent only.
import { current, forget, listen, select } from "./link.js";

export function show({ parentElement: root, data }) {
  const kept = root.datelineList, pane = kept && root.contains(kept.box) ? kept : (root.datelineList = create(root));
  listen("list", pane.listener);
  pane.update(data);
  return () => forget("list", pane.listener);
}

function element(tag, className, text) {
  const made = document.createElement(tag);
  made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}

function create(root) {
  const box = root.querySelector(".dl-list"), pane = { box, rows: null };

  function row(place) {
    const button = element("button", "dl-row");
    button.type = "button";
    button.dataset.place = place.id;
    const badge = element("span", `dl-badge k-${place.kind}${place.hollow ? " hollow" : ""}${place.square ? " square" : ""}${place.uncertain ? " uncertain" : ""}`, place.letter);
    badge.setAttribute("aria-hidden", "true");
    const words = element("span", "dl-row-words");
    words.append(element("span", "dl-row-name", place.name), element("span", "dl-row-where", place.where));
    const count = element("span", "dl-row-count", String(place.count));
    if (place.mark) {
      const looked = element("span", `dl-row-status s-${place.status}`, place.mark);
      looked.title = place.status;
      count.prepend(looked, " ");
    }
    button.append(badge, words, count);
    button.setAttribute("aria-label", `${place.name}, ${place.where}: ${place.count} mention${place.count === 1 ? "" : "s"} (${place.kinds}), ${place.status}`);
    return button;
  }
  function mark(selection, scroll) {
    for (const button of box.children) {
      const on = button.dataset.place === selection.place;
      button.setAttribute("aria-pressed", on ? "true" : "false");
      if (on && scroll) {
        const top = button.offsetTop, bottom = top + button.offsetHeight;
        if (top < box.scrollTop) box.scrollTop = top - 4;
        else if (bottom > box.scrollTop + box.clientHeight) box.scrollTop = bottom - box.clientHeight + 4;
      }
    }
  }
  pane.listener = (selection) => mark(selection, selection.from !== "list");
  pane.update = (data) => {
    const rows = JSON.stringify(data.rows);
    if (rows !== pane.rows) {
      const focused = document.activeElement?.dataset?.place;
      pane.rows = rows;
      box.replaceChildren(...data.rows.map(row));
      if (!data.rows.length) box.append(element("p", "dl-empty", data.empty));
      if (focused) box.querySelector(`[data-place="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true });
    }
    mark(current(), false);
  };
  box.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (button) select(button.dataset.place, null, "list");
  });
  box.addEventListener("keydown", (event) => {
    const step = { ArrowDown: "nextElementSibling", ArrowUp: "previousElementSibling" }[event.key];
    const target = step && document.activeElement?.[step];
    if (target) { event.preventDefault(); target.focus(); }
  });
  return pane;
}
