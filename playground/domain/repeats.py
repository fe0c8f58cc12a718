"""Which rows say again what an earlier row said, in bounded memory."""

from array import array
from collections.abc import Collection, Sequence

from playground.domain.findings import Tally

KIND = "again"
# A column's number for a cell that is blank; any other text may have it as well, by chance.
_BLANK = hash("")


class Repeats:
    """Remembers the cells of some columns, eight bytes each, and finds those that come again."""

    def __init__(self, positions: Collection[int]) -> None:
        self._lines = array("q")
        self._digests = {position: array("q") for position in positions}

    def take(self, line: int, cells: Sequence[str]) -> None:
        """Take in one row, which begins at `line` of the file."""
        self._lines.append(line)
        for position, digests in self._digests.items():
            # The hash of the text: 100,000 long questions must not stay in memory.
            digests.append(hash(cells[position].strip()))

    def of(self, positions: Sequence[int]) -> Tally | None:
        """The rows whose cells in all these columns stood together in an earlier row, as `KIND`.

        Rows in which all of them are blank do not count. None when there is no column, or one
        that is not remembered.
        """
        if not positions or any(position not in self._digests for position in positions):
            return None
        found = Tally()
        seen: set[tuple[int, ...]] = set()
        columns = [self._digests[position] for position in positions]
        for line, *digests in zip(self._lines, *columns, strict=True):
            if all(digest == _BLANK for digest in digests):
                continue
            if (cells := tuple(digests)) in seen:
                found.add(KIND, line)
            seen.add(cells)
        return found
