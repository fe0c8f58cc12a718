"""Files of JSON: every text arrives as it is, and what is no row is refused with its line."""

import io
import json
import tracemalloc
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, BinaryIO

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from config.limits import UploadLimits
from playground.domain import json_brackets, json_files
from playground.domain.refusals import FileRefused
from playground.domain.sources import Reading, Source
from playground.domain.tabular import Record

LIMITS = UploadLimits()
BIG = "9" * 5000


def opened(
    content: str | bytes, name: str = "rows.jsonl", limits: UploadLimits = LIMITS
) -> tuple[Reading, Source]:
    handle = io.BytesIO(content.encode() if isinstance(content, str) else content)
    encoding = "utf-8"
    reading = json_files.find_json(handle, file_name=name, encoding=encoding, limits=limits)
    return reading, json_files.open_json(handle, reading=reading, limits=limits)


def rows(source: Source) -> list[dict[str, str]]:
    return [
        dict(zip(source.header, record.cells, strict=True))
        for record in source.records()
        if not record.is_blank and not record.refusal
    ]


# name, content, format, rows, repairs once they are read
READ: list[tuple[str, str, str, list[dict[str, str]], list[str]]] = [
    (
        *("lines", '{"q": "What is 2+2?", "a": "4"}\n{"q": "Capital?", "a": "Paris"}\n', "jsonl"),
        *([{"q": "What is 2+2?", "a": "4"}, {"q": "Capital?", "a": "Paris"}], []),
    ),
    ("crlf and bom", '\ufeff{"q": "a"}\r\n{"q": "b"}\r\n', "jsonl", [{"q": "a"}, {"q": "b"}], []),
    ("old mac", '{"q": "a"}\r{"q": "b"}\r', "jsonl", [{"q": "a"}, {"q": "b"}], []),
    ("no line between", '{"q": "a"} {"q": "b"}', "jsonl", [{"q": "a"}, {"q": "b"}], []),
    (
        "one object",
        '{\n "q": "a",\n "b": ["}"]\n}',
        "jsonl",
        [{"q": "a", "b": '["}"]'}],
        ["nested"],
    ),
    ("list", '[\n {"q": "a"},\n {"q": "b"}\n]\n', "json", [{"q": "a"}, {"q": "b"}], []),
    (
        "list in an object",
        '{"data": [{"q": "a"}, {"q": "b"}]}',
        "json",
        [{"q": "a"}, {"q": "b"}],
        [],
    ),
    (
        *("list with company", '{"version": 2, "rows": [{"q": "a"}], "meta": {"x": 1}}', "json"),
        *([{"q": "a"}], []),
    ),
    (
        *("a row with a list of its own", '{"q": "a", "chunks": [{"t": 1}]}', "jsonl"),
        *([{"q": "a", "chunks": '[{"t": 1}]'}], ["nested"]),
    ),
    (
        "missing names",
        '{"a": 1}\n{"b": 2}\n',
        "jsonl",
        [{"a": "1", "b": ""}, {"a": "", "b": "2"}],
        [],
    ),
    (
        *("values", '{"n": 1.50, "e": 1e5, "t": true, "f": false, "z": null, "s": "007"}', "jsonl"),
        *([{"n": "1.50", "e": "1e5", "t": "true", "f": "false", "z": "", "s": "007"}], []),
    ),
    ("long integer", f'{{"n": {BIG}, "m": -0}}', "jsonl", [{"n": BIG, "m": "-0"}], []),
    (
        *("nested", '{"q": {"ä":[1.50,null,"\\"é\\n"],"b":{}}}', "jsonl"),
        *([{"q": '{"ä": [1.50, null, "\\"é\\n"], "b": {}}'}], ["nested"]),
    ),
    ("escapes", '{"q": "\\ud83d\\ude00 \\u00e9"}', "jsonl", [{"q": "😀 é"}], []),
    (
        "half a pair",
        '{"q": "a\\ud800b", "k\\udc00": 1}',
        "jsonl",
        [{"q": "a�b", "k�": "1"}],
        ["half"],
    ),
    ("half a pair inside", '{"q": ["\\uD800"]}', "jsonl", [{"q": '["�"]'}], ["half", "nested"]),
    ("zero characters", '{"q": "a\\u0000b\x00c"}', "jsonl", [{"q": "abc"}], []),
    (
        *("names of programs", '{"__proto__": "x", "constructor": "c", "": "n"}', "jsonl"),
        *([{"__proto__": "x", "constructor": "c", "": "n"}], []),
    ),
    (
        "depth at the limit",
        '{"a": ' + "[" * 31 + "]" * 31 + "}",
        "jsonl",
        [{"a": "[" * 31 + "]" * 31}],
        ["nested"],
    ),
    (
        "brackets in texts",
        '[{"q": "]}[{\\\\"}, {"q": "\\"}]"}]',
        "json",
        [{"q": "]}[{\\"}, {"q": '"}]'}],
        [],
    ),
]
REPAIRS = {"nested": "nested_values_kept_as_json", "half": "invalid_unicode_replaced"}


@pytest.mark.parametrize(
    ("content", "kind", "expected", "repairs"),
    [case[1:] for case in READ],
    ids=[c[0] for c in READ],
)
@pytest.mark.parametrize("chunk", [1, 256 * 1024])
def test_it_reads_every_value_as_it_is_spelled(
    content: str,
    kind: str,
    expected: list[dict[str, str]],
    repairs: list[str],
    chunk: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(json_brackets, "CHUNK", chunk)
    reading, source = opened(content)
    assert reading.format == kind
    assert rows(source) == expected
    assert list(source.repairs) == [REPAIRS[name] for name in repairs]
    assert source.share_read() == 1


# name, content, class of error, line
REFUSED: list[tuple[str, str, str, int | None]] = [
    ("nothing", "", "empty_file", None),
    ("only blanks", "\ufeff \n\n", "empty_file", None),
    ("cut off", '{"q": "a"}\n{"q": "cut', "invalid_json", 2),
    ("cut off in a list", '[{"q": "a"},\n{"q": ', "invalid_json", 2),
    ("list never closed", '[{"q": "a"},\n', "invalid_json", 1),
    ("list closed as an object", '[{"q": "a"}\n}', "invalid_json", 2),
    ("object never closed", '{"rows": [{"q": "a"}]\n', "invalid_json", 1),
    ("a bracket is missing", '{"q": 1}\n{"q": 2\n{"q": 3}\n{"q": 4}\n', "invalid_json", 2),
    ("a quote is missing", '{"q": 1}\n{"q": "x}\n{"q": "y"}\n', "invalid_json", 2),
    ("brackets crossed", '{"q": [1}]\n', "invalid_json", 1),
    ("a bracket too many", '{"q": 1}}\n', "invalid_json", 1),
    ("comma too many in a row", '{"q": 1,}', "invalid_json", 1),
    ("comma too many in a list", '[{"q": 1},\n]', "invalid_json", 1),
    ("comma between lines", '{"q": 1},\n{"q": 2}', "invalid_json", 1),
    ("comma is missing", '[{"q": 1}\n{"q": 2}]', "invalid_json", 2),
    ("comma is missing deeper", '{"a": 1\n"b": {"c": 2}}', "invalid_json", 1),
    ("not a number", '{"q": 1}\n{"q": NaN}', "invalid_json", 2),
    ("infinity", '{"q": [-Infinity]}', "invalid_json", 1),
    ("single quotes", "{'q': 1}", "invalid_json", 1),
    ("a line break in a text", '{"q": "a\nb"}', "invalid_json", 1),
    ("text behind a list", '[{"q": 1}]\nthe end', "invalid_json", 2),
    ("a table of text", "question,answer\na,b\n", "invalid_json", 1),
    ("scalars", '\n"hello"\n42\nnull\n', "row_not_object", 2),
    ("a scalar among objects", '{"q": 1}\n42\n{"q": 2}', "row_not_object", 2),
    ("a list among objects", '{"q": 1}\n[1]', "row_not_object", 2),
    ("list of numbers", "[1, 2]", "row_not_object", 1),
    ("list of lists", '[\n["q", "a"]]', "row_not_object", 2),
    ("a number in a list", '[{"q": 1},\n5]', "row_not_object", 2),
    ("deep list", '{"q": ' + "[" * 100_000 + "]" * 100_000 + "}", "json_too_deep", 1),
    ("deep object", '{"a":' * 60_000 + "1" + "}" * 60_000, "json_too_deep", 1),
    ("deep, and nothing else", "[" * 100_000, "json_too_deep", 1),
    ("one too deep", '{"x": 1}\n' + '{"a":' * 33 + "1" + "}" * 33, "json_too_deep", 2),
    ("no names", "{}\n{}\n", "no_columns", None),
    ("empty list", "[]", "no_rows", None),
    ("empty list in an object", '{"rows": []}', "no_rows", None),
    ("names twice everywhere", '{"q": 1, "q": 2}', "duplicate_key", None),
    ("too many names", json.dumps({f"k{n}": n for n in range(501)}), "too_many_columns", 1),
    (
        *("too many names together", "\n".join(f'{{"k{n}": 1}}' for n in range(600))),
        *("too_many_columns", 501),
    ),
    ("a cell too long", '{"q": 1}\n{"q": "' + "x" * 1_000_001 + '"}', "cell_too_long", 2),
    ("numbers without end", '{"q": [' + "1," * 1_500_000 + "1]}", "cell_too_long", 1),
    ("an item without end", '{"a": "' + "x" * 8_500_000 + '"}', "cell_too_long", 1),
    ("blanks without end", '{"q": 1}' + " " * 8_500_000 + '{"q": 1}', "cell_too_long", 1),
]


@pytest.mark.parametrize(
    ("content", "kind", "line"), [case[1:] for case in REFUSED], ids=[case[0] for case in REFUSED]
)
def test_it_refuses_what_is_no_row_and_names_the_line(
    content: str, kind: str, line: int | None
) -> None:
    with pytest.raises(FileRefused) as caught:
        list(opened(content)[1].records())
    assert (caught.value.kind, caught.value.line) == (kind, line)
    assert caught.value.hint


def test_it_refuses_a_row_with_a_name_twice_and_keeps_the_others() -> None:
    lines = ['{"q": 1}', '{"q": 1, "q": 2}', '{"q": {"a": 1, "a": 2}}', '{"q": 1, "q\\u0000": 2}']
    _reading, source = opened("\n".join(lines))
    found = list(source.records())
    assert [record.refusal for record in found] == ["", *["duplicate_key"] * 3]
    assert [record.cells for record in found] == [["1"], *([line] for line in lines[1:])]


def test_it_knows_the_line_of_every_row_and_blank_line() -> None:
    _reading, source = opened('\n{"q": 1}\n\n\n{"q":\n2}\n\n')
    assert lines_of(source.records()) == [(1, ""), (2, "1"), (3, ""), (4, ""), (5, "2"), (7, "")]


def test_it_numbers_the_items_of_a_list() -> None:
    reading, source = opened('[\n\n{"q": 1}, {"q":\n2},\n{"q": 3}]')
    assert reading.counts_items
    assert lines_of(source.records()) == [(1, "1"), (2, "2"), (3, "3")]


def lines_of(records: Iterator[Record]) -> list[tuple[int, str]]:
    return [(record.line, record.cells[0]) for record in records]


def test_it_notes_zero_characters_in_the_rows_that_had_them() -> None:
    _reading, source = opened('{"q": "a\\u0000"}\n{"q": "\\\\u0000"}\n')
    notes = [(record.cells, record.notes) for record in source.records()]
    assert notes == [(["a"], ("nul",)), (["\\u0000"], ())]


@pytest.mark.parametrize(
    ("name", "repairs"),
    [("a.jsonl", ("json_array_read",)), ("a.NDJSON", ("json_array_read",)), ("a.json", ())],
)
def test_it_says_so_when_a_list_stands_in_a_file_of_lines(
    name: str, repairs: Sequence[str]
) -> None:
    reading, _source = opened('[{"q": 1}]', name)
    assert json_files.repairs_of(reading, file_name=name) == repairs


def test_it_names_what_stands_beside_the_rows() -> None:
    _reading, source = opened('{"version": 2, "rows": [{"q": "a"}], "meta": {"x": 1}}', "a.json")
    assert source.setup["notes"] == [
        "The rows are the list “rows”. Beside it stand “version”, “meta”: left out."
    ]


@pytest.mark.parametrize(
    ("text", "is_json"),
    [
        ('{"a": 1}', True),
        ("\ufeff [ {", True),
        ("{}", True),
        ("[[1", True),
        ("[note] a,b", False),
        ("{name},b", False),
        ("a,b", False),
        ("", False),
    ],
)
def test_it_tells_json_from_other_text(text: str, is_json: bool) -> None:
    assert json_files.sniff_json(text) is is_json


TEXTS = st.lists(
    st.dictionaries(
        st.sampled_from(["q", "a", "", "ключ", 'with "quotes"']),
        st.text(st.characters(), max_size=40)
        | st.sampled_from(
            ["=1+1", "NA", "007", "12345678901234567890123", "line\r\nline", "\u202e"]
        ),
        min_size=1,
    ),
    min_size=1,
    max_size=6,
)


@hypothesis_settings(max_examples=150, deadline=None)
@given(texts=TEXTS, is_ascii=st.booleans(), layout=st.sampled_from(["lines", "list", "indented"]))
def test_it_brings_every_text_through_unchanged(
    texts: list[dict[str, str]], is_ascii: bool, layout: str
) -> None:
    if layout == "lines":
        content = "\n".join(json.dumps(row, ensure_ascii=is_ascii) for row in texts)
    else:
        content = json.dumps(
            texts, ensure_ascii=is_ascii, indent=1 if layout == "indented" else None
        )
    _reading, source = opened(content.encode("utf-8", "surrogatepass" if is_ascii else "replace"))
    found = [dict(zip(source.header, record.cells, strict=True)) for record in source.records()]
    expected = [
        {name: stored(row.get(name, ""), is_ascii) for name in source.header} for row in texts
    ]
    assert found == expected


def stored(text: str, is_ascii: bool) -> str:
    """The text without what no database takes; `replace` has written ? for half a pair."""
    other = "\ufffd" if is_ascii else "?"
    kept = text.replace("\x00", "")
    # Halves that meet once a zero between them is gone stay halves.
    return "".join(other if "\ud800" <= letter <= "\udfff" else letter for letter in kept)


JSON_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(st.characters(exclude_categories=["Cs", "Cc"])),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text('ab{}[]"\\:, é'), inner, max_size=3)
    ),
    max_leaves=12,
)


@hypothesis_settings(max_examples=100, deadline=None)
@given(value=JSON_VALUES)
def test_it_keeps_nested_values_as_the_same_json(value: Any) -> None:
    _reading, source = opened(json.dumps({"v": [value], "w": ""}))
    assert rows(source) == [{"v": json.dumps([value], ensure_ascii=False), "w": ""}]


SCRAPS = st.lists(
    st.sampled_from(
        [
            *("{", "}", "[", "]", ",", ":", '"', "\\", "\n", " ", "- ", "null", "1", "-", "NaN"),
            *('"a":', '"b":', '"x"', "{}", "[]", '{"a":1}', '"\\ud800"', '"\\u0000"', "\x00"),
            *('"vars":', '"tests":', '"prompts":', '"results":', '"input":', '"ideal":'),
            *('{"vars":{"q":1}}', '{"role":"user","content":"x"}', '"item":', '"sample":'),
            *('"outputs":', "*a", "&a ", "!!x ", "<<: ", "é", "\ufeff"),
        ]
    ),
    max_size=25,
).map("".join)


@hypothesis_settings(max_examples=300, deadline=None)
@given(content=SCRAPS, name=st.sampled_from(["a.json", "a.jsonl", "a.yaml"]))
def test_it_ends_in_rows_or_in_words_whatever_the_file_says(content: str, name: str) -> None:
    refused = refusal_of(content, name)
    assert refused is None or (refused.hint and (refused.line is None or refused.line > 0))


def refusal_of(content: str, name: str) -> FileRefused | None:
    try:
        _reading, source = opened(content, name)
        for record in source.records():
            assert record.refusal or len(record.cells) == len(source.header)
            "".join(record.cells).encode()
    except FileRefused as refused:
        return refused
    return None


@pytest.mark.parametrize("layout", ["lines", "indented"])
def test_it_holds_a_few_rows_at_a_time(layout: str, tmp_path: Path) -> None:
    row = {"question": "What is it? " * 20, "context": "A passage. " * 60, "tags": ["a", "b"]}
    path = tmp_path / "rows.jsonl"
    with path.open("w") as file:
        file.write("" if layout == "lines" else "[")
        text = json.dumps(row, indent=2 if layout == "indented" else None)
        file.write(("\n" if layout == "lines" else ",").join([text] * 4_000))
        file.write("" if layout == "lines" else "]")
    assert path.stat().st_size > 3_500_000
    with path.open("rb") as handle:
        assert peak_of_reading(handle) < 3_000_000


def peak_of_reading(handle: BinaryIO) -> int:
    tracemalloc.start()
    try:
        reading = json_files.find_json(
            handle, file_name="rows.jsonl", encoding="utf-8", limits=LIMITS
        )
        source = json_files.open_json(handle, reading=reading, limits=LIMITS)
        assert sum(1 for _record in source.records()) == 4_000
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
