// <form data-autosubmit> is sent when a field changes: by its button[data-apply] where it has one,
// which may stand elsewhere and have an address of its own. Its submit button stays for pages without a script.
document.addEventListener("change", (event) => {
  const form = event.target.form;
  if (!form?.matches("[data-autosubmit]")) return;
  const apply = [...form.elements].find((element) => element.matches("button[data-apply]"));
  if (apply) apply.click();
  else form.requestSubmit();
});
