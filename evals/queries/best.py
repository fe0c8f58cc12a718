"""The most accurate variant of a run, kept for as long as it holds."""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from threading import Lock

from django.db.models import Max

from evals.domain.snapshot import Snapshot, letter
from evals.domain.statistics import accuracy
from evals.models import Run, RunRule
from evals.queries.answer_sentence import best_variant
from evals.queries.verdicts import verdicts
from playground.models import DatasetVersion

_KEPT = 4_096

# A moment beside the id: an id may be given out again after a rollback.
_Key = tuple[int, datetime, int, int]
_cache: OrderedDict[_Key, "Best | None"] = OrderedDict()
_lock = Lock()


@dataclass(frozen=True, kw_only=True)
class Best:
    """The most accurate variant of a run and its accuracy over `decided` answers.

    `is_whole` says that the run went over all rows the data had.
    """

    letter: str
    name: str
    is_simulated: bool
    is_imported: bool
    accuracy: float
    decided: int
    is_whole: bool


def best_of(runs: Sequence[Run]) -> dict[int, Best | None]:
    """By run id the most accurate variant, the first of equals; None when nothing is decided.

    One query, and a few for each run that this process has not judged under its newest rule.
    """
    newest = (
        RunRule.objects.filter(run_id__in=[run.pk for run in runs])
        .order_by()
        .values_list("run_id")
        .annotate(newest=Max("id"))
    )
    rules = dict(newest)
    return {run.pk: _kept(run, rules.get(run.pk, 0)) for run in runs}


def _kept(run: Run, rule_id: int) -> Best | None:
    key = (run.pk, run.created_at, run.version, rule_id)
    with _lock:
        if key in _cache:
            return _cache[key]
    found = _judged(run)
    with _lock:
        _cache[key] = found
        while len(_cache) > _KEPT:
            _cache.popitem(last=False)
    return found


def _judged(run: Run) -> Best | None:
    codes = verdicts(run).codes
    accuracies = [accuracy(row) for row in codes]
    best = best_variant(accuracies)
    if best is None:
        return None
    own, snapshot = accuracies[best], Snapshot.from_json(run.spec.snapshot)
    return Best(
        letter=letter(best),
        name=snapshot.variants[best].name,
        is_simulated=snapshot.variants[best].is_simulated,
        is_imported=snapshot.variants[best].is_imported,
        accuracy=own.passes / own.decided,
        decided=own.decided,
        is_whole=_is_whole(run, snapshot, codes.shape[1]),
    )


def _is_whole(run: Run, snapshot: Snapshot, rows: int) -> bool:
    version = DatasetVersion.objects.filter(
        playground_id=run.playground_id, number=snapshot.dataset_version
    )
    return version.filter(row_count__lte=rows).exists()
