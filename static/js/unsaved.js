// A cell with a text that is not saved: leaving the page asks first, and a request that would bring
// other rows waits. [data-quiet] requests change no row.
import { hide, show } from "./notices.js";

const NOTICE = "unsaved-cell";

function unsaved() {
  const forms = [...document.querySelectorAll("[data-grid] [data-cell-form]")];
  return forms.find((form) => form.elements.text.value !== form.elements.text.defaultValue);
}

window.addEventListener("beforeunload", (event) => {
  if (unsaved()) event.preventDefault();
});

document.addEventListener("htmx:beforeRequest", (event) => {
  const form = unsaved();
  const { elt } = event.detail;
  if (!form || event.defaultPrevented || elt === form || elt.matches("[data-quiet]")) return;
  event.preventDefault();
  show(NOTICE);
  form.elements.text.focus();
});

document.addEventListener("htmx:afterRequest", (event) => {
  if (event.detail.successful && !unsaved()) hide(NOTICE);
});
