"""`manage.py evaluate SPEC.yaml`: from a file to a verdict, without a browser."""

import json
import os
import sys
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand

from accounts.errors import UserError
from accounts.services.owner import create_owner, get_owner
from evals.queries import evaluation_report
from evals.queries.reading import Reading, read
from evals.services import evaluation
from evals.services.evaluation import Evaluation
from evals.services.spec_file import EvaluationSpec, SpecError, read_spec

UNDER_THE_LINE = 1
BAD_SPEC = 2


class Command(BaseCommand):
    """Exit code 0: evaluated; 1: accuracy under `--fail-under`; 2: the spec cannot be used."""

    help = "Evaluate the variants of a spec on a file of rows. See docs/evaluate.md."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("spec", type=Path)
        parser.add_argument("--data", type=Path, help="a file of rows; wins over `data:`")
        parser.add_argument(
            "--json", dest="out", help="write the result here; - for standard output"
        )
        parser.add_argument("--fail-under", type=float, help="an accuracy from 0 to 1")
        parser.add_argument(
            "--variant", help="the variant --fail-under looks at; else the best one"
        )

    def handle(self, *_args: object, **options: Any) -> None:
        try:
            spec = read_spec(options["spec"])
            _check_options(spec, options)
            done = self._evaluate(spec, options["data"] or spec.data)
        except (SpecError, UserError) as exc:
            hint = exc.hint if isinstance(exc, UserError) else ""
            self.stderr.write(f"{exc} {hint}".strip())
            sys.exit(BAD_SPEC)
        started = time.monotonic()
        reading = read(done.run)
        if options["out"]:
            self._write_json(options["out"], done, reading, started)
        if options["out"] != "-":
            self.stdout.write(evaluation_report.table(reading))
        if not self._is_good_enough(reading, options["fail_under"], options["variant"]):
            sys.exit(UNDER_THE_LINE)

    def _evaluate(self, spec: EvaluationSpec, data: Path | None) -> Evaluation:
        if data is None:
            raise spec.top.error("There is no `data:`.", hint="Add it, or give --data FILE.")
        # A folder that was never started yet has no tables; with nothing to do this is quick.
        call_command("migrate", verbosity=0, interactive=False)
        owner = get_owner() or create_owner().user
        # The variables are named by the spec: which ones is not known to the settings.
        return evaluation.evaluate(
            spec=spec, data=data, workspace=owner.workspaces.earliest("id"), variables=os.environ
        )

    def _write_json(self, out: str, done: Evaluation, reading: Reading, started: float) -> None:
        content = evaluation_report.as_json(reading)
        content["timing"] = {
            "reading_s": round(done.reading_s, 3),
            "running_s": round(done.running_s, 3),
            "reporting_s": round(time.monotonic() - started, 3),
            "answers": done.run.n_ok + done.run.n_error,
            "cost_usd": _cost_usd(done, reading),
            "answers_of_unknown_price": done.run.unpriced,
        }
        text = json.dumps(content, ensure_ascii=False, indent=1)
        if out == "-":
            self.stdout.write(text)
        else:
            Path(out).write_text(text + "\n", encoding="utf-8")

    def _is_good_enough(self, reading: Reading, line: float | None, variant: str | None) -> bool:
        if line is None:
            return True
        found = {
            one.name: accuracy.value
            for one, accuracy in zip(reading.snapshot.variants, reading.accuracies, strict=True)
            if variant in (None, one.name) and accuracy.value is not None
        }
        if not found:
            self.stderr.write("No answer was decided, so there is no accuracy.")
            return False
        best = max(found, key=lambda name: found[name])
        if found[best] >= line:
            return True
        self.stderr.write(f"{best} reaches {found[best]:.1%}, which is under {line:.1%}.")
        return False


def _cost_usd(done: Evaluation, reading: Reading) -> float | None:
    """What the calls cost; None when a price is unknown, and when there was no call."""
    if done.run.unpriced or reading.is_imported:
        return None
    return done.run.spent_nano / 1_000_000_000


def _check_options(spec: EvaluationSpec, options: dict[str, Any]) -> None:
    """Raises UserError for options that make no sense, before anything is read or paid."""
    line = options["fail_under"]
    if line is not None and not 0 <= line <= 1:
        raise UserError(f"--fail-under {line:g} is not from 0 to 1.", hint="Write 0.9 for 90 %.")
    out = options["out"]
    if out and out != "-" and not Path(out).resolve().parent.is_dir():
        raise UserError(f"--json {out}: there is no such folder.", hint="Make it first.")
    names = [variant.name for variant in spec.variants]
    if options["variant"] and options["variant"] not in names:
        raise UserError(
            f"There is no variant {options['variant']!r}.", hint=f"Use {', '.join(names)}."
        )
