"""ZIP archives of unknown origin: everything is counted before anything is believed."""

import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import IO, BinaryIO
from xml.parsers import expat

from playground.domain.archives_xml import Prolog
from playground.domain.limits import Limits
from playground.domain.refusals import FileRefused

_ENTRY = b"PK\x01\x02"
_LOCAL_HEADER_BYTES = 30
_IS_ENCRYPTED = 0x1
_MIB = 1024 * 1024
_XML_ENDINGS = (".xml", ".rels", ".vml")
# What zipfile, zlib, expat and reading a table raise for a broken file; MemoryError is not one.
BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    expat.ExpatError,
    struct.error,
    EOFError,
    LookupError,
    ValueError,
    OverflowError,
    NotImplementedError,
)


class Archive:
    """An archive that was read through once: its members are as large as they say."""

    def __init__(self, handle: BinaryIO, limits: Limits) -> None:
        """Raises FileRefused for too many members, too many bytes, a document type, and whatever
        does not fit together.
        """
        self._limits = limits
        _check_entries(handle, limits)
        handle.seek(0)
        with broken_as_refused():
            self._zip = _opened(handle)
            members = [member for member in self._zip.infolist() if not member.is_dir()]
            self._members = {_key(member.filename): member for member in members}
            self._check_members(members)
            self._check_bytes(members)

    def __contains__(self, path: str) -> bool:
        return _key(path) in self._members

    def folders(self) -> frozenset[str]:
        """The first folder of each member's path, in small letters."""
        return frozenset(path.partition("/")[0] for path in self._members)

    def open(self, path: str) -> IO[bytes]:
        """The bytes of a member, whatever the case of its name; KeyError when there is none."""
        return self._zip.open(self._members[_key(path)])

    def size(self, path: str) -> int:
        """How many bytes `open(path)` gives; KeyError when there is no such member."""
        return self._members[_key(path)].file_size

    def _check_members(self, members: list[zipfile.ZipInfo]) -> None:
        if len(members) > self._limits.archive_members:
            raise _too_many(self._limits)
        if len(self._members) < len(members):
            raise zipfile.BadZipFile("two members have the same name")
        if any(member.flag_bits & _IS_ENCRYPTED for member in members):
            raise FileRefused(
                "corrupt_file",
                "The parts of this workbook are locked by a password.",
                hint="Save it without a password, and bring that file.",
            )
        if any(m.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) for m in members):
            raise NotImplementedError("a compression that no spreadsheet uses")
        _check_overlaps(members)
        if sum(member.file_size for member in members) > self._limits.unpacked_bytes:
            raise too_large(self._limits)

    def _check_bytes(self, members: list[zipfile.ZipInfo]) -> None:
        unpacked = 0
        for member in members:
            prolog = Prolog() if member.filename.lower().endswith(_XML_ENDINGS) else None
            with self._zip.open(member) as part:
                while chunk := part.read(_MIB):
                    unpacked += len(chunk)
                    if unpacked > self._limits.unpacked_bytes:
                        raise too_large(self._limits)
                    if prolog:
                        prolog.feed(chunk)


@contextmanager
def broken_as_refused(line: Callable[[], int | None] = lambda: None) -> Iterator[None]:
    """Whatever a broken file makes its readers raise becomes FileRefused("corrupt_file").

    `line` tells how far the reading has come.
    """
    try:
        yield
    except BROKEN as exc:
        raise corrupt(line()) from exc


def corrupt(line: int | None = None) -> FileRefused:
    """The refusal of a file that breaks off or does not fit together."""
    return FileRefused(
        "corrupt_file",
        f"{'here the' if line else 'The'} file is damaged: it cannot be read"
        f"{' any further' if line else ''}.",
        hint="Open it in the program it comes from, save it again, and bring that file.",
        line=line,
        unit="Row",
    )


def too_large(limits: Limits) -> FileRefused:
    """The refusal of a file that unpacks to more than the limit."""
    return FileRefused(
        "unpacked_too_large",
        f"The file unpacks to more than {limits.unpacked_bytes / _MIB:,.0f} MB.",
        hint="Keep the sheet and the columns you need, or split the file.",
    )


def _too_many(limits: Limits) -> FileRefused:
    return FileRefused(
        "too_many_archive_members",
        f"The file is an archive of more than {limits.archive_members:,} parts.",
        hint="Copy the sheet into a new workbook, save that as .xlsx, and bring it.",
    )


def _check_entries(handle: BinaryIO, limits: Limits) -> None:
    """Counts what zipfile would make objects of, wherever the archive says they are."""
    handle.seek(0)
    found = 0
    rest = b""
    while chunk := handle.read(_MIB):
        block = rest + chunk
        found += block.count(_ENTRY)
        rest = block[-len(_ENTRY) + 1 :]
    # A picture or an archive within the archive may have a few of these four bytes.
    if found > 2 * limits.archive_members:
        raise _too_many(limits)


def _opened(handle: BinaryIO) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(handle)
    except OSError as exc:
        raise zipfile.BadZipFile("the directory points outside of the file") from exc


def _check_overlaps(members: list[zipfile.ZipInfo]) -> None:
    end = 0
    for member in sorted(members, key=lambda member: member.header_offset):
        if member.header_offset < end:
            raise zipfile.BadZipFile("members overlap")
        end = member.header_offset + _LOCAL_HEADER_BYTES + member.compress_size


def _key(path: str) -> str:
    return path.replace("\\", "/").lstrip("/").lower()
