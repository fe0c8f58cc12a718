// The drawer lives in #drawer. When an answer arrives its title takes the focus; closing gives it to the
// cell of the answer that was shown, which is the one in the address.
let opener = null;

const slot = () => document.getElementById("drawer");

export const isOpen = () => Boolean(slot()?.childElementCount);

// The close link says which row and cell it leads back to.
function cellOf(link) {
  const wanted = new URL(link.href).searchParams;
  const shown = [...document.querySelectorAll("[data-grid] a[data-open]")].find((open) => {
    const { pathname, searchParams } = new URL(open.href);
    return pathname.endsWith(`/rows/${wanted.get("row")}`) && searchParams.get("cell") === wanted.get("cell");
  });
  return shown?.closest("[role=gridcell]");
}

export function close() {
  if (!isOpen()) return false;
  const link = slot().querySelector("a[data-close]");
  slot().replaceChildren();
  // The mark makes htmx reload the page when somebody goes back or forth to this address.
  if (link) history.pushState({ htmx: true }, "", link.href);
  const before = opener?.isConnected ? opener : document.querySelector("[data-grid] .cur");
  ((link && cellOf(link)) || before)?.focus();
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
