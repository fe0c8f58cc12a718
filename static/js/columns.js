// Columns change places: [data-columns] holds rows [data-column]. A row moves with Alt and ↑ or ↓ in
// one of its fields, or by dragging its [data-grip]. The order of the rows is what is posted; the
// event "columns:moved" on the editor lets htmx ask for the preview.
import { dragging } from "./dragging.js";

const rowsOf = (editor) => [...editor.querySelectorAll("[data-column]")];
const nameOf = (row) => row.querySelector("input[type=text]").value.trim() || "This column";

function tell(editor, row) {
  const rows = rowsOf(editor);
  const place = editor.querySelector("[role=status]");
  if (place) place.textContent = `${nameOf(row)} is column ${rows.indexOf(row) + 1} of ${rows.length} now.`;
}

// The menu of the first row cannot go up, that of the last not down.
function mendMenus(editor) {
  const rows = rowsOf(editor);
  for (const [at, row] of rows.entries()) {
    const [up, down] = row.querySelectorAll("[data-grip] ~ * button");
    if (!down) continue;
    up.disabled = at === 0;
    down.disabled = at === rows.length - 1;
  }
}

function settle(editor, row) {
  mendMenus(editor);
  tell(editor, row);
  editor.dispatchEvent(new Event("columns:moved", { bubbles: true }));
}

// Puts `row` before `other`, at the end without one.
function place(row, other) {
  if (other === row || row.nextElementSibling === other) return;
  const focused = row.contains(document.activeElement) ? document.activeElement : null;
  row.parentElement.insertBefore(row, other);
  focused?.focus();
  settle(row.closest("[data-columns]"), row);
}

document.addEventListener("keydown", (event) => {
  if (!event.altKey || (event.key !== "ArrowUp" && event.key !== "ArrowDown")) return;
  const row = event.target.closest?.("[data-columns] [data-column]");
  if (!row) return;
  event.preventDefault();
  if (event.key === "ArrowUp") {
    if (row.previousElementSibling) place(row, row.previousElementSibling);
  } else if (row.nextElementSibling) place(row, row.nextElementSibling.nextElementSibling);
});

// The name that a new column came with gives way to what is typed.
document.addEventListener("htmx:load", (event) => {
  const field = document.activeElement;
  if (event.detail.elt.contains(field) && field.matches("[data-columns] .new input[type=text]")) field.select();
});

// Words that come with a new editor are not read out; the same words put in again are.
document.addEventListener("htmx:load", (event) => {
  const editor = event.detail.elt;
  const status = editor.matches("[data-columns]") && editor.querySelector("[role=status]");
  if (!status || !status.textContent) return;
  const words = status.textContent;
  status.textContent = "";
  setTimeout(() => { status.textContent ||= words; }, 100);
});

document.addEventListener("pointerdown", (event) => {
  const grip = event.button === 0 && event.target.closest("[data-columns] [data-grip]");
  if (grip) dragging(grip, grip.closest("[data-column]"), event, place);
});
