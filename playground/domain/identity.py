"""What makes a row the same row over several versions of a dataset."""

import hashlib
import json
from collections.abc import Sequence

LONGEST = 200


def identity(row_id: str, inputs: Sequence[str]) -> str:
    """The row's id cell when it has one, else a hash of its input cells, in column order.

    At most 200 characters; a longer id is hashed too.
    """
    trimmed = row_id.strip()
    if trimmed and len(trimmed) <= LONGEST:
        return trimmed
    content = [trimmed] if trimmed else list(inputs)
    return hashlib.sha256(json.dumps(content).encode()).hexdigest()


class Ordinals:
    """Tells duplicates of an identity apart by the order they come in: "T-7", "T-7 (2)"."""

    def __init__(self) -> None:
        self._counts: dict[str, int] = {}

    def distinct(self, name: str) -> str:
        """`name` the first time, later with an ordinal that no other identity has."""
        count = self._counts.get(name, 0) + 1
        candidate = name if count == 1 else f"{name} ({count})"
        while count > 1 and candidate in self._counts:
            count += 1
            candidate = f"{name} ({count})"
        self._counts[name] = count
        if candidate != name:
            self._counts[candidate] = 1
        return candidate
