"""Texts that went wrong on their way: broken characters found and repaired."""

from ftfy import fix_encoding
from ftfy.badness import is_bad

LOST = "\ufffd"


def repaired(text: str) -> str:
    """`text` with UTF-8 that was read as something else put right; as it is when it was not.

    "grÃ¶ÃŸe" becomes "größe". Nothing but such characters is changed.
    """
    if text.isascii() or not is_bad(text):
        return text
    return fix_encoding(text)


def example(broken: str, right: str) -> tuple[str, str]:
    """The first word in which the two texts differ, as it was and as it is, cut for showing."""
    before, after = broken.split(), right.split()
    if len(before) == len(after):
        for old, new in zip(before, after, strict=True):
            if old != new:
                return old[:_SHOWN], new[:_SHOWN]
    return broken[:_SHOWN], right[:_SHOWN]


_SHOWN = 40
