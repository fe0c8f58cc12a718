// Moving through a grid of answers: [data-grid] holds rows (role=row) of cells (role=gridcell with tabindex).
// One cell is current: .cur, the only one with tabindex 0. Its link a[data-open] opens the drawer, or with
// data-grid="edit" the form of the cell; there it takes Enter, a double click or a tap.
import { close, isOpen } from "./drawer.js";

const grid = () => document.querySelector("[data-grid]");
const rows = () => [...grid().querySelectorAll("[role=row]")].filter((row) => cells(row).length);
const cells = (row) => [...row.querySelectorAll("[role=gridcell][tabindex]")];
const current = () =>
  grid().querySelector("[role=gridcell].cur") ?? grid().querySelector("[role=gridcell][tabindex='0']");

export function choose(cell) {
  for (const old of grid().querySelectorAll(".cur, [role=gridcell][tabindex='0']")) {
    old.classList.remove("cur");
    old.tabIndex = -1;
  }
  for (const old of grid().querySelectorAll("[role=row][aria-selected]")) {
    old.removeAttribute("aria-selected");
  }
  cell.classList.add("cur");
  cell.tabIndex = 0;
  cell.closest("[role=row]").setAttribute("aria-selected", "true");
}

function open(cell) {
  cell.querySelector("[data-open]")?.click();
}

function move(down, right) {
  const all = rows();
  if (!all.length) return;
  const cell = current();
  const row = cell ? all.indexOf(cell.closest("[role=row]")) : -1;
  const column = cell ? cells(all[row]).indexOf(cell) : 0;
  const to = cells(all[Math.min(Math.max(row + down, 0), all.length - 1)]);
  const next = to[Math.min(Math.max(column + right, 0), to.length - 1)];
  choose(next);
  next.scrollIntoView({ block: "nearest", inline: "nearest" });
  if (isOpen()) open(next);
  else next.focus({ preventScroll: true });
}

const STEPS = {
  j: [1, 0], ArrowDown: [1, 0], k: [-1, 0], ArrowUp: [-1, 0],
  h: [0, -1], ArrowLeft: [0, -1], l: [0, 1], ArrowRight: [0, 1],
};

// The answer tells whether the key did something here.
export function gridKey(key) {
  if (key === "Escape") return close();
  if (!grid()) return false;
  const cell = document.activeElement?.closest("[role=gridcell]");
  if (STEPS[key]) move(...STEPS[key]);
  else if (key === "Enter" && cell) open(cell);
  else return false;
  return true;
}

document.addEventListener("focusin", (event) => {
  const cell = event.target.closest?.("[data-grid] [role=gridcell][tabindex]");
  if (cell && !cell.classList.contains("cur")) choose(cell);
});

const withKey = (event) => event.ctrlKey || event.metaKey || event.shiftKey || event.altKey;

// A plain click on an answer opens it. Links keep theirs, and selecting text opens nothing.
document.addEventListener("click", (event) => {
  const cell = event.target.closest("[data-grid] [role=gridcell][tabindex]");
  if (!cell || event.target.closest("a, button, textarea")) return;
  if (withKey(event) || event.detail > 1 || String(getSelection())) return;
  choose(cell);
  // A finger makes no double click, and sees no button that comes under a pointer.
  if (grid().dataset.grid !== "edit" || matchMedia("(hover: none)").matches) open(cell);
});

document.addEventListener("dblclick", (event) => {
  const cell = event.target.closest("[data-grid=edit] [role=gridcell][tabindex]");
  if (!cell || event.target.closest("a, button, textarea")) return;
  getSelection().removeAllRanges();
  open(cell);
});
