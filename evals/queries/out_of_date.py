"""Rows that were changed or removed after a run: its answers are to texts that are gone by now.

Derived from the revisions of rows, never stored. An answer is out of date when the revision it
was made from has ended: "changed" when the row lives on, "removed" otherwise.
"""

from collections import OrderedDict, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from operator import or_
from threading import Lock
from typing import NamedTuple

import numpy as np
from django.db.models import Exists, Max, OuterRef, Q
from numpy.typing import NDArray

from evals.domain import rendering
from evals.models import Run, RunSpec
from evals.queries.reading import Reading
from playground.models import DatasetVersion, Playground, Row

_KEPT = 32

Mask = NDArray[np.bool_]
# A moment beside the id: an id may be given out again after a rollback.
_Key = tuple[int, datetime, int, int]
_cache: OrderedDict[_Key, "OutOfDate"] = OrderedDict()
_lock = Lock()

CHANGED = "changed"
REMOVED = "removed"


@dataclass(frozen=True, kw_only=True)
class OutOfDate:
    """The rows of a run that were changed or removed since, both bool[P]."""

    changed: Mask
    removed: Mask

    @property
    def mask(self) -> Mask:
        """The rows whose answers are out of date."""
        return self.changed | self.removed

    @property
    def counts(self) -> "Counts":
        """How many rows there are of each kind."""
        return Counts(changed=int(self.changed.sum()), removed=int(self.removed.sum()))

    def state(self, position: int) -> str:
        """What became of the row at `position`: "changed", "removed", or "" when it is the same."""
        if self.changed[position]:
            return CHANGED
        return REMOVED if self.removed[position] else ""


@dataclass(frozen=True, kw_only=True)
class Counts:
    """How many rows of a run were changed and how many removed since."""

    changed: int = 0
    removed: int = 0

    @property
    def total(self) -> int:
        """The rows whose answers are out of date."""
        return self.changed + self.removed

    def words(self, run_number: int) -> str:
        """Such as "5 rows edited, 2 rows removed since run 7. Their answers are out of date."

        Empty when nothing is out of date.
        """
        kinds = ((self.changed, "edited"), (self.removed, "removed"))
        parts = [f"{_rows(count)} {word}" for count, word in kinds if count]
        if not parts:
            return ""
        return f"{', '.join(parts)} since run {run_number}. {_said(self.total)}"

    @property
    def note(self) -> str:
        """Such as "7 rows changed or removed since this run (5 changed, 2 removed)."

        And that their answers are out of date. Empty when none is.
        """
        if not self.total:
            return ""
        changed, removed = rendering.count(self.changed), rendering.count(self.removed)
        return (
            f"{_rows(self.total)} changed or removed since this run "
            f"({changed} changed, {removed} removed). {_said(self.total)}"
        )


def out_of_date(reading: Reading) -> OutOfDate:
    """What became of the run's rows since. One query, and one after each change of the data.

    Kept per process by run and by the state of the data, so that a page read twice is free.
    """
    run, version = reading.run, reading.snapshot.dataset_version
    versions = DatasetVersion.objects.filter(playground_id=run.playground_id).order_by("-number")
    newest, edits = versions.values_list("number", "edits").first() or (0, 0)
    if newest <= version:
        return _masks(reading.row_ids, ())
    key = (run.pk, run.created_at, newest, edits)
    with _lock:
        if key in _cache:
            _cache.move_to_end(key)
            return _cache[key]
    ended = _ended({run.playground_id: version}).get(run.playground_id, ())
    found = _masks(reading.row_ids, ended)
    with _lock:
        _cache[key] = found
        while len(_cache) > _KEPT:
            _cache.popitem(last=False)
    return found


def counts_of(runs: Iterable[Run]) -> dict[int, Counts]:
    """By run id how many of its rows are out of date; runs without any are left out.

    At most four queries, whatever the number of runs and rows.
    """
    places = {run.pk: run.playground_id for run in runs}
    ended = _ended(_older(places))
    wanted = [run_id for run_id, playground_id in places.items() if playground_id in ended]
    packed = RunSpec.objects.filter(run_id__in=wanted).values_list("run_id", "row_ids")
    counted = {
        run_id: _masks(np.frombuffer(bytes(ids), dtype="<i8"), ended[places[run_id]]).counts
        for run_id, ids in (packed if wanted else ())
    }
    return {run_id: counts for run_id, counts in counted.items() if counts.total}


def since_last_run(playground: Playground) -> tuple[Run | None, Counts]:
    """The newest run that was not cancelled, with its counts; None without one."""
    runs = Run.objects.filter(playground_id=playground.pk).exclude(state=Run.State.CANCELLED)
    newest = runs.order_by("-number").first()
    if newest is None:
        return None, Counts()
    return newest, counts_of([newest]).get(newest.pk, Counts())


class _Ended(NamedTuple):
    row_id: int
    lives_on: bool


def _older(places: Mapping[int, int]) -> dict[int, int]:
    """By playground id the oldest version that one of the runs was made on, if it is not current.

    `places` maps run ids to playground ids.
    """
    specs = RunSpec.objects.filter(run_id__in=places)
    versions = dict(specs.values_list("run_id", "snapshot__dataset_version"))
    current = _current(set(places.values())) if versions else {}
    oldest: dict[int, int] = {}
    for run_id, version in versions.items():
        playground_id = places[run_id]
        if version < current.get(playground_id, 0):
            oldest[playground_id] = min(version, oldest.get(playground_id, version))
    return oldest


def _current(playground_ids: Collection[int]) -> dict[int, int]:
    """The number of each playground's newest dataset version."""
    versions = DatasetVersion.objects.filter(playground_id__in=playground_ids).order_by()
    return dict(versions.values_list("playground_id").annotate(newest=Max("number")))


def _ended(versions: Mapping[int, int]) -> dict[int, list[_Ended]]:
    """By playground id the row revisions that ended with a version or after it.

    Playgrounds without any are left out.
    """
    ended: dict[int, list[_Ended]] = defaultdict(list)
    if not versions:
        return ended
    since = [Q(playground_id=pk, until__gte=number) for pk, number in versions.items()]
    lives_on = Row.objects.filter(
        playground_id=OuterRef("playground_id"), identity=OuterRef("identity"), until=None
    )
    found = Row.objects.filter(reduce(or_, since)).annotate(lives_on=Exists(lives_on))
    for playground_id, row_id, lives in found.values_list("playground_id", "id", "lives_on"):
        ended[playground_id].append(_Ended(row_id, lives))
    return ended


def _masks(row_ids: NDArray[np.int64], ended: Sequence[_Ended]) -> OutOfDate:
    changed = [row.row_id for row in ended if row.lives_on]
    removed = [row.row_id for row in ended if not row.lives_on]
    return OutOfDate(changed=np.isin(row_ids, changed), removed=np.isin(row_ids, removed))


def _rows(count: int) -> str:
    return "1 row" if count == 1 else f"{rendering.count(count)} rows"


def _said(count: int) -> str:
    return "Its answers are out of date." if count == 1 else "Their answers are out of date."
