"""Sizes that the product accepts. What lies above them is refused with words, never cut off."""

from dataclasses import dataclass

MIB = 1024 * 1024


@dataclass(frozen=True, kw_only=True)
class UploadLimits:
    """The largest file that can become a dataset: bytes, rows, columns, characters of a cell.

    `unpacked_bytes` and `archive_members` bound what a workbook unpacks to, `json_depth` how deep
    JSON nests.
    """

    bytes: int = 50 * MIB
    rows: int = 100_000
    columns: int = 500
    cell_chars: int = 1_000_000
    unpacked_bytes: int = 200 * MIB
    archive_members: int = 1_000
    json_depth: int = 32

    @property
    def size(self) -> str:
        """The largest file in words: "50 MB"."""
        return f"{self.bytes / MIB:g} MB"
