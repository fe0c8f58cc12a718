"""Which encoding a file's bytes are in."""

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO

from charset_normalizer import from_bytes

from playground.domain.refusals import FileRefused

CHUNK = 256 * 1024
SAMPLE = 64 * 1024

# codec → name for people; the order of the choice on the page
ENCODINGS = {
    "utf-8": "UTF-8",
    "utf-16-le": "UTF-16",
    "utf-16-be": "UTF-16, big-endian",
    "cp1252": "Windows Western",
    "cp1250": "Windows Central European",
    "cp1251": "Windows Cyrillic",
    "cp1253": "Windows Greek",
    "cp1254": "Windows Turkish",
    "cp1255": "Windows Hebrew",
    "cp1256": "Windows Arabic",
    "iso8859_15": "Latin 9",
    "mac_roman": "Mac Roman",
    "koi8_r": "KOI8-R",
    "cp932": "Shift JIS",
    "gb18030": "GB 18030",
    "big5": "Big5",
    "cp949": "Korean",
}
_GUESSED = [codec for codec in ENCODINGS if not codec.startswith("utf")]
_UTF32 = (codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# What Western texts have beyond ASCII, besides letters with accents.
_WESTERN_SIGNS = frozenset("“”‘’„‚–—…€£¥§©®™°·•«»‹›¿¡ºª²³½¼¾×÷±µ´¨\u00a0\u00ad")
# Bytes that only a broken UTF-8 writer makes: overlong forms, surrogates, beyond U+10FFFF.
_BROKEN_UTF8 = re.compile(
    rb"[\xc0\xc1][\x80-\xbf]|\xed[\xa0-\xbf][\x80-\xbf]|\xf4[\x90-\xbf][\x80-\xbf]{2}"
)
_ENOUGH_TO_GUESS = 12
# So many characters are shown before and behind a bad byte.
_AROUND = 120
_CHOOSE = "Save it again as UTF-8, or choose its encoding here."


@dataclass(frozen=True, kw_only=True)
class Encoding:
    """A codec of Python, and whether the file says so itself by a byte order mark."""

    codec: str
    has_bom: bool = False

    @property
    def label(self) -> str:
        return ENCODINGS[self.codec] + (" with BOM" if self.has_bom else "")


@dataclass(frozen=True, kw_only=True)
class BadBytes:
    """The first bytes that a codec cannot read: offset from 0, line from 1.

    `raw` is the text around them on their line, with "\ufffd" for what cannot be read.
    """

    offset: int
    line: int
    raw: str = field(default="", compare=False)


def detect(handle: BinaryIO) -> Encoding:
    """The encoding of the whole file: BOM, UTF-16 by its zeros, strict UTF-8, else a guess.

    Reads in chunks from the start and leaves the position anywhere. Raises FileRefused for
    UTF-32, for bytes that are not text, and when no encoding can be told.
    """
    handle.seek(0)
    head = handle.read(SAMPLE)
    if head.startswith(_UTF32) or _is_utf32(head):
        raise FileRefused(
            "unsupported_encoding", "The file is in UTF-32.", hint="Save it again as UTF-8."
        )
    for bom, codec in _BOMS:
        if head.startswith(bom):
            return _checked(handle, Encoding(codec=codec, has_bom=True))
    if codec := _utf16_without_bom(head):
        return _checked(handle, Encoding(codec=codec))
    bad = first_bad_bytes(handle, "utf-8")
    return Encoding(codec="utf-8") if bad is None else _guess(handle, bad)


def first_bad_bytes(handle: BinaryIO, codec: str) -> BadBytes | None:
    """Where `codec` fails first in the file; None when it reads all of it. Constant memory."""
    decoder = codecs.getincrementaldecoder(codec)(errors="strict")
    offset, line = 0, 1
    for chunk, is_last in _chunks(handle):
        pending = len(decoder.getstate()[0])
        try:
            text = decoder.decode(chunk, final=is_last)
        except UnicodeDecodeError as exc:
            before = exc.object[: exc.start].decode(codec, errors="replace")
            behind = exc.object[exc.start : exc.start + _AROUND * 4].decode(codec, errors="replace")
            return BadBytes(
                offset=offset - pending + exc.start,
                line=line + _breaks(before),
                raw=_last_line(before)[-_AROUND:] + _first_line(behind)[:_AROUND],
            )
        offset += len(chunk)
        line += _breaks(text)
    return None


def _chunks(handle: BinaryIO) -> Iterator[tuple[bytes, bool]]:
    handle.seek(0)
    while chunk := handle.read(CHUNK):
        yield chunk, False
    yield b"", True


def _last_line(text: str) -> str:
    return text.replace("\r", "\n").rpartition("\n")[2]


def _first_line(text: str) -> str:
    return text.replace("\r", "\n").partition("\n")[0]


def _breaks(text: str) -> int:
    return text.count("\n") + text.count("\r") - text.count("\r\n")


def _checked(handle: BinaryIO, encoding: Encoding) -> Encoding:
    bad = first_bad_bytes(handle, encoding.codec)
    if bad is None:
        return encoding
    raise undecodable(bad, encoding.label)


def undecodable(bad: BadBytes, label: str) -> FileRefused:
    """The refusal that names the place where the encoding called `label` fails."""
    return FileRefused(
        "undecodable_text",
        f"byte {bad.offset + 1:,} of the file is not {label}.",
        hint=_CHOOSE,
        line=bad.line,
        raw=bad.raw,
    )


def _is_utf32(head: bytes) -> bool:
    zeros = head.count(0)
    if len(head) < 16 or zeros < len(head) * 0.6 or zeros == len(head):
        return False
    return any(all(b == 0 for b in head[i : len(head) // 4 * 4 : 4]) for i in (0, 3))


def _utf16_without_bom(head: bytes) -> str:
    """A UTF-16 codec when the zeros of ASCII letters stand on every second byte, else ""."""
    if b"\x00" not in head:
        return ""
    even, odd = head[0::2].count(0), head[1::2].count(0)
    half = max(len(head) // 2, 1)
    if odd > half * 0.4 and even < half * 0.05:
        return "utf-16-le"
    if even > half * 0.4 and odd < half * 0.05:
        return "utf-16-be"
    if head.count(0) > len(head) * 0.1:
        raise FileRefused(
            "not_text",
            "The file holds bytes, not text: it is full of zeros.",
            hint="Choose the CSV or TSV file itself; this one is damaged or of another kind.",
        )
    return ""


def _guess(handle: BinaryIO, bad: BadBytes) -> Encoding:
    handle.seek(max(0, bad.offset - SAMPLE // 2))
    sample = handle.read(SAMPLE)
    if _is_damaged_utf8(sample):
        raise undecodable(bad, "UTF-8, though the rest looks like it")
    for codec in _candidates(sample):
        if first_bad_bytes(handle, codec) is None:
            return Encoding(codec=codec)
    raise undecodable(bad, "UTF-8, and no other encoding fits")


def _is_damaged_utf8(sample: bytes) -> bool:
    # In Chinese encodings the same bytes are common: with more of them, let the guess decide.
    if _BROKEN_UTF8.search(sample) and _high_bytes(sample) < _ENOUGH_TO_GUESS:
        return True
    text = sample.decode("utf-8", errors="surrogateescape")
    good = sum("\x80" <= c < "\udc80" or c > "\udcff" for c in text)
    bad = sum("\udc80" <= c <= "\udcff" for c in text)
    return good > bad


def _candidates(sample: bytes) -> Iterator[str]:
    if _looks_western(sample):
        yield "cp1252"
        return
    if _high_bytes(sample) >= _ENOUGH_TO_GUESS:
        best = from_bytes(sample, cp_isolation=_GUESSED).best()
        if best is not None:
            yield best.encoding


def _high_bytes(sample: bytes) -> int:
    return sum(byte > 127 for byte in sample)


def _looks_western(sample: bytes) -> bool:
    """True for accents and typographic signs that mostly stand alone between ASCII letters.

    Cyrillic, Greek or Asian bytes read as cp1252 are runs of accented letters.
    """
    try:
        text = sample.decode("cp1252")
    except UnicodeDecodeError:
        return False
    high = [i for i, c in enumerate(text) if c > "\x7f"]
    odd = sum(not text[i].isalpha() and text[i] not in _WESTERN_SIGNS for i in high)
    runs = sum(
        text[i].isalpha() and text[i - 1].isalpha() and text[i - 1] > "\x7f" for i in high if i
    )
    return odd <= len(high) * 0.2 and runs <= len(high) * 0.3
