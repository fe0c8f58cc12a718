"""A playground's setup as a whole: a first suggestion, what is wrong with it, and its snapshot."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

from django.db import transaction

from accounts.errors import Refused
from accounts.models import User
from evals import kpis as catalogue
from evals.domain import prompts
from evals.domain.rules import Rule
from evals.domain.snapshot import ColumnSpec, KpiSpec, Snapshot, letter
from evals.models import SetupKpi, Variant
from evals.services import connections, imported_answers, kpi_fit, kpis, rules, variants
from evals.services.variants import VariantDraft, column_specs
from playground.models import Playground
from playground.queries import current_version

ANSWER_SHORTLY = "Answer the question in one or two short sentences."
ANSWER_FROM_CONTEXT = (
    "Answer the question in one or two short sentences, using only the context. "
    "If the context does not hold the answer, say that you do not know."
)
SUGGESTED_MAX_TOKENS = 128


class Suggested(NamedTuple):
    """What a suggestion added to a setup."""

    variants: list[Variant]
    kpis: list[SetupKpi]


@transaction.atomic
def suggest(playground: Playground, user: User | None = None) -> Suggested:
    """Add variants if there is none, and the KPIs that fit the roles present; the ones added.

    Response columns are variants, each with its imported answers. Without any there are two to
    ask: with a context column they are closed book and with context, else a plain prompt and one
    that asks for a short answer. What a person has set up already stays as it is.
    """
    added: list[Variant] = []
    if not Variant.objects.filter(playground=playground).exists():
        added = imported_answers.create_variants(playground) or [
            variants.create(playground=playground, draft=draft)
            for draft in _suggested_variants(playground)
        ]
    return Suggested(added, kpis.suggest(playground=playground, user=user))


def first_prompt(playground: Playground) -> str:
    """What the form of a playground's first variant starts with: its input columns."""
    return _question(column_specs(playground))


def problems(playground: Playground) -> list[str]:
    """What keeps the setup from being run, in words; empty when nothing does."""
    columns = column_specs(playground)
    return [
        *_row_problems(playground),
        *variant_problems(playground, columns),
        *kpi_problems(playground, columns),
    ]


def variant_problems(playground: Playground, columns: Sequence[ColumnSpec]) -> list[str]:
    """What is wrong with the variants, each named by its letter."""
    chosen = _variants(playground)
    if not chosen:
        return ["There is no variant. Add at least one."]
    found = []
    for index, variant in enumerate(chosen):
        prefix = f"Variant {letter(index)}, {variant.name}: "
        if not variant.model_id and variant.answers_column_id is None:
            found.append(f"{prefix}no model is chosen.")
        found += [prefix + text for text in prompts.problems(variants.spec_of(variant), columns)]
    return found


def kpi_problems(playground: Playground, columns: Sequence[ColumnSpec]) -> list[str]:
    """What is wrong with the KPIs and the rule."""
    chosen = list(playground.setup_kpis.all())
    if not chosen:
        return ["There is no KPI. Add at least one, or press “Suggest from data”."]
    found = []
    for kpi in chosen:
        if wrong := kpis.wrong_parameters(kpi):
            found.append(f"{kpi.name}: {wrong}")
        elif reason := kpi_fit.unavailable(kpis.kind_of(kpi.key), columns, kpi.params, kpi.inputs):
            found.append(f"{kpi.name}: {reason}. Give a column that role, or remove the KPI.")
    if not _rule(playground).conditions:
        found.append("No KPI is in the rule. Set one to Required or to Counts.")
    return found


@transaction.atomic
def snapshot_of(playground: Playground) -> Snapshot:
    """What a run of this setup freezes. Makes the KPI and rule versions it refers to.

    Raises Refused with all problems in words when the setup cannot be run.
    """
    found = problems(playground)
    if found:
        raise Refused(
            " ".join(found), hint="Nothing was sent. Change this on the Setup page, then run."
        )
    rule = rules.save(playground=playground, rule=_rule(playground))
    version = current_version(playground)
    return Snapshot(
        columns=column_specs(playground),
        variants=tuple(variants.spec_of(variant) for variant in _variants(playground)),
        kpis=tuple(_kpi_specs(playground)),
        rule=rule.spec,
        dataset_version=version.number,
    )


def _row_problems(playground: Playground) -> list[str]:
    version = current_version(playground)
    return [] if version.row_count else ["There are no rows. Add a file on Data."]


def _rule(playground: Playground) -> Rule:
    slots = set(playground.setup_kpis.values_list("slot", flat=True))
    return rules.restricted(playground=playground, slots=slots)


def _variants(playground: Playground) -> list[Variant]:
    chosen = playground.variants.select_related("connection")
    return list(chosen.prefetch_related("connection__models"))


def _kpi_specs(playground: Playground) -> Iterator[KpiSpec]:
    for kpi in playground.setup_kpis.all():
        version = kpis.version_of(
            workspace=playground.workspace, key=kpi.key, params=kpi.params, inputs=kpi.inputs
        )
        yield KpiSpec(
            slot=kpi.slot,
            key=kpi.key,
            name=kpi.name,
            kpi_version_id=version.pk,
            code_hash=catalogue.code_hash(kpi.key),
            params=kpi.params,
            inputs=kpi.inputs,
        )


def _suggested_variants(playground: Playground) -> Iterator[VariantDraft]:
    columns = column_specs(playground)
    connection = connections.suggested(playground.workspace)
    model = connection.models.first()
    question = _question(columns)
    context = prompts.context_column(columns)
    plain = VariantDraft(
        name="Closed book" if context else "Plain",
        connection=connection,
        model_id=model.model_id if model else "",
        system_prompt=ANSWER_SHORTLY if context else "",
        user_prompt=question,
        max_tokens=SUGGESTED_MAX_TOKENS,
    )
    yield plain
    if context:
        prompt = f"Context:\n{{{{{context.name}}}}}\n\n{question}"
        yield replace(
            plain,
            name="With context",
            system_prompt=ANSWER_FROM_CONTEXT,
            user_prompt=prompt,
            use_context=True,
        )
    else:
        yield replace(plain, name="Short answer", system_prompt=ANSWER_SHORTLY)


def _question(columns: Sequence[ColumnSpec]) -> str:
    """The input columns as a prompt: the first one bare, several with their names."""
    inputs = [column.name for column in columns if column.role == "input"]
    if len(inputs) == 1:
        return f"{{{{{inputs[0]}}}}}"
    return "\n".join(f"{name}: {{{{{name}}}}}" for name in inputs)
