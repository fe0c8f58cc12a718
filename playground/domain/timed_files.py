"""A file that is not read for ever: some of a few megabytes would keep a worker busy for hours."""

import io
import time
from pathlib import Path
from typing import TYPE_CHECKING

from playground.domain.refusals import FileRefused

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

# Ten times what the largest files take, so that a slow machine reads them too.
MOST_CPU_S = 240.0


class TimedFile(io.FileIO):
    """A file opened for reading by the thread that works on it; wrap it in a BufferedReader.

    What counts is the computing time of that thread: a busy machine takes nothing away.
    """

    def __init__(self, path: Path) -> None:
        super().__init__(path, "rb")
        self._until = time.thread_time() + MOST_CPU_S

    def readinto(self, buffer: "WriteableBuffer", /) -> int | None:
        """As of any file. Raises FileRefused once the time is up."""
        self.check()
        return super().readinto(buffer)

    def check(self) -> None:
        """Raises FileRefused once the time is up; for long work between two readings."""
        if time.thread_time() > self._until:
            raise FileRefused(
                "too_slow",
                f"Reading the file takes more than {MOST_CPU_S / 60:.0f} minutes of computing.",
                hint="Bring it in parts, or save its rows as CSV in UTF-8.",
            )
