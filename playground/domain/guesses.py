"""What a column is probably used as, guessed from its name and its content."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from playground.domain import model_names
from playground.domain.column_names import MODEL_ANSWERS, NAMES, SAME_FILTERS, SPECIAL

_NAMES = {**NAMES, **SPECIAL}
_ONE_EACH = ("row_id", "source", "answerable", "keywords", "context", "expected", *SPECIAL)
# Roles whose names stand for the whole of a column's name: "history of art" is no conversation.
_WHOLE_NAMES = frozenset({"row_id", *SPECIAL})
_SLICES = frozenset({"category", "number", "date", "yes_no"})
# A name counts more when it is the whole of a column's name than when it is a part of it.
_WHOLE, _ENDS_WITH_ID, _PART = 300, 200, 100


@dataclass(frozen=True, kw_only=True)
class Facts:
    """A column as the guess sees it. `repeats` counts cells whose value stood above already."""

    name: str
    type: str
    filled: int
    repeats: int = 0
    has_own_name: bool = True


def roles(columns: Sequence[Facts]) -> list[str]:
    """A role for each column, as `Column.Role` spells them.

    At most one column each has a role other than input, filter and response; at least one is an
    input. Columns named after models are responses. A nameless empty column is left out.
    """
    found = _one_each(columns)
    for position, facts in enumerate(columns):
        if position not in found:
            found[position] = _other(facts)
    if columns and "input" not in found.values():
        found[_best_input(columns, found)] = "input"
    return [found[position] for position in range(len(columns))]


def strength(role: str, name: str) -> int:
    """How much `name` speaks for `role`: 0 for not at all; only good for comparing."""
    words = words_of(name)
    if role == "row_id" and len(words) > 1 and words[-1] == "id":
        return _ENDS_WITH_ID
    full = " ".join(words)
    for rank, known in enumerate(_NAMES.get(role, ())):
        if full == known:
            return _WHOLE - rank
        if role not in _WHOLE_NAMES and f" {known} " in f" {full} ":
            return _PART - rank
    return 0


def repeating_id(columns: Sequence[Facts]) -> int | None:
    """The position of the column that is called most like a row id, but repeats values."""
    claims = [
        (strength("row_id", facts.name), -position)
        for position, facts in enumerate(columns)
        if strength("row_id", facts.name) and facts.filled and not _fits("row_id", facts)
    ]
    return -max(claims)[1] if claims else None


def say_the_same(one: str, other: str) -> bool:
    """Whether two names of filters say the same: "Category" and "topic"."""
    names = {" ".join(words_of(one)), " ".join(words_of(other))}
    return any(names <= same for same in SAME_FILTERS)


def words_of(name: str) -> list[str]:
    """The words of a name, lower case, no accents: "RéponseAttendue" → reponse, attendue."""
    letters = [c for c in unicodedata.normalize("NFKD", name) if not unicodedata.combining(c)]
    spaced = re.sub(r"([a-z0-9])([A-Z])", r"\1 \2", "".join(letters))
    return re.findall(r"[^\W_]+", spaced.lower())


def _one_each(columns: Sequence[Facts]) -> dict[int, str]:
    claims = [
        (strength(role, facts.name), -position, role)
        for position, facts in enumerate(columns)
        if not is_response(facts)
        for role in _NAMES
        if strength(role, facts.name) and _fits(role, facts)
    ]
    found: dict[int, str] = {}
    for _strength, negative, role in sorted(claims, reverse=True):
        is_free = role not in _ONE_EACH or role not in found.values()
        if is_free and -negative not in found:
            found[-negative] = role
    return found


def _fits(role: str, facts: Facts) -> bool:
    if role == "row_id":
        return facts.filled > 0 and facts.repeats <= facts.filled * 0.02
    if role == "answerable":
        return facts.type in {"yes_no", "number", "category"}
    return facts.filled > 0 and not (role == "input" and facts.type in _SLICES)


def is_response(facts: Facts) -> bool:
    """Whether the column's name says which model has given the texts that stand in it."""
    # Numbers under a model's bare name are rather its scores.
    may_be = facts.type not in {"number", "date", "yes_no"} or model_names.says_answer(facts.name)
    return facts.filled > 0 and may_be and bool(model_names.answered_by(facts.name))


def _other(facts: Facts) -> str:
    if not facts.filled:
        return "filter" if facts.has_own_name else "left_out"
    if is_response(facts) or (
        MODEL_ANSWERS.intersection(words_of(facts.name)) and facts.type not in _SLICES
    ):
        return "response"
    if facts.repeats and strength("row_id", facts.name):
        return "filter"
    return "filter" if facts.type in _SLICES else "input"


def _best_input(columns: Sequence[Facts], found: dict[int, str]) -> int:
    """The first column of text that has no better use, else the first one there is."""
    for usable in ({"filter"}, {"conversation"}, {"context", "expected", "left_out", *SPECIAL}):
        for position, facts in enumerate(columns):
            if found[position] in usable and facts.filled and facts.type not in _SLICES:
                return position
    return next((p for p in range(len(columns)) if columns[p].filled), 0)
