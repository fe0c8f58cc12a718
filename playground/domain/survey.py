"""Learns what the columns of a file hold while its rows go by once."""

from collections.abc import Iterator, Sequence

from playground.domain import guesses
from playground.domain.findings import Tally
from playground.domain.guesses import Facts
from playground.domain.profiles import ColumnProfile
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
        self._seen: dict[int, set[int]] = {
            position: set()
            for position, name in enumerate(names)
            if guesses.strength("row_id", name) or guesses.strength("input", name)
        }
        self._repeats = {position: Tally() for position in self._seen}

    def take(self, record: Record) -> None:
        """Take in one row."""
        for profile, cell in zip(self._profiles, record.cells, strict=True):
            profile.add(cell, record.line)
        for position, seen in self._seen.items():
            if cell := record.cells[position].strip():
                # The hash of the text: 100,000 long questions must not stay in memory.
                digest = hash(cell)
                if digest in seen:
                    self._repeats[position].add("again", record.line)
                seen.add(digest)
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
        """Adds the counts that depend on roles to the tally; which column each speaks of."""
        spoken_of: dict[str, str] = {}
        for role, empty, repeated in (
            ("input", "no_input", "repeated_input"),
            ("row_id", "", "repeated_id"),
        ):
            position = next((p for p, found in enumerate(columns) if found.role == role), None)
            if position is None:
                continue
            if empty:
                self.tally.copy(self._profiles[position].empty, "empty", empty)
                spoken_of[empty] = columns[position].name
            if position in self._repeats:
                self.tally.copy(self._repeats[position], "again", repeated)
                spoken_of[repeated] = columns[position].name
        return spoken_of

    def _facts(self) -> Iterator[Facts]:
        for position, (original, name, profile) in enumerate(
            zip(self._header, self._names, self._profiles, strict=True)
        ):
            repeats = self._repeats[position].count("again") if position in self._repeats else 0
            yield Facts(
                name=name,
                type=profile.type,
                filled=profile.filled,
                repeats=repeats,
                has_own_name=bool(original.strip()),
            )


def _is_broken(cell: str) -> bool:
    return not cell.isascii() and any(sign in cell for sign in _MOJIBAKE)
