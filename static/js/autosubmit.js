// <form data-autosubmit> is sent when a field changes. Its submit button stays for pages without a script.
document.addEventListener("change", (event) => {
  const form = event.target.form;
  if (form?.matches("[data-autosubmit]")) form.requestSubmit();
});
