"""Which files can become rows, judged by their name and their first bytes."""

import json

from playground.domain import file_names
from playground.domain.limits import Limits
from playground.domain.refusals import FileRefused

HEAD_BYTES = 8192

# ending → family of formats
_FAMILIES = {
    **dict.fromkeys(("csv", "tsv", "tab", "txt"), "table"),
    **dict.fromkeys(("xlsx", "xlsm"), "workbook"),
    **dict.fromkeys(("json", "jsonl", "ndjson"), "json"),
    **dict.fromkeys(("yaml", "yml"), "yaml"),
    "parquet": "parquet",
}
ENDINGS = tuple(_FAMILIES)
TEXT_ENDINGS = tuple(
    ending for ending, family in _FAMILIES.items() if family not in {"workbook", "parquet"}
)
_ASKED_FOR = {
    "table": "a table of text",
    "workbook": "an Excel workbook",
    "json": "JSON",
    "yaml": "a promptfoo config",
    "parquet": "a Parquet file",
}
_FROM_EXCEL = (
    "Open it in the spreadsheet, choose Save as, Excel workbook (.xlsx), and bring that file."
)
_OTHERS = {
    "xls": ("an old Excel workbook", _FROM_EXCEL),
    "xlsb": ("a binary Excel workbook", _FROM_EXCEL),
    "ods": ("a spreadsheet in OpenDocument", _FROM_EXCEL),
    "zip": ("an archive", "Unpack it and bring the file inside."),
    "gz": ("an archive", "Unpack it and bring the file inside."),
}
_SAVE_AS_TEXT = "Open it in the program it comes from, save the table as CSV, and bring that file."
_RENAME = "If it is what it says inside, rename it so that it ends in {}, and bring it again."
_WORKBOOK, _ARCHIVE, _PARQUET = "an Excel workbook", "a ZIP archive", "a Parquet file"
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
    (b"PAR1", _PARQUET),
    (b"{\\rtf", "an RTF document"),
)
# Two letters are too short a proof: these count only with a byte that text does not have.
_WEAK_MAGIC = frozenset({b"MZ", b"BZh", b"PAR1", b"GIF8"})


def family(name: str) -> str:
    """ "table", "workbook", "json", "yaml" or "parquet" by the ending; "" for any other."""
    return _FAMILIES.get(file_names.ending(name), "")


def check_name(name: str) -> None:
    """Raises FileRefused unless the ending of `name` is one of those that can become rows."""
    if family(name):
        return
    ending = file_names.ending(name)
    if ending in _OTHERS:
        what, hint = _OTHERS[ending]
        raise FileRefused("unsupported_extension", f"{name!r} is {what}.", hint=hint)
    found = f"ends in .{ending}" if ending else "has no ending"
    raise FileRefused(
        "unsupported_extension",
        f"{name!r} {found}.",
        hint="Bring a file that ends in .csv, .tsv, .txt, .xlsx, .json, .jsonl or .parquet.",
    )


def check_size(size: int, limits: Limits) -> None:
    """Raises FileRefused for more bytes than the limit."""
    if size > limits.bytes:
        raise too_large(limits)


def too_large(limits: Limits) -> FileRefused:
    """The refusal of a file over the limit of bytes."""
    return FileRefused(
        "file_too_large",
        f"The file is larger than {limits.bytes / 1024 / 1024:g} MB.",
        hint="Bring a part of it: leave out columns or rows that you do not need.",
    )


def check_content(head: bytes, name: str) -> None:
    """Raises FileRefused when `head`, the first bytes of a file, belong to something else.

    The name says what the content has to be: whoever renames a file is asked to say so.
    """
    if not head:
        raise FileRefused(
            "empty_file",
            f"{name!r} is empty: it has 0 bytes.",
            hint="Export it again, or choose another file.",
        )
    asked_for = family(name)
    what, ending = _content(head, asked_for)
    if what:
        raise FileRefused(
            "content_mismatch",
            f"{name!r} is not {_ASKED_FOR[asked_for]}: its content is {what}.",
            hint=_RENAME.format(ending) if ending else _SAVE_AS_TEXT,
        )


def _content(head: bytes, asked_for: str) -> tuple[str, str]:
    """What the content is when it is not what was asked for, and the ending it should have."""
    binary = _binary_kind(head)
    if asked_for == "workbook":
        is_workbook = binary in {_WORKBOOK, _ARCHIVE}
        return ("", "") if is_workbook else (binary or _some_text(head), _text_ending(head, binary))
    if asked_for == "parquet":
        is_parquet = head.startswith(b"PAR1")
        return ("", "") if is_parquet else (binary or _some_text(head), _text_ending(head, binary))
    if binary:
        return binary, {_WORKBOOK: ".xlsx", _PARQUET: ".parquet"}.get(binary, "")
    if asked_for == "table" and _text_kind(head) == "JSON":
        return "JSON", ".json or .jsonl"
    return (_text_kind(head), "") if asked_for == "table" else (_markup_kind(head), "")


def _some_text(head: bytes) -> str:
    return _text_kind(head) or ("bytes of no known kind" if b"\x00" in head else "plain text")


def _text_ending(head: bytes, binary: str) -> str:
    if binary or b"\x00" in head:
        return {_WORKBOOK: ".xlsx", _PARQUET: ".parquet"}.get(binary, "")
    return ".json or .jsonl" if _text_kind(head) == "JSON" else ".csv"


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
    if b"ppt/" in head:
        return "a PowerPoint presentation"
    if b"xl/" in head or b"[Content_Types].xml" in head:
        return _WORKBOOK
    return _ARCHIVE


def _text_kind(head: bytes) -> str:
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()[:4096]
    if what := _markup_kind(head):
        return what
    return "JSON" if start[:1] in {b"{", b"["} and _is_json(start) else ""


def _markup_kind(head: bytes) -> str:
    lower = head.removeprefix(b"\xef\xbb\xbf").lstrip()[:200].lower()
    if lower.startswith((b"<!doctype html", b"<html")):
        return "a web page (perhaps the login page of the site it was fetched from)"
    if lower.startswith(b"<?xml"):
        return "XML"
    return ""


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
