"""What a person has set for the columns of a file, kept when the file is read another way."""

from collections.abc import Mapping, Sequence
from typing import Any

_SETTABLE = ("name", "type", "role")
_OF = "of"


def by_name(
    found: Sequence[Mapping[str, Any]], chosen: Sequence[Mapping[str, Any]]
) -> list[dict[str, str]]:
    """The corrections of these columns, each with the name `of` its column in the file.

    Only what differs from the guess is kept: another reading may guess better. Corrections that
    have names stay as they are, also of columns that this reading does not have.
    """
    if _have_names(chosen):
        return [dict(mine) for mine in chosen]
    return [
        {
            _OF: name,
            **{key: mine[key] for key in _SETTABLE if mine.get(key, guess[key]) != guess[key]},
        }
        for guess, mine in zip(found, chosen, strict=False)
        if (name := _name_of(guess))
    ]


def of_columns(
    found: Sequence[Mapping[str, Any]], chosen: Sequence[Mapping[str, Any]]
) -> list[Mapping[str, Any]]:
    """A correction for each of these columns, in their order; an empty one where nothing is set.

    Of columns with the same name, the first one has the first correction, and so on.
    """
    if not _have_names(chosen):
        return [*chosen[: len(found)], *[{}] * (len(found) - len(chosen))]
    waiting: dict[str, list[Mapping[str, Any]]] = {}
    for mine in reversed(chosen):
        waiting.setdefault(mine[_OF], []).append(mine)
    return [mine.pop() if (mine := waiting.get(_name_of(guess))) else {} for guess in found]


def _have_names(chosen: Sequence[Mapping[str, Any]]) -> bool:
    return any(_OF in mine for mine in chosen)


def _name_of(found: Mapping[str, Any]) -> str:
    return str(found["original"]).strip()
