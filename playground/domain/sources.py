"""Files of any format as a table: a header, and records with the line of each."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import BinaryIO, Protocol

from playground.domain import dialects
from playground.domain.dialects import Chosen
from playground.domain.limits import Limits
from playground.domain.refusals import FileRefused
from playground.domain.tabular import Dialect, Record, Table


@dataclass(frozen=True, kw_only=True)
class Reading:
    """How a file is read. Goes to JSON and back; the same reading gives the same records.

    `format` is "csv", "tsv", "xlsx", "json", "jsonl", "parquet", "promptfoo_config",
    "promptfoo_results" or "openai_evals". `dialect` is None for what is no table of text;
    `encoding` is the codec of a format of text. `sheet` and `sheets` (the visible ones) are filled
    for workbooks only.
    """

    format: str
    dialect: Dialect | None = None
    encoding: str = ""
    has_header: bool = True
    sheet: str = ""
    sheets: tuple[str, ...] = ()


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
    found = dialects.find(handle, file_name=file_name, chosen=chosen, limits=limits)
    reading = Reading(
        format="tsv" if found.dialect.delimiter == "\t" else "csv",
        dialect=found.dialect,
        encoding=found.dialect.encoding,
        has_header=found.dialect.has_header,
    )
    return ReadingFound(reading=reading, encoding_label=found.encoding_label, repairs=found.repairs)


def open_source(handle: BinaryIO, reading: Reading, limits: Limits) -> Source:
    """The file opened as `find` said. Raises FileRefused up to the header."""
    if reading.dialect is None:
        raise FileRefused("corrupt_file", "no dialect", hint="")
    return Table(handle, reading.dialect, limits)
