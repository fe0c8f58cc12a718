"""A file of JSON lines read line by line, so that a broken line spoils no other."""

import io
from collections.abc import Iterator
from typing import BinaryIO

from playground.domain.json_brackets import longest_item, texts
from playground.domain.json_faults import Item, parsed, too_long
from playground.domain.json_items import items
from playground.domain.json_values import RepeatedKey
from playground.domain.limits import Limits
from playground.domain.refusals import FileRefused

_ENCODING = "utf-8"


def line_items(handle: BinaryIO, *, encoding: str, limits: Limits) -> Iterator[Item]:
    """The lines of the file: an object each, or the text of a line and its `fault`.

    Raises FileRefused for a line that is longer than an item may be, and for what the encoding
    does not have.
    """
    for number, line in enumerate(_lines(handle, encoding, limits), start=1):
        text = line.strip()
        try:
            found = _objects(text, number, limits) if text.strip("\x00") else [Item("", number)]
        except FileRefused as exc:
            fault = "not_object" if exc.kind == "row_not_object" else "not_json"
            found = [Item(text, number, fault)]
        yield from found


def _objects(text: str, line: int, limits: Limits) -> list[Item]:
    """The objects of one line, mostly one. Raises FileRefused for anything else in it."""
    handle = io.BytesIO(text.encode(_ENCODING))
    found = [
        Item(item.text, line)
        for item in items(handle, None, encoding=_ENCODING, limits=limits)
        if item.text
    ]
    for item in found:
        try:
            parsed(item, limits)
        except RepeatedKey:
            # A fault of its own, which the table tells.
            continue
    return found


def _lines(handle: BinaryIO, encoding: str, limits: Limits) -> Iterator[str]:
    rest, count = "", 0
    for text in texts(handle, encoding):
        *whole, rest = (rest + text).split("\n")
        count += len(whole)
        yield from whole
        if len(rest) > longest_item(limits):
            raise too_long(Item(rest, count + 1), limits)
    yield rest
