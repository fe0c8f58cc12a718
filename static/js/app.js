// The one script of every page. Each module listens once on the document.
// Menus first: Esc closes an open menu before anything else.
import "./menu.js";
import "./autosubmit.js";
import "./cells.js";
import "./columns.js";
import "./copy.js";
import "./dialog.js";
import "./drawer.js";
import "./drop.js";
import "./grid.js";
import "./insert.js";
import "./keys.js";
import "./lists.js";
import "./notices.js";
import "./slider.js";
import "./title.js";
import "./toast.js";
import "./unsaved.js";
import { showScriptedControls } from "./scripted.js";

const token = document.querySelector("meta[name=csrf-token]")?.content;

document.addEventListener("htmx:configRequest", (event) => {
  if (token) event.detail.headers["X-CSRFToken"] = token;
});

document.addEventListener("htmx:load", (event) => showScriptedControls(event.detail.elt));
showScriptedControls(document);
