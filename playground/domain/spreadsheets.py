"""Cells that are safe to open in a spreadsheet."""

import re

# What makes a spreadsheet read a cell as a formula, in usual and in full width.
_STARTS = tuple("=+-@\t\r\n\x00|＝＋－＠｜")
_PLAIN_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?([eE][+-]?\d+)?")


def safe_cell(text: str) -> str:
    """`text` with `' ` before it when a spreadsheet would run it as a formula.

    A plain number such as -2.5 stays as it is.
    """
    if text.startswith(_STARTS) and not _PLAIN_NUMBER.fullmatch(text):
        return f"' {text}"
    return text
