"""Finding given words and phrases in an answer."""

import re
from collections.abc import Callable, Iterable
from functools import lru_cache

from evals.kpis.normalisation import fold

# More phrases than this in one KPI are refused: each reads the whole answer.
PHRASES_CAP = 200


def one_line(text: str, *, ignore_case: bool) -> str:
    """The folded text with every run of white space as one blank."""
    return " ".join(fold(text, ignore_case=ignore_case).split())


def count_phrases(
    text: str, phrases: Iterable[str], *, ignore_case: bool, whole_word: bool
) -> dict[str, int]:
    """How often each phrase occurs in `text`, in the order given, without overlaps.

    With `whole_word`, "refund" is not in "refunds"; a phrase that ends in a symbol, such
    as "c++", may be followed by anything.
    """
    line = one_line(text, ignore_case=ignore_case)
    return {
        phrase: _counter(phrase, ignore_case, whole_word)(line) for phrase in dict.fromkeys(phrases)
    }


def check_phrases(name: str, phrases: tuple[str, ...]) -> None:
    """Raises ValueError, naming the parameter, for a blank phrase or too many of them."""
    if any(not phrase.strip() for phrase in phrases):
        raise ValueError(f"`{name}` has a blank entry.")
    if len(phrases) > PHRASES_CAP:
        raise ValueError(f"`{name}` has {len(phrases):,} entries; {PHRASES_CAP} is the most.")


@lru_cache(maxsize=1024)
def _counter(phrase: str, ignore_case: bool, whole_word: bool) -> Callable[[str], int]:
    wanted = one_line(phrase, ignore_case=ignore_case)
    if not whole_word:
        return lambda line: line.count(wanted)
    start = r"(?<!\w)" if re.match(r"\w", wanted) else ""
    end = r"(?!\w)" if re.search(r"\w\Z", wanted) else ""
    pattern = re.compile(f"{start}{re.escape(wanted)}{end}")
    # The plain search is far quicker and mostly says no.
    return lambda line: len(pattern.findall(line)) if wanted in line else 0
