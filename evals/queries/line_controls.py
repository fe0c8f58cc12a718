"""The pass lines as controls: a slider under the real scores, and what moving them changed."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor, log10

import numpy as np

from evals.domain import rendering
from evals.domain.matrix import ScoreState
from evals.domain.rules import Condition
from evals.queries.draft import HIGH_SUFFIX, typed
from evals.queries.kpi_faces import KpiFace
from evals.queries.reading import Reading
from evals.queries.view_state import LINE_PREFIX

_BINS = 30
_STEPS = 100
_SMALLEST_CHANGE = 0.0005


@dataclass(frozen=True, kw_only=True)
class LineControl:
    """A pass line of the rule.

    `kind` is "slider", "numbers" (a line with two ends) or "fixed" (yes or no: nothing to move).
    `least`, `most`, `step`, `value` and `high` are attributes of its inputs; `counts` is the
    histogram of the scores of all variants and `share` the line's place on it.
    """

    kind: str
    slot: str
    name: str
    field: str
    high_field: str
    required: bool
    words: str
    saved_words: str
    least: str
    most: str
    step: str
    value: str
    high: str
    counts: tuple[int, ...]
    share: float | None
    passes_above: bool

    @property
    def is_moved(self) -> bool:
        """Whether the line is not where the saved rule has it."""
        return self.words != self.saved_words


def line_controls(reading: Reading) -> tuple[LineControl, ...]:
    """One control a condition, in the order of the rule."""
    return tuple(
        _control(reading, condition, before, reading.kpis.get(condition.slot))
        for condition, before in zip(reading.rule.conditions, reading.saved.conditions, strict=True)
    )


def draft_words(reading: Reading) -> str:
    """What a draft changes: "B gains 4.2 points. The order stays the same."; "" without one."""
    if not reading.is_draft:
        return ""
    if np.array_equal(reading.verdicts.codes, reading.saved_verdicts.codes):
        return "No verdict changes."
    moves = []
    for letter, new, old in zip(
        reading.letters, reading.accuracies, reading.saved_accuracies, strict=True
    ):
        if new.value is None or old.value is None:
            continue
        change = new.value - old.value
        if abs(change) >= _SMALLEST_CHANGE:
            verb = "gains" if change > 0 else "loses"
            moves.append(f"{letter} {verb} {rendering.points(abs(change), decimals=1)[1:]}")
    if not moves:
        return "Some verdicts change, the accuracies stay."
    moves[0] += " points"
    return f"{', '.join(moves)}. {_order_words(reading)}"


def _order_words(reading: Reading) -> str:
    if len(reading.letters) < 2:
        return ""
    new, old = _order(reading, draft=True), _order(reading, draft=False)
    return "The order stays the same." if new == old else f"The order becomes {', '.join(new)}."


def _order(reading: Reading, *, draft: bool) -> list[str]:
    accuracies = reading.accuracies if draft else reading.saved_accuracies
    shares = {
        letter: -1.0 if one.value is None else one.value
        for letter, one in zip(reading.letters, accuracies, strict=True)
    }
    return sorted(shares, key=lambda letter: -shares[letter])


def _control(
    reading: Reading, condition: Condition, before: Condition, face: KpiFace | None
) -> LineControl:
    line, scale = condition.line, face.scale if face else None
    field = f"{LINE_PREFIX}{condition.slot}"
    low, top = (face.scale.low, face.top) if face else (0.0, max(1.0, line.value))
    step = _step(low, top, [line.value, before.line.value])
    most = top if step is None else ceil(round(top / step, 6)) * step
    kind = "fixed" if scale is None or scale.binary else "slider"
    if kind == "slider" and (line.high is not None or line.op == "=="):
        kind = "numbers"
    return LineControl(
        kind=kind,
        slot=condition.slot,
        name=reading.names.get(condition.slot, condition.slot),
        field=field,
        high_field=f"{field}{HIGH_SUFFIX}" if line.high is not None else "",
        required=condition.required,
        words=line.words(scale),
        saved_words=before.line.words(scale),
        least=typed(low),
        most=typed(round(most, 9)),
        step="any" if step is None else typed(step),
        value=typed(line.value),
        high="" if line.high is None else typed(line.high),
        counts=_counts(reading, condition.slot, low, most) if kind == "slider" else (),
        share=min(1.0, max(0.0, (line.value - low) / (most - low))) if most > low else None,
        passes_above=line.op in {">=", ">"},
    )


def _step(low: float, top: float, values: Sequence[float]) -> float | None:
    """About a hundredth of the axis, and fine enough that the lines lie on it; None for any."""
    if top <= low:
        return None
    coarse = 10.0 ** floor(log10((top - low) / _STEPS) + 1e-9)
    for step in (coarse, coarse / 10, coarse / 100):
        steps = [(value - low) / step for value in values]
        if all(abs(one - round(one)) < 1e-6 for one in steps):
            return float(f"{step:.6g}")
    return None


def _counts(reading: Reading, slot: str, low: float, top: float) -> tuple[int, ...]:
    """The scores of all variants in `_BINS` equal steps."""
    place = reading.matrix.slot_index(slot)
    if place is None or top <= low:
        return ()
    scored = reading.matrix.values[:, place][reading.matrix.states[:, place] == ScoreState.VALUE]
    counts, _edges = np.histogram(scored, bins=_BINS, range=(low, top))
    return tuple(int(count) for count in counts) if scored.size else ()
