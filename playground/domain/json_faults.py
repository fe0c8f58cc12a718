"""Items of a JSON file that cannot be rows, in words with the line."""

import json
import re
from typing import NamedTuple

from playground.domain import json_values
from playground.domain.json_brackets import Cut, longest_item
from playground.domain.json_values import Value
from playground.domain.limits import Limits
from playground.domain.refusals import FileRefused

BLANKS = " \t\n\x00"

# A million numbers in one item take the memory of a whole file of text.
_MOST_SIGNS = 1_000_000
_TEXTS = re.compile(r'"(?:[^"\\]++|\\.)*+"|[ \t\n]++', re.DOTALL)
_CHECK = "Check the quotes, commas and brackets there. A JSONL file has one object on each line."


class Item(NamedTuple):
    """The text of an object, or "" for a blank line, and the line where it begins.

    `fault` says why it is none, where a broken line was read: "not_json" or "not_object".
    """

    text: str
    line: int
    fault: str = ""


def parsed(item: Item, limits: Limits) -> tuple[Value, tuple[str, ...]]:
    """The item's value and what was mended in it. Raises FileRefused and RepeatedKey."""
    if len(item.text) > _MOST_SIGNS and len(_TEXTS.sub("", item.text)) > _MOST_SIGNS:
        raise too_long(item, limits, f"{_MOST_SIGNS:,} characters beside its texts")
    try:
        return json_values.parse(item.text)
    except json.JSONDecodeError as exc:
        raise invalid(item, exc) from exc


def invalid(item: Item, exc: json.JSONDecodeError) -> FileRefused:
    """The refusal of a text that is no JSON, with the line where that shows."""
    if exc.doc in json_values.CONSTANTS:
        return broken(f"{exc.msg}.", item.line, item.text)
    # A comma or bracket that is missing at the end of a line is noticed on the next.
    before = exc.doc[: exc.pos].rstrip()
    line = item.line + before.count("\n")
    start = before.rfind("\n") + 1
    raw = exc.doc[start:].split("\n", 1)[0]
    reason = exc.msg.removesuffix(" at").removesuffix(" starting")
    where = f"character {len(before) - start + 1:,}"
    return broken(f"not JSON at {where}: {reason[:1].lower()}{reason[1:]}.", line, raw)


def never_closed(item: Item, limits: Limits) -> FileRefused:
    """Why the end of an item was not found: it is no JSON, or longer than an item may be."""
    is_whole = len(item.text) <= longest_item(limits)
    text = item.text if is_whole else item.text[:_MOST_SIGNS]
    try:
        json.JSONDecoder(parse_int=str).decode(text.replace("\x00", ""))
    except json.JSONDecodeError as exc:
        is_cut = exc.pos >= len(exc.doc) - 1 or exc.msg.startswith("Unterminated")
        if is_whole or not is_cut:
            return invalid(item, exc)
    return too_long(item, limits)


def check_between(cut: Cut, limits: Limits, *, between: str) -> None:
    """Raises FileRefused unless `between`, and nothing else, stands before the bracket."""
    if len(cut.before) > longest_item(limits):
        raise too_long(Item(cut.before, cut.line), limits)
    found = cut.before.strip(BLANKS)
    if found == between:
        return
    line = cut.line - cut.before.lstrip(BLANKS).count("\n")
    if found in {"", ","}:
        what = "a comma too many" if found else "a comma is missing"
        raise broken(f"{what} between two items or at the end.", line, found)
    text = found.lstrip("," + BLANKS)
    line = cut.line - cut.before.lstrip("," + BLANKS).count("\n")
    try:
        json.JSONDecoder(parse_int=str).raw_decode(text)
    except json.JSONDecodeError as exc:
        raise invalid(Item(text, line), exc) from exc
    raise not_object(line, text)


def not_object(line: int, raw: str) -> FileRefused:
    return FileRefused(
        "row_not_object",
        'a row has to be an object with names and values, such as {"question": "…"}.',
        hint="Give each value a name, or save the rows as CSV.",
        line=line,
        raw=raw,
    )


def broken(message: str, line: int, raw: str) -> FileRefused:
    return FileRefused("invalid_json", message, hint=_CHECK, line=line, raw=raw)


def too_long(item: Item, limits: Limits, most: str = "") -> FileRefused:
    most = most or f"{longest_item(limits):,} characters"
    return FileRefused(
        "cell_too_long",
        f"one item has more than {most}.",
        hint="A quote or bracket that is opened here and never closed has this effect too.",
        line=item.line,
        raw=item.text,
    )
