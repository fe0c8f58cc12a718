"""Packed score blocks: the one place that knows their format, and the matrix made of them.

A block holds the scores of one shard's range under one slot: a format byte, n·reps state bytes
(`ScoreState`), then n·reps little-endian float64; index (position − start)·reps + rep. The slot
'' holds answer states (`AnswerState`) and latencies in ms. A value counts only where its state
is VALUE; elsewhere it is NaN.
"""

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from threading import Lock

import numpy as np
from django.db import connection
from numpy.typing import NDArray

from evals.domain.matrix import ScoreMatrix
from evals.engine.database import marks
from evals.models import Block, Run, RunKpi, RunSpec

FORMAT = 1
ANSWERS_SLOT = ""
CACHE_BYTES = 128 * 1024 * 1024
COLUMNS = ("run_id", "variant", "slot", "start", "n", "version", "data")


@dataclass(frozen=True, kw_only=True)
class Packed:
    """A block on its way into the table."""

    run_id: int
    variant: int
    slot: str
    start: int
    n: int
    data: bytes


@dataclass(frozen=True, kw_only=True)
class _Cached:
    version: int
    reps: int
    matrix: ScoreMatrix

    @property
    def size(self) -> int:
        matrix = self.matrix
        return (
            matrix.values.nbytes
            + matrix.states.nbytes
            + matrix.answers.nbytes
            + matrix.latency_ms.nbytes
        )


# A moment in the key: an id alone may be given out again after a rollback.
Key = tuple[int, datetime]
_cache: OrderedDict[Key, _Cached] = OrderedDict()
_cache_lock = Lock()


def pack(states: NDArray[np.uint8], values: NDArray[np.float64]) -> bytes:
    """The bytes of a block; both arrays have n·reps entries."""
    return bytes([FORMAT]) + states.tobytes() + values.astype("<f8", copy=False).tobytes()


def unpack(data: bytes | memoryview) -> tuple[NDArray[np.uint8], NDArray[np.float64]]:
    """The states and values of a block, read only.

    Raises ValueError for a format that this version does not know.
    """
    if not len(data) or data[0] != FORMAT:
        raise ValueError(f"Unknown format {bytes(data[:1])!r} of a score block.")
    cells = (len(data) - 1) // 9
    states = np.frombuffer(data, dtype=np.uint8, count=cells, offset=1)
    return states, np.frombuffer(data, dtype="<f8", count=cells, offset=1 + cells)


def write(blocks: Sequence[Packed], version: int) -> None:
    """Insert or replace blocks, within the transaction that gave the run `version`."""
    if not blocks:
        return
    statement = f"""
        INSERT INTO evals_block ({", ".join(COLUMNS)}) VALUES ({marks(COLUMNS)})
        ON CONFLICT (run_id, variant, slot, start)
        DO UPDATE SET n = excluded.n, version = excluded.version, data = excluded.data"""
    with connection.cursor() as cursor:
        cursor.executemany(
            statement,
            [(b.run_id, b.variant, b.slot, b.start, b.n, version, b.data) for b in blocks],
        )


def read(*, run_id: int, variant: int, start: int) -> Mapping[str, bytes]:
    """The blocks of one shard's range, by slot."""
    found = Block.objects.filter(run_id=run_id, variant=variant, start=start)
    return {slot: bytes(data) for slot, data in found.values_list("slot", "data")}


def matrix(run: Run) -> ScoreMatrix:
    """All scores of `run` at its `version` or a little later, read only.

    P is rows × repetitions, at index position·reps + rep; slots in the order of the snapshot.
    Kept for each process; only blocks written since the last reading are fetched.
    """
    key = (run.id, run.created_at)
    with _cache_lock:
        cached = _cache.get(key)
        if cached is not None:
            _cache.move_to_end(key)
    if cached is not None and cached.version >= run.version:
        return cached.matrix
    fresh = _refreshed(run, cached or _empty(run))
    with _cache_lock:
        _cache[key] = fresh
        _cache.move_to_end(key)
        while len(_cache) > 1 and sum(entry.size for entry in _cache.values()) > CACHE_BYTES:
            _cache.popitem(last=False)
    return fresh.matrix


def _empty(run: Run) -> _Cached:
    spec = RunSpec.objects.get(run_id=run.id)
    slots = RunKpi.objects.filter(run_id=run.id).order_by("id").values_list("slot", flat=True)
    return _Cached(
        version=-1,
        reps=spec.reps,
        matrix=ScoreMatrix.empty(
            slots=tuple(slots),
            variants=len(spec.snapshot["variants"]),
            positions=len(spec.row_ids) // 8 * spec.reps,
        ),
    )


def _refreshed(run: Run, old: _Cached) -> _Cached:
    """`old` with the blocks written after it, as a new matrix: readers keep what they hold."""
    was = old.matrix
    found = Block.objects.filter(run_id=run.id, version__gt=old.version)
    blocks = list(found.values_list("variant", "slot", "start", "data"))
    # Copies: whoever holds the old matrix goes on reading it unchanged.
    values, states = was.values.copy(), was.states.copy()
    answers, latency_ms = was.answers.copy(), was.latency_ms.copy()
    for variant, slot, start, data in blocks:
        block_states, block_values = unpack(data)
        place = slice(start * old.reps, start * old.reps + len(block_states))
        if slot == ANSWERS_SLOT:
            answers[variant, place], latency_ms[variant, place] = block_states, block_values
        elif (index := was.slot_index(slot)) is not None:
            states[variant, index, place] = block_states
            values[variant, index, place] = block_values
    for array in (values, states, answers, latency_ms):
        array.setflags(write=False)
    fresh = ScoreMatrix(
        slots=was.slots, values=values, states=states, answers=answers, latency_ms=latency_ms
    )
    return _Cached(version=run.version, reps=old.reps, matrix=fresh)
