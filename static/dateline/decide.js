// Deciding about the mention that the reader shows: right, another place, another kind or use, no place; undo and redo;
// and adding words that are marked in the text. It only asks: Python saves, and says so when it is on the disk.
import { select } from "./link.js";

const SCOPES = [["mention", "this mention"], ["name", "all of this name here"], ["always", "from now on too"]];

function element(tag, attributes, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (value !== null && value !== undefined) made.setAttribute(name, value);
  }
  made.append(...children);
  return made;
}

function options(list) {
  return list.map(([value, label]) => element("option", { value }, label));
}

export function decider(root, box) {
  const bar = root.querySelector(".dl-decide");
  const pane = { mark: null, data: null, ask: () => {}, said: null };
  const button = (label, key, title, action, name) => element("button", { type: "button", title: `${title} (${key})`, "data-do": name, onclick: action }, label);

  const kind = element("select", { "aria-label": "Kind", title: "What the report says of the place here (1 to 8)", onchange: () => wish("kind", kind.value) });
  const use = element("select", { "aria-label": "Use", title: "How the name is used here", onchange: () => wish("reference", use.value) });
  const scope = element("select", { "aria-label": "Decide for", title: "Which mentions the decision is for" }, ...options(SCOPES));
  const why = element("input", { type: "text", placeholder: "Why (optional)", maxlength: "300", "aria-label": "Why" });
  const status = element("span", { class: "dl-decide-status" });
  const note = element("span", { class: "dl-decide-note", role: "status" });
  const right = button("✓ Right", "Y", "The place and what is said of it are right", () => wish("check"), "check");
  const place = button("Place…", "P", "Choose another place, or a point on the map", () => choose(), "place");
  const nowhere = button("No place", "X", "This is not a place", () => wish("reference", "not_a_place"), "no-place");
  const undo = button("↶", "Z", "Undo", () => ask({ do: "undo" }), "undo");
  const redo = button("↷", "Shift+Z", "Redo", () => ask({ do: "redo" }), "redo");
  const add = element("button", { type: "button", class: "dl-add", hidden: "", title: "Add the marked words as a place (A)", onmousedown: (event) => event.preventDefault(), onclick: () => addMarked() }, "+ Add as a place");
  bar.append(
    element("div", { class: "dl-decide-row dl-decide-about" }, right, place, nowhere, kind, use),
    element("div", { class: "dl-decide-row" }, status, element("label", { class: "dl-decide-about" }, "for ", scope), why),
  );
  root.querySelector(".dl-bar-steps").append(note, undo, redo);
  why.classList.add("dl-decide-about");
  root.append(add);

  function ask(what) {
    pane.ask({ ...what, report: pane.data.report });
    note.textContent = "Saving…";
    note.className = "dl-decide-note";
  }
  function wish(action, value) {
    if (!pane.mark) return;
    ask({ do: action, mention: pane.mark.dataset.mention, scope: scope.value, ...(value && { value }), why: why.value.trim() });
    why.value = "";
  }
  function choose() {
    if (!pane.mark) return;
    window.dispatchEvent(new CustomEvent("dateline:choose", { detail: { mention: pane.mark.dataset.mention, text: pane.mark.textContent, scope: scope.value, why: why.value.trim() } }));
  }

  // The span of text that is marked with the mouse or the keyboard, as code points of the report, or null.
  function marked() {
    const selection = window.getSelection();
    if (!selection.rangeCount || selection.isCollapsed) return null;
    const range = selection.getRangeAt(0);
    const offset = (node, at) => {
      const passage = (node.nodeType === 1 ? node : node.parentElement).closest(".passage");
      if (!passage || !box.contains(passage)) return null;
      const before = document.createRange();
      before.setStart(passage, 0);
      before.setEnd(node, at);
      return Number(passage.dataset.start) + [...before.toString()].length;
    };
    const start = offset(range.startContainer, range.startOffset), end = offset(range.endContainer, range.endOffset);
    return start === null || end === null || end <= start || end - start > 120 ? null : { start, end, range };
  }
  function addMarked() {
    const span = marked();
    if (!span) return;
    ask({ do: "add", start: span.start, end: span.end });
    window.getSelection().removeAllRanges();
    add.hidden = true;
  }
  function offerAdd() {
    const span = marked();
    add.hidden = !span;
    if (!span) return;
    const where = span.range.getBoundingClientRect();
    add.style.left = `${Math.max(8, Math.min(window.innerWidth - 150, where.left))}px`;
    add.style.top = `${where.bottom + 6}px`;
  }
  document.addEventListener("selectionchange", () => { if (bar.isConnected) offerAdd(); });
  box.addEventListener("scroll", () => { add.hidden = true; });

  pane.show = (mark) => {
    pane.mark = mark;
    bar.classList.toggle("idle", !mark);
    status.textContent = mark ? pane.data?.statuses[mark.dataset.status] || "" : "Mark words in the text to add a place";
    status.className = `dl-decide-status s-${mark ? mark.dataset.status : "none"}`;
    if (!mark) return;
    kind.value = mark.dataset.kind;
    use.value = mark.dataset.reference;
    nowhere.disabled = mark.dataset.reference === "not_a_place";
  };
  pane.update = (data) => {
    pane.data = data;
    if (!kind.options.length) {
      kind.append(...data.kinds.map((k) => element("option", { value: k.name, title: k.about }, `${k.letter}  ${k.label}`)));
      use.append(...options(data.references.map((r) => [r.name, r.label])), element("option", { value: "not_a_place", hidden: "" }, "no place"));
    }
    undo.disabled = !data.undo;
    redo.disabled = !data.redo;
    undo.title = data.undo ? `Undo: ${data.undo} (Z)` : "Nothing to undo";
    redo.title = data.redo ? `Redo: ${data.redo} (Shift+Z)` : "Nothing to redo";
    if (data.said && data.said.number !== pane.said) {
      pane.said = data.said.number;
      note.textContent = data.said.text;
      note.className = `dl-decide-note ${data.said.kind}`;
    }
  };

  const KEYS = { y: () => wish("check"), x: () => wish("reference", "not_a_place"), p: choose, a: addMarked, z: () => !undo.disabled && ask({ do: "undo" }), Z: () => !redo.disabled && ask({ do: "redo" }), n: () => pane.step(1), b: () => pane.step(-1) };
  document.addEventListener("keydown", (event) => {
    if (!bar.isConnected || event.defaultPrevented || event.altKey || document.querySelector("[role=dialog]")) return;
    if (event.target.closest?.("input, textarea, select, [contenteditable]")) return;
    if (event.ctrlKey || event.metaKey) {
      if (event.key.toLowerCase() !== "z") return;
      event.preventDefault();
      KEYS[event.shiftKey ? "Z" : "z"]();
      return;
    }
    const chosen = pane.data?.kinds[Number(event.key) - 1];
    if (/^[1-9]$/.test(event.key) && chosen) wish("kind", chosen.name);
    else if (KEYS[event.key]) { event.preventDefault(); KEYS[event.key](); }
    else if (event.key === "Escape" && pane.mark && !bar.contains(document.activeElement)) select(null, null, "card");
  });
  return pane;
}
