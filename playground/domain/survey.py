"""Learns what the columns of a file hold while its rows go by once."""

from collections.abc import Iterator, Sequence

from playground.domain import guesses
from playground.domain.findings import Tally
from playground.domain.guesses import Facts
from playground.domain.profiles import ColumnProfile
from playground.domain.repeats import KIND, Repeats
from playground.domain.report import ColumnFound
from playground.domain.tabular import Record

_FORMULA_STARTS = ("=", "+", "@")
# UTF-8 that was once read as Windows Western and written again.
_MOJIBAKE = (
    "\ufffd",
    "Ã¤",
    "Ã¶",
    "Ã¼",
    "ÃŸ",
    "Ã©",
    "Ã¨",
    "Ã¡",
    "Ã±",
    "â€™",
    "â€œ",
    "â€“",
    "Â\u00a0",
)


class Survey:
    """Profiles of all columns, and repeated values of those that may be a row id or an input."""

    def __init__(self, header: Sequence[str], names: Sequence[str]) -> None:
        self.tally = Tally()
        self._header = header
        self._names = names
        self._profiles = [ColumnProfile() for _ in names]
        self._repeats = Repeats(
            [
                position
                for position, name in enumerate(names)
                if guesses.strength("row_id", name) or guesses.strength("input", name)
            ]
        )

    def take(self, record: Record) -> None:
        """Take in one row."""
        for profile, cell in zip(self._profiles, record.cells, strict=True):
            profile.add(cell, record.line)
        self._repeats.take(record.line, record.cells)
        if any(cell.startswith(_FORMULA_STARTS) for cell in record.cells):
            self.tally.add("formula", record.line)
        if any(_is_broken(cell) for cell in record.cells):
            self.tally.add("broken", record.line)

    def columns(self) -> tuple[ColumnFound, ...]:
        """The columns with guesses from what was read so far."""
        found_roles = guesses.roles(list(self._facts()))
        return tuple(
            ColumnFound(
                original=original,
                name=name,
                type=profile.type,
                role=role,
                filled=profile.filled,
                distinct=profile.distinct,
                first=profile.first,
            )
            for original, name, profile, role in zip(
                self._header, self._names, self._profiles, found_roles, strict=True
            )
        )

    def names_and_counts(self, columns: Sequence[ColumnFound]) -> dict[str, str]:
        """Adds the counts that depend on roles to the tally; which columns each speaks of."""
        spoken_of: dict[str, str] = {}
        inputs = [p for p, found in enumerate(columns) if found.role == "input"]
        if inputs:
            self.tally.copy(self._profiles[inputs[0]].empty, "empty", "no_input")
            spoken_of["no_input"] = _quoted([columns[inputs[0]].name])
        row_id = [p for p, found in enumerate(columns) if found.role == "row_id"]
        for kind, positions in (("repeated_input", inputs), ("repeated_id", row_id)):
            if repeated := self._repeats.of(positions):
                self.tally.copy(repeated, KIND, kind)
                spoken_of[kind] = _quoted([columns[position].name for position in positions])
        return spoken_of

    def _facts(self) -> Iterator[Facts]:
        for position, (original, name, profile) in enumerate(
            zip(self._header, self._names, self._profiles, strict=True)
        ):
            repeated = self._repeats.of([position])
            yield Facts(
                name=name,
                type=profile.type,
                filled=profile.filled,
                repeats=repeated.count(KIND) if repeated else 0,
                has_own_name=bool(original.strip()),
            )


def _quoted(names: Sequence[str]) -> str:
    """ "“a”", "“a” and “b”" or "“a”, “b” and “c”"."""
    *others, last = [f"“{name}”" for name in names]
    return f"{', '.join(others)} and {last}" if others else last


def _is_broken(cell: str) -> bool:
    return not cell.isascii() and any(sign in cell for sign in _MOJIBAKE)
