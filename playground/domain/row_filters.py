"""Filters of rows by one column each, and the way they stand in an address: `3:is:Returns`."""

from collections.abc import Iterable
from dataclasses import dataclass

from playground.domain.profiles import STRICT_NUMBER
from playground.domain.whole_numbers import whole_number

LONGEST_VALUE = 200
MOST_FILTERS = 20

# The word in an address → what the page says, and whether a value follows.
WORDS = {
    "has": ("contains", True),
    "is": ("is", True),
    "not": ("is not", True),
    "min": ("is at least", True),
    "max": ("is at most", True),
    "empty": ("is empty", False),
    "filled": ("is not empty", False),
}
_OF_NUMBERS = ("min", "max")


@dataclass(frozen=True, kw_only=True)
class RowFilter:
    """Keeps rows by the cell of one column. `value` is "" where the kind needs none."""

    column_id: int
    kind: str
    value: str = ""

    def __str__(self) -> str:
        return f"{self.column_id}:{self.kind}:{self.value}"

    @property
    def words(self) -> str:
        """What it says after the column's name: "is Returns"."""
        return f"{WORDS[self.kind][0]} {self.value}".strip()

    @property
    def number(self) -> float:
        """The value as a number; filters by number always have one."""
        return float(self.value)


def make(column_id: int, kind: str, value: str) -> RowFilter | None:
    """The filter, or None when these make none: an unknown kind, no value, no number."""
    value = value.replace("\x00", "").strip()[:LONGEST_VALUE]
    if kind not in WORDS:
        return None
    if not WORDS[kind][1]:
        return RowFilter(column_id=column_id, kind=kind)
    is_number = STRICT_NUMBER.fullmatch(value) is not None
    if not value or (kind in _OF_NUMBERS and not is_number):
        return None
    return RowFilter(column_id=column_id, kind=kind, value=value)


def parse(texts: Iterable[str]) -> tuple[RowFilter, ...]:
    """The filters of an address in their order, each once; what says none is passed over."""
    found: dict[RowFilter, None] = {}
    for text in texts:
        column, _, rest = text.partition(":")
        kind, _, value = rest.partition(":")
        column_id = whole_number(column)
        row_filter = make(column_id, kind, value) if column_id is not None else None
        if row_filter:
            found[row_filter] = None
    return tuple(found)[:MOST_FILTERS]


def kinds_for(column_type: str, *, has_values: bool) -> tuple[str, ...]:
    """The kinds that make sense for a column, the usual one first.

    `column_type` as `Column.Type` spells it; `has_values`: one is chosen from a list.
    """
    if has_values:
        return ("is", "not", "empty", "filled")
    if column_type == "number":
        return ("min", "max", "is", "not", "empty", "filled")
    return ("has", "is", "not", "empty", "filled")
