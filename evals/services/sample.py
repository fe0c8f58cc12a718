"""The sample playground of the first start: questions to an invented outdoor shop.

Two variants of the embedded model, closed book and with context, and deterministic KPIs. Nothing
is answered in advance: what the model says when somebody presses Run is what stands there.
"""

import csv
from importlib import resources

from django.db import transaction

from accounts.models import User, Workspace
from evals.domain.rules import Condition, PassLine, Rule
from evals.services import connections, kpis, rules, variants
from evals.services.variants import VariantDraft
from playground.models import Column, Playground
from playground.services.rows import ColumnDraft, create_playground

NAME = "Support answers (sample)"
FILE = "outdoor_support.csv"
ROLES = {
    "question": (Column.Type.TEXT, Column.Role.INPUT),
    "expected_answer": (Column.Type.TEXT, Column.Role.EXPECTED),
    "context": (Column.Type.LONG_TEXT, Column.Role.CONTEXT),
    "topic": (Column.Type.CATEGORY, Column.Role.FILTER),
    "answerable": (Column.Type.YES_NO, Column.Role.ANSWERABLE),
}
CLOSED_BOOK = (
    "You are a support agent of an outdoor shop. Answer in one short sentence. "
    "If you do not know, say: I don't know."
)
WITH_CONTEXT = (
    "You are a support agent of an outdoor shop. Answer in one short sentence, using only the "
    "context. If the context does not say it, answer: I don't know."
)
MAX_TOKENS = 64
SEED = 7
RULE = Rule(
    mode="at_least",
    n=1,
    conditions=(
        Condition(slot="token_f1", line=PassLine(op=">=", value=0.6), required=True),
        Condition(slot="abstention_correctness", line=PassLine(op="==", value=1), required=True),
        Condition(slot="number_grounding", line=PassLine(op=">=", value=1)),
        Condition(slot="word_count", line=PassLine(op="between", value=1, high=40)),
    ),
)
# A chatty model repeats the question: what counts is whether the expected words are there.
_CHANGED = {"token_f1": kpis.RECALL}


@transaction.atomic
def ensure_sample(workspace: Workspace, user: User | None) -> Playground:
    """The workspace's sample playground, made with its setup when there is none yet."""
    existing = Playground.objects.filter(workspace=workspace, is_sample=True).first()
    if existing:
        return existing
    text = resources.files("evals.sample").joinpath(FILE).read_text(encoding="utf-8")
    header, *rows = csv.reader(text.splitlines())
    playground = create_playground(
        workspace=workspace,
        user=user,
        name=NAME,
        question="Does the embedded model answer better when it is given the context?",
        columns=[
            ColumnDraft(name=name, type=ROLES[name][0], role=ROLES[name][1]) for name in header
        ],
        rows=rows,
        source_name=FILE,
        is_sample=True,
    )
    for draft in _variants(workspace):
        variants.create(playground=playground, draft=draft)
    _choose_kpis(playground, user)
    return playground


def _variants(workspace: Workspace) -> list[VariantDraft]:
    connection = connections.ensure_embedded(workspace)
    model_id = connection.models.get().model_id
    return [
        VariantDraft(
            name="Closed book",
            connection=connection,
            model_id=model_id,
            system_prompt=CLOSED_BOOK,
            user_prompt="{{question}}",
            max_tokens=MAX_TOKENS,
            seed=SEED,
        ),
        VariantDraft(
            name="With context",
            connection=connection,
            model_id=model_id,
            system_prompt=WITH_CONTEXT,
            user_prompt="Context: {{context}}\n\nQuestion: {{question}}",
            max_tokens=MAX_TOKENS,
            seed=SEED,
            use_context=True,
        ),
    ]


def _choose_kpis(playground: Playground, user: User | None) -> None:
    for key in RULE.slots:
        kpis.add(playground=playground, key=key, user=user, **_CHANGED.get(key, {}))
    rules.save(playground=playground, rule=RULE, user=user)
