"""The scores of one held shard in memory, until they are written as blocks."""

from collections.abc import Mapping, Sequence

import numpy as np

from evals.domain.matrix import ScoreState
from evals.engine import score_store
from evals.engine.answers import StoredCell
from evals.engine.score_store import ANSWERS_SLOT, Packed
from evals.engine.scoring import Mark
from evals.models import Answer

DIRTY_SHARE = 0.25
LONGEST_DIRTY_S = 2.0


class ShardScores:
    """States and values of a shard's cells: one line for the answers, one for each slot."""

    def __init__(self, slots: Sequence[str], cells: int) -> None:
        self._lines = {slot: line for line, slot in enumerate((ANSWERS_SLOT, *slots))}
        self._states = np.zeros((len(self._lines), cells), dtype=np.uint8)
        self._values = np.full((len(self._lines), cells), np.nan)
        self._cells = cells
        self._changed = np.zeros(cells, dtype=np.bool_)
        self._written_at = 0.0

    @property
    def changed(self) -> int:
        """How many cells differ from the stored blocks."""
        return int(np.count_nonzero(self._changed))

    def load(self, blocks: Mapping[str, bytes], now: float) -> None:
        """Start from the stored blocks; those of another size are made anew."""
        for slot, data in blocks.items():
            states, values = score_store.unpack(data)
            if slot in self._lines and len(states) == self._cells:
                self._states[self._lines[slot]] = states
                self._values[self._lines[slot]] = values
        self._written_at = now

    def note_stored(self, cells: Mapping[int, StoredCell]) -> None:
        """Make the line of answers say what the table says, index → cell."""
        for index, cell in cells.items():
            if self._states[0, index] != cell.status:
                self.note_answer(index, cell.status, cell.latency_ms)

    def note_answer(self, index: int, status: Answer.Status, latency_ms: float | None) -> None:
        """An answer was stored at `index`."""
        self._states[0, index] = status
        self._values[0, index] = np.nan if latency_ms is None else latency_ms
        self._changed[index] = True

    def note_marks(self, index: int, marks: Mapping[str, Mark]) -> None:
        """The answer at `index` was scored."""
        for slot, mark in marks.items():
            line = self._lines[slot]
            self._states[line, index] = mark.state
            self._values[line, index] = mark.value
        self._changed[index] = True

    @property
    def mean_latency_ms(self) -> float | None:
        """How long a call of this shard took; None when no call was measured."""
        latencies = self._values[0][~np.isnan(self._values[0])]
        return float(latencies.mean()) if latencies.size else None

    def unscored(self, live: frozenset[str]) -> list[int]:
        """The indices of ok answers that miss a score in one of the live slots."""
        lines = [line for slot, line in self._lines.items() if slot in live]
        missing = (self._states[lines] == ScoreState.MISSING).any(axis=0)
        is_ok = self._states[0] == Answer.Status.OK
        return [int(index) for index in np.flatnonzero(missing & is_ok)]

    def are_due(self, now: float) -> bool:
        """Whether the blocks should be written: a quarter has changed, or 2 s have passed."""
        changed, waited = self.changed, now - self._written_at
        return changed > 0 and (changed >= DIRTY_SHARE * self._cells or waited >= LONGEST_DIRTY_S)

    def packed(self, *, run_id: int, variant: int, start: int, n: int) -> list[Packed]:
        """All blocks of the shard as they stand."""
        return [
            Packed(
                run_id=run_id,
                variant=variant,
                slot=slot,
                start=start,
                n=n,
                data=score_store.pack(self._states[line], self._values[line]),
            )
            for slot, line in self._lines.items()
        ]

    def mark_written(self, now: float) -> None:
        """The blocks were committed."""
        self._changed[:] = False
        self._written_at = now
