"""How a file is to be read: what a person has set, else what its bytes show."""

from dataclasses import dataclass
from typing import BinaryIO

from playground.domain import delimiters, encodings, file_names
from playground.domain.encodings import Encoding
from playground.domain.limits import Limits
from playground.domain.tabular import Dialect, check_width

SAMPLE_BYTES = 256 * 1024


@dataclass(frozen=True, kw_only=True)
class Chosen:
    """What a person has set instead of what was detected; None where nothing was set.

    The header is the first line with text from `header_row` on; titles before it are left out.
    `skips_broken` leaves out the lines of JSON that cannot be read.
    """

    encoding: str | None = None
    delimiter: str | None = None
    quote: str | None = None
    sheet: str | None = None
    has_header: bool = True
    header_row: int = 1
    skips_broken: bool = False


@dataclass(frozen=True, kw_only=True)
class DialectFound:
    """The dialect, the encoding's name for people, and the names of what differs from plain CSV."""

    dialect: Dialect
    encoding_label: str
    repairs: tuple[str, ...]


def find(handle: BinaryIO, *, file_name: str, chosen: Chosen, limits: Limits) -> DialectFound:
    """The dialect of the file.

    Raises FileRefused when its encoding cannot be told or does not fit, and for too many columns
    already in the first bytes: a line of a million cells is not read to its end.
    """
    encoding = encoding_of(handle, chosen.encoding)
    handle.seek(0)
    sample = handle.read(SAMPLE_BYTES)
    text = sample.decode(encoding.codec, errors="ignore").replace("\x00", "")
    shape = delimiters.sniff(
        "".join(text.splitlines(keepends=True)[chosen.header_row - 1 :]),
        is_whole=len(sample) < SAMPLE_BYTES,
        ending=file_names.ending(file_name),
        chosen=chosen.delimiter,
        quote=chosen.quote,
    )
    check_width(shape.first, limits, line=2 if shape.has_sep_line else 1)
    dialect = Dialect(
        encoding=encoding.codec,
        delimiter=shape.delimiter,
        quote=shape.quote,
        has_header=chosen.has_header,
        header_row=chosen.header_row,
        has_sep_line=shape.has_sep_line,
        spaces_before_quotes=shape.spaces_before_quotes,
    )
    return DialectFound(
        dialect=dialect, encoding_label=encoding.label, repairs=_repairs(encoding, dialect)
    )


def encoding_of(handle: BinaryIO, chosen: str | None) -> Encoding:
    """The encoding that a person has chosen, else what the bytes show.

    Raises FileRefused when the one chosen does not fit, or none can be told.
    """
    if chosen is None:
        return encodings.detect(handle)
    encoding = Encoding(codec=chosen)
    if bad := encodings.first_bad_bytes(handle, chosen):
        raise encodings.undecodable(bad, encoding.label)
    return encoding


def encoding_repairs(encoding: Encoding) -> dict[str, None]:
    """The names of what makes the encoding differ from plain UTF-8."""
    family = encoding.codec.removesuffix("-le").removesuffix("-be").replace("-", "")
    notes = {
        "bom_removed": encoding.codec == "utf-8" and encoding.has_bom,
        f"decoded_{family}": encoding.codec != "utf-8",
    }
    return {name: None for name, is_true in notes.items() if is_true}


def _repairs(encoding: Encoding, dialect: Dialect) -> tuple[str, ...]:
    notes = {
        "quote_single": dialect.quote == "'",
        "lines_before_header_dropped": dialect.header_row > 1,
        "sep_line_removed": dialect.has_sep_line,
        f"delimiter_{delimiters.DELIMITERS[dialect.delimiter][0]}": dialect.delimiter != ",",
        "space_before_quote_ignored": dialect.spaces_before_quotes,
    }
    return (
        *encoding_repairs(encoding),
        *(name for name, is_true in notes.items() if is_true),
    )
