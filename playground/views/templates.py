"""Templates: the gallery, one of them, and what can be done with it."""

from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.text import slugify
from django.views.decorators.http import require_POST, require_safe

from accounts.access import get_workspace, signed_in
from accounts.errors import Refused, TooLarge
from playground.access import get_template
from playground.domain import gallery
from playground.domain.templates import Template, TemplateColumn
from playground.models import Column
from playground.services import own_templates
from playground.services import templates as template_service
from playground.views import new_page

_LONGEST_SEARCH = 100
_PAGE = "playground/templates.html"


@require_safe
def templates(request: HttpRequest) -> HttpResponse:
    """All templates, one's own first; `q` searches them."""
    words = request.GET.get("q", "").replace("\0", "").strip()[:_LONGEST_SEARCH]
    is_list = request.headers.get("HX-Request")
    return render(request, f"{_PAGE}#list" if is_list else _PAGE, _context(request, words))


@require_safe
def template_open(request: HttpRequest, template_key: str) -> HttpResponse:
    """One template: its columns, sample rows and setup."""
    template = template_service.get(get_workspace(request.user), template_key)
    context = {
        "template": template,
        "columns": [_labelled(column) for column in template.columns],
        "rows": [list(zip(template.columns, row, strict=True)) for row in template.sample_rows],
        "section": "templates",
    }
    return render(request, "playground/template.html", context)


@require_POST
def template_use(request: HttpRequest) -> HttpResponse:
    """Make a playground of the posted template and its sample rows; go to its setup."""
    workspace, user = get_workspace(request.user), signed_in(request.user)
    try:
        playground = own_templates.start_with_sample_rows(
            workspace=workspace, user=user, template=_posted(request)
        )
    except Refused as exc:
        return _refused(request, exc)
    return redirect("setup", playground.pk)


@require_POST
def template_save(request: HttpRequest) -> HttpResponse:
    """Keep the posted template, with its columns as they were edited, as one's own."""
    workspace, user = get_workspace(request.user), signed_in(request.user)
    try:
        template = _named(request, _posted(request))
        stored = own_templates.save(workspace=workspace, user=user, template=template)
    except Refused as exc:
        return _refused(request, exc)
    messages.success(request, f"“{stored.name}” is one of your templates now.")
    return redirect("template-open", str(stored.pk))


@require_POST
def template_duplicate(request: HttpRequest, template_key: str) -> HttpResponse:
    """Copy a template to one's own and go on to edit the copy."""
    workspace, user = get_workspace(request.user), signed_in(request.user)
    template = template_service.get(workspace, template_key)
    stored = own_templates.duplicate(workspace=workspace, user=user, template=template)
    messages.success(request, f"“{stored.name}” is one of your templates now.")
    return redirect("template-edit", stored.pk)


@require_safe
def template_export(request: HttpRequest, template_key: str) -> HttpResponse:
    """The template as a JSON file."""
    template = template_service.get(get_workspace(request.user), template_key)
    name = slugify(template.name) or "template"
    headers = {"Content-Disposition": f'attachment; filename="{name}.json"'}
    content = own_templates.export_json(template)
    return HttpResponse(content, content_type="application/json", headers=headers)


@require_POST
def template_import(request: HttpRequest) -> HttpResponse:
    """Keep the template of a JSON file as one's own; else the page of all templates says why."""
    workspace, user = get_workspace(request.user), signed_in(request.user)
    try:
        content = _posted_file(request)
        stored = own_templates.import_json(workspace=workspace, user=user, content=content)
    except (Refused, TooLarge) as exc:
        context = {**_context(request), "refusal": exc}
        return render(request, _PAGE, context, status=exc.status)
    messages.success(request, f"“{stored.name}” was imported.")
    return redirect("template-open", str(stored.pk))


@require_POST
def template_delete(request: HttpRequest, template_id: int) -> HttpResponse:
    """Delete one of the own templates."""
    stored = get_template(request.user, template_id)
    own_templates.delete(stored=stored)
    messages.success(request, f"“{stored.name}” was deleted.")
    return redirect("templates")


def _context(request: HttpRequest, words: str = "") -> dict[str, Any]:
    """What the page of all templates shows, `words` searched for."""
    everything = template_service.of_workspace(get_workspace(request.user))
    return {**gallery.shown(everything, words), "section": "templates"}


def _posted_file(request: HttpRequest) -> bytes:
    posted = request.FILES.get("file")
    if posted is None:
        raise Refused("No file was chosen.", hint="Choose a template's JSON file.")
    if posted.size is None or posted.size > own_templates.IMPORT_BYTES:
        raise TooLarge(
            f"A template's file has at most {own_templates.IMPORT_BYTES:,} bytes.",
            hint="Shorten its sample rows, or bring them as a file of rows.",
        )
    content: bytes = posted.read()
    return content


def _labelled(column: TemplateColumn) -> TemplateColumn:
    """The column with type and role as people read them."""
    return replace(
        column,
        type=str(Column.Type(column.type).label),
        role=str(Column.Role(column.role).label),
    )


def _posted(request: HttpRequest) -> Template:
    """The template that was posted, with the columns of an editor if there was one.

    Raises Refused for a template that is gone and for columns that cannot be used.
    """
    workspace = get_workspace(request.user)
    if "columns" not in request.POST:
        key = request.POST.get("template", "")
        return template_service.get(workspace, key)
    chosen = new_page.posted_choice(request, workspace)
    if chosen is None:
        raise Refused("No template is chosen.", hint="Choose a template first.")
    return chosen.checked()


def _named(request: HttpRequest, template: Template) -> Template:
    name = request.POST.get("name", "").strip() or template.name
    description = request.POST.get("description", template.description).strip()
    return replace(template, name=name, description=description)


def _refused(request: HttpRequest, refusal: Refused) -> HttpResponse:
    """The page of a new playground as it was posted, with the words.

    Raises the refusal again where no columns were edited.
    """
    if "columns" not in request.POST:
        raise refusal
    chosen = new_page.posted_choice(request, get_workspace(request.user))
    return new_page.page(request, chosen, refusal=refusal)
