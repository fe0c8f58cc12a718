"""The largest file that can become rows, as the reader needs it."""

from typing import Protocol


class Limits(Protocol):
    """Sizes in bytes, rows, columns, and characters of a cell."""

    @property
    def bytes(self) -> int: ...
    @property
    def rows(self) -> int: ...
    @property
    def columns(self) -> int: ...
    @property
    def cell_chars(self) -> int: ...
