"""Reads a whole file and reports what would become of it. Stores nothing.

It is read twice: first to learn what its columns hold, then as it would be imported.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, BinaryIO

from playground.domain import file_kinds, headers, mapping, sources
from playground.domain.dialects import Chosen
from playground.domain.findings import NOTED, Finding, noted, repaired
from playground.domain.findings_columns import column_findings
from playground.domain.intake import Intake, Taken, shaped
from playground.domain.limits import Limits
from playground.domain.mapping import Planned
from playground.domain.no_rows import no_rows
from playground.domain.outcome import Outcome
from playground.domain.refusals import FileRefused, too_many_rows
from playground.domain.report import ColumnFound, Report, RowShown
from playground.domain.sources import Reading, ReadingFound, Source
from playground.domain.spreadsheets import unguarded
from playground.domain.survey import Survey
from playground.domain.tabular import Record
from playground.domain.templates import TemplateColumn

FIRST_ROWS = 5
PROGRESS_EVERY = 1_000
# Formats of numbered rows; the others have lines.
_SHEETS = frozenset({"xlsx", "parquet"})
_LEVELS = ("fail", "warn", "info")
# The formats that a spreadsheet would run, and whose exports guard their cells.
_GUARDED = frozenset({"csv", "tsv", "xlsx"})


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What is wanted of a file: the template's columns, corrections of columns, chosen fixes.

    `is_into`: the template is a playground with rows, which the file is brought into.
    """

    template: tuple[TemplateColumn, ...] = ()
    is_into: bool = False
    columns: Sequence[Mapping[str, Any]] = ()
    fixes: Mapping[str, str] = field(default_factory=dict)


def intake_of(reading: Reading, columns: Sequence[Planned], choices: Mapping[str, str]) -> Intake:
    """What takes the records of a file that is read so; the same for the check and the import."""
    return Intake(
        columns,
        choices,
        joiner=joiner_of(reading),
        has_guards=reading.format in _GUARDED,
        unit=unit_of(reading),
    )


def unit_of(reading: Reading) -> str:
    """What the line of a record is called: the rows of a sheet have numbers that people see."""
    if reading.counts_items:
        return "Item"
    return "Row" if reading.format in _SHEETS else "Line"


def joiner_of(reading: Reading) -> str:
    """What joins cells too many: the delimiter that has parted them."""
    return reading.dialect.delimiter if reading.dialect else ", "


class Inspection:
    """One reading of one file: `run()` once, `report()` after it, also after a refusal.

    `is_read_to_end` is false when `run()` has broken off.
    """

    def __init__(
        self,
        handle: BinaryIO,
        *,
        file_name: str,
        chosen: Chosen,
        limits: Limits,
        wanted: Wanted | None = None,
    ) -> None:
        self._handle = handle
        self._file_name = file_name
        self._chosen = chosen
        self._limits = limits
        self._wanted = wanted or Wanted()
        self._found: ReadingFound | None = None
        # Kept until the end: a source that is collected closes the handle.
        self._sources: list[Source] = []
        self._survey = Survey([], [])
        self._repairs: dict[str, None] = {}
        self._rows = 0
        self._unfit: list[int] = []
        self._first_rows: list[RowShown] = []
        self._outcome: Outcome | None = None
        self.is_read_to_end = False

    def run(
        self,
        *,
        on_left_out: Callable[[Taken], None] = lambda _taken: None,
        on_row: Callable[[Taken], None] = lambda _taken: None,
        on_progress: Callable[[float], None] = lambda _share: None,
    ) -> None:
        """Read all of it. `on_progress` gets the share of the work that is done, 0 to 1.

        `on_row` sees each row that would be stored, `on_left_out` each that would not.
        Raises FileRefused when the file cannot be imported at all.
        """
        self._handle.seek(0)
        file_kinds.check_content(self._handle.read(file_kinds.HEAD_BYTES), self._file_name)
        self._found = sources.find(
            self._handle, file_name=self._file_name, chosen=self._chosen, limits=self._limits
        )
        source = self._learn(self._found, lambda share: on_progress(share / 2))
        if self._rows or self._unfit:
            taken = self._take(self._found.reading, source)
            for one in self._with_progress(taken, lambda share: on_progress(0.5 + share / 2)):
                (on_left_out if one.left_out else on_row)(one)
        self.is_read_to_end = True
        if not self._rows:
            raise no_rows(self._found.reading, self._unfit, unit=self._unit())

    def report(self) -> Report:
        """What was found, as far as the file was read."""
        columns = self._columns(self._told())
        outcome = self._outcome
        found = self._found
        return Report(
            reading=found.reading if found else None,
            encoding_label=found.encoding_label if found else "",
            columns=outcome.counted(columns) if outcome else columns,
            file_rows=self._rows + len(self._unfit),
            fitting_rows=self._rows,
            row_count=outcome.stored if outcome else self._rows,
            refused_count=outcome.left_out if outcome else len(self._unfit),
            problem_count=outcome.with_problems if outcome else 0,
            repairs=tuple(self._all_repairs()),
            findings=self._findings(outcome) if outcome else (),
            first_rows=tuple(outcome.first_rows if outcome else self._first_rows),
            problem_rows=tuple(outcome.problem_rows) if outcome else (),
            setup={name: part for name, part in self._setup().items() if name not in NOTED},
        )

    def can_skip_broken(self, refusal: FileRefused) -> bool:
        """Whether leaving out the lines that cannot be read helps against this refusal."""
        return sources.can_skip_broken(
            self._handle,
            refusal,
            file_name=self._file_name,
            chosen=self._chosen,
            limits=self._limits,
        )

    def names(self) -> tuple[str, ...]:
        """The columns' names as the file has them, made clean; those of a template do not count."""
        return tuple(self._survey.names)

    def _learn(self, found: ReadingFound, on_progress: Callable[[float], None]) -> Source:
        """The first reading: what the columns hold."""
        source = self._opened(found.reading)
        self._repairs.update(dict.fromkeys(found.repairs))
        header = source.header
        if found.reading.format in _GUARDED:
            header = [unguarded(name) for name in header]
        clean = headers.clean(header)
        if found.reading.has_header:
            self._repairs.update(dict.fromkeys(clean.repairs))
        self._survey = Survey(header, clean.names)
        joiner = joiner_of(found.reading)
        for number, record in enumerate(source.records(), start=1):
            if not record.is_blank:
                cells = shaped(record, len(clean.names), self._wanted.fixes, joiner=joiner)
                self._learn_row(record, cells)
            if number % PROGRESS_EVERY == 0:
                on_progress(source.share_read())
        self._repairs.update(source.repairs)
        return source

    def _learn_row(self, record: Record, cells: list[str] | None) -> None:
        if cells is None:
            self._unfit.append(record.line)
            return
        self._rows += 1
        if self._rows > self._limits.rows:
            raise too_many_rows(self._limits, line=record.line, unit=self._unit())
        self._survey.take(cells)
        if len(self._first_rows) < FIRST_ROWS:
            self._first_rows.append(RowShown.of(record.line, cells))

    def _take(self, reading: Reading, learnt: Source) -> Iterator[Taken]:
        """The second reading: every record as it would be imported."""
        columns = self._columns(learnt.roles)
        planned = mapping.planned(
            [asdict(column) for column in columns], self._wanted.columns, self._wanted.template
        )
        intake = intake_of(reading, planned, self._wanted.fixes)
        self._outcome = Outcome(planned, intake)
        for record in self._opened(reading).records():
            taken = intake.take(record)
            self._outcome.add(taken)
            yield taken

    def _with_progress(
        self, taken: Iterator[Taken], on_progress: Callable[[float], None]
    ) -> Iterator[Taken]:
        for number, one in enumerate(taken, start=1):
            yield one
            if number % PROGRESS_EVERY == 0:
                on_progress(self._sources[-1].share_read())

    def _opened(self, reading: Reading) -> Source:
        source = sources.open_source(self._handle, reading, self._limits)
        self._sources.append(source)
        return source

    def _columns(self, told: Mapping[str, str]) -> tuple[ColumnFound, ...]:
        wanted = self._wanted
        return self._survey.columns(told, wanted.template, is_into=wanted.is_into)

    def _unit(self) -> str:
        return unit_of(self._found.reading) if self._found else "Line"

    def _setup(self) -> Mapping[str, object]:
        return self._sources[0].setup if self._sources else {}

    def _told(self) -> Mapping[str, str]:
        return self._sources[0].roles if self._sources else {}

    def _all_repairs(self) -> dict[str, None]:
        """The names of all that was mended, in the order of reading."""
        columns = self._survey.columns({}, ())
        repairs = dict(self._repairs)
        nameless = [column for column in columns if not column.original.strip()]
        if self._rows and any(not column.filled for column in nameless):
            repairs["empty_columns_dropped"] = None
            if not any(column.filled for column in nameless):
                repairs.pop("headers_named", None)
        if self._outcome:
            repairs.update(self._outcome.repairs())
        return repairs

    def _findings(self, outcome: Outcome) -> tuple[Finding, ...]:
        """What is to be checked, the gravest first."""
        found = [
            *outcome.findings(self._wanted.fixes, unit=self._unit()),
            *column_findings(
                self._columns(self._told()),
                outcome.columns,
                self._survey.profiles,
                self._wanted.template,
                is_into=self._wanted.is_into,
                repeating_id=self._survey.repeating_id(),
            ),
            *repaired(self._all_repairs()),
            *noted(self._setup()),
        ]
        return tuple(sorted(found, key=lambda finding: _LEVELS.index(finding.level)))
