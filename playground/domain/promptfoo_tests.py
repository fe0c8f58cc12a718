"""The tests of a promptfoo config as rows, and what of them no row can hold."""

from collections import Counter
from collections.abc import Container, Iterator, Mapping

from playground.domain.json_values import Value, cell
from playground.domain.promptfoo_checks import Checks, tests

READ = frozenset({"vars", "assert", "description", "metadata"})


class ConfigRows:
    """The tests of a config as rows, and what of them no row can hold."""

    def __init__(self, config: Mapping[str, Value]) -> None:
        self.vars: dict[str, None] = {}
        self.has_nested = False
        self._checks = Checks()
        self._left: Counter[str] = Counter()
        self._metadata: dict[str, str] = {}
        self._lists = self._files = self._others = 0
        default = config.get("defaultTest")
        self._default = default if isinstance(default, dict) else {}
        found = list(self._tests(config))
        for test in [self._default, *found]:
            self.vars.update(dict.fromkeys(object_of(test.get("vars"))))
        self.expected = free_name("expected", self.vars)
        self.description = free_name("description", self.vars)
        self.rows = [self._row(test) for test in found]
        # `value: "{{expected}}"` in every test names a column that is there already.
        if all(row.get(self.expected) in (None, row.get("expected")) for row in self.rows):
            self._drop_expected()

    def notes(self) -> list[str]:
        """Sentences about what the rows do not hold."""
        sentences = [
            (self._others, "Tests in other files, or generated ones, are left out: {n}."),
            (self._files, "Cells that name a file (file://…), without its text: {n}."),
            (
                self._lists,
                "Cells that hold a list, which promptfoo would run once for each item, are kept "
                "as JSON in one row: {n}.",
            ),
        ]
        notes = [text.format(n=f"{count:,}") for count, text in sentences if count]
        notes += self._checks.notes()
        for name, count in self._left.items():
            notes.append(f"{tests(count)} {name}: not taken over.")
        return notes

    def _tests(self, config: Mapping[str, Value]) -> Iterator[dict[str, Value]]:
        found = inline_tests(config)
        listed = config.get("tests")
        self._others = len(listed) - len(found) if isinstance(listed, list) else 0
        for test in found:
            if isinstance(test.get("vars", {}), dict) and test.keys() & READ:
                yield test
            else:
                self._others += 1

    def _row(self, test: Mapping[str, Value]) -> dict[str, str]:
        own = object_of(test.get("vars"))
        # A test's own variables come first: the first input is what KPIs take as the question.
        values = own | {
            n: v for n, v in object_of(self._default.get("vars")).items() if n not in own
        }
        self._look_at(values)
        row = {name: cell(value) for name, value in values.items()}
        asserts = [*list_of(test.get("assert")), *list_of(self._default.get("assert"))]
        expected = self._checks.expected(asserts, row)
        if expected is not None:
            row[self.expected] = expected
        if description := cell(test.get("description")):
            row[self.description] = description
        metadata = {**object_of(self._default.get("metadata")), **object_of(test.get("metadata"))}
        row.update({self._metadata_name(name): cell(value) for name, value in metadata.items()})
        for name in test:
            if name not in READ:
                self._left[name[:60]] += 1
        return row

    def _metadata_name(self, name: str) -> str:
        """The column of a metadata name, the same in every row and shared with nothing else."""
        if name not in self._metadata:
            others = {*self.vars, self.expected, self.description, *self._metadata.values()}
            self._metadata[name] = free_name(name, others)
        return self._metadata[name]

    def _drop_expected(self) -> None:
        if "expected" in self.vars:
            for row in self.rows:
                row.pop(self.expected, None)

    def _look_at(self, values: Mapping[str, Value]) -> None:
        for value in values.values():
            self._lists += isinstance(value, list)
            self._files += isinstance(value, str) and value.startswith("file://")
            self.has_nested = self.has_nested or isinstance(value, list | dict)


def inline_tests(config: Mapping[str, Value]) -> list[dict[str, Value]]:
    listed = config.get("tests")
    return [test for test in list_of(listed) if isinstance(test, dict)]


def object_of(value: Value) -> dict[str, Value]:
    return value if isinstance(value, dict) else {}


def list_of(value: Value) -> list[Value]:
    return value if isinstance(value, list) else []


def free_name(name: str, taken: Container[str]) -> str:
    """`name`, with a number behind it where it is taken."""
    while name in taken:
        name = f"{name}_2"
    return name
