"""Values of a column of Parquet as text: numbers exact, moments in ISO form, lists as JSON."""

import json
import math
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa
from pyarrow import types

from playground.domain.limits import Limits
from playground.domain.refusals import FileRefused
from playground.domain.workbooks_values import hours_text

_MS = {"s": 1_000.0, "ms": 1.0, "us": 1e-3, "ns": 1e-6}


class ColumnTexts:
    """Texts of one column, batch by batch. Adds to `repairs` what it mends."""

    def __init__(self, name: str, limits: Limits, repairs: dict[str, None]) -> None:
        self._name = name
        self._limits = limits
        self._repairs = repairs

    def texts(self, array: Any, *, first: int) -> list[str]:
        """The values of an Arrow array as text, "" for null; `first` is the row of its first one.

        Raises FileRefused for bytes that are no text and for a value that gets too long.
        """
        kind = array.type
        if hasattr(array, "storage"):
            return self.texts(array.storage, first=first)
        if types.is_dictionary(kind):
            known = [*self.texts(array.dictionary, first=first), ""]
            return [known[-1 if place is None else place] for place in array.indices.to_pylist()]
        if _is_text(kind) or types.is_binary(kind) or types.is_fixed_size_binary(kind):
            return self._strings(array)
        if types.is_nested(kind):
            _check_leaves(array, self._limits, first)
            return ["" if value is None else self._json(value) for value in array.to_pylist()]
        return _scalars(array)

    def _strings(self, array: Any) -> list[str]:
        try:
            if _is_text(array.type):
                return ["" if value is None else value for value in array.to_pylist()]
        except UnicodeDecodeError:
            self._repairs["invalid_unicode_replaced"] = None
            values = array.cast(_binary_of(array.type)).to_pylist()
            return ["" if value is None else value.decode(errors="replace") for value in values]
        return ["" if value is None else self._decoded(value) for value in array.to_pylist()]

    def _decoded(self, value: bytes) -> str:
        try:
            return value.decode()
        except UnicodeDecodeError as exc:
            raise FileRefused(
                "undecodable_text",
                f"The column {self._name!r} holds bytes that are no text, such as pictures.",
                hint="Save the table without this column, and bring that file.",
            ) from exc

    def _json(self, value: object) -> str:
        return json.dumps(self._plain(value), ensure_ascii=False, separators=(",", ":"))

    def _plain(self, value: object) -> object:
        """`value` of what JSON has: no NaN, no bytes, exact decimals as text."""
        match value:
            case dict():
                return {str(key): self._plain(inner) for key, inner in value.items()}
            case list() | tuple():
                return [self._plain(inner) for inner in value]
            case float():
                return value if math.isfinite(value) else None
            case bytes():
                return self._decoded(value)
            case str():
                return value.replace("\x00", "")
            case Decimal():
                return f"{value:f}"
            case datetime() | date() | time():
                return value.isoformat()
            case timedelta():
                return hours_text(round(value.total_seconds() * 1000), pad=1)
        return value


def float_text(value: float) -> str:
    """The shortest digits that mean this number, without `.0` for a whole one."""
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    return repr(value).removesuffix(".0")


def _is_text(kind: Any) -> bool:
    return bool(types.is_string(kind) or types.is_large_string(kind) or types.is_string_view(kind))


def _binary_of(kind: Any) -> Any:
    return pa.large_binary() if types.is_large_string(kind) else pa.binary()


def _check_leaves(array: Any, limits: Limits, first: int) -> None:
    """Refuses a list so long that its JSON cannot fit into a cell, before it is made objects of."""
    if _leaves(array) <= limits.cell_chars:
        return
    for place in range(len(array)):
        if _leaves(array.slice(place, 1)) > limits.cell_chars:
            raise FileRefused(
                "cell_too_long",
                f"a list has more than {limits.cell_chars:,} values.",
                hint="Save the table without this column, and bring that file.",
                line=first + place,
                unit="Row",
            )


def _leaves(array: Any) -> int:
    if types.is_struct(array.type):
        return len(array) + sum(map(_leaves, array.flatten()))
    if types.is_map(array.type):
        return len(array) + _leaves(array.keys) + _leaves(array.items)
    return len(array) + (_leaves(array.flatten()) if types.is_nested(array.type) else 0)


def _scalars(array: Any) -> list[str]:
    kind = array.type
    text: Callable[[Any], str] = str
    if types.is_boolean(kind):
        text = _truth
    elif types.is_float32(kind) or types.is_float16(kind):
        text = _narrow_float(array)
    elif types.is_floating(kind):
        text = float_text
    elif types.is_decimal(kind):
        text = "{:f}".format
    elif types.is_duration(kind):
        return _durations(array)
    elif types.is_temporal(kind):
        return _moments(array)
    return ["" if value is None else text(value) for value in array.to_pylist()]


def _truth(value: bool) -> str:
    return "true" if value else "false"


def _narrow_float(array: Any) -> Callable[[float], str]:
    """0.1 in 32 bits is 0.10000000149 in 64: the shortest digits are those of the narrow type."""
    narrow = array.type.to_pandas_dtype()
    return lambda value: float_text(float(str(np.dtype(narrow).type(value))))


def _durations(array: Any) -> list[str]:
    factor = _MS[array.type.unit]
    counts = array.cast(pa.int64()).to_pylist()
    return ["" if count is None else hours_text(round(count * factor), pad=1) for count in counts]


def _moments(array: Any) -> list[str]:
    zone = ""
    if types.is_timestamp(array.type) and array.type.tz:
        # Without its zone the time is UTC; no table of time zones is needed for that.
        array, zone = array.cast(pa.timestamp(array.type.unit)), "Z"
    texts = array.cast(pa.string()).to_pylist()
    return ["" if text is None else _without_zeros(text) + zone for text in texts]


def _without_zeros(moment: str) -> str:
    whole, _point, part = moment.partition(".")
    part = part.rstrip("0")
    return f"{whole}.{part}" if part else whole
