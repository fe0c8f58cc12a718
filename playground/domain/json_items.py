"""The items of a JSON file, one by one: its lines, or those of a list somewhere in it."""

from collections.abc import Iterator
from typing import BinaryIO

from playground.domain.json_brackets import Cut, cuts, longest_item
from playground.domain.json_faults import (
    BLANKS,
    Item,
    broken,
    check_between,
    never_closed,
    not_object,
    parsed,
)
from playground.domain.json_outline import Path, Walk
from playground.domain.json_values import Value
from playground.domain.limits import Limits


def items(handle: BinaryIO, path: Path | None, *, encoding: str, limits: Limits) -> Iterator[Item]:
    """The objects of the list at `path`, () for the file itself; of the file's lines for None.

    Blank lines between the objects of a file of lines are items without text. Raises FileRefused
    for text that is no JSON and for items that are no objects; an object itself is not parsed.
    """
    found = cuts(handle, encoding=encoding, limits=limits)
    if path is None:
        yield from _of_lines(found, limits)
        return
    walk = Walk(found, limits)
    for cut in walk:
        if walk.path == path and cut.bracket == "[":
            yield from _of_list(found, cut, limits)
            walk.finish(cut.depth - 1)
            return


def value_at(handle: BinaryIO, path: Path, *, encoding: str, limits: Limits) -> Value:
    """The list or object at `path`, parsed; None when there is none. For small ones.

    Raises FileRefused where it is longer than an item may be, and for text that is no JSON.
    """
    walk = Walk(cuts(handle, encoding=encoding, limits=limits), limits)
    for cut in walk:
        if walk.path == path and cut.bracket in {"[", "{"}:
            text = _collected(walk.cuts, cut, limits)
            return parsed(Item(text, cut.line), limits)[0]
    return None


def _of_lines(found: Iterator[Cut], limits: Limits) -> Iterator[Item]:
    is_first = True
    for cut in found:
        check_between(cut, limits, between="")
        breaks = cut.before.count("\n")
        for offset in range(0 if is_first else 1, breaks):
            yield Item("", cut.line - breaks + offset)
        if not cut.bracket:
            return
        if cut.bracket == "[":
            raise not_object(cut.line, "[")
        yield Item(_collected(found, cut, limits), cut.line)
        is_first = False


def _of_list(found: Iterator[Cut], opened: Cut, limits: Limits) -> Iterator[Item]:
    between = ""
    for cut in found:
        if cut.bracket in {"]", "}"}:
            check_between(cut, limits, between="")
            if cut.bracket == "}":
                raise broken("[ is closed by }.", cut.line, cut.before)
            return
        if not cut.bracket and cut.before.strip(BLANKS) in {"", ","}:
            raise broken("the list that begins here is never closed.", opened.line, "[")
        check_between(cut, limits, between=between)
        text = _collected(found, cut, limits)
        if cut.bracket == "[":
            raise not_object(cut.line, text)
        yield Item(text, cut.line)
        between = ","


def _collected(found: Iterator[Cut], opened: Cut, limits: Limits) -> str:
    """The text from a bracket to the one that closes it."""
    pieces = [opened.bracket]
    size, longest = 1, longest_item(limits)
    for cut in found:
        pieces += (cut.before, cut.bracket)
        size += len(cut.before) + 1
        if not cut.bracket or size > longest:
            raise never_closed(Item("".join(pieces), opened.line), limits)
        if cut.depth < opened.depth:
            break
    return "".join(pieces)
