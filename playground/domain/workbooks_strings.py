"""The texts that the cells of a workbook share, kept outside of memory when they are many."""

import tempfile
from array import array
from collections.abc import Callable
from typing import IO

from playground.domain.archives_xml import Attributes, XmlPart
from playground.domain.limits import Limits
from playground.domain.refusals import FileRefused

MOST_STRINGS = 5_000_000
_IN_MEMORY = 16 * 1024 * 1024
_REMEMBERED = 10_000
_SHORT = 200


class SharedStrings:
    """Texts by number, as UTF-8 in a file that goes to disk when it grows."""

    def __init__(self) -> None:
        self._bytes = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115  # as long as this lives
        self._ends = array("Q", [0])
        self._recent: dict[int, str] = {}

    def __len__(self) -> int:
        return len(self._ends) - 1

    def add(self, text: str) -> None:
        """Keep one more text. Raises FileRefused when there are too many."""
        if len(self._ends) > MOST_STRINGS:
            raise FileRefused(
                "unpacked_too_large",
                f"The workbook has more than {MOST_STRINGS:,} different texts.",
                hint="Copy the sheet into a new workbook, or split it.",
            )
        kept = text.encode()
        self._bytes.write(kept)
        self._ends.append(self._ends[-1] + len(kept))

    def __getitem__(self, number: int) -> str:
        """The text; IndexError for a number that no text has."""
        if number in self._recent:
            return self._recent[number]
        if not 0 <= number < len(self):
            raise IndexError(number)
        start = self._ends[number]
        self._bytes.seek(start)
        text = self._bytes.read(self._ends[number + 1] - start).decode()
        if len(text) <= _SHORT:
            if len(self._recent) >= _REMEMBERED:
                self._recent.clear()
            self._recent[number] = text
        return text

    def close(self) -> None:
        """Give the file back."""
        self._bytes.close()


class TextCollector:
    """Puts the pieces of one cell's text together, and refuses what is longer than a cell."""

    def __init__(self, limits: Limits, line: Callable[[], int | None]) -> None:
        self._limit = limits.cell_chars
        self._line = line
        self._pieces: list[str] = []
        self._length = 0

    def take(self, piece: str) -> None:
        """One more piece. Raises FileRefused when the text gets longer than a cell may be."""
        self._length += len(piece)
        if self._length > self._limit:
            raise too_long(self._limit, self._line())
        self._pieces.append(piece)

    def text(self) -> str:
        """The text so far; the collector is empty again."""
        text = "".join(self._pieces)
        self._pieces.clear()
        self._length = 0
        return text


def too_long(cell_chars: int, line: int | None) -> FileRefused:
    """The refusal of a cell with more characters than the limit."""
    return FileRefused(
        "cell_too_long",
        f"{'a' if line else 'A'} cell has more than {cell_chars:,} characters.",
        hint="Shorten the text in the workbook, and bring the file again.",
        line=line,
        unit="Row",
    )


def read_strings(stream: IO[bytes], limits: Limits) -> SharedStrings:
    """The texts of a workbook's table of strings, in order; phonetic readings are left out.

    Raises FileRefused for a text longer than a cell may be and for too many; as `XmlPart.read`.
    """
    strings = SharedStrings()
    collector = TextCollector(limits, lambda: None)
    is_phonetic = False

    def enter_phonetic(_attributes: Attributes) -> None:
        nonlocal is_phonetic
        is_phonetic = True

    def leave_phonetic() -> None:
        nonlocal is_phonetic
        is_phonetic = False

    def enter_text(_attributes: Attributes) -> None:
        if not is_phonetic:
            part.collect()

    part = XmlPart(
        starts={"t": enter_text, "rPh": enter_phonetic},
        ends={
            "t": lambda: part.leave(),
            "rPh": leave_phonetic,
            "si": lambda: strings.add(collector.text()),
        },
        on_text=collector.take,
    )
    part.read_all(stream)
    return strings
