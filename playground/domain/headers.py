"""Names of columns as a file has them, made fit to be used."""

import re
from collections.abc import Container, Sequence
from dataclasses import dataclass

from playground.domain.text_template import is_usable

LONGEST = 200
_UNNAMED = re.compile(r"unnamed: ?\d+(_level_\d+)?", re.IGNORECASE)
_BRACES = re.compile(r"[{}]")


@dataclass(frozen=True, kw_only=True)
class CleanHeader:
    """The names in file order, and what was done: names of repairs, in order of first use."""

    names: tuple[str, ...]
    repairs: tuple[str, ...]


def clean(header: Sequence[str]) -> CleanHeader:
    """Trim blanks, name the nameless "column 3", and number names that differ only by case.

    The second "answer" becomes "answer_2", as spreadsheets do it.
    """
    repairs: dict[str, None] = {}
    taken: set[str] = set()
    seen: dict[str, int] = {}
    names: list[str] = []
    for position, original in enumerate(header, start=1):
        name = " ".join(original.replace("\x00", "").split())[:LONGEST]
        if name and name != original:
            repairs["headers_trimmed"] = None
        if not name:
            repairs["headers_named"] = None
            name = f"column {position}"
        fold = name.casefold()
        seen[fold] = seen.get(fold, 0) + 1
        if fold in taken:
            repairs["headers_deduplicated"] = None
            name = _numbered(name, max(seen[fold], 2), taken)
        taken.add(name.casefold())
        names.append(name)
    return CleanHeader(names=tuple(names), repairs=tuple(repairs))


def usable(names: Sequence[str], *, kept: Container[str] = ()) -> list[str]:
    """The names as prompts can use them: without braces where these would hide the name.

    "{{x}}" becomes "x", or "x_2" beside another "x". Names whose casefold is in `kept` stay.
    """
    fits = [name.casefold() in kept or is_usable(name) for name in names]
    taken = {name.casefold() for name, is_fit in zip(names, fits, strict=True) if is_fit}
    found = []
    for position, (name, is_fit) in enumerate(zip(names, fits, strict=True), start=1):
        if not is_fit:
            name = " ".join(_BRACES.sub(" ", name).split()) or f"column {position}"
            name = _numbered(name, 2, taken) if name.casefold() in taken else name
            taken.add(name.casefold())
        found.append(name)
    return found


def is_nameless(original: str) -> bool:
    """Whether a cell of the header names nothing: blank, or as pandas fills it ("Unnamed: 7")."""
    return not original.strip() or bool(_UNNAMED.fullmatch(original.strip()))


def _numbered(name: str, number: int, taken: set[str]) -> str:
    while True:
        ending = f"_{number}"
        candidate = name[: LONGEST - len(ending)] + ending
        if candidate.casefold() not in taken:
            return candidate
        number += 1
