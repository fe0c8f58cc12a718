"""Reads tables of text record by record, in bounded memory, with the line of each.

Cells are text and stay as they are: `NA`, `null` and `007` mean what they say. What cannot be a
row comes back as a record with a refusal; nothing is dropped silently.
"""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import BinaryIO

from playground.domain.limits import Limits
from playground.domain.refusals import FileRefused, undecodable

LONGEST_LINE = 8_000_000


@dataclass(frozen=True, kw_only=True)
class Dialect:
    """How to read the file: codec, delimiter, and whether its first record names the columns.

    `quote` is the character that cells are quoted with, "" for none. The first record with text
    from line `header_row` on is the first that is read.
    """

    encoding: str
    delimiter: str
    quote: str = '"'
    has_header: bool = True
    header_row: int = 1
    has_sep_line: bool = False
    spaces_before_quotes: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Record:
    """One record of the file; `line` is where it begins, from 1, or its number in a list.

    `notes` says what was mended: "short", "nul", "quotes". `refusal` says why it cannot be a
    row: "long" or "unclosed"; "" for a row. A row has as many cells as the header. A blank record
    may stand for several `lines`.
    """

    line: int
    cells: list[str]
    notes: tuple[str, ...] = ()
    refusal: str = ""
    lines: int = 1

    @property
    def is_blank(self) -> bool:
        return not self.refusal and not any(map(str.strip, self.cells))


def blank_records(start: int, stop: int, width: int) -> Iterator[Record]:
    """Blank records for the lines from `start` up to `stop`; after the first ten, one for the rest.

    A sheet may have a million blank rows before a forgotten cell.
    """
    one_by_one = min(stop, start + 10)
    for line in range(start, one_by_one):
        yield Record(line=line, cells=[""] * width)
    if one_by_one < stop:
        yield Record(line=one_by_one, cells=[""] * width, lines=stop - one_by_one)


class Table:
    """A table of text opened for reading, a `sources.Source`."""

    roles: Mapping[str, str] = {}
    setup: Mapping[str, object] = {}

    def __init__(self, handle: BinaryIO, dialect: Dialect, limits: Limits) -> None:
        """Reads up to the header.

        Raises FileRefused for an empty file, too many columns, and text it cannot decode.
        """
        csv.field_size_limit(limits.cell_chars)
        self._handle = handle
        self._size = handle.seek(0, io.SEEK_END)
        handle.seek(0)
        self.repairs: dict[str, None] = {}
        self._limits = limits
        self._dialect = dialect
        self._lines = _Lines(handle, dialect)
        self._reader = reader_of(self._lines, dialect)
        first = self._first()
        self._width = len(first.cells)
        self._held = None if dialect.has_header else first
        self.header = first.cells if dialect.has_header else [""] * self._width

    def records(self) -> Iterator[Record]:
        """The records after the header in file order, blank ones too.

        Raises FileRefused, naming the line, for a cell or line over the limit and for bytes
        that the encoding does not have.
        """
        if self._held is not None:
            yield self._held
        while (record := self._next()) is not None:
            yield record

    def share_read(self) -> float:
        """The share of the file that was read, 0 to 1."""
        return self._handle.tell() / self._size if self._size else 1.0

    def _first(self) -> Record:
        while (record := self._next(is_first=True)) is not None:
            if record.line < self._dialect.header_row:
                continue
            check_width(record.cells, self._limits, line=record.line)
            if not record.is_blank:
                return record
        raise FileRefused(
            "empty_file",
            "The file has no text in it.",
            hint="Export it again, or choose another file.",
        )

    def _next(self, *, is_first: bool = False) -> Record | None:
        line = self._lines.number + 1
        self._lines.begin_record()
        try:
            cells = next(self._reader)
        except StopIteration:
            return None
        except csv.Error as exc:
            raise self._too_long(line) from exc
        return self._record(line, cells, width=None if is_first else self._width)

    def _record(self, line: int, cells: list[str], *, width: int | None) -> Record:
        notes = ["nul"] if self._lines.had_nul else []
        fault = self._quote_fault()
        if fault == "unclosed":
            return Record(line=line, cells=cells, refusal=fault)
        if fault:
            notes.append(fault)
        if width is None or not any(cells):
            return Record(line=line, cells=cells, notes=tuple(notes))
        if len(cells) > width and any(cells[width:]):
            return Record(line=line, cells=cells, notes=tuple(notes), refusal="long")
        if len(cells) < width:
            notes.append("short")
            cells.extend([""] * (width - len(cells)))
        return Record(line=line, cells=cells[:width], notes=tuple(notes))

    def _quote_fault(self) -> str:
        """What a strict reader says of the record's quotes: "", "quotes" or "unclosed"."""
        if not self._lines.has_quote:
            return ""
        reader = reader_of(self._lines.raw, self._dialect, strict=True)
        try:
            next(reader, None)
        except csv.Error as exc:
            return "unclosed" if "unexpected end" in str(exc) else "quotes"
        return ""

    def _too_long(self, line: int) -> FileRefused:
        return FileRefused(
            "cell_too_long",
            f"a cell has more than {self._limits.cell_chars:,} characters.",
            hint="A quote that is opened on this line and never closed has this effect too.",
            line=line,
            raw="".join(self._lines.raw)[:300],
        )


def reader_of(
    lines: Iterable[str], dialect: Dialect, *, strict: bool = False
) -> Iterator[list[str]]:
    """The records of these lines as the dialect parts them."""
    return csv.reader(
        lines,
        delimiter=dialect.delimiter,
        quotechar=dialect.quote or None,
        quoting=csv.QUOTE_MINIMAL if dialect.quote else csv.QUOTE_NONE,
        skipinitialspace=dialect.spaces_before_quotes,
        strict=strict,
    )


def check_width(cells: Sequence[str], limits: Limits, *, line: int) -> None:
    """Raises FileRefused for a header with more cells than the limit of columns."""
    if len(cells) > limits.columns:
        raise FileRefused(
            "too_many_columns",
            f"{len(cells):,} columns, the limit is {limits.columns:,}.",
            hint="Keep the columns you need, or check the delimiter.",
            line=line,
        )


class _Lines:
    """The physical lines of a file, without U+0000; keeps those of the current record."""

    def __init__(self, handle: BinaryIO, dialect: Dialect) -> None:
        self._quote = dialect.quote
        self._text = io.TextIOWrapper(
            handle, encoding=dialect.encoding, errors="strict", newline=""
        )
        self.number = 0
        self.begin_record()
        if dialect.has_sep_line:
            next(self, None)

    def begin_record(self) -> None:
        self.raw: list[str] = []
        self.had_nul = False
        self.has_quote = False

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        line = self._read()
        if not line:
            raise StopIteration
        if self.number == 0:
            line = line.removeprefix("\ufeff")
        self.number += 1
        if "\x00" in line:
            self.had_nul = True
            line = line.replace("\x00", "")
        if self._quote and self._quote in line:
            self.has_quote = True
        self.raw.append(line)
        return line

    def _read(self) -> str:
        try:
            line = self._text.readline(LONGEST_LINE + 1)
        except UnicodeDecodeError as exc:
            raise undecodable() from exc
        if len(line) > LONGEST_LINE:
            raise FileRefused(
                "cell_too_long",
                f"the line has more than {LONGEST_LINE:,} characters.",
                hint="Check the line ends of the file.",
                line=self.number + 1,
                raw=line,
            )
        return line
