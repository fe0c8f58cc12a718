// A request without an answer of ours keeps the page and adds a line. data-dismiss closes a notice.
import { showScriptedControls } from "./scripted.js";

function show(id) {
  const place = document.getElementById("notices");
  const template = document.getElementById(id);
  if (!place || !template) return;
  place.replaceChildren(template.content.cloneNode(true));
  showScriptedControls(place);
}

document.addEventListener("htmx:responseError", (event) => {
  if (event.detail.xhr.status >= 500) show("failed-answer");
});
document.addEventListener("htmx:sendError", () => show("failed-connection"));
document.addEventListener("htmx:timeout", () => show("failed-connection"));

document.addEventListener("click", (event) => {
  event.target.closest("[data-dismiss]")?.closest(".note")?.remove();
});
