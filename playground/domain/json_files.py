"""Which of the JSON formats a file is, and the file opened as that."""

from collections.abc import Mapping
from itertools import islice
from typing import BinaryIO

from playground.domain import (
    file_names,
    openai_evals,
    promptfoo_config,
    promptfoo_outputs,
    promptfoo_results,
)
from playground.domain.json_faults import Item, parsed
from playground.domain.json_items import items
from playground.domain.json_lines import line_items
from playground.domain.json_outline import Outline, Path, outline
from playground.domain.json_tables import JsonSource
from playground.domain.json_values import RepeatedKey, Value
from playground.domain.limits import Limits
from playground.domain.promptfoo_config import find_promptfoo_config
from playground.domain.sources import Reading, Source

_LINES = frozenset({"jsonl", "ndjson"})
# How far a file is looked at for one line that can be read.
_LINES_TRIED = 10_000
_YAML = frozenset({"yaml", "yml"})
# Lists that hold the rows of a file whose other members only speak of it.
_ROW_LISTS = frozenset(
    (
        *("rows", "data", "items", "records", "examples", "results", "entries", "samples"),
        *("questions", "instances", "documents", "test_cases", "testcases", "cases"),
        *("dataset", "train", "test", "validation"),
    )
)
# Lists that belong to one row, though they are lists of objects too.
_PARTS_OF_A_ROW = frozenset(
    ("messages", "input", "conversation", "turns", "tools", "tool_calls", "chunks")
)


def find_json(
    handle: BinaryIO, *, file_name: str, encoding: str, limits: Limits, skips_broken: bool = False
) -> Reading:
    """How a JSON or YAML file is read, told by its content.

    "json" is a list of objects, alone or in an object beside other members; "jsonl" is one object
    after the other, on a line each or on several. With `skips_broken` each line is read alone,
    where `can_skip_broken` says so. Raises FileRefused for text that is no JSON and
    for YAML that is no promptfoo config.
    """
    if file_names.ending(file_name) in _YAML:
        return find_promptfoo_config(handle, file_name=file_name, encoding=encoding, limits=limits)
    if skips_broken and can_skip_broken(
        handle, file_name=file_name, encoding=encoding, limits=limits
    ):
        first = _first_of_lines(handle, encoding, limits)
        is_of_evals = first is not None and openai_evals.is_row(first)
        kind = "openai_evals" if is_of_evals else "jsonl"
        return Reading(format=kind, encoding=encoding, skips_broken=True)
    shape = outline(handle, encoding=encoding, limits=limits)
    path = _path(shape)
    if (door := _door_of_outline(shape)) is None:
        first = _first(handle, path, encoding, limits)
        door = _door_of_row(first, shape) or ("jsonl" if path is None else "json")
    counts_items = path is not None and door in {"json", "openai_evals"}
    return Reading(format=door, encoding=encoding, counts_items=counts_items)


def can_skip_broken(handle: BinaryIO, *, file_name: str, encoding: str, limits: Limits) -> bool:
    """Whether the file has lines that are rows, so that the others can be left out."""
    if file_names.ending(file_name) not in _LINES:
        return False
    first = _first_of_lines(handle, encoding, limits)
    return first is not None and not promptfoo_outputs.is_result(first)


def repairs_of(reading: Reading, *, file_name: str) -> tuple[str, ...]:
    """What `find_json` made good: a list in a file whose name promises lines."""
    is_list = reading.format == "json" and file_names.ending(file_name) in _LINES
    return ("json_array_read",) if is_list else ()


def open_json(handle: BinaryIO, *, reading: Reading, limits: Limits) -> Source:
    """The file opened as `find_json` or `find_promptfoo_config` said. Raises FileRefused."""
    encoding = reading.encoding
    if reading.skips_broken:
        source_of = openai_evals.EvalsSource if reading.format == "openai_evals" else JsonSource
        return source_of(handle, path=None, encoding=encoding, limits=limits, skips_broken=True)
    if reading.format == "promptfoo_config":
        return promptfoo_config.ConfigSource(handle, encoding=encoding, limits=limits)
    if reading.format == "jsonl":
        return JsonSource(handle, path=None, encoding=encoding, limits=limits)
    shape = outline(handle, encoding=encoding, limits=limits)
    if reading.format == "promptfoo_results":
        return promptfoo_results.ResultsSource(
            handle,
            path=promptfoo_outputs.path_of(shape) or _path(shape),
            encoding=encoding,
            limits=limits,
        )
    kind = openai_evals.EvalsSource if reading.format == "openai_evals" else JsonSource
    source = kind(handle, path=_path(shape), encoding=encoding, limits=limits)
    if others := _beside_rows(shape):
        source.setup = {**source.setup, "notes": [*_notes(source.setup), others]}
    return source


def sniff_json(text: str) -> bool:
    """True when `text`, the beginning of a file, begins like objects or a list of them."""
    start = text.lstrip("\ufeff \t\r\n")
    if start.startswith("["):
        return start[1:].lstrip().startswith(("{", "["))
    return start.startswith("{") and start[1:].lstrip()[:1] in {'"', "}"}


def _path(shape: Outline) -> Path | None:
    """Where the rows are: () for a list, the name of a list in an object, None for lines."""
    if shape.root == "[":
        return ()
    lists = [path for path, kind in shape.kinds.items() if len(path) == 1 and kind == "[{"]
    if not shape.is_alone or len(lists) > 1:
        return None
    if not lists:
        only = tuple(shape.names)
        is_empty = shape.kinds.get(only) == "[" and only[0].lower() in _ROW_LISTS
        return only if is_empty else None
    name = lists[0][0].lower()
    is_alone = len(shape.names) == 1 and name not in _PARTS_OF_A_ROW
    return lists[0] if is_alone or name in _ROW_LISTS else None


def _door_of_outline(shape: Outline) -> str | None:
    if shape.root != "{" or not shape.is_alone:
        return None
    if promptfoo_outputs.path_of(shape):
        return "promptfoo_results"
    return "promptfoo_config" if promptfoo_config.is_config(shape.names) else None


def _door_of_row(first: Mapping[str, Value], shape: Outline) -> str | None:
    if promptfoo_outputs.is_result(first):
        return "promptfoo_results"
    if shape.root == "[" and promptfoo_config.is_test(first):
        return "promptfoo_config"
    return "openai_evals" if openai_evals.is_row(first) else None


def _first(
    handle: BinaryIO, path: Path | None, encoding: str, limits: Limits
) -> Mapping[str, Value]:
    """The first row, {} when there is none or it has a name twice."""
    for item in items(handle, path, encoding=encoding, limits=limits):
        if item.text:
            return _row(item, limits)
    return {}


def _first_of_lines(handle: BinaryIO, encoding: str, limits: Limits) -> Mapping[str, Value] | None:
    """The row of the first line that is one, None when no line near the beginning is."""
    found = line_items(handle, encoding=encoding, limits=limits)
    for item in islice(found, _LINES_TRIED):
        if item.text and not item.fault:
            return _row(item, limits)
    return None


def _row(item: Item, limits: Limits) -> Mapping[str, Value]:
    try:
        value, _notes_of_it = parsed(item, limits)
    except RepeatedKey:
        return {}
    return value if isinstance(value, dict) else {}


def _beside_rows(shape: Outline) -> str:
    """A sentence about the members of an object that stand beside the list of its rows."""
    path = _path(shape)
    others = [name for name in shape.names if path and name != path[0]]
    if not others or not path:
        return ""
    named = ", ".join(f"“{name[:60]}”" for name in others[:10])
    more = f" and {len(others) - 10:,} more" if len(others) > 10 else ""
    return f"The rows are the list “{path[0]}”. Beside it stand {named}{more}: left out."


def _notes(setup: Mapping[str, object]) -> list[object]:
    notes = setup.get("notes")
    return notes if isinstance(notes, list) else []
