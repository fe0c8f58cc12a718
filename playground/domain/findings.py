"""Things to check in a file, counted while it is read, and put into words."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

_LINES_KEPT = 10


class Tally:
    """How often each kind of thing was found, and the first lines of each."""

    def __init__(self) -> None:
        self._counts: dict[str, int] = {}
        self._lines: dict[str, list[int]] = {}

    def add(self, kind: str, line: int) -> None:
        """Count `kind` once more, at this line of the file."""
        self._counts[kind] = self._counts.get(kind, 0) + 1
        lines = self._lines.setdefault(kind, [])
        if len(lines) < _LINES_KEPT:
            lines.append(line)

    def copy(self, other: "Tally", kind: str, name: str) -> None:
        """Take over what `other` has counted as `kind`, under a new name."""
        if other.count(kind):
            self._counts[name] = other.count(kind)
            self._lines[name] = list(other.lines(kind))

    def count(self, kind: str) -> int:
        """How often `kind` was found; 0 for never."""
        return self._counts.get(kind, 0)

    def lines(self, kind: str) -> list[int]:
        """The first ten lines of `kind`, in file order."""
        return self._lines.get(kind, [])


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One thing to check: `level` is "fail" (rows are left out), "warn" or "info"."""

    kind: str
    level: str
    title: str
    detail: str
    count: int
    lines: tuple[int, ...]


# kind → (level, title for one, title for many with {n}, what happens)
_WORDS: dict[str, tuple[str, str, str, str]] = {
    "long": (
        "fail",
        "1 row has more cells than the header",
        "{n} rows have more cells than the header",
        "Left out, so that no cell is lost: get them as a file, mend them, bring them again.",
    ),
    "unclosed": (
        "fail",
        "A quote is opened and never closed",
        "{n} quotes are opened and never closed",
        "From there to the end of the file nothing can be told apart. That part is left out.",
    ),
    "short": (
        "warn",
        "1 row has fewer cells than the header",
        "{n} rows have fewer cells than the header",
        "The missing cells are stored empty.",
    ),
    "quotes": (
        "warn",
        "1 row has text behind a closing quote",
        "{n} rows have text behind a closing quote",
        "Look at their cells in the preview: a quote inside a cell has to be doubled.",
    ),
    "broken": (
        "warn",
        "1 row has broken characters",
        "{n} rows have broken characters",
        "Stored as in the file. Another encoding may read it right.",
    ),
    "no_input": (
        "warn",
        "1 row has an empty {name}",
        "{n} rows have an empty {name}",
        "Stored as in the file. Models will be asked without it.",
    ),
    "repeated_id": (
        "warn",
        "1 row repeats an earlier {name}",
        "{n} rows repeat the same {name}",
        "All rows are stored and told apart by their order.",
    ),
    "repeated_input": (
        "info",
        "1 row repeats an earlier {name}",
        "{n} rows repeat the same {name}",
        "All rows are stored and told apart by their order.",
    ),
    "nul": (
        "info",
        "1 row had a zero character",
        "{n} rows had zero characters",
        "They were taken out; the rest of the text is as it was.",
    ),
    "formula": (
        "info",
        "1 row has a cell that begins like a formula",
        "{n} rows have cells that begin like formulas",
        "Stored as text, never computed.",
    ),
    "blank": ("info", "1 line is blank", "{n} lines are blank", "Left out."),
}
_REPAIRS: dict[str, tuple[str, str]] = {
    "headers_named": ("Columns without a name", "They were numbered; name them as you like."),
    "headers_deduplicated": ("Names that appear twice", "The later ones were numbered."),
    "empty_columns_dropped": ("Empty columns", "Columns with no name and no cell are left out."),
    "sep_line_removed": ("The first line says sep=", "It is a hint for spreadsheets, not a row."),
    "space_before_quote_ignored": (
        "Spaces before quotes",
        "Blanks at the start of cells are not stored.",
    ),
}


def findings(
    tally: Tally, repairs: Mapping[str, None], names: Mapping[str, str]
) -> tuple[Finding, ...]:
    """All that was found, the gravest first. `names` has the columns a kind speaks of, quoted."""
    return (*_counted(tally, names), *_repaired(repairs))


def lines_in_words(lines: tuple[int, ...] | list[int], count: int) -> str:
    """ "Line 3.", "Lines 3, 8 and 12." or "Lines 3, 8, … and 240 more."."""
    shown = [f"{line:,}" for line in lines]
    if count > len(shown):
        return f"Lines {', '.join(shown)} and {count - len(shown):,} more."
    if len(shown) == 1:
        return f"Line {shown[0]}."
    return f"Lines {', '.join(shown[:-1])} and {shown[-1]}."


def _counted(tally: Tally, names: Mapping[str, str]) -> Iterator[Finding]:
    for kind, (level, one, many, what_happens) in _WORDS.items():
        if not (count := tally.count(kind)):
            continue
        name = names.get(kind, "")
        lines = tuple(tally.lines(kind))
        title = one if count == 1 else many.format(n=f"{count:,}", name="{name}")
        yield Finding(
            kind=kind,
            level=level,
            title=title.replace("{name}", name),
            detail=f"{lines_in_words(lines, count)} {what_happens}",
            count=count,
            lines=lines,
        )


def _repaired(repairs: Mapping[str, None]) -> Iterator[Finding]:
    for kind, (title, detail) in _REPAIRS.items():
        if kind in repairs:
            yield Finding(kind=kind, level="info", title=title, detail=detail, count=1, lines=())
