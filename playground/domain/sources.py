"""Files of any format as a table: a header, and records with the line of each."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, BinaryIO, Protocol

from playground.domain import dialects, file_kinds
from playground.domain.dialects import Chosen
from playground.domain.limits import Limits
from playground.domain.refusals import FileRefused
from playground.domain.tabular import Dialect, Record, Table

# Why a file of lines is refused when one of them is broken.
_OF_BROKEN_LINES = frozenset({"invalid_json", "row_not_object", "json_too_deep"})


@dataclass(frozen=True, kw_only=True)
class Reading:
    """How a file is read. Goes to JSON and back; the same reading gives the same records.

    `format` is "csv", "tsv", "xlsx", "json", "jsonl", "parquet", "promptfoo_config",
    "promptfoo_results" or "openai_evals". `dialect` is None for what is no table of text;
    `encoding` is the codec of a format of text. `sheet` and `sheets` (the visible ones) are filled
    for workbooks only. Without a header `header_row` is where the first row may stand.
    `skips_broken`: each line of JSON is read alone, and broken ones are refused records.
    `counts_items`: a record's line is its number in a list, whose items may share a line.
    """

    format: str
    dialect: Dialect | None = None
    encoding: str = ""
    has_header: bool = True
    header_row: int = 1
    sheet: str = ""
    sheets: tuple[str, ...] = ()
    skips_broken: bool = False
    counts_items: bool = False


class Source(Protocol):
    """An open file: `header` at once, then `records()` once.

    `header` has the columns' names as the file has them, "" for a nameless one. `roles` maps
    names of the header to roles (`Column.Role`) that the format itself tells; `setup` is what it
    tells of variants, KPIs and a rule, as a column template has it. Both are mostly empty.
    `repairs` names what was mended, and may grow while records are read.
    """

    header: list[str]
    roles: Mapping[str, str]
    setup: Mapping[str, object]
    repairs: dict[str, None]

    def records(self) -> Iterator[Record]:
        """The records in file order, blank ones too; as many cells as the header has.

        Raises FileRefused, naming the line, for what cannot be read at all.
        """
        ...

    def share_read(self) -> float:
        """The share of the file that was read, 0 to 1."""
        ...


@dataclass(frozen=True, kw_only=True)
class ReadingFound:
    """How a file is read, its encoding's name for people, and the names of what was mended."""

    reading: Reading
    encoding_label: str = ""
    repairs: tuple[str, ...] = ()


def find(handle: BinaryIO, *, file_name: str, chosen: Chosen, limits: Limits) -> ReadingFound:
    """How the file is to be read: what a person has chosen, else what its bytes show.

    Raises FileRefused when that cannot be told, or when the file cannot be read at all.
    """
    return _FINDERS[file_kinds.family(file_name)](handle, file_name, chosen, limits)


def can_skip_broken(
    handle: BinaryIO, refusal: FileRefused, *, file_name: str, chosen: Chosen, limits: Limits
) -> bool:
    """Whether a refused file can be read when `Chosen.skips_broken` is set: JSON lines can."""
    from playground.domain.json_files import can_skip_broken

    if refusal.kind not in _OF_BROKEN_LINES or file_kinds.family(file_name) != "json":
        return False
    try:
        encoding = dialects.encoding_of(handle, chosen.encoding).codec
        return can_skip_broken(handle, file_name=file_name, encoding=encoding, limits=limits)
    except FileRefused:
        return False


def open_source(handle: BinaryIO, reading: Reading, limits: Limits) -> Source:
    """The file opened as `find` said. Raises FileRefused up to the header."""
    if reading.dialect is not None:
        return Table(handle, reading.dialect, limits)
    if reading.format == "xlsx":
        from playground.domain.workbooks import WorkbookSource

        return WorkbookSource(
            handle,
            sheet=reading.sheet,
            has_header=reading.has_header,
            header_row=reading.header_row,
            limits=limits,
        )
    if reading.format == "parquet":
        from playground.domain.parquet import ParquetSource

        return ParquetSource(handle, limits=limits)
    from playground.domain.json_files import open_json

    return open_json(handle, reading=reading, limits=limits)


def reading_of(stored: Mapping[str, Any]) -> Reading:
    """The reading that `asdict` made plain values of. Raises TypeError for anything else."""
    dialect = stored.get("dialect")
    return Reading(
        **{
            **stored,
            "dialect": Dialect(**dialect) if dialect else None,
            "sheets": tuple(stored.get("sheets", ())),
        }
    )


def _find_table(handle: BinaryIO, file_name: str, chosen: Chosen, limits: Limits) -> ReadingFound:
    found = dialects.find(handle, file_name=file_name, chosen=chosen, limits=limits)
    reading = Reading(
        format="tsv" if found.dialect.delimiter == "\t" else "csv",
        dialect=found.dialect,
        encoding=found.dialect.encoding,
        has_header=found.dialect.has_header,
        header_row=found.dialect.header_row,
    )
    return ReadingFound(reading=reading, encoding_label=found.encoding_label, repairs=found.repairs)


def _find_workbook(
    handle: BinaryIO, _file_name: str, chosen: Chosen, limits: Limits
) -> ReadingFound:
    from playground.domain.workbooks import find_workbook

    reading = find_workbook(
        handle, chosen_sheet=chosen.sheet, has_header=chosen.has_header, limits=limits
    )
    repairs = ("lines_before_header_dropped",) if chosen.header_row > 1 else ()
    return ReadingFound(reading=replace(reading, header_row=chosen.header_row), repairs=repairs)


def _find_parquet(
    handle: BinaryIO, _file_name: str, _chosen: Chosen, limits: Limits
) -> ReadingFound:
    from playground.domain.parquet import find_parquet

    return ReadingFound(reading=find_parquet(handle, limits=limits))


def _find_json(handle: BinaryIO, file_name: str, chosen: Chosen, limits: Limits) -> ReadingFound:
    from playground.domain.json_files import find_json, repairs_of

    encoding = dialects.encoding_of(handle, chosen.encoding)
    reading = find_json(
        handle,
        file_name=file_name,
        encoding=encoding.codec,
        limits=limits,
        skips_broken=chosen.skips_broken,
    )
    repairs = (
        *dialects.encoding_repairs(encoding),
        *repairs_of(reading, file_name=file_name),
    )
    return ReadingFound(reading=reading, encoding_label=encoding.label, repairs=repairs)


# By family of `file_kinds`. The readers are imported when they are needed: most files are tables
# of text, and the others bring libraries with them.
_FINDERS: Mapping[str, Callable[[BinaryIO, str, Chosen, Limits], ReadingFound]] = {
    "table": _find_table,
    "workbook": _find_workbook,
    "parquet": _find_parquet,
    "json": _find_json,
    "yaml": _find_json,
}
