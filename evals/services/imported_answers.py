"""Variants whose answers were made elsewhere and came with the data: nothing is asked for them."""

from django.db import transaction

from accounts.errors import Refused
from evals.models import Variant
from evals.services import connections, variants
from evals.services.variants import MOST_VARIANTS, VariantDraft
from playground.models import Column, Playground


def free_columns(playground: Playground) -> list[Column]:
    """The response columns that are no variant's answers yet, in the order of the columns."""
    responses = playground.columns.filter(role=Column.Role.RESPONSE, variants=None)
    return list(responses.order_by("position"))


@transaction.atomic
def create_variants(playground: Playground) -> list[Variant]:
    """One variant for each response column that has none, in column order; the ones added.

    Each is named like its column, with a number where the name is taken. Stops at
    `MOST_VARIANTS`: the columns beyond stay columns.
    """
    Playground.objects.select_for_update().get(pk=playground.pk)
    room = MOST_VARIANTS - Variant.objects.filter(playground=playground).count()
    return [create(playground, column) for column in free_columns(playground)[: max(0, room)]]


@transaction.atomic
def create(playground: Playground, column: Column, name: str = "") -> Variant:
    """A variant whose answers are the cells of `column`, last in order; named like it by default.

    A name that another variant has is numbered.
    Raises Refused for a column that holds no responses or has its variant already, and beyond
    `MOST_VARIANTS`.
    """
    Playground.objects.select_for_update().get(pk=playground.pk)
    if column.role != Column.Role.RESPONSE:
        raise Refused(
            f"The column {column.name} holds no responses.",
            hint="Give it the role Response on Data, then add it here.",
        )
    if column.variants.exists():
        raise Refused(
            f"The answers in {column.name} are a variant already.",
            hint="Reload to see it in the table of variants.",
        )
    draft = VariantDraft(
        name=variants.free_name(playground, name or column.name),
        connection=connections.ensure_imported(playground.workspace),
        model_id="",
        user_prompt="",
        temperature=None,
        answers_column=column,
    )
    return variants.create(playground=playground, draft=draft)
