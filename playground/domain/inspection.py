"""Reads a whole file once and reports what would become of it. Stores nothing."""

import io
from collections.abc import Callable
from typing import BinaryIO

from playground.domain import dialects, file_kinds, headers
from playground.domain.dialects import Chosen, DialectFound
from playground.domain.findings import Tally, findings
from playground.domain.limits import Limits
from playground.domain.refusals import FileRefused
from playground.domain.report import FirstRow, Report
from playground.domain.survey import Survey
from playground.domain.tabular import Record, Table

FIRST_ROWS = 5
PROGRESS_EVERY = 1_000
_CELL_SHOWN = 300


class Inspection:
    """One reading of one file: `run()` once, `report()` after it, also after a refusal."""

    def __init__(self, handle: BinaryIO, *, file_name: str, chosen: Chosen, limits: Limits) -> None:
        self._handle = handle
        self._file_name = file_name
        self._chosen = chosen
        self._limits = limits
        self._found: DialectFound | None = None
        self._survey = Survey([], [])
        self._repairs: dict[str, None] = {}
        self._rows = 0
        self._refused = 0
        self._first_rows: list[FirstRow] = []

    def run(
        self,
        *,
        on_refused: Callable[[Record], None] = lambda _record: None,
        on_progress: Callable[[float], None] = lambda _share: None,
    ) -> None:
        """Read all of it. `on_progress` gets the share of the file that was read, 0 to 1.

        Raises FileRefused when the file cannot be imported at all.
        """
        size = self._handle.seek(0, io.SEEK_END)
        self._handle.seek(0)
        file_kinds.check_content(self._handle.read(file_kinds.HEAD_BYTES), self._file_name)
        table = self._open()
        for number, record in enumerate(table.records(), start=1):
            self._take(record, on_refused)
            if number % PROGRESS_EVERY == 0:
                on_progress(self._handle.tell() / size)
        if not self._rows:
            raise self._no_rows()

    def report(self) -> Report:
        """What was found, as far as the file was read."""
        columns = self._survey.columns()
        names = self._survey.names_and_counts(columns)
        repairs = dict(self._repairs)
        if any(not c.original.strip() and not c.filled for c in columns) and self._rows:
            repairs["empty_columns_dropped"] = None
        return Report(
            dialect=self._found.dialect if self._found else None,
            encoding_label=self._found.encoding_label if self._found else "",
            columns=columns,
            row_count=self._rows,
            refused_count=self._refused,
            repairs=(*repairs, *_repairs_of(self._survey.tally)),
            findings=findings(self._survey.tally, repairs, names),
            first_rows=tuple(self._first_rows),
        )

    def _open(self) -> Table:
        found = dialects.find(
            self._handle, file_name=self._file_name, chosen=self._chosen, limits=self._limits
        )
        self._found = found
        table = Table(self._handle, found.dialect, self._limits)
        clean = headers.clean(table.header)
        self._repairs.update(dict.fromkeys(found.repairs))
        if found.dialect.has_header:
            self._repairs.update(dict.fromkeys(clean.repairs))
        self._survey = Survey(table.header, clean.names)
        return table

    def _take(self, record: Record, on_refused: Callable[[Record], None]) -> None:
        for note in record.notes:
            self._survey.tally.add(note, record.line)
        if record.is_blank:
            self._survey.tally.add("blank", record.line)
        elif record.refusal:
            self._refused += 1
            self._survey.tally.add(record.refusal, record.line)
            on_refused(record)
        else:
            self._take_row(record)

    def _take_row(self, record: Record) -> None:
        self._rows += 1
        if self._rows > self._limits.rows:
            raise FileRefused(
                "too_many_rows",
                f"the file has more than {self._limits.rows:,} rows.",
                hint="Bring a part of it: split the file, or draw a sample.",
                line=record.line,
            )
        self._survey.take(record)
        if len(self._first_rows) < FIRST_ROWS:
            cells = tuple(cell[:_CELL_SHOWN] for cell in record.cells)
            self._first_rows.append(FirstRow(line=record.line, cells=cells))

    def _no_rows(self) -> FileRefused:
        if self._refused:
            return FileRefused(
                "ragged_rows",
                f"none of the {self._refused:,} rows fits the header.",
                hint="Check the delimiter, and quotes that are never closed.",
                line=min(self._survey.tally.lines("long") + self._survey.tally.lines("unclosed")),
            )
        return FileRefused(
            "no_rows",
            "The file has a header and no rows.",
            hint="If its first line is a row, choose No header. Another encoding may help too.",
        )


def _repairs_of(tally: Tally) -> tuple[str, ...]:
    names = {"blank": "blank_rows_dropped", "short": "short_rows_padded", "nul": "nul_removed"}
    return tuple(name for kind, name in names.items() if tally.count(kind))
