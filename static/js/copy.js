// <button data-copy="#answer"> puts the text of that element on the clipboard.
import { showToast } from "./toast.js";

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  const source = button && document.querySelector(button.dataset.copy);
  if (!source) return;
  try {
    await navigator.clipboard.writeText(source.textContent.trim());
    showToast("Copied.");
  } catch {
    // The browser refuses outside of https and localhost: select the text, so that Ctrl+C works.
    getSelection().selectAllChildren(source);
    showToast("Selected. Press Ctrl C to copy.");
  }
});
