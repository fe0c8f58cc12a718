// <select data-for="field" data-lists="models">: the field with that id suggests what is in
// <datalist id="models-VALUE">, and takes its first entry when another VALUE is chosen.
document.addEventListener("change", (event) => {
  const { lists, for: id } = event.target.dataset;
  const field = lists && document.getElementById(id);
  if (!field) return;
  const list = document.getElementById(`${lists}-${event.target.value}`);
  field.setAttribute("list", list?.id ?? "");
  field.value = list?.options[0]?.value ?? "";
});
