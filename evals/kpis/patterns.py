"""Users' patterns, on RE2: its time grows with the text only, whatever the pattern."""

import re
from functools import lru_cache
from typing import Protocol

PATTERN_CAP = 500

_SURROGATES = re.compile("[\ud800-\udfff]")

_LACKS = (
    "Patterns here have no look-ahead, look-behind, back-references or possessive repeats, "
    "and repeat at most 1,000 times."
)


class Match(Protocol):
    """A place where a pattern matches."""

    def group(self) -> str:
        """The text that matches."""


class Pattern(Protocol):
    """A compiled pattern, as far as KPIs use it."""

    def search(self, text: str) -> Match | None:
        """The first match anywhere in `text`."""

    def fullmatch(self, text: str) -> Match | None:
        """The match of the whole of `text`."""


@lru_cache(maxsize=256)
def compile_pattern(name: str, pattern: str, *, ignore_case: bool) -> Pattern:
    """The compiled pattern of a parameter.

    Raises ValueError, naming the parameter: what is wrong, and what RE2 lacks.
    """
    import re2

    if not pattern:
        raise ValueError(f"`{name}` must not be empty: every answer matches it.")
    if len(pattern) > PATTERN_CAP:
        raise ValueError(f"`{name}` has {len(pattern):,} characters; {PATTERN_CAP} is the most.")
    options = re2.Options()
    options.log_errors = False
    options.case_sensitive = not ignore_case
    try:
        compiled: Pattern = re2.compile(well_formed(pattern), options)
    except re2.error as exc:
        cause = exc.args[0] if exc.args else "not a pattern"
        cause = cause.decode(errors="replace") if isinstance(cause, bytes) else cause
        raise ValueError(f"`{name}` is not a pattern we can use: {cause}. {_LACKS}") from exc
    return compiled


def well_formed(text: str) -> str:
    """The text with lone surrogates replaced one for one: RE2 reads UTF-8, which has none."""
    return text if text.isascii() else _SURROGATES.sub("\ufffd", text)
