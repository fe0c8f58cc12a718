"""A JSON text of any size, cut at the brackets that stand outside strings.

Nothing is parsed here, so depth and length are known before anything is.
"""

import codecs
import io
import re
from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

from playground.domain.limits import Limits
from playground.domain.refusals import FileRefused, undecodable
from playground.domain.tabular import LONGEST_LINE

CHUNK = 256 * 1024
# Possessive throughout: linear, whatever the quotes and backslashes.
_TO_BRACKET = re.compile(r'(?:[^"{}\[\]]++|"(?:[^"\\]++|\\.)*+")*+[{}\[\]]', re.DOTALL)


class Cut(NamedTuple):
    """A bracket, or "" where the reading ends, with the text `before` it.

    `line` is the line of the bracket and `depth` counts the brackets that are open behind it.
    """

    before: str
    bracket: str
    line: int
    depth: int


def longest_item(limits: Limits) -> int:
    """How many characters one item may have: a cell at its limit fits, whatever its escapes."""
    return max(LONGEST_LINE, 8 * limits.cell_chars)


def cuts(handle: BinaryIO, *, encoding: str, limits: Limits) -> Iterator[Cut]:
    """All brackets from the start of the file, then its end. Line ends come as "\\n".

    Ends early where the text before the next bracket is longer than an item may be: then that is
    the text of the last cut. Raises FileRefused for what `encoding` does not have, for more open
    brackets than the limit, and for a bracket that closes nothing.
    """
    chunks = texts(handle, encoding)
    buffer, start, line, depth = "", 0, 1, 0
    deepest = limits.json_depth
    while True:
        while found := _TO_BRACKET.match(buffer, start):
            start = found.end()
            before, bracket = buffer[found.start() : start - 1], buffer[start - 1]
            line += before.count("\n")
            depth += 1 if bracket in "{[" else -1
            if not 0 <= depth <= deepest:
                raise _bad_depth(depth, line, limits)
            yield Cut(before, bracket, line, depth)
        buffer, start = buffer[start:], 0
        # As much again as there is: a long string is looked at a few times, not hundreds.
        more = _take(chunks, max(CHUNK, len(buffer)))
        if not more or len(buffer) > longest_item(limits):
            yield Cut(buffer, "", line + buffer.count("\n"), depth)
            return
        buffer += more


def _bad_depth(depth: int, line: int, limits: Limits) -> FileRefused:
    if depth < 0:
        return FileRefused(
            "invalid_json",
            "a bracket is closed that was never opened.",
            hint="Check the brackets before it.",
            line=line,
        )
    return FileRefused(
        "json_too_deep",
        f"lists and objects lie more than {limits.json_depth} deep.",
        hint="Flatten the data: names and values of one level, or deeper parts as text.",
        line=line,
    )


def _take(chunks: Iterator[str], length: int) -> str:
    parts: list[str] = []
    taken = 0
    for chunk in chunks:
        parts.append(chunk)
        taken += len(chunk)
        if taken >= length:
            break
    return "".join(parts)


def texts(handle: BinaryIO, encoding: str) -> Iterator[str]:
    """The text of the file from its start, in pieces; line ends come as "\\n".

    Raises FileRefused for what `encoding` does not have.
    """
    handle.seek(0)
    decoder = io.IncrementalNewlineDecoder(
        codecs.getincrementaldecoder(encoding)(errors="strict"), translate=True
    )
    is_first = True
    try:
        while chunk := handle.read(CHUNK):
            text = decoder.decode(chunk)
            yield text.removeprefix("\ufeff") if is_first else text
            is_first = is_first and not text
        yield decoder.decode(b"", final=True)
    except UnicodeDecodeError as exc:
        raise undecodable() from exc
