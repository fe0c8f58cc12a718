"""How long the pages of a playground take in the server: python -m bench.pages [--rows 1000].

Stores a run of rows × 4 variants × 8 KPIs in a data folder of its own, scored by the engine's own
scorer, and asks for each page as a logged-in person does. "Cold" is the first request after all
that is kept in memory was dropped; the median is over the requests after it. Goal: 150 ms each.
"""

import argparse
import gc
import logging
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from django.test import Client

    from evals.domain.rules import Rule

GOAL_MS = 150
REQUESTS = 7
VARIANTS = 4
SLOTS = (
    "exact_match",
    "token_f1",
    "rouge",
    "number_grounding",
    "forbidden_phrases",
    "word_count",
    "latency_ms",
    "cost_usd",
)
HTMX = {"HX-Request": "true", "HX-Target": "charts"}


@dataclass(frozen=True, kw_only=True)
class Timing:
    """What one page took."""

    page: str
    median_ms: float
    slowest_ms: float
    cold_ms: float
    queries: int
    kilobytes: float


def main() -> int:
    """Print the table; 1 when a page is slower than the goal."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1000)
    rows = parser.parse_args().rows
    with tempfile.TemporaryDirectory(prefix="evalground-bench-") as folder:
        _set_up(folder)
        few, many = _measured(max(1, rows // 10)), _measured(rows)
    print(f"{rows:,} rows × {VARIANTS} variants × {len(SLOTS)} KPIs, {REQUESTS} requests each\n")
    print(f"{'page':<24}{'median':>9}{'slowest':>9}{'cold':>9}{'KB':>8}{'queries':>9}  at a tenth")
    for small, large in zip(few, many, strict=True):
        print(
            f"{large.page:<24}{large.median_ms:>6.1f} ms{large.slowest_ms:>6.1f} ms"
            f"{large.cold_ms:>6.0f} ms{large.kilobytes:>8.0f}{large.queries:>9}{small.queries:>7}"
        )
    slow = [one.page for one in many if one.median_ms > GOAL_MS]
    grows = [
        large.page for small, large in zip(few, many, strict=True) if large.queries != small.queries
    ]
    print(
        f"\nslower than {GOAL_MS} ms: {slow or 'none'}; queries grow with rows: {grows or 'none'}"
    )
    return 1 if slow or grows else 0


def _set_up(folder: str) -> None:
    """Django on an empty database in `folder`."""
    os.environ["EVALGROUND_DATA"] = folder
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    import django
    from django.core.management import call_command

    django.setup()
    # A line a request would stand between the figures.
    logging.disable(logging.INFO)
    call_command("migrate", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)


def _measured(rows: int) -> list[Timing]:
    """One timing a page, on a new run of `rows` rows."""
    from django.test import Client

    from accounts.models import Membership, User, Workspace
    from tests.read.stored_run import Plan, store

    user = User.objects.create_user(f"bench-{rows}@example.org")
    workspace = Workspace.objects.create(name="Bench")
    Membership.objects.create(user=user, workspace=workspace)
    run = store(workspace, Plan(rows=rows, variants=VARIANTS, slots=SLOTS, rule=_rule()))
    client = Client(headers={"host": "localhost"})
    client.force_login(user)
    base = f"/playgrounds/{run.playground_id}"

    def lines() -> Callable[[], str]:
        # Another line each time: a draft that was never computed before.
        step = iter(range(1, 1000))
        return lambda: f"{base}/dashboard/charts?line.token_f1={0.3 + next(step) / 2000:.4f}"

    pages: dict[str, tuple[Callable[[], str], dict[str, str]]] = {
        "home": (lambda: "/", {}),
        "data": (lambda: f"{base}/data", {}),
        "setup": (lambda: f"{base}/setup", {}),
        "run": (lambda: f"{base}/run", {}),
        "compare": (lambda: f"{base}/compare", {}),
        "compare, all rows": (lambda: f"{base}/compare?show=all", {}),
        "compare, search": (lambda: f"{base}/compare?show=all&q=tent%2077", {}),
        "next rows": (lambda: f"{base}/compare/rows?show=all&after=0.49", HTMX),
        "drawer": (lambda: f"{base}/compare/rows/5?cell=b", {**HTMX, "HX-Target": "drawer"}),
        "drawer, as a page": (lambda: f"{base}/compare/rows/5?cell=b", {}),
        "dashboard": (lambda: f"{base}/dashboard", {}),
        "a moved line": (lines(), HTMX),
    }
    return [_timed(page, client, url, headers) for page, (url, headers) in pages.items()]


def _timed(page: str, client: "Client", url: Callable[[], str], headers: dict[str, str]) -> Timing:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    def ask() -> tuple[float, int]:
        address = url()
        gc.collect()
        begun = time.perf_counter()
        response = client.get(address, headers=headers)
        took_ms = (time.perf_counter() - begun) * 1000
        if response.status_code != 200:
            raise SystemExit(f"{address} answered {response.status_code}.")
        return took_ms, len(response.content)

    _forget()
    cold_ms, _size = ask()
    ask()
    times = [ask() for _request in range(REQUESTS)]
    with CaptureQueriesContext(connection) as queries:
        ask()
    return Timing(
        page=page,
        median_ms=statistics.median(took_ms for took_ms, _size in times),
        slowest_ms=max(took_ms for took_ms, _size in times),
        cold_ms=cold_ms,
        queries=len(queries),
        kilobytes=times[-1][1] / 1024,
    )


def _forget() -> None:
    """Empty what the process keeps, as after a restart."""
    from evals.engine import score_store
    from evals.queries import best, costs, verdicts

    for kept in (score_store._cache, best._cache, costs._cache, verdicts._cache):
        kept.clear()


def _rule() -> "Rule":
    from evals.domain.rules import Condition, PassLine, Rule

    lines = {
        "token_f1": PassLine(op=">=", value=0.6),
        "rouge": PassLine(op=">=", value=0.4),
        "number_grounding": PassLine(op=">=", value=1),
        "word_count": PassLine(op="between", value=1, high=40),
        "latency_ms": PassLine(op="<=", value=900),
        "cost_usd": PassLine(op="<=", value=0.01),
        "forbidden_phrases": PassLine(op="==", value=0),
        "exact_match": PassLine(op="==", value=1),
    }
    required = {"token_f1", "forbidden_phrases"}
    return Rule(
        mode="at_least",
        n=3,
        conditions=tuple(
            Condition(slot=slot, line=line, required=slot in required)
            for slot, line in lines.items()
        ),
    )


if __name__ == "__main__":
    sys.exit(main())
