"""What a user can do with variants: add, change, copy, order, remove, choose the baseline."""

from dataclasses import dataclass, replace

from django.db import transaction
from django.db.models import F, Max

from accounts.errors import Refused
from evals.domain.snapshot import ColumnSpec, VariantSpec
from evals.models import Connection, Variant
from evals.services import connections
from playground.models import Column, Playground

# Letters A to H, and what a compare page can still show side by side.
MOST_VARIANTS = 8
LONGEST_NAME = 100


@dataclass(frozen=True, kw_only=True)
class VariantDraft:
    """What a person fills in. `temperature` and `seed` None leave the choice to the provider.

    With `answers_column` nothing is asked: the column's cells are the answers.
    """

    name: str
    connection: Connection
    model_id: str
    user_prompt: str
    system_prompt: str = ""
    temperature: float | None = 0.0
    max_tokens: int = 256
    seed: int | None = None
    use_context: bool = False
    answers_column: Column | None = None


@transaction.atomic
def create(*, playground: Playground, draft: VariantDraft) -> Variant:
    """A stored variant, last in order. The first one of a playground is its baseline.

    Raises Refused beyond `MOST_VARIANTS`.
    """
    # Serializes two additions on PostgreSQL; SQLite has one writer anyway.
    Playground.objects.select_for_update().get(pk=playground.pk)
    others = Variant.objects.filter(playground=playground)
    if others.count() >= MOST_VARIANTS:
        raise Refused(
            f"A playground compares at most {MOST_VARIANTS} variants.",
            hint="Delete one that you no longer need, then add this one.",
        )
    last = others.aggregate(last=Max("position"))["last"]
    variant = Variant(
        playground=playground,
        position=0 if last is None else last + 1,
        is_baseline=not others.filter(is_baseline=True).exists(),
    )
    _fill(variant, draft)
    variant.save()
    return variant


@transaction.atomic
def update(*, variant: Variant, draft: VariantDraft) -> None:
    """Change a variant. Another prompt text makes a new prompt version; runs keep theirs."""
    texts = (variant.system_prompt, variant.user_prompt)
    if texts != (draft.system_prompt, draft.user_prompt):
        variant.prompt_version += 1
    _fill(variant, draft)
    variant.save()


def rename(*, variant: Variant, name: str) -> None:
    """Give a variant another name; the rest of it stays. Runs keep the name they began with."""
    Variant.objects.filter(pk=variant.pk).update(name=name.strip())


def duplicate(*, variant: Variant) -> Variant:
    """A copy with " copy" behind its name, last in order, not the baseline.

    Raises Refused for imported answers: the copy would always say the same.
    """
    if variant.answers_column_id is not None:
        raise Refused(
            f"The answers of {variant.name} come from a column, so a copy would say the same.",
            hint="Add the answers of another column instead.",
        )
    draft = draft_of(variant)
    return create(
        playground=variant.playground,
        draft=replace(draft, name=free_name(variant.playground, f"{draft.name[:95]} copy")),
    )


def free_name(playground: Playground, wanted: str) -> str:
    """`wanted`, cut to `LONGEST_NAME` and numbered when a variant is called so: "Plain 2".

    Capital letters make no difference.
    """
    names = Variant.objects.filter(playground=playground).values_list("name", flat=True)
    taken = {name.casefold() for name in names}
    name, number = wanted.strip()[:LONGEST_NAME].rstrip(), 1
    while name.casefold() in taken:
        number += 1
        ending = f" {number}"
        name = wanted.strip()[: LONGEST_NAME - len(ending)] + ending
    return name


@transaction.atomic
def delete(*, variant: Variant) -> None:
    """Remove a variant; the first of the others becomes the baseline if it was this one."""
    playground_id = variant.playground_id
    variant.delete()
    others = Variant.objects.filter(playground_id=playground_id)
    first = others.first()
    if first and not others.filter(is_baseline=True).exists():
        make_baseline(variant=first)


@transaction.atomic
def make_baseline(*, variant: Variant) -> None:
    """Make this variant the one that the others are compared with."""
    others = Variant.objects.filter(playground_id=variant.playground_id)
    others.exclude(pk=variant.pk).update(is_baseline=False)
    others.filter(pk=variant.pk).update(is_baseline=True)


@transaction.atomic
def move_up(*, variant: Variant) -> None:
    """Swap the variant with the one before it; nothing happens to the first."""
    siblings = Variant.objects.filter(playground_id=variant.playground_id)
    before = siblings.filter(position__lt=variant.position).last()
    if before is None:
        return
    gap = variant.position - before.position
    siblings.filter(pk=before.pk).update(position=F("position") + gap)
    siblings.filter(pk=variant.pk).update(position=F("position") - gap)


def draft_of(variant: Variant) -> VariantDraft:
    """The stored variant as the values of its form."""
    return VariantDraft(
        name=variant.name,
        connection=variant.connection,
        model_id=variant.model_id,
        user_prompt=variant.user_prompt,
        system_prompt=variant.system_prompt,
        temperature=variant.temperature,
        max_tokens=variant.max_tokens,
        seed=variant.seed,
        use_context=variant.use_context,
        answers_column=variant.answers_column,
    )


def spec_of(variant: Variant) -> VariantSpec:
    """The variant as a run freezes it, with the prices of today."""
    price = connections.price_of(variant.connection, variant.model_id)
    return VariantSpec(
        name=variant.name,
        connection_id=variant.connection_id,
        connection_name=variant.connection.name,
        kind=variant.connection.kind,
        model=variant.model_id,
        user_prompt=variant.user_prompt,
        system_prompt=variant.system_prompt,
        prompt_version=variant.prompt_version,
        temperature=variant.temperature,
        max_tokens=variant.max_tokens,
        seed=variant.seed,
        use_context=variant.use_context,
        answers_column=str(variant.answers_column_id or ""),
        is_baseline=variant.is_baseline,
        input_per_1m=None if price.input_per_1m is None else str(price.input_per_1m),
        output_per_1m=None if price.output_per_1m is None else str(price.output_per_1m),
    )


def column_specs(playground: Playground) -> tuple[ColumnSpec, ...]:
    """The columns that prompts and KPIs may use, in order; those left out are not among them."""
    return tuple(
        ColumnSpec(id=str(column.pk), name=column.name, role=column.role)
        for column in playground.columns.exclude(role=Column.Role.LEFT_OUT)
    )


def _fill(variant: Variant, draft: VariantDraft) -> None:
    variant.name = draft.name.strip()
    variant.connection = draft.connection
    variant.model_id = draft.model_id.strip()
    variant.system_prompt = draft.system_prompt
    variant.user_prompt = draft.user_prompt
    variant.temperature = draft.temperature
    variant.max_tokens = draft.max_tokens
    variant.seed = draft.seed
    variant.use_context = draft.use_context
    variant.answers_column = draft.answers_column
