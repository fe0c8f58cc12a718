"""The process that reads one Parquet file: `python -m playground.domain.parquet_child LIMITS`.

Its library is not made for files of unknown origin: some of them end the process, others ask for
any amount of memory. The file is standard input; standard output gets lines of JSON: the header
and the number of rows, the cells of each row, and {"repairs": […]} at the end, or {"refused": {…}}.
"""

import json
import os
import resource
import sys
from dataclasses import dataclass
from typing import TextIO

from playground.domain.archives import too_large
from playground.domain.limits import Limits
from playground.domain.refusals import FileRefused

MOST_MEMORY = 512 * 1024 * 1024
MOST_CPU_S = 60


@dataclass(frozen=True, kw_only=True)
class ChildLimits:
    """The limits as they travel to the child."""

    bytes: int
    rows: int
    columns: int
    cell_chars: int
    unpacked_bytes: int
    archive_members: int
    json_depth: int

    @classmethod
    def of(cls, limits: Limits) -> "ChildLimits":
        """The same limits as plain numbers."""
        return cls(**{name: getattr(limits, name) for name in cls.__annotations__})


def main(limits: Limits, out: TextIO) -> None:
    """Write what the file on standard input holds to `out`."""
    try:
        _write(limits, out)
    except MemoryError:
        _refuse(too_large(limits), out)
    except FileRefused as refused:
        _refuse(refused, out)


def _write(limits: Limits, out: TextIO) -> None:
    # Here and not above: importing it is dear, and the parent imports this module too.
    from playground.domain.parquet_reading import ParquetReading

    with os.fdopen(0, "rb") as handle:
        reading = ParquetReading(handle, limits)
        _line({"header": reading.header, "rows": reading.row_count}, out)
        for cells in reading.rows():
            _line(cells, out)
        _line({"repairs": list(reading.repairs)}, out)


def _refuse(refused: FileRefused, out: TextIO) -> None:
    told = {
        "kind": refused.kind,
        "message": refused.message,
        "hint": refused.hint,
        "line": refused.line,
    }
    _line({"refused": told}, out)


def _line(value: object, out: TextIO) -> None:
    out.write(json.dumps(value) + "\n")


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_DATA, (MOST_MEMORY, MOST_MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (MOST_CPU_S, MOST_CPU_S))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    main(ChildLimits(**json.loads(sys.argv[1])), sys.stdout)
