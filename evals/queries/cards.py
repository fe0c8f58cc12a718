"""The playgrounds of a workspace as cards: how is each of them going?"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, F, OuterRef, Q, Subquery
from django.utils import formats, timezone

from accounts.models import Workspace
from evals.models import Run
from evals.queries.best import Best, best_of
from evals.queries.out_of_date import Counts, counts_of
from playground.models import DatasetVersion, Playground

PAGE = 24
_HISTORY = 6
# A card's history is worth reading scores for as long as they are few.
_HISTORY_CELLS = 20_000


@dataclass(frozen=True, kw_only=True)
class Card:
    """A playground on the home page.

    `state` is "empty" (no rows), "setup" (variants or KPIs are missing), "ready" (never run),
    "running", "paused", "judged" (a run is done) or "cancelled" (none is). `run` is the last run,
    `judged` the last one that is done; `best` is of that, None when nothing is decided. `history`
    are the best accuracies of the last runs that are done and went over all rows, oldest first.
    `outdated` counts the rows of the judged run that were changed or removed since.
    """

    playground: Playground
    state: str
    rows: int
    variants: int
    runs: int
    run: Run | None
    judged: Run | None
    best: Best | None
    history: tuple[float, ...]
    outdated: Counts
    when: str

    @property
    def accuracy(self) -> float | None:
        """The best accuracy of the last run that is done."""
        return self.best.accuracy if self.best else None

    @property
    def done(self) -> int:
        """The answers of the last run that are there."""
        return self.run.n_ok + self.run.n_error if self.run else 0

    @property
    def share(self) -> float:
        """How much of the last run is answered."""
        return self.done / self.run.cells if self.run and self.run.cells else 0.0


@dataclass(frozen=True, kw_only=True)
class CardPage:
    """Up to `PAGE` cards; the playgrounds that ran last come first."""

    cards: tuple[Card, ...]
    total: int
    number: int
    pages: int


@dataclass(frozen=True, kw_only=True)
class _Facts:
    playground_id: int
    rows: int
    variants: int
    kpis: int


def card_page(workspace: Workspace, *, text: str = "", number: int = 1) -> CardPage:
    """The cards whose name or question contains `text`, of all when it is empty.

    A fixed number of queries, and a few for each run that this process has not judged yet.
    """
    found = _found(workspace, text)
    pages = max(1, -(-len(found) // PAGE))
    number = min(max(1, number), pages)
    facts = found[(number - 1) * PAGE : number * PAGE]
    runs = _runs([one.playground_id for one in facts])
    judged = best_of([run for own in runs.values() for run in _worth_reading(own)])
    outdated = counts_of([read[0] for own in runs.values() if (read := _worth_reading(own))])
    shown = Playground.objects.in_bulk([one.playground_id for one in facts])
    cards = tuple(
        _card(shown[one.playground_id], one, runs[one.playground_id], judged, outdated)
        for one in facts
    )
    return CardPage(cards=cards, total=len(found), number=number, pages=pages)


def when_words(moment: datetime) -> str:
    """A moment as people say it: "Today 09:12", "Yesterday", "19 Nov", "19 Nov 2023"."""
    local, today = timezone.localtime(moment), timezone.localdate()
    days = (today - local.date()).days
    if days == 0:
        return f"Today {formats.date_format(local, 'H:i')}"
    if days == 1:
        return "Yesterday"
    return formats.date_format(local, "j M" if local.year == today.year else "j M Y")


def _found(workspace: Workspace, text: str) -> list[_Facts]:
    """The playgrounds with `text`; the one that ran last first, then the newest."""
    versions = DatasetVersion.objects.filter(playground=OuterRef("pk")).order_by("-number")
    runs = Run.objects.filter(playground_id=OuterRef("pk")).order_by("-number")
    found = Playground.objects.filter(workspace=workspace)
    if text:
        found = found.filter(Q(name__icontains=text) | Q(question__icontains=text))
    rows = (
        found.annotate(
            rows=Subquery(versions.values("row_count")[:1]),
            last_run_at=Subquery(runs.values("created_at")[:1]),
            variant_count=Count("variants", distinct=True),
            kpi_count=Count("setup_kpis", distinct=True),
        )
        .order_by(F("last_run_at").desc(nulls_last=True), "-created_at")
        .values_list("id", "rows", "variant_count", "kpi_count")
    )
    return [
        _Facts(playground_id=pk, rows=count or 0, variants=variants, kpis=kpis)
        for pk, count, variants, kpis in rows
    ]


def _runs(playground_ids: Sequence[int]) -> dict[int, list[Run]]:
    """The runs of each playground, newest first."""
    by_playground: dict[int, list[Run]] = defaultdict(list)
    for run in Run.objects.filter(playground_id__in=playground_ids).order_by("-number"):
        by_playground[run.playground_id].append(run)
    return by_playground


def _worth_reading(runs: Sequence[Run]) -> list[Run]:
    """The runs whose accuracy the card shows: the last one done, and a few small ones before it."""
    done = [run for run in runs if run.state == Run.State.DONE]
    return [
        run
        for place, run in enumerate(done[:_HISTORY])
        if place == 0 or run.cells <= _HISTORY_CELLS
    ]


def _card(
    playground: Playground,
    facts: _Facts,
    runs: Sequence[Run],
    judged: Mapping[int, Best | None],
    outdated: Mapping[int, Counts],
) -> Card:
    run = runs[0] if runs else None
    read = _worth_reading(runs)
    known = [judged[one.pk] for one in reversed(read)]
    return Card(
        playground=playground,
        state=_state(facts, run, is_judged=bool(read)),
        rows=facts.rows,
        variants=facts.variants,
        runs=len(runs),
        run=run,
        judged=read[0] if read else None,
        best=judged[read[0].pk] if read else None,
        outdated=outdated.get(read[0].pk, Counts()) if read else Counts(),
        history=tuple(best.accuracy for best in known if best and best.is_whole),
        when=when_words(run.created_at if run else playground.created_at),
    )


def _state(facts: _Facts, run: Run | None, *, is_judged: bool) -> str:
    if run is not None:
        moving = {Run.State.RUNNING: "running", Run.State.PAUSED: "paused"}
        return moving.get(Run.State(run.state), "judged" if is_judged else "cancelled")
    if not facts.rows:
        return "empty"
    return "ready" if facts.variants and facts.kpis else "setup"
