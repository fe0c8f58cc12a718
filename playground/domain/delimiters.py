"""Which character parts the cells of a table of text."""

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass

# A character that no table uses: with it, a line is one cell and quotes still work.
ONE_COLUMN = "\x1f"
# delimiter → (name for programs, name for people); the order decides between equals
DELIMITERS = {
    ",": ("comma", "Comma ,"),
    ";": ("semicolon", "Semicolon ;"),
    "\t": ("tab", "Tab"),
    "|": ("pipe", "Pipe |"),
    ONE_COLUMN: ("none", "None, one column"),
}
BY_NAME = {name: delimiter for delimiter, (name, _label) in DELIMITERS.items()}
# quote → (name for programs, name for people)
QUOTES = {'"': ("double", 'Double "'), "'": ("single", "Single '"), "": ("none", "None")}
QUOTE_BY_NAME = {name: quote for quote, (name, _label) in QUOTES.items()}
_RECORDS = 50
_SEP_LINE = re.compile(r"sep=(.)\r?\n?", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class Shape:
    """How the beginning of a file is laid out.

    `has_sep_line`: the first line is a spreadsheet's hint such as `sep=;`. `spaces_before_quotes`:
    cells are quoted behind a space, as in `"a", "b"`. `first` is the first record, perhaps cut.
    """

    delimiter: str
    quote: str = '"'
    first: tuple[str, ...] = ()
    has_sep_line: bool = False
    spaces_before_quotes: bool = False


def sniff(
    sample: str,
    *,
    is_whole: bool,
    ending: str = "",
    chosen: str | None = None,
    quote: str | None = None,
) -> Shape:
    """The shape that the first records of `sample` have, judged outside quotes.

    `is_whole` says that the file ends with the sample; else its last record is not looked at.
    A `.tsv` ending decides between equals; `chosen` is a delimiter that a person has set, and
    `quote` a quote.
    """
    text = sample.removeprefix("\ufeff")
    first, _, rest = text.partition("\n")
    hint = _SEP_LINE.fullmatch(first)
    body = rest if hint else text
    delimiter = chosen or (hint.group(1) if hint and hint.group(1) in DELIMITERS else "")
    if not delimiter:
        delimiter = _best(body, is_whole=is_whole, ending=ending)
    found = _quote(body, delimiter, is_whole=is_whole) if quote is None else quote
    has_spaces = found == '"' and _has_spaces_before_quotes(body, delimiter, is_whole=is_whole)
    return Shape(
        delimiter=delimiter,
        quote=found,
        first=tuple(next(_reader(body, delimiter, quote=found), [])),
        has_sep_line=hint is not None,
        spaces_before_quotes=has_spaces,
    )


def records(
    text: str, delimiter: str, *, is_whole: bool, skip_spaces: bool = False, quote: str = '"'
) -> list[list[str]]:
    """The first records of `text`, blank lines left out; the last, perhaps cut, only if whole."""
    # A sample may be one huge cell; the limit on cells is the reader's to check.
    csv.field_size_limit(max(csv.field_size_limit(), len(text) + 1))
    found: list[list[str]] = []
    for record in _reader(text, delimiter, skip_spaces=skip_spaces, quote=quote):
        if record:
            found.append(record)
        if len(found) > _RECORDS:
            return found[:_RECORDS]
    return found if is_whole or len(found) < 2 else found[:-1]


def _reader(
    text: str, delimiter: str, *, skip_spaces: bool = False, quote: str = '"'
) -> Iterator[list[str]]:
    return csv.reader(
        io.StringIO(text, newline=""),
        delimiter=delimiter,
        skipinitialspace=skip_spaces,
        quotechar=quote or None,
        quoting=csv.QUOTE_MINIMAL if quote else csv.QUOTE_NONE,
    )


def _quote(text: str, delimiter: str, *, is_whole: bool) -> str:
    """A single quote where only it makes all records as wide as the header, else a double one."""
    if '"' in text or "'" not in text:
        return '"'
    doubly, singly = (
        {len(record) for record in records(text, delimiter, is_whole=is_whole, quote=quote)}
        for quote in ('"', "'")
    )
    return "'" if len(singly) == 1 < len(doubly) else '"'


def _best(text: str, *, is_whole: bool, ending: str) -> str:
    """The delimiter that gives the header several cells and most records as many."""
    ranked: list[tuple[float, int, bool, str]] = []
    for delimiter in DELIMITERS:
        found = records(text, delimiter, is_whole=is_whole)
        width = len(found[0]) if found else 1
        if width > 1:
            same = sum(len(record) == width for record in found) / len(found)
            is_expected = delimiter == "\t" and ending in {"tsv", "tab"}
            ranked.append((round(same, 3), width, is_expected, delimiter))
    if not ranked:
        has_commas = any(len(record) > 1 for record in records(text, ",", is_whole=is_whole))
        return ONE_COLUMN if has_commas else ","
    return max(ranked, key=lambda entry: entry[:3])[3]


def _has_spaces_before_quotes(text: str, delimiter: str, *, is_whole: bool) -> bool:
    """True when quotes stand behind a delimiter and blanks, and make cells only that way."""
    if not re.search(re.escape(delimiter) + r" +\"", text):
        return False
    plain = records(text, delimiter, is_whole=is_whole)
    skipped = records(text, delimiter, is_whole=is_whole, skip_spaces=True)
    quoted = sum(cell.startswith(' "') for record in plain for cell in record)
    widths = {len(record) for record in skipped}
    return quoted > 0 and len(widths) <= len({len(record) for record in plain})
