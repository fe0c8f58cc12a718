"""Says of one file what an import would make of it, for programs: the contract of `check_file`."""

import io
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, BinaryIO

from playground.domain import delimiters, file_kinds, file_names
from playground.domain.dialects import Chosen
from playground.domain.inspection import Inspection
from playground.domain.intake import Taken
from playground.domain.limits import Limits
from playground.domain.refusals import FileRefused
from playground.domain.report import ColumnFound, Report

# Rows that cannot be rows as they are; everything else is a choice on the page.
_RAGGED = ("long", "unclosed")


@dataclass(frozen=True, kw_only=True)
class Probe:
    """A cell that is asked for: the row counts from 0, the column is named as it is imported."""

    row: int
    column: str

    @classmethod
    def parse(cls, text: str) -> "Probe":
        """A probe of "ROW:COLUMN". Raises ValueError for anything else."""
        row, colon, column = text.partition(":")
        if not colon or not row.isdecimal():
            raise ValueError(f"{text!r} is no ROW:COLUMN, such as 0:question. Rows count from 0.")
        return cls(row=int(row), column=column)


@dataclass(frozen=True, kw_only=True)
class Diagnosis:
    """What was found. `error` names the class of a refusal, "" for a file that can be imported.

    `columns` are those that hold something or have a name. `probes` has the cells that were
    asked for and are there.
    """

    file_name: str
    report: Report
    columns: tuple[ColumnFound, ...]
    repairs: tuple[str, ...]
    error: str = ""
    line: int | None = None
    message: str = ""
    advice: str = ""
    probes: Mapping[str, str]

    @property
    def is_accepted(self) -> bool:
        return not self.error

    def to_json(self) -> dict[str, Any]:
        """The object that `check_file --json` prints; its keys never change."""
        report, reading = self.report, self.report.reading
        delimiter = reading.dialect.delimiter if reading and reading.dialect else None
        return {
            "outcome": "accept" if self.is_accepted else "reject",
            "format": reading.format if reading else None,
            "encoding": (reading.encoding or None) if reading else None,
            "delimiter": None if delimiter in (None, delimiters.ONE_COLUMN) else delimiter,
            "sheet": (reading.sheet or None) if reading else None,
            "repairs": list(self.repairs),
            "error": self.error or None,
            "line": self.line,
            "message": self.message,
            "advice": self.advice,
            "rows": report.row_count,
            "cols": len(self.columns),
            "columns": [column.name for column in self.columns],
            "refused_rows": report.refused_count,
            "probes": dict(self.probes),
        }


def diagnose(
    handle: BinaryIO,
    *,
    sent_as: str,
    chosen: Chosen,
    limits: Limits,
    probes: Sequence[Probe] = (),
    skips_refused: bool = False,
) -> Diagnosis:
    """What an import would make of the file that was sent under this name.

    A file of which rows do not fit the header is refused, with the first such line, unless
    `skips_refused`: then the other rows are accepted, as on the page. So are the other lines of
    a file of JSON lines of which some cannot be read.
    """
    name = file_names.clean(sent_as)
    inspection = Inspection(handle, file_name=name, chosen=chosen, limits=limits)
    rows = _Rows({probe.row for probe in probes})
    refusal: FileRefused | None = None
    try:
        file_kinds.check_name(name)
        file_kinds.check_size(handle.seek(0, io.SEEK_END), limits)
        inspection.run(on_row=rows.keep, on_left_out=rows.refuse)
        if rows.ragged and not skips_refused:
            refusal = _ragged(rows.ragged, inspection.report().refused_count)
    except FileRefused as exc:
        if skips_refused and not chosen.skips_broken and inspection.can_skip_broken(exc):
            return diagnose(
                handle,
                sent_as=sent_as,
                chosen=replace(chosen, skips_broken=True),
                limits=limits,
                probes=probes,
                skips_refused=True,
            )
        refusal = exc
    report = inspection.report()
    sanitised = () if name == sent_as else ("filename_sanitised",)
    return Diagnosis(
        file_name=name,
        report=report,
        columns=tuple(c for c in report.columns if c.filled or c.original.strip()),
        repairs=(*sanitised, *report.repairs),
        error=refusal.kind if refusal else "",
        line=refusal.line if refusal else None,
        message=refusal.message if refusal else "",
        advice=refusal.hint if refusal else "",
        probes=_probed(probes, report, rows.kept),
    )


class _Rows:
    """The rows that are asked for, and the first one that does not fit the header."""

    def __init__(self, wanted: Collection[int]) -> None:
        self._wanted = wanted
        self._count = 0
        self.kept: dict[int, list[str]] = {}
        self.ragged: Taken | None = None

    def keep(self, taken: Taken) -> None:
        if self._count in self._wanted:
            self.kept[self._count] = taken.cells
        self._count += 1

    def refuse(self, taken: Taken) -> None:
        if taken.left_out in _RAGGED and self.ragged is None:
            self.ragged = taken


def _ragged(first: Taken, count: int) -> FileRefused:
    what = {
        "long": "the row has more cells than the header",
        "unclosed": "a quote is opened and never closed",
    }[first.left_out]
    more = f"; {count:,} rows do not fit in all" if count > 1 else ""
    return FileRefused(
        "ragged_rows",
        f"{what}{more}.",
        hint="Mend the file, or take the other rows: --skip-refused, or the choice on the page.",
        line=first.line,
    )


def _probed(
    probes: Sequence[Probe], report: Report, rows: Mapping[int, Sequence[str]]
) -> dict[str, str]:
    positions = {column.name: position for position, column in enumerate(report.columns)}
    return {
        f"{probe.row}:{probe.column}": rows[probe.row][positions[probe.column]]
        for probe in probes
        if probe.row in rows and probe.column in positions
    }
