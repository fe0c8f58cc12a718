"""Which column of a file fills which column of a template, and what every column becomes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from playground.domain import corrections, guesses, headers
from playground.domain.templates import TemplateColumn

_SLICES = frozenset({"category", "yes_no", "number", "date"})
_FREE_TEXT = frozenset({"text", "long_text"})
# How much it speaks for a pair that …
_SAME_NAME, _SAME_WORDS, _SAME_MEANING, _SAME_ROLE = 5, 4, 3, 2
# A word that two filters share speaks more for them than two words of one meaning.
_SHARED_WORD = 10


@dataclass(frozen=True, kw_only=True)
class Planned:
    """What a column of a file becomes; type and role as `Column.Type` and `Column.Role` say."""

    name: str
    type: str
    role: str
    required: bool = False


@dataclass(frozen=True, kw_only=True)
class Guess:
    """A column of a file, with what its name and its content say of it."""

    name: str
    type: str
    role: str
    filled: int


def planned(
    found: Sequence[Mapping[str, Any]],
    chosen: Sequence[Mapping[str, Any]],
    template: Sequence[TemplateColumn],
) -> list[Planned]:
    """The columns of a report as they were guessed and then corrected by a person, in file order.

    A column is required when it fills a column of the template that is. A name that no prompt
    could use loses its braces, unless a column of the template is called so.
    """
    required = {column.name.casefold() for column in template if column.required}
    pairs = list(zip(found, corrections.of_columns(found, chosen), strict=True))
    names = headers.usable(
        [str(mine.get("name") or guess["name"]) for guess, mine in pairs],
        kept={column.name.casefold() for column in template},
    )
    columns = []
    for name, (guess, mine) in zip(names, pairs, strict=True):
        role = str(mine.get("role") or guess["role"])
        is_required = name.casefold() in required and role != "left_out"
        columns.append(
            Planned(
                name=name,
                type=str(mine.get("type") or guess["type"]),
                role=role,
                required=is_required,
            )
        )
    return columns


def fill(guessed: Sequence[Guess], template: Sequence[TemplateColumn]) -> list[Guess]:
    """The guesses, with the columns that fill the template under its names, types and roles.

    Each column of the template is filled by at most one of the file: by its name, else by the
    words of the name, else by their meaning, else by its content. The other columns of the file
    keep a role that the template does not have; further inputs and the like are left out, so that
    nothing is asked that the template does not ask.
    """
    pairs = _pairs(guessed, template)
    roles = {column.role for column in template}
    filled = []
    for position, guess in enumerate(guessed):
        if position in pairs:
            column = template[pairs[position]]
            filled.append(replace(guess, name=column.name, type=column.type, role=column.role))
        else:
            filled.append(_extra(guess, roles))
    return filled


def fill_by_name(
    guessed: Sequence[Guess], names: Sequence[str], template: Sequence[TemplateColumn]
) -> list[Guess]:
    """The guesses for a file that goes into a playground whose columns are the `template`.

    Only a column of the same name, capital letters and blanks around it apart, fills one that is
    there: whatever its content looks like, nothing may be written over by a guess. The answers of
    a model also fill the response that is called like the model. All others are new columns under
    their own `names`: filters, with the type of what they hold, or left out when they are.
    """
    known = {column.name.strip().casefold(): column for column in template}
    filled = []
    for guess, name in zip(guessed, names, strict=True):
        column = known.get(guess.name.strip().casefold())
        if column is not None and (guess.name == name or column.role == "response"):
            filled.append(replace(guess, name=column.name, type=column.type, role=column.role))
        else:
            role = "left_out" if guess.role == "left_out" else "filter"
            filled.append(replace(guess, name=name, role=role))
    return filled


def lacking(columns: Sequence[Planned], template: Sequence[TemplateColumn]) -> list[TemplateColumn]:
    """The columns of the template that no column of the file fills."""
    names = {column.name.casefold() for column in columns if column.role != "left_out"}
    return [column for column in template if column.name.casefold() not in names]


def _pairs(guessed: Sequence[Guess], template: Sequence[TemplateColumn]) -> dict[int, int]:
    """Position in the file → position in the template, the surest pairs first."""
    claims = sorted(
        (
            (likeness, -position, -place)
            for position, guess in enumerate(guessed)
            for place, column in enumerate(template)
            if (likeness := _likeness(guess, column))
        ),
        reverse=True,
    )
    pairs: dict[int, int] = {}
    for _, position, place in claims:
        if -position not in pairs and -place not in pairs.values():
            pairs[-position] = -place
    return pairs


def _likeness(guess: Guess, column: TemplateColumn) -> int:
    if guess.name.casefold() == column.name.casefold():
        return _SAME_NAME * 1000
    if guesses.words_of(guess.name) == guesses.words_of(column.name):
        return _SAME_WORDS * 1000
    if guess.role == "left_out" or not guess.filled:
        return 0
    if meaning := _meaning(guess, column):
        return _SAME_MEANING * 1000 + meaning
    is_same_role = guess.role == column.role and column.role not in {"filter", "response"}
    return _SAME_ROLE * 1000 if is_same_role and _fits(guess, column) else 0


def _meaning(guess: Guess, column: TemplateColumn) -> int:
    """How much the names say the same in other words: "Frage" fills "question"."""
    if column.role == "filter":
        shared = set(guesses.words_of(guess.name)) & set(guesses.words_of(column.name))
        is_near = guesses.say_the_same(guess.name, column.name) and _fits(guess, column)
        return _SHARED_WORD * len(shared) + is_near
    return guesses.strength(column.role, guess.name) if _fits(guess, column) else 0


def _fits(guess: Guess, column: TemplateColumn) -> bool:
    """Whether the content may stand in the column: text takes all, other types their own."""
    if column.type in _FREE_TEXT:
        return not (column.role == "input" and guess.type in _SLICES)
    if column.type == "category":
        return guess.type in _SLICES | {"text"}
    return guess.type == column.type or column.type in {"text_list", "json", "conversation"}


def _extra(guess: Guess, roles: set[str]) -> Guess:
    """A column that the template does not have."""
    is_taken = guess.role in roles and guess.role not in {"filter", "response"}
    is_more = guess.role == "input" or is_taken
    role = "filter" if guess.type in {"category", "yes_no"} else "left_out"
    return replace(guess, role=role) if is_more else guess
