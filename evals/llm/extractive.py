"""Picks sentences of a given text by their likeness to a question, without any model."""

import re
from collections import Counter
from collections.abc import Sequence

WORD = re.compile(r"\w+")
SENTENCE_END = re.compile(r"(?<=[.!?…])\s+|\n+")
LABEL = re.compile(r"^\s*(?:question|context|answer|evidence|user|q|a)\s*[:\-]\s*", re.I)


def sentences(text: str) -> list[str]:
    """The sentences and lines of `text`, without labels such as "Context:" and empty ones."""
    parts = (LABEL.sub("", part).strip() for part in SENTENCE_END.split(text))
    return [part for part in parts if WORD.search(part)]


def split_question(text: str) -> tuple[str, list[str]]:
    """The question in a prompt, and the prompt's other sentences.

    The question is the last sentence that ends with "?"; without one, the last
    sentence. An empty prompt gives ("", []).
    """
    parts = sentences(text)
    if not parts:
        return "", []
    asked = [index for index, part in enumerate(parts) if part.endswith("?")]
    at = asked[-1] if asked else len(parts) - 1
    return parts[at], [part for index, part in enumerate(parts) if index != at]


def by_likeness(question: str, candidates: Sequence[str]) -> list[str]:
    """`candidates`, the most like `question` first; earlier ones first among equals.

    Likeness is the sum of 1 / (number of candidates with the word) over shared words.
    """
    words = [{word.lower() for word in WORD.findall(text)} for text in candidates]
    spread = Counter(word for found in words for word in found)
    asked = {word.lower() for word in WORD.findall(question)}
    likeness = [sum(1 / spread[word] for word in asked & found) for found in words]
    order = sorted(range(len(candidates)), key=lambda index: -likeness[index])
    return [candidates[index] for index in order]
