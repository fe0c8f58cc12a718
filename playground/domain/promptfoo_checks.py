"""The assertions of promptfoo's tests: what they expect as text, and what they ask besides."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from playground.domain.json_values import Value, cell
from playground.domain.text_template import fill, placeholders

# Assertions whose value is a text that the answer is compared with.
_COMPARING = frozenset(
    (
        *("equals", "contains", "icontains", "starts-with", "levenshtein"),
        *("similar", "similar:cosine", "similar:dot", "similar:euclidean"),
        *("factuality", "model-graded-factuality", "rouge-n", "bleu", "gleu", "meteor"),
    )
)
_MOST_NAMED = 12


class Checks:
    """Reads the expected text of tests one by one and counts what it cannot take over."""

    def __init__(self) -> None:
        self._taken: Counter[str] = Counter()
        self._left: Counter[str] = Counter()
        self._several = 0
        self._files = 0

    def expected(self, asserts: Value, cells: Mapping[str, str]) -> str | None:
        """The text that a test expects, with its variables filled in; None for none."""
        texts: dict[str, None] = {}
        for kind, value in _flat(asserts):
            text = self._text(kind, value, cells)
            if text is None:
                self._left[kind] += 1
            else:
                self._taken[kind] += 1
                texts[text] = None
        self._several += len(texts) > 1
        return next(iter(texts), None)

    def notes(self) -> list[str]:
        """Sentences about what became of all assertions that were read."""
        notes = []
        if self._taken:
            notes.append(f"The expected answers come from the assertions {listed(self._taken)}.")
        if self._several:
            notes.append(
                f"{tests(self._several)} several expected texts: the first one is kept, the "
                "others are left out."
            )
        if self._files:
            notes.append(f"{tests(self._files)} an expected text in a file of its own: left out.")
        if self._left:
            notes.append(
                f"These assertions are not taken over: {listed(self._left)}. "
                "Choose KPIs for what they check."
            )
        return notes

    def _text(self, kind: str, value: Value, cells: Mapping[str, str]) -> str | None:
        if kind not in _COMPARING or value is None:
            return None
        text = cell(value)
        if text.startswith("file://"):
            self._files += 1
            return None
        known = {name: cells.get(name) for name in placeholders(text)}
        if "{%" in text or None in known.values():
            return None
        try:
            return fill(text, {name: found or "" for name, found in known.items()})
        except ValueError:
            return None


def listed(counts: Mapping[str, int]) -> str:
    """ "equals (3), regex (1)", the most frequent first."""
    ranked = sorted(counts.items(), key=lambda pair: -pair[1])
    named = [f"{name[:60]} ({count:,})" for name, count in ranked[:_MOST_NAMED]]
    more = len(ranked) - _MOST_NAMED
    return ", ".join(named) + (f" and {more:,} more kinds" if more > 0 else "")


def tests(count: int) -> str:
    """ "1 test has" or "3 tests have"."""
    return "1 test has" if count == 1 else f"{count:,} tests have"


def names(values: Iterable[str]) -> str:
    """Up to twelve names in quotes, and how many more there are."""
    found = list(dict.fromkeys(values))
    more = len(found) - _MOST_NAMED
    shown = ", ".join(f"“{name[:80]}”" for name in found[:_MOST_NAMED])
    return shown + (f" and {more:,} more" if more > 0 else "")


def _flat(asserts: Value) -> Iterator[tuple[str, Value]]:
    """Each assertion's type and value, those inside sets too."""
    for entry in asserts if isinstance(asserts, list) else []:
        if not isinstance(entry, dict):
            yield cell(entry)[:60] or "without a type", None
        elif entry.get("type") == "assert-set":
            yield from _flat(entry.get("assert"))
        else:
            yield cell(entry.get("type")) or "without a type", entry.get("value")
