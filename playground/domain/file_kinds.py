"""Which files are tables of text, judged by their name and their first bytes."""

import json

from playground.domain import file_names
from playground.domain.refusals import FileRefused

TABLE_ENDINGS = ("csv", "tsv", "tab", "txt")
HEAD_BYTES = 8192

_FROM_EXCEL = (
    "CSV or TSV for now: in the spreadsheet choose Save as, CSV UTF-8, and bring that file."
)
_LATER = {
    "xlsx": ("an Excel workbook", _FROM_EXCEL),
    "xlsm": ("an Excel workbook", _FROM_EXCEL),
    "xls": ("an old Excel workbook", _FROM_EXCEL),
    "ods": ("a spreadsheet", _FROM_EXCEL),
    "json": ("JSON", "CSV or TSV for now: save the rows as a table with a header line."),
    "jsonl": ("JSON lines", "CSV or TSV for now: save the rows as a table with a header line."),
    "ndjson": ("JSON lines", "CSV or TSV for now: save the rows as a table with a header line."),
    "parquet": ("Parquet", "CSV or TSV for now: save the table as CSV."),
}
_SAVE_AS_TEXT = "Open it in the program it comes from, save the table as CSV, and bring that file."
_MAGIC = (
    (b"\x89PNG\r\n\x1a\n", "a PNG picture"),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"GIF8", "a GIF picture"),
    (b"%PDF-", "a PDF document"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive"),
    (b"Rar!\x1a\x07", "a RAR archive"),
    (b"BZh", "a bzip2 archive"),
    (b"\xfd7zXZ\x00", "an xz archive"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Office file, such as .xls"),
    (b"MZ", "a Windows program"),
    (b"\x7fELF", "a Linux program"),
    (b"SQLite format 3\x00", "an SQLite database"),
    (b"PAR1", "a Parquet file"),
    (b"{\\rtf", "an RTF document"),
)
# Two letters are too short a proof: these count only with a byte that text does not have.
_WEAK_MAGIC = frozenset({b"MZ", b"BZh", b"PAR1", b"GIF8"})


def check_name(name: str) -> None:
    """Raises FileRefused unless the ending of `name` is one that tables of text have."""
    ending = file_names.ending(name)
    if ending in TABLE_ENDINGS:
        return
    if ending in _LATER:
        what, hint = _LATER[ending]
        raise FileRefused("unsupported_extension", f"{name!r} is {what}.", hint=hint)
    found = f"ends in .{ending}" if ending else "has no ending"
    raise FileRefused(
        "unsupported_extension",
        f"{name!r} {found}.",
        hint="Bring a CSV or TSV file, ending in .csv, .tsv or .txt.",
    )


def check_content(head: bytes, name: str) -> None:
    """Raises FileRefused when `head`, the first bytes of a file, belong to something else."""
    if not head:
        raise FileRefused(
            "empty_file",
            f"{name!r} is empty: it has 0 bytes.",
            hint="Export it again, or choose another file.",
        )
    what = _binary_kind(head) or _text_kind(head)
    if what:
        raise FileRefused(
            "content_mismatch",
            f"{name!r} is not a table of text: its content is {what}.",
            hint=_FROM_EXCEL if "Excel" in what else _SAVE_AS_TEXT,
        )


def _binary_kind(head: bytes) -> str:
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _zip_kind(head)
    for magic, what in _MAGIC:
        if head.startswith(magic) and (magic not in _WEAK_MAGIC or b"\x00" in head):
            return what
    return ""


def _zip_kind(head: bytes) -> str:
    if b"word/" in head:
        return "a Word document"
    if b"xl/" in head or b"[Content_Types].xml" in head:
        return "an Excel workbook or another Office file"
    return "a ZIP archive"


def _text_kind(head: bytes) -> str:
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()[:4096]
    lower = start[:200].lower()
    if lower.startswith((b"<!doctype html", b"<html")):
        return "a web page (perhaps the login page of the site it was fetched from)"
    if lower.startswith(b"<?xml"):
        return "XML"
    return "JSON" if start[:1] in {b"{", b"["} and _is_json(start) else ""


def _is_json(start: bytes) -> bool:
    """True when a JSON object begins here: complete, or cut off by the end of `start`."""
    text = start.decode("utf-8", errors="replace")
    if text.startswith("[") and text[1:].lstrip().startswith(("{", "[")):
        return True
    try:
        found, _end = json.JSONDecoder().raw_decode(text)
    except json.JSONDecodeError as exc:
        return text.startswith('{"') and exc.pos >= len(text) - 1
    except RecursionError:
        return True
    return isinstance(found, dict)
