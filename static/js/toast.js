// Toasts go after six seconds, but not under the pointer or while something in them has the focus.
const SHOWN_MS = 6000;

function leave(toast) {
  if (toast.matches(":hover, :focus-within")) setTimeout(leave, 1000, toast);
  else toast.remove();
}

function start(toast) {
  setTimeout(leave, SHOWN_MS, toast);
}

export function showToast(text) {
  const toast = document.createElement("div");
  toast.className = "toast";
  toast.dataset.toast = "";
  toast.textContent = text;
  document.getElementById("toasts").append(toast);
}

const place = document.getElementById("toasts");
if (place) {
  new MutationObserver((changes) => {
    for (const change of changes) {
      for (const node of change.addedNodes) if (node.matches?.("[data-toast]")) start(node);
    }
  }).observe(place, { childList: true });
  place.querySelectorAll("[data-toast]").forEach(start);
}
