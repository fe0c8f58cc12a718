"""The runs of a playground, and the one a page shows."""

from django.http import Http404

from evals.models import Run
from playground.domain.whole_numbers import whole_number

_LISTED = 50


def runs(playground_id: int) -> list[Run]:
    """The latest runs, newest first, for the run picker. One query."""
    return list(Run.objects.filter(playground_id=playground_id).order_by("-number")[:_LISTED])


def chosen(playground_id: int, number: str, listed: list[Run]) -> Run | None:
    """The run that people call `number`; the newest when `number` is empty; None without runs.

    `listed` is the answer of `runs`; an older run costs one more query. Raises Http404 for a
    number that no run of this playground has.
    """
    if not number:
        return listed[0] if listed else None
    wanted = whole_number(number)
    if wanted is None:
        raise Http404("No run of this number.")
    run = next((run for run in listed if run.number == wanted), None)
    run = run or Run.objects.filter(playground_id=playground_id, number=wanted).first()
    if run is None:
        raise Http404("No run of this number.")
    return run
