// A page with <form data-drop-form> takes a file dropped anywhere, chosen, or pasted as a table.
// The form is sent as it is; its <progress data-upload> follows the upload when htmx sends it.
const form = () => document.querySelector("form[data-drop-form]");
const input = () => form()?.querySelector("input[type=file]");
const hasFiles = (event) => event.dataTransfer?.types.includes("Files");

function send(files) {
  const field = input();
  if (!field || !files.length) return;
  const one = new DataTransfer();
  one.items.add(files[0]);
  field.files = one.files;
  form().requestSubmit();
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
  if (event.target === input() && input().files.length) form().requestSubmit();
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

document.addEventListener("htmx:xhr:progress", (event) => {
  const bar = event.target.querySelector?.("progress[data-upload]");
  if (!bar || !event.detail.lengthComputable) return;
  bar.hidden = false;
  bar.max = event.detail.total;
  bar.value = event.detail.loaded;
});

document.addEventListener("htmx:afterRequest", (event) => {
  const bar = event.target.querySelector?.("progress[data-upload]");
  if (bar) bar.hidden = true;
  if (event.target === form() && !event.detail.successful) form().reset();
});
