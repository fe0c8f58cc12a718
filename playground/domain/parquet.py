"""Parquet files as tables. Their library is optional, and runs in a process of its own."""

import json
import os
import shutil
import struct
import subprocess
import sys
import tempfile
import weakref
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from importlib.util import find_spec
from pathlib import Path
from typing import Any, BinaryIO

from playground.domain.archives import corrupt
from playground.domain.limits import Limits
from playground.domain.parquet_child import ChildLimits
from playground.domain.refusals import FileRefused
from playground.domain.sources import Reading
from playground.domain.tabular import Record

_MAGIC = b"PAR1"
_LOCKED_MAGIC = b"PARE"
_TAIL = struct.Struct("<I4s")
_MOST_FOOTER_BYTES = 16 * 1024 * 1024
_CHILD = "playground.domain.parquet_child"
_ROOT = Path(__file__).parents[2]


def find_parquet(handle: BinaryIO, *, limits: Limits) -> Reading:  # noqa: ARG001  # as all finders
    """How a Parquet file is read: there is nothing to choose.

    Raises FileRefused for what is no Parquet file, is cut off or encrypted, and when the library
    that reads it is not installed.
    """
    _check_ends(handle)
    _check_library()
    return Reading(format="parquet")


class ParquetSource:
    """A Parquet file as a table; `Record.line` is the number of the row, from 1."""

    def __init__(self, handle: BinaryIO, *, limits: Limits) -> None:
        """Starts the reading. Raises FileRefused as `find_parquet`, and for too many rows, columns
        or bytes, as the file's footer tells them.
        """
        _check_ends(handle)
        _check_library()
        self._child = _Child(handle, limits)
        self._line = 0
        self.roles: Mapping[str, str] = {}
        self.setup: Mapping[str, object] = {}
        self.repairs: dict[str, None] = {}
        first = self._child.answer(None)
        self._row_count: int = first["rows"]
        self.header: list[str] = [name.replace("\x00", "") for name in first["header"]]

    def records(self) -> Iterator[Record]:
        """The rows in order.

        Raises FileRefused, naming the row, for what is damaged, for cells and rows that are too
        long, for bytes that are no text, and when all rows together have more text than a file may
        unpack to.
        """
        while isinstance(answer := self._child.answer(self._line + 1), list):
            self._line += 1
            yield _record(self._line, answer)
        self.repairs.update(dict.fromkeys(answer["repairs"]))
        self._child.stop()

    def share_read(self) -> float:
        """The share of the rows that was read, 0 to 1."""
        return self._line / self._row_count if self._row_count else 1.0


class _Child:
    """The process that reads the file. It ends with the reading, or with this object."""

    def __init__(self, handle: BinaryIO, limits: Limits) -> None:
        # A child needs a real file, and one that nobody else moves about in.
        with tempfile.TemporaryFile() as copy:
            handle.seek(0)
            shutil.copyfileobj(handle, copy)
            copy.seek(0)
            command = [sys.executable, "-m", _CHILD, json.dumps(asdict(ChildLimits.of(limits)))]
            self._process = subprocess.Popen(  # noqa: S603  # our own module, numbers only
                command,
                stdin=copy,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                cwd=_ROOT,
                env=_environment(),
            )
        self.stop = weakref.finalize(self, _stop, self._process)

    def answer(self, line: int | None) -> Any:
        """The next thing that the child says.

        Raises FileRefused when that is a refusal; when the child was ended by the file, one that
        names `line`.
        """
        assert self._process.stdout is not None  # noqa: S101  # it was asked for
        said = self._process.stdout.readline()
        if not said.endswith(b"\n"):
            self.stop()
            raise corrupt(line)
        answer = json.loads(said)
        if isinstance(answer, dict) and (told := answer.get("refused")):
            self.stop()
            refused = FileRefused(told["kind"], told["message"], hint=told["hint"])
            refused.line = told["line"]
            raise refused
        return answer


def _environment() -> dict[str, str]:
    """What Python needs to find its packages, and none of our secrets."""
    return {
        "PATH": os.defpath,
        "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
        # The other pools of memory reserve more than they use, which the child's limit forbids.
        "ARROW_DEFAULT_MEMORY_POOL": "system",
    }


def _stop(process: "subprocess.Popen[bytes]") -> None:
    process.kill()
    process.wait()
    if process.stdout is not None:
        process.stdout.close()


def _record(line: int, cells: list[str]) -> Record:
    if not any("\x00" in cell for cell in cells):
        return Record(line=line, cells=cells)
    return Record(line=line, cells=[c.replace("\x00", "") for c in cells], notes=("nul",))


def _check_library() -> None:
    if find_spec("pyarrow") is None:
        raise FileRefused(
            "parquet_not_installed",
            "This installation of Evalground does not read Parquet files.",
            hint="Whoever runs it can add that: pip install -r requirements-parquet.txt. "
            "Or save the table as CSV, and bring that file.",
        )


def _check_ends(handle: BinaryIO) -> None:
    handle.seek(0)
    if handle.read(len(_MAGIC)) not in (_MAGIC, _LOCKED_MAGIC):
        raise FileRefused(
            "content_mismatch",
            "The file is no Parquet file, whatever its name says.",
            hint="If it is a table of text, rename it to end in .csv. Else save it again.",
        )
    size = handle.seek(0, os.SEEK_END)
    if size < len(_MAGIC) + _TAIL.size:
        raise corrupt()
    handle.seek(-_TAIL.size, os.SEEK_END)
    footer_bytes, magic = _TAIL.unpack(handle.read(_TAIL.size))
    if magic == _LOCKED_MAGIC:
        raise FileRefused(
            "corrupt_file",
            "The Parquet file is encrypted.",
            hint="Save the table without encryption, and bring that file.",
        )
    if magic != _MAGIC or footer_bytes > min(size, _MOST_FOOTER_BYTES):
        raise corrupt()
