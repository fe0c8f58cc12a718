"""Reads Parquet with its library, in small batches: only ever in the process of `parquet_child`."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, BinaryIO

from pyarrow import ArrowException, parquet

from playground.domain.archives import broken_as_refused, corrupt, too_large
from playground.domain.limits import Limits
from playground.domain.parquet_values import ColumnTexts
from playground.domain.refusals import FileRefused
from playground.domain.tabular import LONGEST_LINE

_MOST_LEAVES_PER_COLUMN = 10
_BATCH_ROWS = 1_000
_BATCH_BYTES = 4 * 1024 * 1024


class ParquetReading:
    """One reading of a file: `header` and `row_count` at once, then `rows()` once."""

    def __init__(self, handle: BinaryIO, limits: Limits) -> None:
        """Reads the footer. Raises FileRefused when it is damaged or tells of too much."""
        self._limits = limits
        with _damage_as_refused():
            self._file = _opened(handle, limits)
            self._batch_rows = _batch_rows(self._file.metadata)
            self.row_count: int = self._file.metadata.num_rows
            self.header: list[str] = [str(name) for name in self._file.schema_arrow.names]
        self.repairs: dict[str, None] = {}

    def rows(self) -> Iterator[list[str]]:
        """The cells of each row.

        Raises FileRefused, naming the row from 1, for what is damaged, for cells and rows that are
        too long, for bytes that are no text, and when all rows together have more text than a file
        may unpack to.
        """
        line = chars = 0
        with _damage_as_refused(lambda: line + 1):
            for cells in self._rows():
                line += 1
                length = sum(map(len, cells))
                chars += length
                _check_lengths(cells, length, self._limits, line)
                if chars > self._limits.unpacked_bytes:
                    raise too_large(self._limits)
                yield cells

    def _rows(self) -> Iterator[list[str]]:
        columns = [ColumnTexts(name, self._limits, self.repairs) for name in self.header]
        first = 1
        for batch in self._file.iter_batches(batch_size=self._batch_rows, use_threads=False):
            texts = [
                column.texts(array, first=first)
                for column, array in zip(columns, batch.columns, strict=True)
            ]
            yield from (list(cells) for cells in zip(*texts, strict=True))
            first += batch.num_rows


def _opened(handle: BinaryIO, limits: Limits) -> Any:
    options = {
        "pre_buffer": False,
        "buffer_size": 256 * 1024,
        "schema_depth_limit": 2 * limits.json_depth,
    }
    plain = parquet.ParquetFile(handle, **options)
    _check_footer(plain.metadata, len(plain.schema_arrow.names), limits)
    leaves = (plain.schema.column(position) for position in range(len(plain.schema)))
    texts = [leaf.path for leaf in leaves if leaf.physical_type == "BYTE_ARRAY"]
    handle.seek(0)
    # A text that many rows share is then read and kept once.
    return parquet.ParquetFile(handle, read_dictionary=texts, **options)


def _check_footer(metadata: Any, columns: int, limits: Limits) -> None:
    if columns > limits.columns or metadata.num_columns > _MOST_LEAVES_PER_COLUMN * limits.columns:
        raise FileRefused(
            "too_many_columns",
            f"{max(columns, metadata.num_columns):,} columns, the limit is {limits.columns:,}.",
            hint="Keep the columns you need.",
        )
    if metadata.num_rows > limits.rows:
        raise FileRefused(
            "too_many_rows",
            f"The file has {metadata.num_rows:,} rows, the limit is {limits.rows:,}.",
            hint="Bring a part of it: split the file, or draw a sample.",
        )
    sizes = _sizes(metadata)
    if metadata.num_rows < 0 or any(size < 0 for size in sizes):
        raise corrupt()
    if sum(sizes) > limits.unpacked_bytes:
        raise too_large(limits)


def _sizes(metadata: Any) -> list[int]:
    return [metadata.row_group(n).total_byte_size for n in range(metadata.num_row_groups)]


def _batch_rows(metadata: Any) -> int:
    """So many rows at a time that they need little memory, if all are about as long."""
    unpacked = max(sum(_sizes(metadata)), 1)
    return max(1, min(_BATCH_ROWS, int(metadata.num_rows) * _BATCH_BYTES // unpacked))


def _check_lengths(cells: list[str], length: int, limits: Limits, line: int) -> None:
    if length > LONGEST_LINE:
        what, most = "the row", LONGEST_LINE
    elif any(len(cell) > limits.cell_chars for cell in cells):
        what, most = "a cell", limits.cell_chars
    else:
        return
    raise FileRefused(
        "cell_too_long",
        f"{what} has more than {most:,} characters.",
        hint="Shorten the text, and bring the file again.",
        line=line,
        unit="Row",
    )


@contextmanager
def _damage_as_refused(line: Callable[[], int | None] = lambda: None) -> Iterator[None]:
    """As `broken_as_refused`, also for what the library raises of its own."""
    with broken_as_refused(line):
        try:
            yield
        except MemoryError:
            raise
        except (ArrowException, OSError, TypeError) as exc:
            raise corrupt(line()) from exc
