"""What makes a row the same row over several versions of a dataset."""

import hashlib
import json
from collections.abc import Iterable, Sequence

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
    """Tells duplicates of an identity apart by the order they come in: "T-7", "T-7 (2)".

    `taken` are identities that are in use already. It keeps a hash of each, not its text: two
    that fall together cost a row nothing but an ordinal that it did not need.
    """

    def __init__(self, taken: Iterable[str] = ()) -> None:
        self._counts: dict[int, int] = {}
        for name in taken:
            self.reserve(name)

    def reserve(self, name: str) -> None:
        """Give `name` to nobody else."""
        self._counts.setdefault(hash(name), 1)

    def distinct(self, name: str) -> str:
        """`name` the first time, later with an ordinal that no other identity has."""
        key = hash(name)
        count = self._counts.get(key, 0) + 1
        candidate = name if count == 1 else f"{name} ({count})"
        while count > 1 and hash(candidate) in self._counts:
            count += 1
            candidate = f"{name} ({count})"
        self._counts[key] = count
        if candidate != name:
            self._counts[hash(candidate)] = 1
        return candidate
