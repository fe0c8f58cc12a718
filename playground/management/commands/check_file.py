"""`manage.py check_file FILE`: what an import would make of a file. Reads it, stores nothing."""

import json
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from playground.domain import delimiters, encodings
from playground.domain.dialects import Chosen
from playground.domain.doctor import Diagnosis, Probe, diagnose

REFUSED = 1
USAGE = 2


class Command(BaseCommand):
    """Exit code 0: the file can be imported; 1: it is refused; 2: it was asked for wrongly.

    Needs no database.
    """

    help = "Check a file as an import would, without storing anything. See docs/import.md."
    requires_system_checks = ()
    requires_migrations_checks = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--json", action="store_true", help="print one JSON object")
        parser.add_argument(
            "--probe",
            action="append",
            default=[],
            metavar="ROW:COLUMN",
            help="also print this cell; rows count from 0; may be given several times",
        )
        parser.add_argument("--name", help="the name the file was sent as, if another one")
        parser.add_argument("--encoding", choices=encodings.ENCODINGS)
        parser.add_argument("--delimiter", choices=delimiters.BY_NAME)
        parser.add_argument("--quote", choices=delimiters.QUOTE_BY_NAME)
        parser.add_argument("--sheet", help="the sheet of a workbook")
        parser.add_argument("--header-row", type=int, default=1, metavar="N")
        parser.add_argument("--no-header", action="store_true", help="the first line is a row")
        parser.add_argument(
            "--skip-refused",
            action="store_true",
            help="accept a file of which rows, or lines of JSON, do not fit, and leave these out",
        )

    def handle(self, *_args: object, **options: Any) -> None:
        try:
            probes = [Probe.parse(text) for text in options["probe"]]
            with options["file"].open("rb") as handle:
                found = diagnose(
                    handle,
                    sent_as=options["name"] or options["file"].name,
                    chosen=_chosen(options),
                    limits=settings.UPLOAD_LIMITS,
                    probes=probes,
                    skips_refused=options["skip_refused"],
                )
        except (ValueError, OSError) as exc:
            self.stderr.write(str(exc))
            sys.exit(USAGE)
        if options["json"]:
            self.stdout.write(json.dumps(found.to_json(), ensure_ascii=False))
        else:
            self.stdout.write(_in_words(found))
        if not found.is_accepted:
            sys.exit(REFUSED)


def _chosen(options: dict[str, Any]) -> Chosen:
    return Chosen(
        encoding=options["encoding"],
        delimiter=delimiters.BY_NAME.get(options["delimiter"] or ""),
        quote=delimiters.QUOTE_BY_NAME.get(options["quote"] or ""),
        sheet=options["sheet"],
        has_header=not options["no_header"],
        header_row=max(options["header_row"], 1),
    )


def _in_words(found: Diagnosis) -> str:
    report = found.report
    lines = [f"{found.file_name}: {'can be imported' if found.is_accepted else 'is refused'}"]
    if found.error:
        lines += [f"  {found.message}", f"  {found.advice}"]
    reading = report.reading
    if reading is not None:
        parts = [reading.format, report.encoding_label, reading.sheet]
        if reading.dialect is not None:
            parts.append(delimiters.DELIMITERS[reading.dialect.delimiter][1])
        lines.append(f"  Read as {', '.join(part for part in parts if part)}.")
    lines.append(
        f"  {report.row_count:,} rows, {len(found.columns):,} columns,"
        f" {report.refused_count:,} rows left out."
    )
    for column in found.columns:
        lines.append(
            f"    {column.name}: {column.type}, used as {column.role}, {column.filled:,} filled"
        )
    lines += [f"  {finding.title}. {finding.detail}" for finding in report.findings]
    lines += [f"  {place} = {text}" for place, text in found.probes.items()]
    return "\n".join(lines)
