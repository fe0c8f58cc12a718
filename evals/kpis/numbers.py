"""Numbers in texts, as people write them: 1,000 and 1.000 and 4.99 and 50 %."""

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable

# Longer runs of digits are codes, not amounts.
_DIGITS_CAP = 40

# A digit after a letter belongs to a name ("A4"); no-break and thin spaces group thousands.
_NUMBER = re.compile(r"(?<![^\W_])\d+(?:[.,'’\u00a0\u2009\u202f]\d+){0,8}")
_SEPARATOR = re.compile(r"\D")
_CITATION = re.compile(r"\[\d{1,3}(?: ?[,;–-] ?\d{1,3}){0,20}\]")
_LIST_NUMBER = re.compile(r"^[ \t]{0,8}(\d{1,2})[.)](?=[ \t])", re.MULTILINE)

_ZERO_TO_TWELVE = (
    *("zero", "one", "two", "three", "four", "five", "six"),
    *("seven", "eight", "nine", "ten", "eleven", "twelve"),
)
_SPELLED = {str(value): word for value, word in enumerate(_ZERO_TO_TWELVE)}
_LETTERS = re.compile(r"[a-z]+")


def count_numbers(text: str) -> Counter[str]:
    """The numbers of `text` as they are written, with how often; signs are left out.

    Digits joined in another way ("12.05.2021", "1,2,3") are numbers of their own.
    """
    counts = Counter(_NUMBER.findall(text))
    for number in [number for number in counts if not number.isdigit()]:
        if not readings(number):
            times = counts.pop(number)
            for part in _SEPARATOR.split(number):
                counts[part] += times
    for code in [number for number in counts if len(number) > _DIGITS_CAP]:
        del counts[code]
    return counts


def readings(number: str) -> tuple[float, ...]:
    """What a written number may mean: "1,234" is 1234 or 1.234; empty for no one number."""
    if number.isdigit():
        return (float(number),)
    groups, signs = _SEPARATOR.split(number), _SEPARATOR.findall(number)
    values = []
    if _grouped(groups, signs):
        values.append(float("".join(groups)))
    # "1.234,56": the last sign parts the decimals, all before it groups thousands.
    last = signs[-1]
    if last in ".," and signs.count(last) == 1 and _grouped(groups[:-1], signs[:-1]):
        values.append(float(f"{''.join(groups[:-1])}.{groups[-1]}"))
    return tuple(values)


class Numbers:
    """The values of some written numbers, for looking others up."""

    def __init__(self, written: Iterable[str]) -> None:
        self._values = {value for number in written for value in readings(number)}
        self._ordered = sorted(self._values)

    def contain(self, number: str, *, rel_tol: float = 0.0) -> bool:
        """Whether a reading of `number` is one of the values, or within `rel_tol` of one."""
        wanted = readings(number)
        if not self._values.isdisjoint(wanted):
            return True
        return rel_tol > 0 and any(self._is_near(value, rel_tol) for value in wanted)

    def _is_near(self, value: float, rel_tol: float) -> bool:
        # |value − x| ≤ rel_tol · x means value / (1 + rel_tol) ≤ x ≤ value / (1 − rel_tol).
        index = bisect_left(self._ordered, value / (1 + rel_tol))
        return index < len(self._ordered) and self._ordered[index] <= value / (1 - rel_tol)


def without_markers(text: str) -> str:
    """The text without citations ("[1]", "[2, 3]") and the numbers of a numbered list."""
    if "[" in text:
        text = _CITATION.sub(" ", text)
    expected = 1

    def drop(match: re.Match[str]) -> str:
        nonlocal expected
        if int(match.group(1)) != expected:
            return match.group()
        expected += 1
        return " "

    return _LIST_NUMBER.sub(drop, text)


def spelled(text: str, wanted: Iterable[str]) -> set[str]:
    """Which of the numbers from zero to twelve in `wanted` the text spells out in English."""
    candidates = _SPELLED.keys() & set(wanted)
    if not candidates:
        return set()
    words = set(_LETTERS.findall(text.lower()))
    return {number for number in candidates if _SPELLED[number] in words}


def _grouped(groups: list[str], signs: list[str]) -> bool:
    """Whether the groups are thousands: one kind of sign, one to three digits, then threes."""
    if not signs:
        return True
    threes = all(len(group) == 3 for group in groups[1:])
    return len(set(signs)) == 1 and threes and 1 <= len(groups[0]) <= 3 and groups[0][0] != "0"
