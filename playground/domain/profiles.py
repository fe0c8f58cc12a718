"""What a column holds, learned while its cells go by once, in bounded memory."""

import json
import re
from collections.abc import Callable

from playground.domain.yes_no import NO, YES

MANY = 50
SHORT = 60
_TESTED = 1_000
_SHOWN = 200
_ENOUGH_FOR_A_CATEGORY = 4
_YES_NO = YES | NO
# No leading zero: 007 is a code. No more digits than a float holds: a long id is no number.
_NUMBER = re.compile(
    r"(?=[+-]?[.,]?\d)[+-]?(?!0\d)(\d{1,3}(,\d{3})+|\d{1,15})?([.,]\d{1,15})?([eE][+-]?\d{1,3})?%?"
)
# What needs no second thought, read by pandas; `number_in` reads the rest. 007 is none of both.
# What matches is a finite float, and so is the sum of two.
STRICT_NUMBER = re.compile(
    r"[+-]?((0|[1-9][0-9]{0,14})(\.[0-9]{1,40})?|\.[0-9]{1,40})([eE](\+?[0-9]{1,2}|-[0-9]{1,3}))?"
)
# "1.234,50" and nothing that may be read another way.
_COMMA_DECIMAL = re.compile(r"[+-]?[1-9]\d{0,2}(\.\d{3}){1,4},\d{1,15}%?")
_POINT_DECIMAL = re.compile(r"[+-]?\d{1,3}(,\d{3}){1,4}\.\d{1,15}%?")
# A number of digits that is none is a code, and so are its neighbours: 01067 beside 80331.
_CODE = re.compile(r"\d+")
# These may have an odd cell in ten: it is named as one that does not fit.
_TOLERANT = frozenset({"number", "date"})
_GROUPED = re.compile(r"^[+-]?\d{1,3}(,\d{3})+(?!\d)")
# The sum of two is a finite float, for a median between them.
_LARGEST = 1e150
_DATE = re.compile(
    r"\d{4}-\d{1,2}-\d{1,2}([T ]\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?\s?(Z|[+-]\d{2}:?\d{2})?)?"
    r"|\d{1,2}[./]\d{1,2}[./](\d{4}|\d{2})"
)

_PARTED = re.compile(r"(\d{1,2})[./](\d{1,2})[./]")


def is_yes_no(text: str) -> bool:
    return text.casefold() in _YES_NO


def is_number(text: str) -> bool:
    return _NUMBER.fullmatch(text) is not None or _COMMA_DECIMAL.fullmatch(text) is not None


def number_in(text: str) -> float | None:
    """What a text says that `is_number`: 1234 for "1,234", 12 for "12%", 0.5 for "0,5",
    1234.5 for "1.234,50".

    A comma before groups of three digits parts thousands, any other one decimals. None for what
    is no number, and for one that no float holds.
    """
    if not is_number(text):
        return None
    bare = text.removesuffix("%")
    if decimal_mark(text) == ",":
        bare = bare.replace(".", "")
    bare = _GROUPED.sub(lambda found: found[0].replace(",", ""), bare, count=1).replace(",", ".")
    number = float(bare)
    return number if abs(number) <= _LARGEST else None


def decimal_mark(text: str) -> str:
    """The decimal mark of a number that tells: "," for "1.234,50", "." for "1,234.50"; else ""."""
    if _COMMA_DECIMAL.fullmatch(text):
        return ","
    return "." if _POINT_DECIMAL.fullmatch(text) else ""


def is_date(text: str) -> bool:
    return _DATE.fullmatch(text) is not None


def date_order(text: str) -> str:
    """ "day first" or "month first" for a date with slashes or dots that tells; else ""."""
    found = _PARTED.match(text)
    if found is None:
        return ""
    first, second = int(found[1]), int(found[2])
    if first > 12 >= second:
        return "day first"
    return "month first" if second > 12 >= first else ""


def is_text_list(text: str) -> bool:
    value = _json(text) if text.startswith("[") else None
    return isinstance(value, list) and all(isinstance(entry, str) for entry in value)


def is_json(text: str) -> bool:
    return text.startswith(("{", "[")) and _json(text) is not None


def _json(text: str) -> object:
    try:
        value: object = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return value


TESTS: dict[str, Callable[[str], bool]] = {
    "yes_no": is_yes_no,
    "number": is_number,
    "date": is_date,
    "text_list": is_text_list,
    "json": is_json,
}


class CellCounts:
    """Counts of one column: its filled cells, the first of them, and its values."""

    def __init__(self) -> None:
        self.filled = 0
        self.first = ""
        self._values: set[str] | None = set()

    def add(self, text: str) -> None:
        """Take in one cell; a blank one is not filled."""
        if trimmed := text.strip():
            self._take(trimmed)

    def _take(self, text: str) -> None:
        """Take in the text of a filled cell, without the white space around it."""
        self.filled += 1
        if self.filled == 1:
            self.first = text[:_SHOWN]
        if self._values is None:
            return
        self._values.add(text)
        if len(self._values) > MANY or len(text) > SHORT:
            self._values = None

    @property
    def has_many_values(self) -> bool:
        """Whether there are more than 50 short values, or longer ones."""
        return self._values is None

    @property
    def distinct(self) -> int | None:
        """How many values there are, up to 50 short ones; None for more or longer ones."""
        return None if self._values is None else len(self._values)


class ColumnProfile(CellCounts):
    """Counts of one column, with the lengths of its cells, and the type they point to."""

    def __init__(self) -> None:
        super().__init__()
        self._longest = 0
        self._chars = 0
        self._possible = dict(TESTS)
        self._odd = dict.fromkeys(TESTS, 0)
        self._orders: set[str] = set()
        self._marks: set[str] = set()

    def _take(self, text: str) -> None:
        super()._take(text)
        length = len(text)
        self._chars += length
        self._longest = max(self._longest, length)
        if self._possible and self.filled <= _TESTED:
            self._test(text)
        if "date" in self._possible and (order := date_order(text)):
            self._orders.add(order)
        if "number" in self._possible and (mark := decimal_mark(text)):
            self._marks.add(mark)

    def _test(self, text: str) -> None:
        """See which types the cell fits; those that it rules out are not asked again."""
        unfit = [name for name, test in self._possible.items() if not test(text)]
        for name in unfit:
            self._odd[name] += 1
            is_code = name == "number" and _CODE.fullmatch(text)
            if is_code or name not in _TOLERANT or self._odd[name] * 10 > _TESTED:
                del self._possible[name]

    def _is_mostly(self, name: str) -> bool:
        """Whether all cells fit the type, of numbers and dates at least nine of ten."""
        is_fit = name in self._possible and self._odd[name] * 10 <= min(self.filled, _TESTED)
        return is_fit and not (name == "number" and len(self._marks) > 1)

    @property
    def has_two_date_orders(self) -> bool:
        """Whether some dates have the day first and others the month."""
        return self._is_mostly("date") and {"day first", "month first"} <= self._orders

    @property
    def type(self) -> str:
        """The type of column, as `Column.Type` spells it. An empty column is text."""
        if not self.filled:
            return "text"
        for name in self._possible:
            if self._is_mostly(name) and not (name == "date" and self.has_two_date_orders):
                return name
        if self._is_category():
            return "category"
        is_long = self._longest > 400 or self._chars / self.filled > 120
        return "long_text" if is_long else "text"

    def _is_category(self) -> bool:
        distinct = self.distinct
        return (
            distinct is not None
            and self.filled >= _ENOUGH_FOR_A_CATEGORY
            and distinct * 2 <= self.filled
        )
