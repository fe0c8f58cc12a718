"""How many cells of a column say again what an earlier one said, in bounded memory."""

from array import array
from collections.abc import Collection, Sequence

# Any other text may have the number of a blank cell as well, by chance.
_BLANK = hash("")


class Repeats:
    """Remembers the cells of some columns, eight bytes each."""

    def __init__(self, positions: Collection[int]) -> None:
        self._digests = {position: array("q") for position in positions}

    def take(self, cells: Sequence[str]) -> None:
        """Take in one row."""
        for position, digests in self._digests.items():
            # The hash of the text: 100,000 long texts must not stay in memory.
            digests.append(hash(cells[position].strip()))

    def count(self, position: int) -> int:
        """How many cells of this column repeat an earlier one; 0 for one not remembered.

        Blank cells do not count.
        """
        digests = self._digests.get(position, array("q"))
        filled = len(digests) - digests.count(_BLANK)
        return filled - len(set(digests) - {_BLANK})
