// The drawer lives in #drawer. When an answer arrives its title takes the focus; closing gives it back.
let opener = null;

const slot = () => document.getElementById("drawer");

export const isOpen = () => Boolean(slot()?.childElementCount);

export function close() {
  if (!isOpen()) return false;
  const link = slot().querySelector("a[data-close]");
  slot().replaceChildren();
  // The mark makes htmx reload the page when somebody goes back or forth to this address.
  if (link) history.pushState({ htmx: true }, "", link.href);
  (opener?.isConnected ? opener : document.querySelector("[data-grid] .cur"))?.focus();
  opener = null;
  return true;
}

document.addEventListener("htmx:beforeRequest", (event) => {
  if (event.detail.target === slot() && !isOpen()) opener = document.activeElement;
});

document.addEventListener("htmx:afterSwap", (event) => {
  if (event.detail.target !== slot()) return;
  const title = slot().querySelector("[data-focus], h2");
  if (!title) return;
  title.tabIndex = -1;
  title.focus({ preventScroll: true });
});

document.addEventListener("click", (event) => {
  if (!event.target.closest("#drawer a[data-close]") || event.metaKey || event.ctrlKey) return;
  event.preventDefault();
  close();
});
