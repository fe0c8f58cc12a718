"""One JSON text as values whose spelling is kept, and values as the text of a cell.

Numbers stay as they are written: 1.50 is not 1.5, and an integer of 5,000 digits is no problem.
Nothing here looks at the depth of a text: whoever calls has checked it.
"""

import json
import re
from json.encoder import encode_basestring
from typing import TypeAlias

Value: TypeAlias = "bool | str | list[Value] | dict[str, Value] | None"

# What Python would read as numbers.
CONSTANTS = frozenset({"NaN", "Infinity", "-Infinity"})

_SURROGATE = re.compile("[\ud800-\udfff]")
_HALF_ESCAPED = re.compile(r"\\u[dD][89a-fA-F]")


class Number(str):
    """A number as the file spells it."""

    __slots__ = ()


class RepeatedKey(Exception):
    """An object has a key twice, so that one of the two values would be lost."""

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key


def parse(text: str) -> tuple[Value, tuple[str, ...]]:
    """The value of a whole JSON text, and what was mended in it: "nul" and "surrogate".

    U+0000 is taken out and half a surrogate pair becomes U+FFFD: no database stores either.
    Raises json.JSONDecodeError, also for NaN and Infinity, and RepeatedKey.
    """
    value: Value = _DECODER.decode(text.replace("\x00", ""))
    if not _may_need_mending(text):
        return value, ()
    notes: dict[str, None] = {"nul": None} if "\x00" in text else {}
    return _mended(value, notes), tuple(notes)


def cell(value: Value) -> str:
    """The text of a cell. None is empty; lists and objects are JSON on one line."""
    if value is None:
        return ""
    if value is True or value is False:
        return "true" if value else "false"
    return value if isinstance(value, str) else written(value)


def written(value: Value) -> str:
    """`value` as JSON on one line: letters of all scripts and the spelling of numbers stay."""
    if value is None:
        return "null"
    if isinstance(value, list):
        return f"[{', '.join(map(written, value))}]"
    if isinstance(value, dict):
        members = (f"{encode_basestring(key)}: {written(item)}" for key, item in value.items())
        return f"{{{', '.join(members)}}}"
    if isinstance(value, str) and not isinstance(value, Number):
        return encode_basestring(value)
    return cell(value)


def _once_each(pairs: list[tuple[str, Value]]) -> dict[str, Value]:
    found: dict[str, Value] = {}
    for key, value in pairs:
        if key in found:
            raise RepeatedKey(key)
        found[key] = value
    return found


def _no_constant(name: str) -> Value:
    raise json.JSONDecodeError(f"{name} is no value of JSON", name, 0)


_DECODER = json.JSONDecoder(
    object_pairs_hook=_once_each,
    parse_int=Number,
    parse_float=Number,
    parse_constant=_no_constant,
)


def _may_need_mending(text: str) -> bool:
    """Looks at the text as it stands in the file: cheaper than looking at every string in it."""
    return "\x00" in text or "\\u0000" in text or _HALF_ESCAPED.search(text) is not None


def _mended(value: Value, notes: dict[str, None]) -> Value:
    if isinstance(value, str) and not isinstance(value, Number):
        return _mended_text(value, notes)
    if isinstance(value, list):
        return [_mended(item, notes) for item in value]
    if isinstance(value, dict):
        pairs = value.items()
        return _once_each([(_mended_text(k, notes), _mended(v, notes)) for k, v in pairs])
    return value


def _mended_text(text: str, notes: dict[str, None]) -> str:
    if "\x00" in text:
        notes["nul"] = None
        text = text.replace("\x00", "")
    if _SURROGATE.search(text):
        notes["surrogate"] = None
        text = _SURROGATE.sub("\ufffd", text)
    return text
