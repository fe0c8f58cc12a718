"""How often each kind of thing was found in a file, and where first."""

_LINES_KEPT = 10


class Tally:
    """Counts by kind, and the first lines of each."""

    def __init__(self) -> None:
        self._counts: dict[str, int] = {}
        self._lines: dict[str, list[int]] = {}

    def add(self, kind: str, line: int, times: int = 1) -> None:
        """Count `kind` once more, or several `times`, at this line of the file."""
        self._counts[kind] = self._counts.get(kind, 0) + times
        lines = self._lines.setdefault(kind, [])
        if len(lines) < _LINES_KEPT:
            lines.append(line)

    def count(self, kind: str) -> int:
        """How often `kind` was found; 0 for never."""
        return self._counts.get(kind, 0)

    def lines(self, kind: str) -> list[int]:
        """The first ten lines of `kind`, in file order."""
        return self._lines.get(kind, [])
