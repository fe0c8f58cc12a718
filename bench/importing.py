"""How quick a file becomes rows: python -m bench.importing [--rows 100000].

Each measure has a process and a data folder of its own. "Import" is the worker's job from the
checked file to the counted rows; "again" brings the file once more into the playground with one
row in a hundred changed, where the check compares all rows. Memory is how far the process grew.
Goals for 100,000 rows × 8 columns of CSV: import 15 s, growth 150 MB, first page 150 ms.
"""

import argparse
import csv
import gc
import json
import logging
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from accounts.models import Workspace
    from playground.models import Playground, Upload

GOAL_S, GOAL_MB, GOAL_MS = 15, 150, 150
REQUESTS = 7
FORMATS = ("csv", "jsonl", "xlsx")
HEADER = (
    "id",
    "question",
    "expected answer",
    "context",
    "topic",
    "asked on",
    "score",
    "answerable",
)
WORDS = [
    *("order", "parcel", "gift", "card", "return", "refund", "delivery", "warranty", "invoice"),
    *("account", "tent", "stove", "trail", "boots", "size", "colour", "price", "address", "day"),
    *("holiday", "island", "post", "courier", "balance", "limit", "expiry", "weekday"),
]


def main() -> int:
    """Print the table; 1 when CSV misses a goal."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--formats", nargs="+", choices=FORMATS, default=FORMATS)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--measure", choices=FORMATS, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.measure:
        print(json.dumps(_measure(asked.measure, asked.rows)))
        return 0
    print(f"{asked.rows:,} rows × {len(HEADER)} columns, median of {asked.repeat}\n")
    print(
        f"{'format':<8}{'check':>9}{'import':>9}{'rows/s':>10}{'growth':>10}"
        f"{'again: check':>15}{'import':>9}{'growth':>10}{'first page':>13}"
    )
    missed = []
    for kind in asked.formats:
        found = _median([_in_a_process(kind, asked.rows) for _time in range(asked.repeat)])
        print(
            f"{kind:<8}{found['check_s']:>7.1f} s{found['import_s']:>7.1f} s"
            f"{asked.rows / found['import_s']:>10,.0f}{found['growth_mb']:>7.0f} MB"
            f"{found['again_check_s']:>13.1f} s{found['again_import_s']:>7.1f} s"
            f"{found['again_growth_mb']:>7.0f} MB{found['page_ms']:>10.0f} ms",
            flush=True,
        )
        if kind == "csv":
            missed = _missed(found)
    print(f"\nmissed for CSV: {missed or 'none'}")
    return 1 if missed else 0


def _missed(found: dict[str, float]) -> list[str]:
    goals = {
        "import_s": GOAL_S,
        "growth_mb": GOAL_MB,
        "again_growth_mb": GOAL_MB,
        "page_ms": GOAL_MS,
    }
    return [
        f"{name} {found[name]:.1f} > {goal}" for name, goal in goals.items() if found[name] > goal
    ]


def _median(found: Sequence[dict[str, float]]) -> dict[str, float]:
    return {key: statistics.median(one[key] for one in found) for key in found[0]}


def _in_a_process(kind: str, rows: int) -> dict[str, float]:
    """What one measure says, in a process whose memory holds nothing of another one."""
    with tempfile.TemporaryDirectory(prefix="evalground-bench-") as folder:
        done = subprocess.run(
            [sys.executable, "-m", "bench.importing", "--measure", kind, "--rows", str(rows)],
            env={**os.environ, "EVALGROUND_DATA": folder},
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        )
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def _measure(kind: str, rows: int) -> dict[str, float]:
    workspace = _set_up()
    folder = Path(os.environ["EVALGROUND_DATA"])
    first, again = folder / f"first.{kind}", folder / f"again.{kind}"
    _write(first, _rows(rows))
    _write(again, _rows(rows, changed=100))
    before_mb = _from_here_mb()
    upload = _receive(workspace, first)
    check_s = _took(lambda: _check(upload))
    playground = _start(upload)
    import_s = _took(lambda: _import(upload))
    growth_mb = _peak_mb() - before_mb
    page_ms = _page_ms(playground)
    again_mb = _from_here_mb()
    upload = _receive(workspace, again, into=playground)
    again_check_s = _took(lambda: _check(upload))
    _start(upload)
    again_import_s = _took(lambda: _import(upload))
    return {
        "check_s": check_s,
        "import_s": import_s,
        "growth_mb": growth_mb,
        "page_ms": page_ms,
        "again_check_s": again_check_s,
        "again_import_s": again_import_s,
        "again_growth_mb": _peak_mb() - again_mb,
    }


def _set_up() -> "Workspace":
    """Django on an empty database in the data folder, with what a worker has loaded."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    import django
    from django.core.management import call_command

    django.setup()
    # A line a step would stand between the figures.
    logging.disable(logging.WARNING)
    call_command("migrate", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)

    import playground.services.column_counts  # noqa: F401 - a worker has loaded pandas
    from accounts.models import Membership, User, Workspace

    user = User.objects.create_user("bench@example.org")
    workspace = Workspace.objects.create(name="Bench")
    Membership.objects.create(user=user, workspace=workspace)
    return workspace


def _rows(count: int, *, changed: int = 0) -> Iterator[list[str]]:
    """So many rows, the same each time; one in `changed` with another answer."""
    chance = random.Random(7)

    def words(most: int) -> str:
        return " ".join(chance.choices(WORDS, k=chance.randint(4, most)))

    for number in range(count):
        answer = words(20)
        yield [
            f"T-{number:06}",
            f"{words(12).capitalize()} {number}?",
            f"{answer}, as of today" if changed and number % changed == 0 else answer,
            words(40),
            chance.choice(WORDS),
            f"2026-{chance.randint(1, 12):02}-{chance.randint(1, 28):02}",
            str(chance.randint(0, 10_000) / 100),
            chance.choice(("yes", "no")),
        ]


def _write(path: Path, rows: Iterator[list[str]]) -> None:
    if path.suffix == ".xlsx":
        _write_workbook(path, rows)
        return
    with path.open("w", encoding="utf-8", newline="") as target:
        if path.suffix == ".csv":
            csv.writer(target).writerows([HEADER])
            csv.writer(target).writerows(rows)
        else:
            target.writelines(
                json.dumps(dict(zip(HEADER, row, strict=True))) + "\n" for row in rows
            )


def _write_workbook(path: Path, rows: Iterator[list[str]]) -> None:
    import xlsxwriter

    workbook = xlsxwriter.Workbook(str(path), {"constant_memory": True})
    sheet = workbook.add_worksheet()
    sheet.write_row(0, 0, HEADER)
    for number, row in enumerate(rows, start=1):
        for column, text in enumerate(row):
            sheet.write_string(number, column, text)
    workbook.close()


def _receive(workspace: "Workspace", path: Path, into: "Playground | None" = None) -> "Upload":
    from playground.services import uploads

    with path.open("rb") as source:
        return uploads.receive(
            workspace=workspace,
            user=None,
            file_name=path.name,
            chunks=iter(lambda: source.read(64 * 1024), b""),
            into=into,
        )


def _check(upload: "Upload") -> None:
    from playground.models import Upload
    from playground.services import uploads

    uploads.check(upload.pk)
    upload.refresh_from_db()
    if upload.state != Upload.State.CHECKED:
        raise SystemExit(f"{upload.file_name}: {upload.error}")


def _start(upload: "Upload") -> "Playground":
    from playground.services import uploads

    return uploads.start_import(upload, name="Bench")


def _import(upload: "Upload") -> None:
    from playground.models import Upload
    from playground.services import uploads

    uploads.run_import(upload.pk)
    upload.refresh_from_db()
    if upload.state != Upload.State.IMPORTED:
        raise SystemExit(f"{upload.file_name}: {upload.error}")


def _page_ms(playground: "Playground") -> float:
    """The median of the first page of rows, asked for by a logged-in person."""
    from django.test import Client

    from accounts.models import User

    client = Client(headers={"host": "localhost"})
    client.force_login(User.objects.get())
    address = f"/playgrounds/{playground.pk}/data"

    def ask() -> None:
        if client.get(address).status_code != 200:
            raise SystemExit(f"{address} did not answer.")

    ask()
    return statistics.median(_took(ask) for _request in range(REQUESTS)) * 1000


def _took(do: Callable[[], object]) -> float:
    gc.collect()
    begun = time.perf_counter()
    do()
    return time.perf_counter() - begun


def _from_here_mb() -> float:
    """What the process holds now, in MB; the peak is measured from here on."""
    gc.collect()
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    return _of_status("VmRSS")


def _peak_mb() -> float:
    """The most the process has held since `_from_here_mb`, in MB."""
    return _of_status("VmHWM")


def _of_status(name: str) -> float:
    for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
        if line.startswith(f"{name}:"):
            return int(line.split()[1]) * 1024 / 1e6
    raise SystemExit("Memory is measured on Linux only.")


if __name__ == "__main__":
    sys.exit(main())
