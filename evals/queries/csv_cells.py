"""Cells of a CSV that no spreadsheet takes for a formula.

A documented deviation from the letter of ASVS 1.2.10: plain numbers such as -2.5 stay as they are,
so that negative scores can be added up.
"""

import re

_STARTS = tuple("=+-@\t\r\n\0|＝＋－＠｜")
_PLAIN_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?", re.ASCII)


def safe_cell(text: str) -> str:
    """`text` with an apostrophe before it when a spreadsheet might read it as a formula."""
    if text.startswith(_STARTS) and not _PLAIN_NUMBER.fullmatch(text):
        return f"'{text}"
    return text
