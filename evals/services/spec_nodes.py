"""Reading a YAML document with the line of every value, so that errors can name it."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml


class SpecError(Exception):
    """A spec that cannot be used: which file and line, what is wrong, what to do."""

    def __init__(self, message: str, *, file: Path, line: int, hint: str = "") -> None:
        super().__init__(f"{file}:{line}: {message}" + (f" {hint}" if hint else ""))
        self.message = message
        self.hint = hint
        self.line = line


@dataclass(frozen=True)
class Range:
    """The numbers from `low` to `high`, ends included."""

    low: float
    high: float


@dataclass(frozen=True)
class SpecNode:
    """One value of the document. `label` is how errors call it, `line` where its name stands."""

    file: Path
    node: yaml.Node
    label: str
    line: int

    @classmethod
    def read(cls, file: Path) -> "SpecNode":
        """The top of the document in `file`.

        Raises SpecError for a file that cannot be read, is not UTF-8, is empty or is not YAML.
        """
        try:
            document = yaml.compose(file.read_text(encoding="utf-8-sig"), Loader=yaml.SafeLoader)
        except (OSError, UnicodeDecodeError) as exc:
            raise SpecError(f"The spec cannot be read: {exc}.", file=file, line=1) from exc
        except yaml.MarkedYAMLError as exc:
            line = exc.problem_mark.line + 1 if exc.problem_mark else 1
            raise SpecError(f"This is not YAML: {exc.problem}.", file=file, line=line) from exc
        except yaml.YAMLError as exc:
            raise SpecError(f"This is not YAML: {exc}.", file=file, line=1) from exc
        except RecursionError as exc:
            raise SpecError("The spec is nested too deeply.", file=file, line=1) from exc
        if document is None:
            raise SpecError("The spec is empty.", file=file, line=1, hint="See docs/evaluate.md.")
        return cls(file, document, "The spec", 1)

    def error(self, message: str, *, hint: str = "") -> SpecError:
        """An error at the place of this value."""
        return SpecError(message, file=self.file, line=self.line, hint=hint)

    def fields(self, *, required: tuple[str, ...], optional: tuple[str, ...] = ()) -> "Fields":
        """The entries of a mapping that has all of `required` and nothing beyond `optional`."""
        if not isinstance(self.node, yaml.MappingNode):
            raise self.error(f"{self.label} must be a list of `name: value` lines.")
        entries = dict(self.items())
        known = required + optional
        for name, value in entries.items():
            if name not in known:
                raise value.error(f"{name!r} is not known here.", hint=f"Use {', '.join(known)}.")
        for name in required:
            if name not in entries:
                raise self.error(f"{self.label} has no `{name}`.", hint=f"Add `{name}:`.")
        return Fields(self, entries)

    def items(self) -> Iterator[tuple[str, "SpecNode"]]:
        """The entries of a mapping, in order. Raises SpecError for a name given twice."""
        if not isinstance(self.node, yaml.MappingNode):
            raise self.error(f"{self.label} must be a list of `name: value` lines.")
        seen: set[str] = set()
        for key, value in self.node.value:
            name = str(key.value)
            child = SpecNode(self.file, value, f"`{name}`", key.start_mark.line + 1)
            if name in seen:
                raise child.error(f"`{name}` is given twice.", hint="Keep one of the two.")
            seen.add(name)
            yield name, child

    def entries(self) -> list["SpecNode"]:
        """The items of a list with at least one item."""
        if not isinstance(self.node, yaml.SequenceNode) or not self.node.value:
            raise self.error(f"{self.label} must be a list with at least one `- ` item.")
        label = f"This item of {self.label}"
        return [
            SpecNode(self.file, item, label, item.start_mark.line + 1) for item in self.node.value
        ]

    def value(self) -> Any:
        """The value as plain Python: text, number, true/false, None, list or mapping.

        Raises SpecError for a value that YAML cannot build, such as an impossible date.
        """
        loader = yaml.SafeLoader("")
        try:
            return loader.construct_document(self.node)
        except (yaml.YAMLError, ValueError) as exc:
            raise self.error(f"{self.label} cannot be read: {exc}.") from exc
        finally:
            loader.dispose()

    def text(self) -> str:
        """The value as text; a number or yes/no is taken as it was written."""
        if not isinstance(self.node, yaml.ScalarNode) or self.node.tag.endswith(":null"):
            raise self.error(f"{self.label} must be a text.")
        return str(self.node.value)

    def number(self, within: Range, *, whole: bool = False) -> float:
        """The value as a number of `within`."""
        found = self.value()
        is_number = isinstance(found, int | float) and not isinstance(found, bool)
        if (
            not is_number
            or (whole and not isinstance(found, int))
            or not within.low <= found <= within.high
        ):
            kind = "a whole number" if whole else "a number"
            raise self.error(f"{self.label} must be {kind} from {within.low:g} to {within.high:g}.")
        return float(found)

    def yes_no(self) -> bool:
        """The value as true or false."""
        found = self.value()
        if not isinstance(found, bool):
            raise self.error(f"{self.label} must be true or false.")
        return found

    def choice(self, options: tuple[str, ...]) -> str:
        """The value, which must be one of `options`."""
        word = self.text()
        if word not in options:
            raise self.error(
                f"{self.label}: {word!r} is not known.", hint=f"Use {', '.join(options)}."
            )
        return word


@dataclass(frozen=True)
class Fields:
    """The entries of a mapping whose names were checked."""

    owner: SpecNode
    entries: dict[str, SpecNode]

    def __getitem__(self, name: str) -> SpecNode:
        return self.entries[name]

    def __contains__(self, name: str) -> bool:
        return name in self.entries

    def text(self, name: str, default: str = "") -> str:
        return self.entries[name].text() if name in self.entries else default

    def number(self, name: str, within: Range, *, whole: bool = False) -> float | None:
        """The number of an entry; None for one that is left out or null."""
        if name not in self.entries or self.entries[name].value() is None:
            return None
        return self.entries[name].number(within, whole=whole)

    def yes_no(self, name: str, default: bool = False) -> bool:
        return self.entries[name].yes_no() if name in self.entries else default
