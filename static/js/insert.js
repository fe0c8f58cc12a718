// <button data-insert="{{question}}"> puts its text where the cursor was in the last <textarea data-prompt>.
let last = null;

document.addEventListener("focusin", (event) => {
  if (event.target.matches("textarea[data-prompt]")) last = event.target;
});

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-insert]");
  const prompts = button?.form?.querySelectorAll("textarea[data-prompt]");
  if (!prompts?.length) return;
  const area = last?.isConnected ? last : prompts[prompts.length - 1];
  area.setRangeText(button.dataset.insert, area.selectionStart, area.selectionEnd, "end");
  area.focus();
  area.dispatchEvent(new Event("input", { bubbles: true }));
});
