"""What the beginning of a JSON file is made of, without parsing all of it."""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, TypeAlias

from playground.domain.json_brackets import Cut, cuts
from playground.domain.json_faults import BLANKS, Item, broken, check_between, invalid
from playground.domain.limits import Limits
from playground.domain.refusals import FileRefused, check_items

Path: TypeAlias = tuple[str, ...]

_DEEPEST_PATH = 3
_MOST_NAMES = 1_000
_ENDS_EARLY = "the file ends before its brackets are closed."
_NAMES = json.JSONDecoder(
    object_pairs_hook=lambda pairs: [name for name, _value in pairs], parse_int=str
)


@dataclass(frozen=True, kw_only=True)
class Outline:
    """What the first value of a file is made of, down to three names.

    `root` is "{" or "[". `kinds` has what the names lead to: "{" an object, "[" a list, "[{" a
    list of objects. `names` are those of the root. `is_alone` is false where more follows.
    """

    root: str
    kinds: dict[Path, str]
    names: tuple[str, ...]
    is_alone: bool


def outline(handle: BinaryIO, *, encoding: str, limits: Limits) -> Outline:
    """Reads the first value of the file, in bounded memory.

    An object that is never closed, or has thousands of names, has an outline too: of one line of
    several, since reading the lines will say what is wrong.
    Of a list nothing is read but its bracket: it is all there is to know of it.
    Raises FileRefused for an empty file, for one that does not begin with JSON, and where a list
    has far more items than there may be rows.
    """
    walk = Walk(cuts(handle, encoding=encoding, limits=limits), limits)
    kinds: dict[Path, str] = {}
    before = Cut("", "", 1, 0), walk.path
    for cut in walk:
        if walk.root == "[":
            return Outline(root="[", kinds={}, names=(), is_alone=True)
        if not cut.bracket:
            break
        if walk.path and cut.bracket in {"{", "["}:
            kinds[walk.path] = cut.bracket
        if cut.bracket == "{" and before[1] in kinds and before[0].bracket == "[":
            kinds[before[1]] = "[" if cut.before.strip(BLANKS) else "[{"
        before = cut, walk.path
        if not cut.depth or max(len(kinds), len(walk.names)) > _MOST_NAMES:
            break
    return Outline(
        root=walk.root,
        kinds=kinds,
        names=tuple(walk.names),
        is_alone=bool(cut.bracket) and not cut.depth and not walk.rest(),
    )


class Walk:
    """Cuts of the first value of a file; `path` has the names that lead to the last bracket.

    None where a list lies between, or more than three names.
    """

    def __init__(self, found: Iterator[Cut], limits: Limits) -> None:
        self.cuts = found
        self.root = ""
        self.names: dict[str, None] = {}
        self.path: Path | None = None
        self._limits = limits
        self._open: list[tuple[str, Path | None]] = []
        self._items: Counter[Path] = Counter()

    def __iter__(self) -> Iterator[Cut]:
        for cut in self.cuts:
            if not cut.bracket:
                self._check_end(cut)
            elif cut.bracket in {"{", "["}:
                self._opens(cut)
            else:
                self._closes(cut)
            yield cut

    def finish(self, depth: int) -> None:
        """Read on from `depth`. Raises FileRefused unless the value is closed and stands alone."""
        while depth:
            cut = next(self.cuts)
            if not cut.bracket:
                raise broken(_ENDS_EARLY, cut.line, cut.before)
            depth = cut.depth
        if rest := self.rest():
            raise broken("something stands behind the end of the JSON.", rest.line, rest.before)

    def rest(self) -> Cut | None:
        """What follows the value, None for nothing but blanks."""
        cut = next(self.cuts)
        return cut if cut.bracket or cut.before.strip(BLANKS) else None

    def _opens(self, cut: Cut) -> None:
        if not self._open:
            check_between(cut, self._limits, between="")
            self.root = cut.bracket
            self.path = ()
        else:
            bracket, path = self._open[-1]
            if bracket == "[" and path is not None:
                self._items[path] += 1
                check_items(self._items[path], self._limits, line=cut.line)
            is_named = bracket == "{" and path is not None and len(path) < _DEEPEST_PATH
            self.path = (*path, self._named(cut)) if is_named and path is not None else None
        self._open.append((cut.bracket, self.path))

    def _closes(self, cut: Cut) -> None:
        bracket, self.path = self._open.pop()
        if (bracket, cut.bracket) not in {("{", "}"), ("[", "]")}:
            raise broken(f"{bracket} is closed by {cut.bracket}.", cut.line, cut.before)
        if self.path == () and bracket == "{":
            self.names.update(dict.fromkeys(self._names_in(cut)))

    def _named(self, cut: Cut) -> str:
        names = self._names_in(cut)
        if len(self._open) == 1:
            self.names.update(dict.fromkeys(names))
        return names[-1]

    def _names_in(self, cut: Cut) -> list[str]:
        """The names between two brackets of an object: the last one is of the second bracket."""
        text = cut.before.lstrip(BLANKS).removeprefix(",").replace("\x00", "")
        is_named = cut.bracket in {"{", "["}
        text = f"{{{text}{'null' if is_named else ''}}}"
        try:
            names: list[str] = _NAMES.decode(text)
        except json.JSONDecodeError as exc:
            item = Item(text, cut.line - text.count("\n"))
            raise invalid(item, exc) from exc
        if not names and is_named:
            raise broken("a name is missing before a bracket.", cut.line, cut.before)
        return names

    def _check_end(self, cut: Cut) -> None:
        """Raises FileRefused unless an object, perhaps one of many lines, was left open."""
        if self.root == "{":
            return
        if self.root:
            raise broken(_ENDS_EARLY, cut.line, cut.before)
        if not cut.before.strip(BLANKS):
            raise FileRefused(
                "empty_file",
                "The file has no text in it.",
                hint="Export it again, or choose another file.",
            )
        check_between(cut, self._limits, between="")
