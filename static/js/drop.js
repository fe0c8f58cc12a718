// A page with <form data-drop-form> takes a file dropped anywhere, chosen, or pasted as a table.
// The form is sent as it is, or by htmx when its file field has an hx-post of its own. Then
// <progress data-upload> and [data-upload-bytes] follow the upload, and [data-upload-cancel] ends it.
// [data-choose-file] opens the browser's dialog for the same field.
const MEGABYTE = 1024 * 1024;
const form = () => document.querySelector("form[data-drop-form]");
const input = () => form()?.querySelector("input[type=file]");
const hasFiles = (event) => event.dataTransfer?.types.includes("Files");
const sendsItself = (field) => field.hasAttribute("hx-post");

function send(files) {
  const field = input();
  if (!field || !files.length) return;
  const one = new DataTransfer();
  one.items.add(files[0]);
  field.files = one.files;
  field.dispatchEvent(new Event("change", { bubbles: true }));
}

function mark(isOver) {
  for (const zone of document.querySelectorAll(".drop")) zone.classList.toggle("over", isOver);
}

document.addEventListener("dragover", (event) => {
  if (!form() || !hasFiles(event)) return;
  event.preventDefault();
  event.dataTransfer.dropEffect = "copy";
  mark(true);
});

document.addEventListener("dragleave", (event) => {
  if (!event.relatedTarget) mark(false);
});

document.addEventListener("drop", (event) => {
  if (!form() || !hasFiles(event)) return;
  event.preventDefault();
  mark(false);
  send(event.dataTransfer.files);
});

document.addEventListener("change", (event) => {
  const field = input();
  if (event.target === field && field?.files.length && !sendsItself(field)) form().requestSubmit();
});

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-choose-file]")) input()?.click();
  if (event.target.closest("[data-upload-cancel]")) {
    input()?.dispatchEvent(new CustomEvent("htmx:abort", { bubbles: true, detail: {} }));
  }
});

document.addEventListener("paste", (event) => {
  if (!form() || event.target.closest?.("input, textarea")) return;
  if (event.clipboardData.files.length) {
    send(event.clipboardData.files);
    return;
  }
  const text = event.clipboardData.getData("text/plain");
  if (!text.includes("\n")) return;
  const ending = text.includes("\t") ? "tsv" : "csv";
  send([new File([text], `pasted.${ending}`, { type: "text/plain" })]);
});

// Only the form's own upload, not what else htmx sends from the page.
const isUpload = (event) => event.target === form() || event.target === input();
const megabytes = (bytes) => (bytes / MEGABYTE).toFixed(1);

function show(isShown) {
  for (const part of form().querySelectorAll("[data-uploading], progress[data-upload]")) {
    part.hidden = !isShown;
  }
}

function tell(words) {
  const place = form().querySelector("[data-upload-bytes]");
  if (place) place.textContent = words;
}

document.addEventListener("htmx:xhr:progress", (event) => {
  const bar = isUpload(event) && form().querySelector("progress[data-upload]");
  if (!bar || !event.detail.lengthComputable) return;
  const { loaded, total } = event.detail;
  show(true);
  bar.max = total;
  bar.value = loaded;
  tell(`${megabytes(loaded)} of ${megabytes(total)} MB`);
});

document.addEventListener("htmx:afterRequest", (event) => {
  if (!isUpload(event)) return;
  show(false);
  // The same file can be chosen again; what was edited beside it stays.
  if (!event.detail.successful) input().value = "";
});
