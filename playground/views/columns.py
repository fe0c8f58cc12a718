"""The columns of a playground: names, types, roles, order; and the playground's own name."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST
from django.views.decorators.vary import vary_on_headers

from accounts.errors import UserError
from playground import access
from playground.forms.column_steps import Step
from playground.forms.columns import ColumnEditor
from playground.forms.imports import PlaygroundForm
from playground.models import Playground
from playground.services import columns


@require_http_methods(["GET", "HEAD", "POST"])
@vary_on_headers("HX-Request")
def data_columns(request: HttpRequest, playground_id: int) -> HttpResponse:
    """GET: the editor. POST: a button of it, or with the field `save` the columns as they are."""
    playground = access.get_playground(request.user, playground_id)
    if request.method != "POST":
        return _page(request, playground, _editor(playground))
    editor = ColumnEditor.posted(request.POST)
    if "save" not in request.POST:
        return _changed(request, playground, editor)
    if not editor.is_valid():
        return _page(request, playground, editor, shown=_shown(request))
    try:
        has_changed = columns.change(playground, editor.editing.columns, shown=_shown(request))
    except UserError as exc:
        return _refused(request, playground, editor, exc)
    messages.success(request, "Columns saved." if has_changed else "Nothing was changed.")
    return redirect("data", playground.pk)


@require_POST
def playground_rename(request: HttpRequest, playground_id: int) -> HttpResponse:
    """Give the playground another name and question. Runs keep what they were called in."""
    playground = access.get_playground(request.user, playground_id)
    form = PlaygroundForm(request.POST)
    if not form.is_valid():
        return _page(request, playground, _editor(playground), form=form)
    Playground.objects.filter(pk=playground.pk).update(**form.cleaned_data)
    messages.success(request, f"The playground is called {form.cleaned_data['name']}.")
    return redirect("data", playground.pk)


def _editor(playground: Playground) -> ColumnEditor:
    return ColumnEditor(Step(editing=columns.editing_of(playground)))


def _shown(request: HttpRequest) -> list[str]:
    """The keys of the columns that the page began with."""
    return request.POST.get("shown", "").split()


def _refused(
    request: HttpRequest, playground: Playground, editor: ColumnEditor, error: UserError
) -> HttpResponse:
    """The editor as it was sent, with the columns that have come meanwhile."""
    editing = columns.with_newcomers(playground, editor.editing, _shown(request))
    after = ColumnEditor(Step(editing=editing), found=editor.mistakes)
    return _page(request, playground, after, error=error, shown=_keys(playground))


def _keys(playground: Playground) -> list[str]:
    return [one.key for one in columns.editing_of(playground).columns]


def _changed(request: HttpRequest, playground: Playground, editor: ColumnEditor) -> HttpResponse:
    """The editor after one of its buttons; for htmx also its mistakes while somebody types."""
    action = request.POST.get("do", "")
    after = editor.after(action)
    if request.headers.get("HX-Request") != "true":
        return _page(request, playground, after, shown=_shown(request))
    part = "changed" if action else "checked"
    context = {"playground": playground, "editor": after}
    return render(request, f"playground/columns.html#{part}", context)


def _page(
    request: HttpRequest,
    playground: Playground,
    editor: ColumnEditor,
    *,
    error: UserError | None = None,
    form: PlaygroundForm | None = None,
    shown: list[str] | None = None,
) -> HttpResponse:
    present = {"name": playground.name, "question": playground.question}
    context = {
        "playground": playground,
        "editor": editor,
        "error": error,
        "shown": " ".join(_keys(playground) if shown is None else shown),
        "form": form or PlaygroundForm(initial=present),
        "rail": "narrow",
    }
    status = error.status if error else 422 if editor.mistakes or form else 200
    return render(request, "playground/columns.html", context, status=status)
