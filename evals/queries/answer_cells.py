"""The rows and cells of the Compare page, ready to be shown."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from django.db.models.functions import Substr

from evals.domain import rendering
from evals.domain.rules import ConditionState, Verdict
from evals.models import Answer
from evals.queries.costs import usd
from evals.queries.error_words import title
from evals.queries.reading import Reading
from evals.queries.row_faces import clamped, row_face
from playground.models import Row

CLAMP = 400
_CHIPS = 2
_BARS = 8
# `start` is one character longer than what is shown: whether something was cut has to be seen.
_FIELDS = (
    "variant",
    "position",
    "status",
    "start",
    "error_class",
    "error_text",
    "latency_ms",
    "cost_nano",
)

# verdict → (name of its mark, its word)
VERDICTS = {
    Verdict.WAITING: ("waiting", "Waiting"),
    Verdict.PASS: ("pass", "Pass"),
    Verdict.FAIL: ("fail", "Fail"),
    Verdict.UNDECIDED: ("undecided", "Undecided"),
    Verdict.ERROR: ("error", "Error"),
}
_BAR_STATES = {
    ConditionState.MISSING: "missing",
    ConditionState.PASS: "pass",
    ConditionState.FAIL: "fail",
    ConditionState.NOT_APPLICABLE: "not_applicable",
    ConditionState.ERROR: "error",
}


@dataclass(frozen=True, kw_only=True)
class Chip:
    """A KPI whose line an answer misses, in short, with its score."""

    name: str
    score: str


@dataclass(frozen=True, kw_only=True)
class AnswerCell:
    """One answer in the grid. `text` is what it says; without `is_text`, why there is nothing.

    `bars` are (state, share) for the score strip; `label` is the cell's name for a reader.
    """

    letter: str
    state: str
    word: str
    text: str
    is_text: bool
    figures: tuple[str, ...]
    bars: tuple[tuple[str, float], ...]
    chips: tuple[Chip, ...]
    more: int
    is_regressed: bool
    label: str


@dataclass(frozen=True, kw_only=True)
class ComparedRow:
    """One row of the grid. `index` is its place among the selected rows, from 1."""

    position: int
    index: int
    number: int
    question: str
    expected: str
    tags: tuple[str, ...]
    cells: tuple[AnswerCell, ...]


@dataclass(frozen=True)
class Stored:
    """What the grid reads of an answer, in the order of `_FIELDS`."""

    variant: int
    position: int
    status: int
    start: str
    error_class: str
    error_text: str
    latency_ms: float | None
    cost_nano: int | None


@dataclass(frozen=True, kw_only=True)
class Answers:
    """The answers of one page, and what they are shown with."""

    reading: Reading
    by_place: Mapping[tuple[int, int], Stored]
    strip: Sequence[int]


def compared_rows(
    reading: Reading, positions: Sequence[int], *, first_index: int
) -> tuple[ComparedRow, ...]:
    """The rows at `positions` with their answers clamped to `CLAMP` characters. Two queries."""
    row_ids = [int(reading.row_ids[position]) for position in positions]
    rows = Row.objects.in_bulk(row_ids)
    by_place = {(answer.variant, answer.position): answer for answer in _stored(reading, positions)}
    answers = Answers(reading=reading, by_place=by_place, strip=_strip(reading))
    return tuple(
        _row(answers, position, index, rows.get(row_id))
        for index, (position, row_id) in enumerate(
            zip(positions, row_ids, strict=True), start=first_index
        )
    )


def missed_lines(reading: Reading, variant: int, position: int) -> list[Chip]:
    """The KPIs whose lines an answer misses: required ones first, then the lowest first."""
    states = reading.verdicts.conditions[variant, :, position]
    missed = []
    for index, condition in enumerate(reading.rule.conditions):
        face = reading.kpis.get(condition.slot)
        place = reading.matrix.slot_index(condition.slot)
        if states[index] != ConditionState.FAIL or face is None or place is None:
            continue
        value = float(reading.matrix.values[variant, place, position])
        chip = Chip(name=face.short_name, score=rendering.score(value, face.scale))
        missed.append((not condition.required, face.share(value), chip))
    missed.sort(key=lambda one: one[:2])
    return [chip for _counted, _share, chip in missed]


def _stored(reading: Reading, positions: Sequence[int]) -> Iterator[Stored]:
    """The answers at `positions`. Each variant is named, so that the unique index is used."""
    answers = Answer.objects.filter(
        run_id=reading.run.pk,
        variant__in=range(len(reading.snapshot.variants)),
        position__in=positions,
        rep=0,
    ).annotate(start=Substr("text", 1, CLAMP + 1))
    return (Stored(*values) for values in answers.values_list(*_FIELDS))


def _strip(reading: Reading) -> list[int]:
    """Which conditions the score strip draws: all, or the required and the most missed eight."""
    conditions = reading.rule.conditions
    if len(conditions) <= _BARS:
        return list(range(len(conditions)))
    misses = (reading.verdicts.conditions == ConditionState.FAIL).sum(axis=(0, 2))
    ranked = sorted(
        range(len(conditions)), key=lambda i: (not conditions[i].required, -int(misses[i]))
    )
    return sorted(ranked[:_BARS])


def _row(answers: Answers, position: int, index: int, row: Row | None) -> ComparedRow:
    face = row_face(answers.reading.snapshot.columns, row, position)
    variants = range(len(answers.reading.snapshot.variants))
    return ComparedRow(
        position=position,
        index=index,
        number=face.number,
        question=clamped(face.question, CLAMP),
        expected=clamped(face.expected, CLAMP),
        tags=face.tags,
        cells=tuple(_cell(answers, variant, position, face.number) for variant in variants),
    )


def _cell(answers: Answers, variant: int, position: int, number: int) -> AnswerCell:
    reading, answer = answers.reading, answers.by_place.get((variant, position))
    verdict = Verdict(reading.verdicts.codes[variant, position])
    state, word = VERDICTS[verdict]
    if answer is None and reading.is_over:
        word = "Not run"
    missed = missed_lines(reading, variant, position) if verdict == Verdict.FAIL else []
    shown = ", ".join(f"{chip.name} {chip.score}" for chip in missed[:_CHIPS])
    name = reading.snapshot.variants[variant].name
    return AnswerCell(
        letter=reading.letters[variant],
        state=state,
        word=word,
        text=_text(answer, is_over=reading.is_over),
        is_text=bool(answer and answer.status == Answer.Status.OK and answer.start),
        figures=_figures(answer),
        bars=tuple(_bar(reading, variant, one, position) for one in answers.strip)
        if answer and verdict != Verdict.ERROR
        else (),
        chips=tuple(missed[:_CHIPS]),
        more=max(0, len(missed) - _CHIPS),
        is_regressed=verdict == Verdict.FAIL
        and reading.verdicts.codes[reading.baseline, position] == Verdict.PASS,
        label=f"Row {number}, {name}: {word.lower()}.{f' {shown}.' if shown else ''}",
    )


def _text(answer: Stored | None, *, is_over: bool) -> str:
    if answer is None:
        return "Never asked: the run ended before." if is_over else ""
    if answer.status == Answer.Status.ERROR:
        return clamped(f"{title(answer.error_class)}. {answer.error_text}".strip(), CLAMP)
    return clamped(answer.start, CLAMP) or "The model answered with nothing."


def _figures(answer: Stored | None) -> tuple[str, ...]:
    """Latency and cost, as far as they are known; a cost of nothing needs no figure."""
    if answer is None:
        return ()
    latency = [rendering.latency(answer.latency_ms)] if answer.latency_ms is not None else []
    cost = [rendering.cost_per_1k(usd(answer.cost_nano))] if answer.cost_nano else []
    return (*latency, *cost)


def _bar(reading: Reading, variant: int, condition: int, position: int) -> tuple[str, float]:
    state = ConditionState(reading.verdicts.conditions[variant, condition, position])
    slot = reading.rule.conditions[condition].slot
    face, place = reading.kpis.get(slot), reading.matrix.slot_index(slot)
    if face is None or place is None or state not in (ConditionState.PASS, ConditionState.FAIL):
        return _BAR_STATES[state], 0.0
    return _BAR_STATES[state], face.share(float(reading.matrix.values[variant, place, position]))
