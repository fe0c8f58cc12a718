"""What can be done about each kind of problem: the fix that is chosen, and one other."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Fix:
    """`usual` is done unless `other` was chosen; `other` is "" where nothing else can be done.

    Labels are for buttons. `reason` says why a row was left out, in the file that gives it back.
    """

    level: str
    usual: str
    usual_label: str
    other: str
    other_label: str
    reason: str


def _fix(level: str, usual: tuple[str, str], other: tuple[str, str], reason: str) -> Fix:
    return Fix(
        level=level,
        usual=usual[0],
        usual_label=usual[1],
        other=other[0],
        other_label=other[1],
        reason=reason,
    )


_SKIP, _KEEP = ("skip", "Skip them"), ("keep", "Keep them")
_SKIP_LATER = ("skip", "Skip the later ones")

# kind → fix, the gravest first. A row is left out for the first reason that it has.
FIXES: dict[str, Fix] = {
    "unclosed": _fix(
        "fail",
        ("skip", "Skip that part"),
        ("no_quotes", "Read without quotes"),
        "a quote is opened and never closed",
    ),
    "long": _fix(
        "fail",
        _SKIP,
        ("join", "Join into the last column"),
        "more cells than the header",
    ),
    "not_json": _fix("fail", _SKIP, ("", ""), "the line is not JSON"),
    "not_object": _fix("fail", _SKIP, ("", ""), "the line is no object with names and values"),
    "duplicate_key": _fix("fail", _SKIP, ("", ""), "a name stands twice in the object"),
    "required": _fix("fail", _SKIP, _KEEP, "a required cell is empty"),
    "wrong_type": _fix("warn", _KEEP, _SKIP, "a cell is not of its column's type"),
    "short": _fix("warn", ("pad", "Fill with empty cells"), _SKIP, "fewer cells than the header"),
    "quotes": _fix("warn", _KEEP, _SKIP, "text behind a closing quote"),
    "broken": _fix("warn", ("repair", "Repair"), ("leave", "Leave"), "broken characters"),
    "lost": _fix("warn", _KEEP, _SKIP, "characters were lost"),
    "no_input": _fix("warn", _KEEP, _SKIP, "the input is empty"),
    "no_context": _fix("warn", _KEEP, _SKIP, "no context"),
    "long_text": _fix("warn", _KEEP, _SKIP, "a very long text"),
    "repeated_row": _fix("warn", ("keep", "Keep all"), _SKIP_LATER, "the row came before"),
    "repeated_id": _fix("warn", ("keep", "Keep all"), _SKIP_LATER, "the row id came before"),
    "repeated_input": _fix("info", ("keep", "Keep all"), _SKIP_LATER, "the input came before"),
    "guard": _fix("info", ("take_off", "Take off"), ("leave", "Leave"), "a guard before a formula"),
}


def chosen(kind: str, choices: Mapping[str, str]) -> str:
    """The option for `kind` under these choices; an option that is not offered does not count."""
    fix = FIXES[kind]
    return fix.other if choices.get(kind) == fix.other != "" else fix.usual


def is_option(kind: str, option: str) -> bool:
    """Whether `option` is one of the two that are offered for `kind`."""
    fix = FIXES.get(kind)
    return fix is not None and option != "" and option in (fix.usual, fix.other)
