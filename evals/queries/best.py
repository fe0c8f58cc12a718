"""The most accurate variant of a run, kept for as long as it holds."""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from threading import Lock

from django.db.models import Max

from evals.domain.snapshot import letter
from evals.domain.statistics import accuracy
from evals.models import Run, RunRule
from evals.queries.verdicts import verdicts

_KEPT = 4_096

# A moment beside the id: an id may be given out again after a rollback.
_Key = tuple[int, datetime, int, int]
_cache: OrderedDict[_Key, "Best | None"] = OrderedDict()
_lock = Lock()


@dataclass(frozen=True, kw_only=True)
class Best:
    """The most accurate variant of a run and its accuracy."""

    letter: str
    name: str
    accuracy: float


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
    shares = [accuracy(row).value for row in verdicts(run).codes]
    known = [(share, index) for index, share in enumerate(shares) if share is not None]
    if not known:
        return None
    share, index = max(known, key=lambda one: (one[0], -one[1]))
    name = str(run.spec.snapshot["variants"][index]["name"])
    return Best(letter=letter(index), name=name, accuracy=share)
