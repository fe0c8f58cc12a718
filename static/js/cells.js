// Editing cells in place: [data-grid=edit] of rows, form[data-cell-form] in a cell.
// Enter saves where it makes no line break, Ctrl Enter everywhere; Tab saves and goes on; Esc leaves.
import { choose } from "./grid.js";
import { hide } from "./notices.js";

let onward = null;

const rows = () => [...document.querySelectorAll("[data-grid=edit] tbody [role=row]")];
const cells = (row) => [...row.querySelectorAll("[role=gridcell]")];

function focus(cell) {
  if (!cell) return;
  choose(cell);
  cell.focus({ preventScroll: true });
  cell.scrollIntoView({ block: "nearest", inline: "nearest" });
}

function leave(form) {
  const cell = form.closest("[role=gridcell]");
  form.remove();
  hide("unsaved-cell");
  focus(cell);
}

// The cell `step` further on, over the ends of rows.
function neighbour(row, place, step) {
  const width = cells(row).length;
  const all = rows();
  const at = all.indexOf(row) * width + place + step;
  return cells(all[Math.floor(at / width)] ?? row)[((at % width) + width) % width];
}

function save(form, step) {
  const cell = form.closest("[role=gridcell]");
  const row = cell.closest("[role=row]");
  const place = cells(row).indexOf(cell);
  const text = form.elements.text;
  if (text.value === text.defaultValue) {
    leave(form);
    if (step) edit(neighbour(row, place, step));
    return;
  }
  onward = { row: row.id, place, step };
  form.requestSubmit();
}

function edit(cell) {
  focus(cell);
  cell?.querySelector("[data-open]")?.click();
}

// What a key does in the text box of a cell; nothing for most.
const ACTIONS = {
  Escape: (form) => leave(form),
  Tab: (form, event) => save(form, event.shiftKey ? -1 : 1),
  Enter: (form) => save(form, 0),
};

function acts(event, form) {
  const withCtrl = event.ctrlKey || event.metaKey;
  if (event.altKey || event.isComposing || !(event.key in ACTIONS)) return false;
  if (event.key !== "Enter") return !withCtrl;
  return withCtrl || (!event.shiftKey && "enterSaves" in form.dataset);
}

document.addEventListener("keydown", (event) => {
  const form = event.target.closest?.("[data-grid] [data-cell-form]");
  if (!form || !event.target.matches("textarea") || !acts(event, form)) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  ACTIONS[event.key](form, event);
});

document.addEventListener("click", (event) => {
  const cancel = event.target.closest("[data-cell-form] [data-cancel]");
  if (cancel) leave(cancel.closest("form"));
});

document.addEventListener("submit", (event) => {
  const form = event.target.closest("[data-grid] [data-cell-form]");
  if (!form || onward) return;
  const cell = form.closest("[role=gridcell]");
  const row = cell.closest("[role=row]");
  onward = { row: row.id, place: cells(row).indexOf(cell), step: 0 };
});

// A cell is opened once.
document.addEventListener("htmx:beforeRequest", (event) => {
  if (event.target.matches("[data-open]") && event.target.closest("td")?.querySelector("form")) event.preventDefault();
});

// Not before htmx knows the form: typed and sent at once, it would leave the page.
document.addEventListener("htmx:load", (event) => {
  const form = event.detail.elt;
  if (!form.matches("[data-grid] [data-cell-form]")) return;
  const text = form.elements.text;
  text.focus();
  text.setSelectionRange(text.value.length, text.value.length);
});

// A row that is replaced gives the focus to its successor.
document.addEventListener("htmx:oobBeforeSwap", (event) => {
  const row = event.detail.target;
  const cell = document.activeElement?.closest("[role=gridcell]");
  if (!onward && cell && row.contains(cell)) onward = { row: row.id, place: cells(row).indexOf(cell), step: 0 };
});

// A refused text stays in its form.
document.addEventListener("htmx:afterRequest", (event) => {
  if (event.detail.requestConfig?.verb === "post" && !event.detail.successful) onward = null;
});

// The row has come back changed, and its links work.
document.addEventListener("htmx:load", (event) => {
  if (!onward || event.detail.elt.id !== onward.row) return;
  const { place, step } = onward;
  const row = event.detail.elt;
  onward = null;
  if (step) edit(neighbour(row, place, step));
  else focus(cells(row)[place]);
});

function count(form) {
  const chosen = [...form.elements].filter((box) => box.name === "row" && box.checked).length;
  form.querySelector("[data-chosen]").textContent = `${chosen} row${chosen === 1 ? " is" : "s are"} selected.`;
}

document.addEventListener("change", (event) => {
  if (event.target.form?.id === "chosen") count(event.target.form);
});

// One tab stop for the grid: Enter on a cell does what its link does.
function calm(root) {
  for (const link of root.querySelectorAll("[data-grid=edit] [data-open], tr > td > [data-open]")) link.tabIndex = -1;
  const grid = document.querySelector("[data-grid=edit]");
  const first = grid?.querySelector("[role=gridcell]");
  if (first && !grid.querySelector("[role=gridcell][tabindex='0']")) first.tabIndex = 0;
}

document.addEventListener("htmx:load", (event) => calm(event.detail.elt));
calm(document);

const added = document.querySelector("[data-grid=edit] tr:target");
if (added) focus(cells(added)[0]);
