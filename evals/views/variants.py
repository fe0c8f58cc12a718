"""Adding, changing, copying, ordering and removing variants."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from accounts.errors import Refused
from evals import access
from evals.forms.variants import ImportedVariantForm, VariantForm, initial_of
from evals.models import Variant
from evals.queries.prompt_preview import preview
from evals.services import imported_answers, variants
from evals.services import setup as setup_service
from evals.services.variants import column_specs
from evals.views.setup import bar, changed
from playground.access import get_playground
from playground.domain.whole_numbers import whole_number
from playground.models import Playground


@require_http_methods(["GET", "HEAD", "POST"])
def variant_add(request: HttpRequest, playground_id: int) -> HttpResponse:
    """A new variant, prefilled like the last one."""
    playground = get_playground(request.user, playground_id)
    asked = playground.variants.filter(answers_column=None)
    form = _form(request, playground, asked.last())
    if not form.is_valid():
        return _page(request, playground, form, None)
    try:
        variant = variants.create(playground=playground, draft=form.draft())
    except Refused as exc:
        form.add_error(None, f"{exc.message} {exc.hint}")
        return _page(request, playground, form, None)
    messages.success(request, f"{variant.name} is added.")
    return redirect("setup", playground.pk)


@require_http_methods(["GET", "HEAD", "POST"])
def variant_edit(request: HttpRequest, playground_id: int, variant_id: int) -> HttpResponse:
    """Change a variant."""
    variant = access.get_variant(request.user, playground_id, variant_id)
    if variant.answers_column is not None:
        return _imported_edit(request, variant)
    form = _form(request, variant.playground, variant)
    if not form.is_valid():
        return _page(request, variant.playground, form, variant)
    variants.update(variant=variant, draft=form.draft())
    messages.success(request, f"{variant.name} is stored.")
    return redirect("setup", playground_id)


def _imported_edit(request: HttpRequest, variant: Variant) -> HttpResponse:
    """Give imported answers another name."""
    form = ImportedVariantForm(request.POST or None, initial={"name": variant.name})
    if form.is_valid():
        variants.rename(variant=variant, name=form.cleaned_data["name"])
        messages.success(request, f"{form.cleaned_data['name']} is stored.")
        return redirect("setup", variant.playground_id)
    context = {**bar(variant.playground), "form": form, "variant": variant}
    status = 422 if form.is_bound else 200
    return render(request, "evals/setup_imported.html", context, status=status)


@require_POST
def variant_answers(request: HttpRequest, playground_id: int) -> HttpResponse:
    """A variant whose answers are in a response column of the data."""
    playground = get_playground(request.user, playground_id)
    column_id = whole_number(request.POST.get("column", ""))
    column = playground.columns.filter(pk=column_id or 0).first()
    if column is None:
        raise Refused("This column is no longer there.", hint="Reload Setup and choose again.")
    variant = imported_answers.create(playground, column)
    return changed(request, playground, f"{variant.name} is added. Its answers are imported.")


@require_POST
def variant_preview(request: HttpRequest, playground_id: int) -> HttpResponse:
    """What would be sent for one row with the prompts as typed, or what keeps it from that."""
    playground = get_playground(request.user, playground_id)
    columns = column_specs(playground)
    form = VariantForm(request.POST, workspace=playground.workspace, columns=columns)
    shown = preview(playground, form.preview_spec(), request.POST.get("row", "1"))
    return render(request, "evals/setup_variant.html#preview", {"preview": shown})


@require_POST
def variant_duplicate(request: HttpRequest, playground_id: int, variant_id: int) -> HttpResponse:
    """Copy a variant."""
    variant = access.get_variant(request.user, playground_id, variant_id)
    variants.duplicate(variant=variant)
    return changed(request, variant.playground)


@require_POST
def variant_baseline(request: HttpRequest, playground_id: int, variant_id: int) -> HttpResponse:
    """Compare the others with this variant."""
    variant = access.get_variant(request.user, playground_id, variant_id)
    variants.make_baseline(variant=variant)
    return changed(request, variant.playground)


@require_POST
def variant_up(request: HttpRequest, playground_id: int, variant_id: int) -> HttpResponse:
    """Show a variant before the one above it."""
    variant = access.get_variant(request.user, playground_id, variant_id)
    variants.move_up(variant=variant)
    return changed(request, variant.playground)


@require_POST
def variant_delete(request: HttpRequest, playground_id: int, variant_id: int) -> HttpResponse:
    """Take a variant out of the setup; runs keep theirs."""
    variant = access.get_variant(request.user, playground_id, variant_id)
    variants.delete(variant=variant)
    return changed(request, variant.playground)


def _form(request: HttpRequest, playground: Playground, like: Variant | None) -> VariantForm:
    initial = initial_of(variants.draft_of(like)) if like else _first_initial(playground)
    if request.resolver_match and request.resolver_match.url_name == "setup-variant-add":
        initial["name"] = ""
    return VariantForm(
        request.POST or None,
        workspace=playground.workspace,
        columns=column_specs(playground),
        initial=initial,
    )


def _first_initial(playground: Playground) -> dict[str, Any]:
    return {
        "user_prompt": setup_service.first_prompt(playground),
        "system_prompt": "",
        "temperature": 0.0,
        "max_tokens": setup_service.SUGGESTED_MAX_TOKENS,
        "use_context": False,
    }


def _page(
    request: HttpRequest, playground: Playground, form: VariantForm, variant: Variant | None
) -> HttpResponse:
    spec = form.preview_spec() if form.is_bound else form.initial_spec()
    context = {
        **bar(playground),
        "form": form,
        "variant": variant,
        "columns": column_specs(playground),
        "preview": preview(playground, spec, request.POST.get("row", "1")),
    }
    status = 422 if form.is_bound else 200
    return render(request, "evals/setup_variant.html", context, status=status)
