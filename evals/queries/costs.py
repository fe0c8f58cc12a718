"""What the answers of a run cost, by variant."""

from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from threading import Lock

from django.db.models import Count, Sum

from evals.domain.costs import from_nano
from evals.models import Answer, Run

_KEPT = 256

# A moment beside the id: an id may be given out again after a rollback.
_Key = tuple[int, datetime, int]
_cache: OrderedDict[_Key, tuple["VariantCost", ...]] = OrderedDict()
_lock = Lock()


@dataclass(frozen=True, kw_only=True)
class VariantCost:
    """What a variant's answers with a known price cost; None when no price is known.

    Errors are left out: what a call that failed was billed, nobody knows.
    """

    priced: int
    usd: Decimal | None

    @property
    def usd_per_answer(self) -> Decimal | None:
        """The mean over answers with a known price."""
        return self.usd / self.priced if self.usd is not None and self.priced else None


def costs(run: Run, variants: int) -> tuple[VariantCost, ...]:
    """One entry a variant. One query for each version of a run, then none."""
    key = (run.pk, run.created_at, run.version)
    with _lock:
        if key in _cache:
            return _cache[key]
    sums = (
        Answer.objects.filter(run_id=run.pk, status=Answer.Status.OK)
        .values("variant")
        .annotate(priced=Count("cost_nano"), nano=Sum("cost_nano"))
    )
    by_variant = {
        one["variant"]: VariantCost(priced=one["priced"], usd=from_nano(one["nano"]))
        for one in sums
    }
    unknown = VariantCost(priced=0, usd=None)
    found = tuple(by_variant.get(variant, unknown) for variant in range(variants))
    with _lock:
        _cache[key] = found
        while len(_cache) > _KEPT:
            _cache.popitem(last=False)
    return found


def cost_of(answer: Answer) -> Decimal | None:
    """What an answer cost in US dollars; None when unknown, as for every error."""
    return from_nano(answer.cost_nano) if answer.status == Answer.Status.OK else None
