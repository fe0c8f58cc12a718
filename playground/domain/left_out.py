"""The file of the rows that were left out: how it is made, and how it is known when it comes back.

It begins with the line and the problem of each row; the file's own columns follow.
"""

from collections.abc import Iterator, Sequence

from playground.domain.fixes import FIXES

_MARKS = ("line", "problem")
# For a file that has columns of these names itself.
_OTHER_MARKS = ("line of the file", "problem of the row")
_EXTRA = "extra "
# These have no cells of their own: they are given back as one text.
_AS_TEXT = {
    "unclosed": "the rest of the file is in the cell where it begins",
    "not_json": "its text is in the next cell",
    "not_object": "its text is in the next cell",
    "duplicate_key": "its text is in the next cell",
}


def header(names: Sequence[str], *, widest: int) -> list[str]:
    """The names of its columns: the marks, those of the file, and one for each cell too many."""
    own = {name.casefold() for name in names}
    marks = _OTHER_MARKS if own.intersection(_MARKS) else _MARKS
    extra = [f"{_EXTRA}{number}" for number in range(1, widest - len(names) + 1)]
    return [*marks, *names, *extra]


def problem(kind: str) -> str:
    """Why a row was left out, and where its text is when it has no cells."""
    return ": ".join(part for part in (FIXES[kind].reason, _AS_TEXT.get(kind)) if part)


def marks(names: Sequence[str], second: str) -> Iterator[int]:
    """The positions of the columns of such a file that are no data; none for any other file.

    `second` is the first text of the second column: other files too have a line and a problem.
    """
    is_ours = tuple(names[:2]) in (_MARKS, _OTHER_MARKS)
    if not is_ours or second not in map(problem, FIXES):
        return
    for position, name in enumerate(names):
        if position < len(_MARKS) or is_extra(name):
            yield position


def is_extra(name: str) -> bool:
    """Whether a column was made for cells too many."""
    return name.startswith(_EXTRA) and name.removeprefix(_EXTRA).isdecimal()
