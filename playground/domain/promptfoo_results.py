"""The results of a promptfoo evaluation as a table: a row per test, a column per model and prompt.

A file lists its results in any order. The texts are put aside in a temporary file while it is
read, so that rows can be put together without holding all of them in memory.
"""

import hashlib
import json
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import BinaryIO

from playground.domain.json_faults import Item, parsed
from playground.domain.json_items import items, value_at
from playground.domain.json_outline import Path
from playground.domain.json_tables import check_cells, check_names
from playground.domain.json_values import RepeatedKey
from playground.domain.limits import Limits
from playground.domain.promptfoo_checks import Checks, names
from playground.domain.promptfoo_outputs import Head, Result, head_of, results_of
from playground.domain.promptfoo_tests import free_name
from playground.domain.refusals import FileRefused, check_items, too_many_rows
from playground.domain.tabular import Record

_SHORT_LABEL = 40
_MOST_PROMPTS = 12
_KEPT_IN_MEMORY = 1024 * 1024
# Stands in the temporary file for the expected text: no variable has a line break in its name.
_EXPECTED = "\n"


class ResultsSource:
    """A file of promptfoo's results opened for reading; see `Source`.

    `path` leads to the list of results, None where each line is one.
    """

    def __init__(
        self, handle: BinaryIO, *, path: Path | None, encoding: str, limits: Limits
    ) -> None:
        """Reads all of it. Raises FileRefused, naming the line, for what is no result."""
        self._limits = limits
        self._aside = _Aside()
        self._rows: dict[bytes, _Row] = {}
        self._variables: dict[str, None] = {}
        self._columns: dict[tuple[str, str], int] = {}
        self._checks = Checks()
        self._has_expected = False
        self._repeated = self._failed = self._done = 0
        head = Head()
        if path and path[-1] == "body":
            where = (*path[:-1], "head")
            head = head_of(value_at(handle, where, encoding=encoding, limits=limits))
        found = items(handle, path, encoding=encoding, limits=limits)
        for count, item in enumerate((item for item in found if item.text), start=1):
            check_items(count, limits, line=item.line)
            self._take_all(item, head)
        if not self._rows:
            raise _no_results()
        self._name_columns()

    def records(self) -> Iterator[Record]:
        """One record per set of variables and expected text, in order of first appearance."""
        for row in self._rows.values():
            self._done += 1
            given = self._aside.read(row.given)
            cells = [given.get(name, "") for name in self._variables]
            if self._has_expected:
                cells.append(given.get(_EXPECTED, ""))
            offsets = [row.answers.get(number) for number in range(len(self._columns))]
            cells += [
                "" if offset is None else self._aside.read(offset)["output"] for offset in offsets
            ]
            check_cells(cells, self._limits, line=row.line)
            yield Record(line=row.line, cells=cells)

    def share_read(self) -> float:
        """The share of the rows that were put together, 0 to 1."""
        return self._done / len(self._rows)

    def _take_all(self, item: Item, head: Head) -> None:
        try:
            value, _notes = parsed(item, self._limits)
        except RepeatedKey as exc:
            raise FileRefused(
                "invalid_json",
                f"the name {exc.key[:80]!r} stands twice in one object.",
                hint="Export the results again.",
                line=item.line,
            ) from exc
        for result in results_of(value if isinstance(value, dict) else {}, head):
            self._take(result, item.line)
        check_names(len(self._variables) + len(self._columns), self._limits, line=item.line)

    def _take(self, result: Result, line: int) -> None:
        """Put a result aside; the first answer of a model to a prompt is the one that is kept."""
        given = dict(result.variables)
        expected = self._checks.expected(result.asserts, given)
        self._variables.update(dict.fromkeys(given))
        if expected is not None:
            # `value: "{{expected}}"` names a column that is there already.
            self._has_expected = self._has_expected or expected != given.get("expected")
            given[_EXPECTED] = expected
        key = hashlib.sha256(json.dumps(given, sort_keys=True).encode()).digest()
        row = self._rows.get(key)
        if row is None:
            if len(self._rows) == self._limits.rows:
                raise too_many_rows(self._limits, line=line)
            row = self._rows[key] = _Row(line=line, given=self._aside.write(given))
        column = self._columns.setdefault((result.provider, result.prompt), len(self._columns))
        if column in row.answers:
            self._repeated += 1
            return
        self._failed += result.output is None
        row.answers[column] = self._aside.write({"output": result.output or ""})

    def _name_columns(self) -> None:
        expected = [free_name("expected", self._variables)] if self._has_expected else []
        taken = {*self._variables, *expected}
        answers: list[str] = []
        prompts = list(dict.fromkeys(prompt for _provider, prompt in self._columns))
        for provider, prompt in self._columns:
            short = _short(prompt, prompts.index(prompt) + 1)
            name = provider if len(prompts) == 1 else f"{provider} · {short}"
            answers.append(free_name(name, taken))
            taken.add(answers[-1])
        self.header = [*self._variables, *expected, *answers]
        self.roles: Mapping[str, str] = {
            **dict.fromkeys(expected, "expected"),
            **dict.fromkeys(answers, "response"),
        }
        self.repairs: dict[str, None] = {}
        self.setup: Mapping[str, object] = {"notes": self._notes(answers, prompts)}

    def _notes(self, answers: list[str], prompts: list[str]) -> list[str]:
        notes = [f"Answers in the file: {names(answers)}."]
        if len(prompts) > 1:
            notes += [
                f"Prompt {number}: {prompt[:300]}"
                for number, prompt in enumerate(prompts[:_MOST_PROMPTS], start=1)
                if _short(prompt, number) != prompt
            ]
        if self._repeated:
            notes.append(
                "Of several answers of one model to the same prompt and test the first one is "
                f"kept. Left out: {self._repeated:,}."
            )
        if self._failed:
            notes.append(f"Calls that failed have an empty cell: {self._failed:,}.")
        notes += self._checks.notes()
        notes.append("Scores, costs and times of promptfoo are not taken over.")
        return notes


@dataclass
class _Row:
    """Where the texts of a row lie in the temporary file; `answers` by number of the column."""

    line: int
    given: int
    answers: dict[int, int] = field(default_factory=dict)


class _Aside:
    """Texts by name in a temporary file, written first and read later."""

    def __init__(self) -> None:
        # Closed when the source goes: nobody knows whether its records are read to the end.
        self._file = tempfile.SpooledTemporaryFile(max_size=_KEPT_IN_MEMORY)  # noqa: SIM115
        self._end = 0

    def write(self, texts: Mapping[str, str]) -> int:
        """Where the texts lie now."""
        start = self._end
        self._end += self._file.write(json.dumps(texts).encode() + b"\n")
        return start

    def read(self, start: int) -> dict[str, str]:
        """The texts that `write` put there."""
        self._file.seek(start)
        found: dict[str, str] = json.loads(self._file.readline())
        return found


def _short(prompt: str, number: int) -> str:
    is_name = 0 < len(prompt) <= _SHORT_LABEL and "\n" not in prompt and "{" not in prompt
    return prompt if is_name else f"prompt {number}"


def _no_results() -> FileRefused:
    return FileRefused(
        "no_rows",
        "The file of promptfoo has no results.",
        hint="Export the evaluation again once it has run.",
    )
