"""The rows and cells of the Compare page, ready to be shown."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from django.db.models.functions import Substr

from evals.domain import rendering
from evals.domain.costs import from_nano
from evals.domain.rules import ConditionState, Verdict
from evals.models import Answer
from evals.queries.error_words import title
from evals.queries.kpi_faces import KpiFace
from evals.queries.out_of_date import OutOfDate
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
_BAR_STATES: dict[int, str] = {
    ConditionState.MISSING: "missing",
    ConditionState.PASS: "pass",
    ConditionState.FAIL: "fail",
    ConditionState.NOT_APPLICABLE: "not_applicable",
    ConditionState.ERROR: "error",
}


@dataclass(frozen=True, kw_only=True)
class Chip:
    """A KPI whose line an answer misses, in short. `score` is empty for a yes or no."""

    name: str
    score: str


@dataclass(frozen=True, kw_only=True)
class AnswerCell:
    """One answer in the grid. `text` is what it says; without `is_text`, why there is nothing.

    `letter` is a small one, as in URLs; `css` the class of the state; `figures` latency and cost;
    `bars` (state, share) for the score strip; `label` the cell's name for a screen reader.
    """

    letter: str
    state: str
    css: str
    word: str
    text: str
    is_text: bool
    figures: str
    bars: tuple[tuple[str, float], ...]
    chips: tuple[Chip, ...]
    more: int
    is_regressed: bool
    label: str


@dataclass(frozen=True, kw_only=True)
class ComparedRow:
    """One row of the grid. `index` is its place among the selected rows, from 1.

    `outdated` says what became of the row since the run: "changed", "removed" or "".
    """

    position: int
    index: int
    number: int
    question: str
    expected: str
    tags: tuple[str, ...]
    outdated: str
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
class Line:
    """A pass line over one page: the states and scores of all variants, [variant][place].

    Plain lists: reading numbers out of arrays one by one takes most of a page's time.
    """

    face: KpiFace
    required: bool
    states: list[list[int]]
    scores: list[list[float]]


@dataclass(frozen=True, kw_only=True)
class Answers:
    """The answers of one page: [variant][place] but for `stored`, by (variant, position)."""

    reading: Reading
    stored: Mapping[tuple[int, int], Stored]
    verdicts: list[list[int]]
    lines: Sequence[Line]
    strip: Sequence[Line]


def compared_rows(
    reading: Reading,
    positions: Sequence[int],
    *,
    first_index: int,
    outdated: OutOfDate | None = None,
) -> tuple[ComparedRow, ...]:
    """The rows at `positions` with their answers clamped to `CLAMP` characters. Two queries.

    Rows are marked as `outdated` says; without it none is.
    """
    row_ids = [int(reading.row_ids[position]) for position in positions]
    rows = Row.objects.in_bulk(row_ids)
    stored = {(one.variant, one.position): one for one in _stored(reading, positions)}
    lines = _lines(reading, positions)
    answers = Answers(
        reading=reading,
        stored=stored,
        verdicts=reading.verdicts.codes[:, positions].tolist(),
        lines=[line for line in lines if line is not None],
        strip=[line for line in (lines[index] for index in _strip(reading)) if line is not None],
    )
    found = (
        _row(answers, place, position, rows.get(row_id), first_index + place)
        for place, (position, row_id) in enumerate(zip(positions, row_ids, strict=True))
    )
    if outdated is None:
        return tuple(found)
    return tuple(replace(row, outdated=outdated.state(row.position)) for row in found)


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


def _lines(reading: Reading, positions: Sequence[int]) -> list[Line | None]:
    """The rule's lines; None for one on a KPI that the run was not scored with."""
    lines: list[Line | None] = []
    for index, condition in enumerate(reading.rule.conditions):
        face, slot = reading.kpis.get(condition.slot), reading.matrix.slot_index(condition.slot)
        if face is None or slot is None:
            lines.append(None)
            continue
        lines.append(
            Line(
                face=face,
                required=condition.required,
                states=reading.verdicts.conditions[:, index][:, positions].tolist(),
                scores=reading.matrix.values[:, slot][:, positions].tolist(),
            )
        )
    return lines


def _row(answers: Answers, place: int, position: int, row: Row | None, index: int) -> ComparedRow:
    snapshot = answers.reading.snapshot
    face = row_face(snapshot.columns, row, position)
    return ComparedRow(
        position=position,
        index=index,
        number=face.number,
        question=clamped(face.question, CLAMP),
        expected=clamped(face.expected, CLAMP),
        tags=face.tags,
        outdated="",
        cells=tuple(
            _cell(answers, variant, place, answers.stored.get((variant, position)), face.number)
            for variant in range(len(snapshot.variants))
        ),
    )


def _cell(
    answers: Answers, variant: int, place: int, answer: Stored | None, number: int
) -> AnswerCell:
    reading, verdict = answers.reading, answers.verdicts[variant][place]
    state, word = VERDICTS[Verdict(verdict)]
    if answer is None and reading.is_over:
        word = "Not run"
    missed = _missed(answers, variant, place) if verdict == Verdict.FAIL else []
    base = answers.verdicts[reading.baseline][place]
    is_regressed = verdict == Verdict.FAIL and base == Verdict.PASS
    shown = ", ".join(f"{chip.name} {chip.score}".rstrip() for chip in missed[:_CHIPS])
    name = reading.snapshot.variants[variant].name
    has_bars = answer is not None and verdict != Verdict.ERROR
    return AnswerCell(
        letter=reading.letters[variant].lower(),
        state=state,
        css=state[0],
        word=word,
        text=_text(answer, is_over=reading.is_over),
        is_text=bool(answer and answer.status == Answer.Status.OK and answer.start),
        figures=_figures(answer, short=is_regressed),
        bars=tuple(_bar(line, variant, place) for line in answers.strip) if has_bars else (),
        chips=tuple(missed[:_CHIPS]),
        more=max(0, len(missed) - _CHIPS),
        is_regressed=is_regressed,
        label=f"Row {number}, {name}: {word.lower()}.{f' {shown}.' if shown else ''}",
    )


def _missed(answers: Answers, variant: int, place: int) -> list[Chip]:
    """The KPIs whose lines an answer misses: required ones first, then the lowest first."""
    missed = []
    for line in answers.lines:
        if line.states[variant][place] == ConditionState.FAIL:
            score = line.scores[variant][place]
            missed.append((not line.required, line.face.share(score), line.face, score))
    missed.sort(key=lambda one: one[:2])
    return [
        Chip(
            name=face.short_name,
            # "Abstains No" would say the opposite of what happened.
            score="" if face.scale.binary else rendering.score(score, face.scale),
        )
        for _counted, _share, face, score in missed
    ]


def _bar(line: Line, variant: int, place: int) -> tuple[str, float]:
    state = line.states[variant][place]
    if state not in (ConditionState.PASS, ConditionState.FAIL):
        return _BAR_STATES[state], 0.0
    return _BAR_STATES[state], line.face.share(line.scores[variant][place])


def _text(answer: Stored | None, *, is_over: bool) -> str:
    if answer is None:
        return "Never asked: the run ended before." if is_over else ""
    if answer.status == Answer.Status.ERROR:
        return clamped(f"{title(answer.error_class)}. {answer.error_text}".strip(), CLAMP)
    return clamped(answer.start, CLAMP) or "The model answered with nothing."


def _figures(answer: Stored | None, *, short: bool) -> str:
    """Latency, and cost unless `short`, as far as they are known; no cost needs no figure."""
    if answer is None:
        return ""
    figures = [] if answer.latency_ms is None else [rendering.latency(answer.latency_ms)]
    if answer.cost_nano and not short:
        figures.append(rendering.cost_per_1k(from_nano(answer.cost_nano)))
    return " · ".join(figures)
