"""Which rows of a dataset the rows of a file are, in memory that does not grow with the texts."""

import hashlib
from array import array
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

DIGEST_BYTES = 16
# What comes before and after a difference, when only a part of two texts is shown.
_LEAD = 40


@dataclass(frozen=True, slots=True)
class Match:
    """A row of the dataset that a row of the file stands for; `is_same` when no cell differs."""

    row_id: int
    position: int
    is_same: bool


class KnownRows:
    """The rows of a dataset by what tells them apart; each is given to one row of the file.

    Of rows of one identity, one whose cells are equal is given, else the first that is left.
    Keeps some sixty bytes a row, and more for those that share an identity.
    """

    def __init__(self) -> None:
        self._ids = array("q")
        self._positions = array("q")
        self._digests = bytearray()
        self._is_taken = bytearray()
        self._first: dict[bytes, int] = {}
        # Of identities with several rows: the later ones, and all of them by what they say.
        self._later: dict[bytes, deque[int]] = {}
        self._same: dict[bytes, deque[int]] = {}

    def __len__(self) -> int:
        return len(self._ids)

    def add(self, row_id: int, position: int, *, identity: str, cells: Sequence[str]) -> None:
        """Take in a row, in position order. `cells` are those that a file's row has as well."""
        key, said, place = digest([identity]), digest(cells), len(self._ids)
        self._ids.append(row_id)
        self._positions.append(position)
        self._digests += said
        self._is_taken.append(0)
        first = self._first.setdefault(key, place)
        if first == place:
            return
        if key not in self._later:
            self._later[key] = deque()
            self._same[key + self._said(first)] = deque([first])
        self._later[key].append(place)
        self._same.setdefault(key + said, deque()).append(place)

    def take(self, identity: str, cells: Sequence[str]) -> Match | None:
        """A row with this identity that no row of the file has got; None without one."""
        said = digest(cells)
        place = self._place(digest([identity]), said)
        if place is None:
            return None
        self._is_taken[place] = 1
        return Match(
            row_id=self._ids[place],
            position=self._positions[place],
            is_same=self._said(place) == said,
        )

    def _place(self, key: bytes, said: bytes) -> int | None:
        """The place of a row that is left: one that says this, else the first."""
        place = self._next(self._same.get(key + said))
        if place is not None:
            return place
        first = self._first.get(key)
        if first is not None and not self._is_taken[first]:
            return first
        return self._next(self._later.get(key))

    def _next(self, places: deque[int] | None) -> int | None:
        """The next of these places that is not taken; those before it are forgotten."""
        while places:
            place = places.popleft()
            if not self._is_taken[place]:
                return place
        return None

    def _said(self, place: int) -> bytes:
        start = place * DIGEST_BYTES
        return bytes(self._digests[start : start + DIGEST_BYTES])

    def left(self) -> Iterator[int]:
        """The ids of the rows that no row of the file has got, in position order."""
        return (
            row_id
            for row_id, is_taken in zip(self._ids, self._is_taken, strict=True)
            if not is_taken
        )

    @property
    def last_position(self) -> int:
        """The position of the last row; 0 without any."""
        return max(self._positions, default=0)


def digest(texts: Sequence[str]) -> bytes:
    """Sixteen bytes that stand for these texts. No stored text has a NUL, which parts them."""
    whole = "\x00".join(texts).encode("utf-8", "surrogatepass")
    return hashlib.blake2b(whole, digest_size=DIGEST_BYTES).digest()


def cut(text: str, most: int) -> str:
    """The text for showing, at most `most` characters and an ellipsis."""
    return text if len(text) <= most else text[:most] + "…"


def cut_around_change(was: str, now: str, most: int) -> tuple[str, str]:
    """Two texts for showing, cut so that their first difference is in sight."""
    same = next(
        (place for place, (one, other) in enumerate(zip(was, now, strict=False)) if one != other),
        min(len(was), len(now)),
    )
    start = max(0, same - _LEAD) if max(len(was), len(now)) > most else 0
    lead = "…" if start else ""
    return lead + cut(was[start:], most), lead + cut(now[start:], most)
