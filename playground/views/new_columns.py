"""What can be done with the columns of a chosen template before there is a file."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.text import slugify
from django.views.decorators.http import require_POST

from accounts.access import get_workspace, signed_in
from accounts.errors import Refused
from playground.domain.templates import Template
from playground.services import beginning
from playground.services.template_files import CONTENT_TYPES, Format, template_file
from playground.views import new_page
from playground.views.new_page import Chosen

_FORMATS: dict[str, Format] = {"csv": "csv", "xlsx": "xlsx", "jsonl": "jsonl"}


@require_POST
def new_columns(request: HttpRequest) -> HttpResponse:
    """The page with the columns after a button of the editor, or as they were typed.

    For htmx only what changes: the editor after a button, else its mistakes, and the preview.
    """
    chosen, action = _chosen(request), request.POST.get("do", "")
    after = Chosen(chosen.origin, chosen.editor.after(action))
    if request.headers.get("HX-Request") != "true":
        return new_page.page(request, after)
    part = "changed" if action else "checked"
    context = new_page.panel_context(after)
    return render(request, f"playground/_template_answers.html#{part}", context)


@require_POST
def new_template_file(request: HttpRequest) -> HttpResponse:
    """The file to fill in: the edited columns and two sample rows."""
    chosen = _chosen(request)
    kind = _FORMATS.get(request.POST.get("format", "csv"))
    try:
        template = chosen.checked()
        if kind is None:
            raise Refused("This kind of file is not offered.", hint="Choose one of the menu.")
    except Refused as exc:
        return new_page.page(request, chosen, refusal=exc)
    content = template_file(
        template.columns, template.sample_rows[: new_page.PREVIEWED], format=kind
    )
    headers = {"Content-Disposition": f'attachment; filename="{_file_name(template)}.{kind}"'}
    return HttpResponse(content, content_type=CONTENT_TYPES[kind], headers=headers)


@require_POST
def new_start(request: HttpRequest) -> HttpResponse:
    """Make the playground without a file and go to its data page, where rows can be added."""
    chosen = _chosen(request)
    try:
        template = chosen.checked()
    except Refused as exc:
        return new_page.page(request, chosen, refusal=exc)
    user = signed_in(request.user)
    workspace = get_workspace(request.user)
    playground = beginning.start_empty(workspace=workspace, user=user, template=template)
    return redirect("data", playground.pk)


def _chosen(request: HttpRequest) -> Chosen:
    chosen = new_page.posted_choice(request, get_workspace(request.user))
    if chosen is None:
        raise Refused("No template is chosen.", hint="Choose a template first.")
    return chosen


def _file_name(template: Template) -> str:
    """ASCII only, because the header is: "answers-with-context"."""
    return slugify(template.name) or "template"
