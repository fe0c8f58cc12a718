"""How texts are made comparable. Words are what the catalogue's conventions say they are."""

import re
import unicodedata
from collections.abc import Sequence

from evals.kpis.base import TEXT_CAP

ARTICLES = frozenset({"a", "an", "the"})

# Marks are sorted in quadratic time: 200,000 of them in one piece take a minute.
_PIECE = 60
_MARKS_OF_ONE_LETTER = 12


def _marks() -> str:
    """A character class of the marks inside words, as Hindi and Arabic have them."""
    marks = (
        chr(code) for code in range(0x300, 0xAC00) if unicodedata.category(chr(code))[0] == "M"
    )
    # Joiners belong to the word, too.
    return f"[{''.join(marks)}\u200c\u200d]"


# Letters and digits; `re` does not count marks among them.
_LETTERS = rf"[^\W_]+(?:{_marks()}+[^\W_]*)*"
_RUN = re.compile(_LETTERS)
_WORD = re.compile(rf"{_LETTERS}(?:['’\-]{_LETTERS})*")
# Like words, but "3.50" and "1,000" are one, as their parts mean something else.
_TERM = re.compile(rf"{_LETTERS}(?:(?:['\-]|(?<=\d)[.,](?=\d)){_LETTERS})*")
# Terms with their sign, and all marks that mean something: "C#" is not "C", 5 % not 5.
_NO_MEANING = (
    r"""\s.,;:!?'"`*_()\[\]{}\-‐-―‘’‚“”„«»‹›…·¿¡、。「」『』《》【】\u200b\ufeff\xad\ufe0f"""
)
_PIECE_OF_MEANING = re.compile(
    rf"(?:(?<!\w)[-−](?=\d))?{_LETTERS}(?:(?<=\d)[.,](?=\d){_LETTERS})*|[^\w{_NO_MEANING}]+"
)
_THOUSANDS = re.compile(r"\d{1,3}(?:,\d{3})+")


def fold(text: str, *, ignore_case: bool = True) -> str:
    """The text in Unicode's compatible composed form (NFKC), with one kind of apostrophe.

    Case is folded unless `ignore_case` is false. At most 200,000 characters come back.
    """
    if text.isascii():
        folded = text[:TEXT_CAP]
        return folded.lower() if ignore_case else folded
    folded = _compose(text).replace("’", "'")
    return folded.casefold()[:TEXT_CAP] if ignore_case else folded


def words(text: str) -> list[str]:
    """Runs of letters and digits, joined by ' or -: "It's 3.5" is It's, 3, 5."""
    return _find(_WORD, text)


def runs(folded: str) -> list[str]:
    """Runs of letters and digits, nothing joined, as ROUGE takes its words."""
    return _find(_RUN, folded)


def terms(folded: str) -> list[str]:
    """Words for overlap: whole numbers without thousands separators, no articles.

    Articles stay when there is nothing else: "A" may be the expected answer.
    """
    found = _find(_TERM, folded)
    if "," in folded:
        found = [
            term.replace(",", "") if "," in term and _THOUSANDS.fullmatch(term) else term
            for term in found
        ]
    return without_articles(found)


def pieces_of_meaning(folded: str) -> list[str]:
    """What is left when punctuation is ignored: words, numbers with sign, symbols."""
    return _find(_PIECE_OF_MEANING, folded)


def without_articles(terms: list[str]) -> list[str]:
    """The terms without English articles, or as they are if they were all."""
    if ARTICLES.isdisjoint(terms):
        return terms
    return [term for term in terms if term not in ARTICLES] or terms


def common_subsequence(a: Sequence[str], b: Sequence[str]) -> int:
    """The length of the longest common subsequence.

    A bit per word of `a`, all advanced at once: Hyyrö (2004), Bit-parallel LCS-length
    computation revisited. Takes len(b) steps on numbers of len(a) bits.
    """
    places: dict[str, int] = {}
    for index, word in enumerate(a):
        places[word] = places.get(word, 0) | (1 << index)
    all_bits = (1 << len(a)) - 1
    row = all_bits
    for word in b:
        hits = row & places.get(word, 0)
        if hits:
            row = ((row + hits) | (row - hits)) & all_bits
    return len(a) - row.bit_count()


def _find(pattern: re.Pattern[str], text: str) -> list[str]:
    """What `pattern.findall` finds, for a pattern of words.

    Most words stand alone between blanks, and to look at those is three times as quick.
    """
    found: list[str] = []
    for piece in text.split():
        if piece.isalnum():
            found.append(piece)
        else:
            found += pattern.findall(piece)
    return found


def _compose(text: str) -> str:
    """NFKC in bounded pieces that do not part a letter from its marks."""
    if len(text) <= _PIECE:
        return unicodedata.normalize("NFKC", text)
    composed: list[str] = []
    start = length = 0
    while start < len(text) and length < TEXT_CAP:
        end = start + _PIECE
        latest = min(len(text), end + _MARKS_OF_ONE_LETTER)
        while end < latest and unicodedata.combining(text[end]):
            end += 1
        composed.append(unicodedata.normalize("NFKC", text[start:end]))
        length += len(composed[-1])
        start = end
    return "".join(composed)[:TEXT_CAP]
