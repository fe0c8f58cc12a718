"""Cells that are safe to open in a spreadsheet.

A documented deviation from the letter of ASVS 1.2.10: plain numbers such as -2.5 stay as they are,
so that negative scores can be added up.
"""

import re

# What makes a spreadsheet read a cell as a formula, in usual and in full width.
_STARTS = tuple("=+-@\t\r\n\x00|＝＋－＠｜")
_PLAIN_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?", re.ASCII)


def safe_cell(text: str) -> str:
    """`text` with `' ` before it when a spreadsheet might run it as a formula."""
    if text.startswith(_STARTS) and not _PLAIN_NUMBER.fullmatch(text):
        return f"' {text}"
    return text
