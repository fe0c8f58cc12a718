"""Why a file cannot be read, in words for the person who brought it."""

from accounts.errors import Refused
from playground.domain.limits import Limits

# A list may have more items than there may be rows: several results belong to one row, and a
# list beside the rows is left out. One with far more is not read to its end.
MOST_ITEMS = 1_000_000
_ITEMS_PER_ROW = 10


class FileRefused(Refused):
    """A file that cannot become rows.

    `kind` names the class of the problem for programs and never changes its spelling. `line` is
    the 1-based line of the file, when there is one, and `raw` the beginning of its text. `unit` is
    what a line is called there: sheets have rows.
    """

    def __init__(
        self,
        kind: str,
        message: str,
        *,
        hint: str,
        line: int | None = None,
        raw: str = "",
        unit: str = "Line",
    ) -> None:
        place = f"{unit} {line:,}: " if line else ""
        super().__init__(f"{place}{message}", hint=hint)
        self.kind = kind
        self.line = line
        # No database stores a zero character.
        self.raw = raw[:300].replace("\x00", "")


def too_many_rows(limits: Limits, *, line: int, unit: str = "Line") -> FileRefused:
    """The refusal of a file with more rows than the limit, at the `line` of the first one."""
    return FileRefused(
        "too_many_rows",
        f"the file has more than {limits.rows:,} rows.",
        hint="Bring a part of it: split the file, or draw a sample.",
        line=line,
        unit=unit,
    )


def check_items(count: int, limits: Limits, *, line: int) -> None:
    """Raises FileRefused for a list with far more items than there may be rows."""
    most = max(MOST_ITEMS, _ITEMS_PER_ROW * limits.rows)
    if count > most:
        raise FileRefused(
            "too_many_rows",
            f"a list has more than {most:,} items, and a file at most {limits.rows:,} rows.",
            hint="Bring a part of it: split the file, or draw a sample.",
            line=line,
        )


def undecodable() -> FileRefused:
    """The refusal of text that does not fit the encoding it is read in."""
    return FileRefused(
        "undecodable_text",
        "The text cannot be read in the encoding that was chosen.",
        hint="Choose another encoding.",
    )
