"""Why a file has a header and nothing to import, in the words of its format."""

from collections.abc import Sequence

from playground.domain.refusals import FileRefused
from playground.domain.sources import Reading

_SHOWN = 10


def no_rows(reading: Reading, unfit: Sequence[int], *, unit: str) -> FileRefused:
    """The refusal of a file without rows; `unfit` are the lines that do not fit the header."""
    if not unfit:
        return _nothing_below(reading)
    many = "the only row does not fit the header"
    if len(unfit) > 1:
        many = f"none of the {len(unfit):,} rows fits the header"
    if reading.sheet:
        many = f"{many}: more cells than the header row"
        hint = f"Choose the row that has the names of the columns under Header{_or_sheet(reading)}."
    elif reading.dialect is not None:
        hint = (
            "Check the delimiter, and quotes that are never closed. If titles stand above the "
            "names of the columns, choose the row of the names under Header."
        )
    else:
        hint = "Look at the items of the file: none can be a row as it is."
    return FileRefused("ragged_rows", f"{many}.", hint=hint, line=unfit[0], unit=unit)


def other_sheets(sheet: str, sheets: Sequence[str]) -> str:
    """ "another sheet: “Data” or “Notes”", or "" where `sheet` is the only one."""
    others = [f"“{name}”" for name in sheets if name != sheet][:_SHOWN]
    if not others:
        return ""
    *first, last = others
    named = f"{', '.join(first)} or {last}" if first else last
    return f"another sheet: {named}"


def _or_sheet(reading: Reading) -> str:
    others = other_sheets(reading.sheet, reading.sheets)
    return f", or {others}" if others else ""


def _nothing_below(reading: Reading) -> FileRefused:
    if reading.sheet:
        return FileRefused(
            "no_rows",
            f"The sheet “{reading.sheet}” has a header and no rows.",
            hint=f"If its first row is a row of data, choose No header{_or_sheet(reading)}.",
        )
    if reading.dialect is None:
        return FileRefused(
            "no_rows",
            "The file names columns, and no row has a value.",
            hint="Export it again with its rows, or choose another file.",
        )
    return FileRefused(
        "no_rows",
        "The file has a header and no rows.",
        hint="If its first line is a row, choose No header. Another encoding may help too.",
    )
