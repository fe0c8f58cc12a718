"""One of the own templates under edit: name, columns and sample rows."""

from dataclasses import replace

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from accounts.errors import NotReady, Refused, UserError
from playground.access import get_template
from playground.domain import column_editing
from playground.forms.columns import ColumnEditor
from playground.forms.templates import FORM, SampleRows, TemplateForm, edited
from playground.models import ColumnTemplate
from playground.services import own_templates
from playground.services.own_templates import stamp_of
from playground.services.templates import template_of

_PAGE = "playground/template_edit.html"
_ROWS = "playground/_template_rows.html"
_ANSWERS = "playground/_template_edit_answers.html"


@require_http_methods(["GET", "HEAD", "POST"])
def template_edit(request: HttpRequest, template_id: int) -> HttpResponse:
    """The form; posted, it is stored."""
    stored = get_template(request.user, template_id)
    template = template_of(stored)
    if request.method != "POST":
        form = TemplateForm(initial={"name": template.name, "description": template.description})
        editor = ColumnEditor.of(template.columns, form_id=FORM)
        return _page(request, stored, form, editor, SampleRows.of(template))
    form = TemplateForm(request.POST)
    editor, rows = _posted(request, stored)
    if not form.is_valid():
        return _page(request, stored, form, editor, rows, status=422)
    try:
        editor.check()
        # Without fields for them the rows stay as they are and follow the columns.
        changed = edited(template, editor, rows if "rows-shown" in request.POST else None)
        own_templates.update(
            stored=stored,
            template=replace(changed, **form.cleaned_data),
            seen=request.POST.get("seen", ""),
        )
    except (NotReady, Refused) as exc:
        return _page(request, stored, form, editor, rows, refusal=exc, status=exc.status)
    messages.success(request, f"“{stored.name}” was saved.")
    return redirect("template-open", str(stored.pk))


@require_POST
def template_columns(request: HttpRequest, template_id: int) -> HttpResponse:
    """The form after a button of the column editor or of the sample rows; nothing is stored."""
    stored = get_template(request.user, template_id)
    action = request.POST.get("do", "")
    editor, rows = _posted(request, stored)
    editor, rows = editor.after(action), rows.after(action)
    if request.headers.get("HX-Request") != "true":
        return _page(request, stored, TemplateForm(request.POST), editor, rows)
    part = f"{_ANSWERS}#{'changed' if action else 'checked'}"
    if action.startswith("row-"):
        part = _ROWS
    return render(request, part, _context(stored, editor, rows))


def _posted(request: HttpRequest, stored: ColumnTemplate) -> tuple[ColumnEditor, SampleRows]:
    editor = ColumnEditor.posted(request.POST, form_id=FORM)
    if "rows-shown" in request.POST:
        return editor, SampleRows.posted(request.POST, editor)
    return editor, SampleRows.of(template_of(stored))


def _context(stored: ColumnTemplate, editor: ColumnEditor, rows: SampleRows) -> dict[str, object]:
    template = column_editing.edited_template(template_of(stored), editor.editing.columns)
    fits = rows.fits(editor)
    return {
        "stored": stored,
        "editor": editor,
        "fits": fits,
        "row_count": len(rows.rows),
        "rows": list(rows.shown(editor)) if fits else [],
        "missing": column_editing.missing_in_prompts(template),
        "section": "templates",
    }


def _page(
    request: HttpRequest,
    stored: ColumnTemplate,
    form: TemplateForm,
    editor: ColumnEditor,
    rows: SampleRows,
    *,
    refusal: UserError | None = None,
    status: int = 200,
) -> HttpResponse:
    # What was posted comes back: a form that is out of date stays so.
    seen = request.POST.get("seen", "") if request.method == "POST" else stamp_of(stored)
    context = {**_context(stored, editor, rows), "form": form, "refusal": refusal, "seen": seen}
    return render(request, _PAGE, context, status=status)
