"""How long the answers of a model were in a playground's earlier runs."""

from collections import defaultdict
from collections.abc import Collection, Mapping

from django.db.models import Count, Sum

from evals.models import Answer, Run, RunSpec

# Runs looked back on, and answers of each variant that are read: a fixed effort at any size.
RUNS = 5
FIRST = 500

# The id of a connection and the name of a model.
Model = tuple[int, str]


def mean_tokens_out(
    playground_id: int, models: Collection[Model], *, before: int | None = None
) -> Mapping[Model, float]:
    """Mean tokens of the earlier answers of each of `models`, from the latest run that has any.

    A model without an earlier answer is left out. `before` is the number of a run: it and later
    ones are not looked at. Of each variant the first `FIRST` rows are read. Three queries.
    """
    means: dict[Model, float] = {}
    asked = _asked(playground_id, before)
    tokens = _tokens(asked)
    for run_id, variants in asked.items():
        sums: dict[Model, list[int]] = defaultdict(lambda: [0, 0])
        for index, model in enumerate(variants):
            total, count = tokens.get((run_id, index), (0, 0))
            sums[model][0] += total
            sums[model][1] += count
        for model, (total, count) in sums.items():
            if count and model in models:
                means.setdefault(model, total / count)
    return means


def _asked(playground_id: int, before: int | None) -> dict[int, list[Model]]:
    """The models of each variant by run, the latest run first."""
    answered = Run.objects.filter(playground_id=playground_id, n_ok__gt=0)
    if before is not None:
        answered = answered.filter(number__lt=before)
    latest = answered.order_by("-number").values_list("pk", flat=True)[:RUNS]
    snapshots = RunSpec.objects.filter(run_id__in=list(latest)).order_by("-run__number")
    return {
        run_id: [(one["connection_id"], one["model"]) for one in snapshot["variants"]]
        for run_id, snapshot in snapshots.values_list("run_id", "snapshot")
    }


def _tokens(runs: Collection[int]) -> dict[tuple[int, int], tuple[int, int]]:
    """(run, variant) → the sum and the number of the token counts of its first answers."""
    if not runs:
        return {}
    sums = (
        Answer.objects.filter(
            run_id__in=runs,
            tokens_out__isnull=False,
            status=Answer.Status.OK,
            position__lt=FIRST,
        )
        .values("run_id", "variant")
        .annotate(total=Sum("tokens_out"), count=Count("tokens_out"))
    )
    return {(one["run_id"], one["variant"]): (one["total"], one["count"]) for one in sums}
