"""A promptfoo config as a table: one row per test, and its prompts as variants."""

import codecs
import io
from collections.abc import Iterable, Iterator, Mapping
from typing import BinaryIO

from playground.domain import json_items, yaml_values
from playground.domain.json_tables import check_cells, check_names
from playground.domain.json_values import RepeatedKey, Value, cell
from playground.domain.limits import Limits
from playground.domain.promptfoo_checks import names
from playground.domain.promptfoo_prompts import variants_of
from playground.domain.promptfoo_tests import READ, ConfigRows, inline_tests, list_of
from playground.domain.refusals import FileRefused, undecodable
from playground.domain.sources import Reading
from playground.domain.tabular import Record

_TEST_NAMES = frozenset(
    (
        *("vars", "assert", "description", "options", "metadata", "threshold"),
        *("provider", "providers", "prompts", "providerOutput", "assertScoringFunction"),
    )
)
_SECTIONS_READ = frozenset(
    {"prompts", "providers", "targets", "tests", "defaultTest", "description"}
)
_NO_MEANING_HERE = frozenset({"$schema"})


def is_config(members: Iterable[str]) -> bool:
    """Whether an object with these names is a promptfoo config."""
    found = set(members)
    return bool(found & {"tests", "scenarios"}) and bool(
        found & {"prompts", "providers", "targets", "defaultTest"}
    )


def is_test(row: Mapping[str, Value]) -> bool:
    """Whether an object is one test of promptfoo: its variables, perhaps with assertions."""
    return isinstance(row.get("vars"), dict) and row.keys() <= _TEST_NAMES


def find_promptfoo_config(
    handle: BinaryIO, *, file_name: str, encoding: str, limits: Limits
) -> Reading:
    """How a YAML file is read: a promptfoo config or a list of its tests, nothing else.

    Raises FileRefused for anything else, in words that name the file.
    """
    config = _load(handle, encoding, limits)
    if not is_config(config) and not any(is_test(test) for test in inline_tests(config)):
        raise FileRefused(
            "content_mismatch",
            f"{file_name!r} is YAML, but no promptfoo config: it has no tests with vars.",
            hint="Bring a promptfoo config with its tests, or the rows as CSV or JSON lines.",
        )
    return Reading(format="promptfoo_config", encoding=encoding)


class ConfigSource:
    """A promptfoo config opened for reading; see `Source`.

    `setup` has the prompts as variants. What a row cannot hold is said in `setup["notes"]`.
    """

    def __init__(self, handle: BinaryIO, *, encoding: str, limits: Limits) -> None:
        """Reads all of it. Raises FileRefused when it cannot be read or has no test inside."""
        self._limits = limits
        config = _load(handle, encoding, limits)
        self.repairs: dict[str, None] = {}
        rows = ConfigRows(config)
        self._rows = rows.rows
        if not self._rows:
            raise _no_tests(config)
        self.header = list(dict.fromkeys(name for row in self._rows for name in row))
        check_names(len(self.header), limits, line=1)
        if rows.has_nested:
            self.repairs["nested_values_kept_as_json"] = None
        told = {rows.expected: "expected", rows.description: "filter"}
        self.roles: Mapping[str, str] = {name: told[name] for name in self.header if name in told}
        variants, notes = variants_of(config.get("prompts"), rows.vars)
        notes += [*_models(config), *rows.notes(), *_left_out(config)]
        self.setup: Mapping[str, object] = {
            **({"variants": variants} if variants else {}),
            **({"notes": notes} if notes else {}),
        }

    def records(self) -> Iterator[Record]:
        """One record per test. `line` counts the tests, from 1: their lines are not known."""
        for number, row in enumerate(self._rows, start=1):
            cells = [row.get(name, "") for name in self.header]
            check_cells(cells, self._limits, line=number)
            yield Record(line=number, cells=cells)

    def share_read(self) -> float:
        """Always all of it: a config is read at once."""
        return 1.0


def _load(handle: BinaryIO, encoding: str, limits: Limits) -> dict[str, Value]:
    """The config as an object; a list of tests becomes the object that holds them."""
    handle.seek(0)
    # Four bytes are the most that a character takes: what is longer than that is too long anyway.
    raw = handle.read(4 * yaml_values.MOST_CHARACTERS + 4)
    decoder = codecs.getincrementaldecoder(encoding)(errors="strict")
    try:
        text = decoder.decode(raw, final=not handle.read(1)).removeprefix("\ufeff")
    except UnicodeDecodeError as exc:
        raise undecodable() from exc
    value = _parsed(text, limits)
    if isinstance(value, list):
        value = {"tests": value}
    return value if isinstance(value, dict) else {}


def _parsed(text: str, limits: Limits) -> Value:
    if not text.strip():
        raise FileRefused(
            "empty_file",
            "The file has no text in it.",
            hint="Export it again, or choose another file.",
        )
    if text.lstrip()[:1] not in {"{", "["} or len(text) > yaml_values.MOST_CHARACTERS:
        return yaml_values.parse(text.replace("\x00", ""), limits)
    whole = io.BytesIO(text.encode("utf-8"))
    try:
        return json_items.value_at(whole, (), encoding="utf-8", limits=limits)
    except RepeatedKey as exc:
        raise FileRefused(
            "invalid_json",
            f"the name {exc.key[:80]!r} stands twice in one object.",
            hint="Give each value of an object its own name.",
        ) from exc


def _models(config: Mapping[str, Value]) -> list[str]:
    """A sentence about the models that the config runs, by their names there."""
    found = config.get("providers", config.get("targets"))
    entries = found if isinstance(found, list) else [found]
    named: list[str] = []
    for entry in entries:
        if isinstance(entry, dict):
            # {"id": …, "label": …}, or {"openai:gpt-4o": {…}}
            named.append(cell(entry.get("label") or entry.get("id") or next(iter(entry), "")))
        else:
            named.append(cell(entry))
    shown = names(name for name in named if name)
    return [f"Models in the config: {shown}. Choose yours in Setup."] if shown else []


def _left_out(config: Mapping[str, Value]) -> list[str]:
    sections = config.keys() - _SECTIONS_READ - _NO_MEANING_HERE
    notes = [f"Not taken over: {names(sorted(sections))}."] if sections else []
    default = config.get("defaultTest")
    others = default.keys() - READ if isinstance(default, dict) else set()
    if isinstance(default, str):
        notes.append("defaultTest is in another file: not taken over.")
    if others:
        notes.append(f"Not taken over from defaultTest: {names(sorted(others))}.")
    return notes


def _no_tests(config: Mapping[str, Value]) -> FileRefused:
    found = config.get("tests")
    place = next((cell(part) for part in [found, *list_of(found)] if isinstance(part, str)), "")
    where = f" They are in {place[:200]!r}." if place else ""
    return FileRefused(
        "no_rows",
        f"The config has no tests inside.{where}",
        hint="Bring the file that has the tests, or write them into the config.",
    )
