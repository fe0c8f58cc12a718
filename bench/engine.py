"""How fast the engine is: 1,000 rows × 3 variants × 5 KPIs, everything stored.

    python bench/engine.py [--rows 1000] [--rounds 5]

Two settings, interleaved, medians: the simulated model at 0 ms shows what the engine itself
costs; at 50 ms with 64 calls in flight it shows how close it comes to the latency limit,
cells × latency ÷ calls in flight. Starting the process and the imports are not in it.
"""

import argparse
import os
import resource
import secrets
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

if TYPE_CHECKING:
    from evals.models import Connection, Run
    from playground.models import Playground

VARIANTS = 3
IN_FLIGHT = 64
LATENCIES_MS = (0, 50)
SLOTS = ("exact_match", "token_f1", "keyword_coverage", "word_count", "latency_ms")
POLL_S = 0.005


def main() -> None:
    """Measure in a database of its own and print a line for each setting."""
    parser = argparse.ArgumentParser(description="Cells a second of the engine.")
    parser.add_argument("--rows", type=int, default=1_000)
    parser.add_argument("--rounds", type=int, default=5)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="evalground-bench-") as folder:
        prepare(folder)
        from evals.engine.process import engine

        with engine.running():
            measure(asked.rows, asked.rounds)


def prepare(folder: str) -> None:
    """A fresh installation in `folder`."""
    os.environ["EVALGROUND_DATA"] = folder
    os.environ.setdefault("EVALGROUND_LOG_LEVEL", "WARNING")
    os.environ["REDIS_URL"] = "memory://"
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)


def measure(rows: int, rounds: int) -> None:
    """Run each setting `rounds` times in turn, and print the medians."""
    ground, connections = make_ground(rows)
    cells = rows * VARIANTS
    walls: dict[int, list[float]] = {latency: [] for latency in LATENCIES_MS}
    cpus: dict[int, list[float]] = {latency: [] for latency in LATENCIES_MS}
    finish(make_run(ground, connections[0], rows))
    for _ in range(rounds):
        for latency in LATENCIES_MS:
            run = make_run(ground, connections[latency], rows)
            used, started = cpu_s(), time.perf_counter()
            finish(run)
            walls[latency].append(time.perf_counter() - started)
            cpus[latency].append(cpu_s() - used)
    for latency in LATENCIES_MS:
        wall, cpu = median(walls[latency]), median(cpus[latency])
        limit = cells * latency / 1000 / IN_FLIGHT
        share = f", {limit / wall:.0%} of the latency limit ({limit:.2f} s)" if limit else ""
        each = " ".join(f"{one:.2f}" for one in walls[latency])
        print(
            f"{latency:>3} ms: {cells / wall:,.0f} cells/s, {wall:.2f} s"
            f"{share}; {cpu / cells * 1e6:.0f} µs CPU a cell [{each}]"
        )


def make_ground(rows: int) -> "tuple[Playground, dict[int, Connection]]":
    """A playground of `rows` questions, and a simulated connection for each latency."""
    from accounts.models import Workspace
    from evals.models import Connection
    from playground.services.rows import ColumnDraft, create_playground

    workspace = Workspace.objects.create(name="Bench")
    ground = create_playground(
        workspace=workspace,
        user=None,
        name="Bench",
        question="",
        columns=[
            ColumnDraft(name="question", role="input"),
            ColumnDraft(name="expected", role="expected"),
            ColumnDraft(name="keywords", role="keywords"),
        ],
        rows=(
            (f"How much does parcel {n} weigh?", f"Parcel {n} weighs {n} grams.", "grams; parcel")
            for n in range(rows)
        ),
        source_name="bench",
    )
    connections = {
        latency: Connection.objects.create(
            workspace=workspace,
            name=f"{latency} ms",
            kind=Connection.Kind.SIMULATED,
            concurrency=IN_FLIGHT,
            options={"latency_ms": latency},
        )
        for latency in LATENCIES_MS
    }
    return ground, connections


def make_run(ground: "Playground", connection: "Connection", rows: int) -> "Run":
    """A run of three variants of one model, so that they share 64 calls in flight."""
    from evals import kpis
    from evals.domain.snapshot import ColumnSpec, KpiSpec, Snapshot, VariantSpec
    from evals.services import runs
    from playground.queries import current_version, row_ids

    columns = [ColumnSpec(id=str(c.id), name=c.name, role=c.role) for c in ground.columns.all()]
    variants = [
        VariantSpec(
            name=f"Variant {number}",
            connection_id=connection.id,
            connection_name=connection.name,
            kind=connection.kind,
            model="simulated",
            user_prompt=f"({number}) {{{{question}}}}",
            input_per_1m="0.5",
            output_per_1m="1.5",
        )
        for number in range(VARIANTS)
    ]
    measured = [
        KpiSpec(slot=slot, key=slot, name=slot, kpi_version_id=1, code_hash=kpis.code_hash(slot))
        for slot in SLOTS
    ]
    return runs.create_run(
        playground=ground,
        snapshot=Snapshot(
            columns=tuple(columns),
            variants=tuple(variants),
            kpis=tuple(measured),
            rule={},
            dataset_version=1,
        ),
        row_ids=row_ids(current_version(ground))[:rows],
        form_token=secrets.token_hex(8),
    )


def finish(run: "Run") -> None:
    """Ring, as a worker's task does, and wait until everything is stored."""
    from evals.engine.process import engine
    from evals.models import Run

    engine.begin_drain()
    while Run.objects.filter(id=run.id, state=Run.State.RUNNING).exists():
        time.sleep(POLL_S)


def cpu_s() -> float:
    """CPU seconds of this process so far."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    main()
