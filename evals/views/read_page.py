"""What the reading pages share: the playground, the run that is shown, and how it is read."""

from dataclasses import dataclass, replace
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render

from evals.models import Run
from evals.queries.reading import Reading, read
from evals.queries.run_list import chosen, runs
from evals.queries.view_state import ViewState
from playground.access import get_playground
from playground.models import Playground


@dataclass(frozen=True, kw_only=True)
class ReadPage:
    """A playground and its run; `reading` is None before anything has run."""

    playground: Playground
    runs: list[Run]
    reading: Reading | None
    state: ViewState

    def context(self, tab: str) -> dict[str, Any]:
        """What the top bar needs."""
        return {
            "rail": "narrow",
            "tab": tab,
            "playground": self.playground,
            "row_count": self.playground.versions.values_list("row_count", flat=True).first(),
            "runs": self.runs,
            "run": self.reading.run if self.reading else None,
            "reading": self.reading,
        }


def open_page(request: HttpRequest, playground_id: int, said: QueryDict | None = None) -> ReadPage:
    """The page's playground and run for this user; `said` is the query, by default the URL's.

    Raises Http404 for a stranger and for a run that is not there.
    """
    playground = get_playground(request.user, playground_id)
    state = ViewState.from_query(request.GET if said is None else said)
    listed = runs(playground.pk)
    run = chosen(playground.pk, state.run, listed)
    reading = read(run, state.draft) if run else None
    return ReadPage(
        playground=playground,
        runs=listed,
        reading=reading,
        state=_exact(state, reading) if reading else state,
    )


def _exact(state: ViewState, reading: Reading) -> ViewState:
    """`state` with the number of the run it shows and the lines that really moved."""
    return replace(state, run=str(reading.run.number), draft=reading.draft)


def no_run(request: HttpRequest, page: ReadPage, tab: str) -> HttpResponse:
    """The page of a playground in which nothing has run yet."""
    return render(request, "evals/no_run.html", page.context(tab))


def is_fragment(request: HttpRequest, target: str) -> bool:
    """Whether htmx asks for the contents of the element `target` only."""
    headers = request.headers
    return headers.get("HX-Request") == "true" and headers.get("HX-Target") == target
