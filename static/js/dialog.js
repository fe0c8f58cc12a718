// data-dialog="<id>" opens that <dialog>, data-close closes the one it stands in.
// A fragment that arrives in <dialog id="dialog"> opens it; an emptied one closes.
let opener = null;

export function open(dialog) {
  if (!dialog || dialog.open) return;
  opener = document.activeElement;
  dialog.showModal();
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-dialog]");
  if (button) {
    event.preventDefault();
    open(document.getElementById(button.dataset.dialog));
    return;
  }
  const dialog = event.target.closest("dialog");
  const isBackdrop = event.target === dialog;
  if (dialog && (isBackdrop || event.target.closest("[data-close]"))) {
    event.preventDefault();
    dialog.close();
  }
});

document.addEventListener(
  "close",
  (event) => {
    if (event.target instanceof HTMLDialogElement) opener?.focus();
    if (event.target.id === "dialog") event.target.replaceChildren();
  },
  true,
);

document.addEventListener("htmx:afterSwap", (event) => {
  const dialog = event.detail.target;
  if (!(dialog instanceof HTMLDialogElement)) return;
  if (dialog.childElementCount) open(dialog);
  else dialog.close();
});
