// A fragment with data-page-title="62% · Run 7" names the tab, so that progress can be seen from elsewhere.
function rename() {
  const source = document.querySelector("[data-page-title]");
  if (source) document.title = source.dataset.pageTitle;
}

document.addEventListener("htmx:afterSettle", rename);
rename();
