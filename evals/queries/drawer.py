"""One answer with everything behind it: what was sent, what came back, how it was judged."""

from dataclasses import dataclass
from decimal import Decimal

from evals.domain import prompts, rendering
from evals.domain.rules import Verdict, reasons
from evals.domain.snapshot import ColumnSpec, VariantSpec
from evals.models import Answer
from evals.queries.answer_cells import VERDICTS
from evals.queries.costs import cost_of
from evals.queries.error_words import title
from evals.queries.kpi_lines import KpiLine, kpi_lines
from evals.queries.reading import Reading
from evals.queries.row_faces import RowFace, row_face
from playground.models import Row


@dataclass(frozen=True, kw_only=True)
class VariantTab:
    """A variant at the top of the drawer, with the mark of its verdict on this row."""

    letter: str
    name: str
    state: str
    word: str
    is_current: bool


@dataclass(frozen=True, kw_only=True)
class Sent:
    """A message as it was sent."""

    role: str
    text: str


@dataclass(frozen=True, kw_only=True)
class Drawer:
    """Everything about one row and one variant's answer to it.

    `answer` is None while there is none; `latency_ms`, `cost` and tokens are None when unknown.
    `outdated` is "changed" or "removed" when the row is not what it was any more.
    `sent` is empty when the prompt cannot be rebuilt, and `sent_problem` says why.
    """

    position: int
    row: RowFace
    tabs: tuple[VariantTab, ...]
    variant: VariantSpec
    columns: tuple[ColumnSpec, ...]
    letter: str
    answer: Answer | None
    error_title: str
    cost: Decimal | None
    context: str
    context_users: str
    state: str
    headline: str
    reasons: tuple[str, ...]
    kpis: tuple[KpiLine, ...]
    sent: tuple[Sent, ...]
    sent_problem: str
    outdated: str

    @property
    def answers_column(self) -> str:
        """The name of the column that imported answers are in; "" when a model was asked."""
        wanted = self.variant.answers_column
        return next((one.name for one in self.columns if one.id == wanted), "")

    @property
    def before(self) -> int:
        """The number before the row's: a page of the data that begins behind it shows the row."""
        return self.row.number - 1

    @property
    def temperature(self) -> str:
        """The temperature that was asked for."""
        return rendering.number(self.variant.temperature)


HEADLINES = {
    Verdict.WAITING: "Not judged yet.",
    Verdict.PASS: "Passes the rule.",
    Verdict.FAIL: "Fails the rule.",
    Verdict.UNDECIDED: "Undecided.",
    Verdict.ERROR: "No answer to judge.",
}


def drawer(reading: Reading, position: int, variant: int, *, outdated: str = "") -> Drawer:
    """The answer of `variant` to the row at `position`. Two queries.

    `outdated` says what became of the row since the run: "changed", "removed" or "".
    """
    row = Row.objects.filter(pk=int(reading.row_ids[position])).first()
    answer = Answer.objects.filter(
        run_id=reading.run.pk, variant=variant, position=position, rep=0
    ).first()
    face = row_face(reading.snapshot.columns, row, position)
    spec = reading.snapshot.variants[variant]
    verdict = Verdict(reading.verdicts.codes[variant, position])
    sent, problem = _sent(reading, spec, row)
    return Drawer(
        position=position,
        row=face,
        tabs=_tabs(reading, position, variant),
        variant=spec,
        columns=reading.snapshot.columns,
        letter=reading.letters[variant],
        answer=answer,
        error_title=title(answer.error_class) if verdict == Verdict.ERROR and answer else "",
        cost=cost_of(answer) if answer else None,
        context=face.context,
        context_users=_context_users(reading),
        state=VERDICTS[verdict][0],
        headline=HEADLINES[verdict],
        reasons=tuple(
            reasons(
                reading.rule, reading.verdicts, variant, position, reading.names, reading.scales
            )
        ),
        kpis=kpi_lines(reading, position, variant, answer, row),
        sent=sent,
        sent_problem=problem,
        outdated=outdated,
    )


def _tabs(reading: Reading, position: int, current: int) -> tuple[VariantTab, ...]:
    found = []
    for index, variant in enumerate(reading.snapshot.variants):
        state, word = VERDICTS[Verdict(reading.verdicts.codes[index, position])]
        found.append(
            VariantTab(
                letter=reading.letters[index],
                name=variant.name,
                state=state,
                word=word,
                is_current=index == current,
            )
        )
    return tuple(found)


def _context_users(reading: Reading) -> str:
    """Who was given the row's context: "used by B and D only"; empty without a context column."""
    if prompts.context_column(reading.snapshot.columns) is None:
        return ""
    asked = [
        (letter, variant)
        for letter, variant in zip(reading.letters, reading.snapshot.variants, strict=True)
        if not variant.is_imported
    ]
    users = [letter for letter, variant in asked if variant.use_context]
    if not asked:
        return "whether it was given to the models is not known"
    if not users:
        return "given to no variant"
    if len(users) == len(reading.letters):
        return "given to every variant"
    return f"given to {' and '.join(filter(None, [', '.join(users[:-1]), users[-1]]))} only"


def _sent(reading: Reading, spec: VariantSpec, row: Row | None) -> tuple[tuple[Sent, ...], str]:
    """The messages, rebuilt from what the run froze; or why there are none."""
    if spec.is_imported:
        return (), "Nothing was sent: the answer came with the row."
    if row is None:
        return (), "The row is gone."
    try:
        messages = prompts.messages(spec, reading.snapshot.columns, row.cells)
    except (KeyError, ValueError) as exc:
        return (), f"The prompt could not be filled: {exc}"
    return tuple(Sent(role=role, text=text) for role, text in messages), ""
