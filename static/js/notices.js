// A request without an answer of ours keeps the page and adds a line. data-dismiss closes a notice.
import { showScriptedControls } from "./scripted.js";

const PAGE = /^\s*<!doctype html/i;

// The notice of <template id>, with other words where there are some.
export function show(id, words = null) {
  const place = document.getElementById("notices");
  const template = document.getElementById(id);
  if (!place || !template) return;
  place.replaceChildren(template.content.cloneNode(true));
  const notice = place.querySelector(".note");
  notice.dataset.notice = id;
  if (words) {
    notice.querySelector("b").textContent = words.message;
    notice.querySelector("b").nextSibling.textContent = ` ${words.hint}`;
  }
  showScriptedControls(place);
}

// White space left behind would keep the place open.
function drop(note) {
  const place = note?.parentElement;
  note?.remove();
  if (place?.id === "notices" && !place.childElementCount) place.replaceChildren();
}

export function hide(id) {
  drop(document.querySelector(`#notices [data-notice="${id}"]`));
}

// A whole page in answer to a request in place, such as "There is nothing here for you".
function wordsOf(html) {
  const page = new DOMParser().parseFromString(html, "text/html");
  const message = page.querySelector("h1");
  const hint = message?.parentElement.querySelector("p");
  return message && { message: `${message.textContent.trim()}.`, hint: hint?.textContent.trim() ?? "" };
}

document.addEventListener("htmx:beforeSwap", (event) => {
  const { xhr } = event.detail;
  if (xhr.status < 400 || xhr.status >= 500 || !PAGE.test(xhr.responseText)) return;
  event.detail.shouldSwap = false;
  show("failed-page", wordsOf(xhr.responseText));
});
document.addEventListener("htmx:responseError", (event) => {
  if (event.detail.xhr.status >= 500) show("failed-answer");
});
document.addEventListener("htmx:sendError", () => show("failed-connection"));
document.addEventListener("htmx:timeout", () => show("failed-connection"));

document.addEventListener("click", (event) => {
  drop(event.target.closest("[data-dismiss]")?.closest(".note"));
});
