// Keys. Every key is the key of a control that can be seen: data-key="/" or "g d" on a link, button or field.
// Fields take the focus, everything else is clicked. Letters can be switched off (WCAG 2.1.4).
import { gridKey } from "./grid.js";

const STORED = "single-keys";
const WAIT_MS = 1200;
let first = "";
let forgetAt = 0;

const inField = (target) => target.closest?.("input, textarea, select, [contenteditable]");
const lettersAct = () => localStorage.getItem(STORED) !== "off";

function control(keys) {
  const found = document.querySelectorAll(`[data-key="${CSS.escape(keys)}"]`);
  return [...found].find((element) => element.checkVisibility?.() ?? true);
}

function use(element) {
  if (element.matches("input:not([type=checkbox], [type=radio]), textarea, select")) {
    element.focus();
    element.select?.();
  } else element.click();
}

function otherRun(key) {
  const links = [...document.querySelectorAll("[data-runs] a")];
  const at = links.findIndex((link) => link.hasAttribute("aria-current"));
  links[at + (key === "[" ? 1 : -1)]?.click();
}

function leaveField(field) {
  if (field.type === "search" && field.value) {
    field.value = "";
    field.dispatchEvent(new Event("input", { bubbles: true }));
  } else field.blur();
}

function press(key) {
  const pair = first && Date.now() < forgetAt ? `${first} ${key}` : "";
  first = "";
  const found = (pair && control(pair)) || control(key);
  if (found) use(found);
  else if (key === "[" || key === "]") otherRun(key);
  else if (!gridKey(key)) {
    if (!document.querySelector(`[data-key^="${CSS.escape(key)} "]`)) return false;
    first = key;
    forgetAt = Date.now() + WAIT_MS;
  }
  return true;
}

function isOurs(event) {
  const isTaken = event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey;
  if (isTaken || document.querySelector("dialog[open]")) return false;
  if (event.key === "Enter" && event.target.matches("a, button, summary")) return false;
  return event.key.length > 1 || lettersAct();
}

document.addEventListener("keydown", (event) => {
  const field = inField(event.target);
  if (field) {
    if (event.key === "Escape") leaveField(field);
    return;
  }
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  if (isOurs(event) && press(key)) event.preventDefault();
});

document.addEventListener("change", (event) => {
  if (!event.target.matches("[data-single-keys]")) return;
  localStorage.setItem(STORED, event.target.checked ? "on" : "off");
});

for (const box of document.querySelectorAll("[data-single-keys]")) box.checked = lettersAct();
