"""JSON and JSON lines as a table: one row per object, one column per name."""

import io
from collections.abc import Callable, Iterator, Mapping
from typing import BinaryIO, TypeAlias

from playground.domain import json_values
from playground.domain.json_faults import Item, parsed
from playground.domain.json_items import items
from playground.domain.json_lines import line_items
from playground.domain.json_outline import Path
from playground.domain.json_values import RepeatedKey, Value
from playground.domain.limits import Limits
from playground.domain.refusals import FileRefused, too_many_rows
from playground.domain.tabular import Record

Shape: TypeAlias = Callable[[dict[str, Value]], dict[str, Value]]


def as_it_is(row: dict[str, Value]) -> dict[str, Value]:
    """The shape of a plain file: its names are the columns."""
    return row


class JsonSource:
    """A file of objects opened for reading; see `Source`.

    It is read twice: opening it collects the names of all objects, and checks that all of it is
    JSON. `path` leads to the list of the rows; None for a file of objects one after the other.
    """

    def __init__(
        self,
        handle: BinaryIO,
        *,
        path: Path | None,
        encoding: str,
        limits: Limits,
        shape: Shape = as_it_is,
        skips_broken: bool = False,
    ) -> None:
        """With `skips_broken` each line is read alone, and a broken one is a refused record.

        Raises FileRefused, naming the line, for what is no JSON, no object or too large."""
        self.roles: Mapping[str, str] = {}
        self.setup: Mapping[str, object] = {}
        self.repairs: dict[str, None] = {}
        self._handle = handle
        self._path = path
        self._encoding = encoding
        self._limits = limits
        self._shape = shape
        self._skips_broken = skips_broken
        self._size = handle.seek(0, io.SEEK_END)
        self.header = self._names()

    def records(self) -> Iterator[Record]:
        """The rows in file order; a blank line is a blank record.

        The items of a list are numbered: all of it may stand on one line.

        A row whose object has a name twice is refused as "duplicate_key", a broken line as
        "not_json" or "not_object": its one cell is the text of it. Raises FileRefused, naming the
        line, for a cell over the limit.
        """
        for number, item in enumerate(self._items(), start=1):
            line = item.line if self._path is None else number
            yield (
                self._record(item, line)
                if item.text
                else Record(line=line, cells=[""] * len(self.header))
            )

    def share_read(self) -> float:
        """The share of the file that was read, 0 to 1."""
        return self._handle.tell() / self._size if self._size else 1.0

    def _items(self) -> Iterator[Item]:
        if self._skips_broken:
            return line_items(self._handle, encoding=self._encoding, limits=self._limits)
        return items(self._handle, self._path, encoding=self._encoding, limits=self._limits)

    def _names(self) -> list[str]:
        names: dict[str, None] = {}
        seen = repeated = 0
        for item in self._items():
            if not item.text:
                continue
            seen += 1
            # Here and not when the rows are counted: millions of empty objects are no rows.
            if seen > self._limits.rows:
                raise too_many_rows(self._limits, line=item.line)
            if item.fault:
                continue
            try:
                row, _notes = self._row(item)
            except RepeatedKey:
                repeated += 1
                continue
            if not row.keys() <= names.keys():
                names.update(dict.fromkeys(row))
                check_names(len(names), self._limits, line=item.line)
        if not names:
            raise _no_names(seen, repeated)
        return list(names)

    def _row(self, item: Item) -> tuple[dict[str, Value], tuple[str, ...]]:
        value, notes = parsed(item, self._limits)
        return self._shape(value if isinstance(value, dict) else {}), notes

    def _record(self, item: Item, line: int) -> Record:
        if item.fault:
            return _refused(item, line, item.fault)
        try:
            row, notes = self._row(item)
        except RepeatedKey:
            return _refused(item, line, "duplicate_key")
        if "surrogate" in notes:
            self.repairs["invalid_unicode_replaced"] = None
        if any(isinstance(value, list | dict) for value in row.values()):
            self.repairs["nested_values_kept_as_json"] = None
        cells = [json_values.cell(row.get(name)) for name in self.header]
        check_cells(cells, self._limits, line=item.line)
        return Record(line=line, cells=cells, notes=("nul",) if "nul" in notes else ())


def _refused(item: Item, line: int, fault: str) -> Record:
    return Record(line=line, cells=[item.text.replace("\x00", "")], refusal=fault)


def check_names(count: int, limits: Limits, *, line: int) -> None:
    """Raises FileRefused for more names, and so columns, than the limit."""
    if count > limits.columns:
        raise FileRefused(
            "too_many_columns",
            f"{count:,} columns up to here, the limit is {limits.columns:,}.",
            hint="Keep the names you need, or put values that belong together into one object.",
            line=line,
        )


def check_cells(cells: list[str], limits: Limits, *, line: int) -> None:
    """Raises FileRefused for a cell with more characters than the limit."""
    if any(len(cell) > limits.cell_chars for cell in cells):
        raise FileRefused(
            "cell_too_long",
            f"a cell has more than {limits.cell_chars:,} characters.",
            hint="Shorten the text, or leave that value out of the file.",
            line=line,
        )


def _no_names(seen: int, repeated: int) -> FileRefused:
    if repeated:
        return FileRefused(
            "duplicate_key",
            "every object has a name twice, so that one of two values would be lost.",
            hint="Give each value of an object its own name.",
        )
    if seen:
        return FileRefused(
            "no_columns",
            "The objects are empty: there is no name, so there is no column.",
            hint="Export it again, or choose another file.",
        )
    return FileRefused(
        "no_rows", "The list has no items.", hint="Export it again, or choose another file."
    )
