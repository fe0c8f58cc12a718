"""Cells that are safe to open in a spreadsheet, and the way back.

A documented deviation from the letter of ASVS 1.2.10: plain numbers such as -2.5 stay as they are,
so that negative scores can be added up.
"""

import re

# Put before a cell, so that a spreadsheet shows it as text.
GUARD = "' "

# What makes a spreadsheet read a cell as a formula, in usual and in full width.
_STARTS = tuple("=+-@\t\r\n\x00|＝＋－＠｜")
_PLAIN_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?", re.ASCII)
_GUARDS = re.compile(f"(?:{GUARD})*")


def safe_cell(text: str) -> str:
    """`text` with a guard before it when a spreadsheet might run it as a formula.

    A text that begins with guards before such a start gets one more, so that `unguarded` gives
    back exactly what was written.
    """
    return GUARD + text if _needs_guard(text) else text


def unguarded(text: str) -> str:
    """`text` without the guard that `safe_cell` put before it: `unguarded(safe_cell(x)) == x`.

    Any other text comes back as it is.
    """
    inner = text.removeprefix(GUARD)
    return inner if inner != text and _needs_guard(inner) else text


def _needs_guard(text: str) -> bool:
    guards = _GUARDS.match(text)
    bare = text[guards.end() :] if guards else text
    return bare.startswith(_STARTS) and not _PLAIN_NUMBER.fullmatch(bare)
