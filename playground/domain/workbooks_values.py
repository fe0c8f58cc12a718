"""What a cell of a sheet says, as text: numbers without artefacts, dates in ISO form."""

import math
import re
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache

_DIGITS = 15
_WHOLE = re.compile(r"-?(0|[1-9]\d*)", re.ASCII)
_LONGEST_WHOLE = 400
# As spreadsheets and JSON write them, numbers between these need no exponent.
_SMALLEST, _LARGEST = 1e-7, 1e21
_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")
_DAY_MS = 86_400_000
_LAST_DAY = 2_958_465
# The first spreadsheets knew a 29 February 1900; days up to it are counted from a day later.
_LEAP_DAY_1900 = 60
# What a format shows as it stands, colours and places; and lengths of time.
_LITERAL = re.compile(r'"[^"]*"|\\.|_.|\*.|\[(?!h+\]|m+\]|s+\])[^\]]*\]|am/pm|a/p', re.IGNORECASE)
_ELAPSED = re.compile(r"\[(h+|m+|s+)\]", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class DateFormat:
    """What a number format shows of a moment; `is_elapsed` for hours that go on after 24."""

    has_date: bool
    has_time: bool
    is_elapsed: bool = False


_DATE = DateFormat(has_date=True, has_time=False)
_TIME = DateFormat(has_date=False, has_time=True)
_BOTH = DateFormat(has_date=True, has_time=True)
_ELAPSED_TIME = DateFormat(has_date=False, has_time=True, is_elapsed=True)
# Formats that every workbook has without naming them; 27 to 36 and 50 to 58 are East Asian dates.
_BUILT_IN: dict[int, DateFormat] = {
    **dict.fromkeys((14, 15, 16, 17, *range(27, 32), 36, *range(50, 59)), _DATE),
    **dict.fromkeys((18, 19, 20, 21, 32, 33, 34, 35, 45, 47), _TIME),
    22: _BOTH,
    46: _ELAPSED_TIME,
}


def date_format(number: int, code: str) -> DateFormat | None:
    """How the format shows a moment; None for plain numbers, percentages and money."""
    return _of_code(code) if code else _BUILT_IN.get(number)


@lru_cache(maxsize=1024)
def _of_code(code: str) -> DateFormat | None:
    shown = _LITERAL.sub("", code).partition(";")[0].lower()
    if "general" in shown:
        return None
    if _ELAPSED.search(shown):
        return _ELAPSED_TIME
    has_time = "h" in shown or "s" in shown
    has_date = "y" in shown or "d" in shown or ("m" in shown and not has_time)
    if not (has_time or has_date):
        return None
    return DateFormat(has_date=has_date, has_time=has_time)


def unescaped(text: str) -> str:
    """`text` with `_x000D_` and its like replaced by the characters they stand for.

    Pairs of surrogates become one character; a lone one stays, for the caller to deal with.
    """
    if "_x" not in text:
        return text
    plain = _ESCAPE.sub(lambda found: chr(int(found[1], 16)), text)
    return plain.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")


def number_text(raw: str) -> str:
    """A number as people write it: `7`, `1.5`, `0.3` for 0.30000000000000004, `1e+21`.

    Fifteen digits count, as in spreadsheets; whole numbers written out in the file stay exact.
    Raises ValueError for what is no finite number.
    """
    raw = raw.strip()
    if len(raw) <= _LONGEST_WHOLE and _WHOLE.fullmatch(raw):
        return "0" if raw == "-0" else raw
    value = float(raw)
    if not math.isfinite(value):
        raise ValueError("not a finite number")
    short = f"{value:.{_DIGITS}g}"
    if value == 0:
        return "0"
    return f"{Decimal(short):f}" if _SMALLEST <= abs(value) < _LARGEST else short


def moment_text(raw: str, shown: DateFormat, *, has_1904_dates: bool) -> str:
    """A number of days as ISO text: `2026-11-22`, `2026-11-22 14:30:00`, `14:30:00`.

    A length of time is hours, minutes and seconds: `36:30:00`. What no calendar has, such as a
    negative date, stays a number. Raises ValueError for what is no number.
    """
    days_ms = float(raw) * _DAY_MS
    if not math.isfinite(days_ms):
        raise ValueError("not a finite number")
    if shown.is_elapsed and abs(days_ms) < _LAST_DAY * _DAY_MS:
        return hours_text(round(days_ms), pad=1)
    if not 0 <= days_ms < (_LAST_DAY + 1) * _DAY_MS:
        return number_text(raw)
    day, rest = divmod(round(days_ms), _DAY_MS)
    if day == 0 and not (shown.has_date and has_1904_dates):
        return hours_text(rest, pad=2) if shown.has_time or rest else number_text(raw)
    return _on_day(day, rest, shown, has_1904_dates=has_1904_dates) or number_text(raw)


def _on_day(day: int, rest: int, shown: DateFormat, *, has_1904_dates: bool) -> str:
    if has_1904_dates:
        first = date(1904, 1, 1)
    elif day == _LEAP_DAY_1900:
        return ""
    else:
        first = date(1899, 12, 31 if day < _LEAP_DAY_1900 else 30)
    try:
        text = (first + timedelta(days=day)).isoformat()
    except OverflowError:
        return ""
    return f"{text} {hours_text(rest, pad=2)}" if shown.has_time or rest else text


def hours_text(milliseconds: int, *, pad: int) -> str:
    """A time or a length of time: `14:30:00`, `36:30:00.250`; hours have `pad` digits at least."""
    seconds, part = divmod(abs(milliseconds), 1000)
    minutes, second = divmod(seconds, 60)
    hours, minute = divmod(minutes, 60)
    sign = "-" if milliseconds < 0 else ""
    text = f"{sign}{hours:0{pad}}:{minute:02}:{second:02}"
    return f"{text}.{part:03}" if part else text


def iso_moment(raw: str) -> str:
    """A date that the file holds as ISO text, in the form of the others."""
    day, _t, time = raw.strip().partition("T")
    return f"{day} {time}" if time else day
