"""The page of a new playground: gallery, chosen template and its edited columns."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import urlencode

from accounts.access import get_workspace
from accounts.errors import Refused, UserError
from accounts.models import Workspace
from playground.domain import column_editing, gallery
from playground.domain.templates import Template
from playground.forms.columns import ColumnEditor
from playground.services import templates

FORM = "bring"
PREVIEWED = 2
_LONGEST_SEARCH = 100


@dataclass(frozen=True)
class Chosen:
    """A template with its columns as they were edited."""

    origin: Template
    editor: ColumnEditor

    @property
    def template(self) -> Template:
        """The template with the edited columns; prompts and sample rows follow them."""
        return column_editing.edited_template(self.origin, self.editor.editing.columns)

    def checked(self) -> Template:
        """The same. Raises Refused for columns that cannot be used."""
        self.editor.check()
        return self.template


def posted_choice(request: HttpRequest, workspace: Workspace) -> Chosen | None:
    """The template and the columns that were posted; None without a template.

    Raises Refused when the template is gone.
    """
    key = request.POST.get("template", "")
    if not key:
        return None
    try:
        origin = templates.get(workspace, key)
    except Http404 as exc:
        raise Refused(
            "This template is not there any more.",
            hint="Reload the page and choose another one, or bring a file without a template.",
        ) from exc
    return Chosen(origin, ColumnEditor.posted(request.POST, form_id=FORM))


def asked_choice(request: HttpRequest, workspace: Workspace) -> Chosen | None:
    """The template that the address names. Raises Http404 for one that is not there."""
    key = request.GET.get("template", "")
    if not key:
        return None
    origin = templates.get(workspace, key)
    return Chosen(origin, ColumnEditor.of(origin.columns, form_id=FORM))


def context(request: HttpRequest, chosen: Chosen | None) -> dict[str, Any]:
    """What the page and its fragments show."""
    everything = templates.of_workspace(get_workspace(request.user))
    key = chosen.origin.key if chosen else ""
    words = _words(request)
    return {
        **gallery.shown(everything, words, chosen=key),
        "search": urlencode({"q": words}) if words else "",
        "limits": settings.UPLOAD_LIMITS,
        "rail": "narrow",
        **panel_context(chosen),
    }


def panel_context(chosen: Chosen | None) -> dict[str, Any]:
    """What the panel of the chosen template shows."""
    if chosen is None:
        return {"chosen": None}
    template = chosen.template
    return {
        "chosen": chosen.origin,
        "editor": chosen.editor,
        "previewed": template.sample_rows[:PREVIEWED] or [("",) * len(template.columns)],
        "columns": template.columns,
        "missing": column_editing.missing_in_prompts(template),
        "sample_count": len(template.sample_rows),
    }


def page(
    request: HttpRequest, chosen: Chosen | None = None, refusal: UserError | None = None
) -> HttpResponse:
    """The whole page; with a refusal its words and status."""
    shown = {**context(request, chosen), "refusal": refusal}
    return render(request, "playground/new.html", shown, status=refusal.status if refusal else 200)


def _words(request: HttpRequest) -> str:
    words = request.GET.get("q") or request.POST.get("q") or ""
    return words.replace("\0", "").strip()[:_LONGEST_SEARCH]
