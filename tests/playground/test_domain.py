"""The small parts of reading tables: shapes, names, words, cells for spreadsheets."""

import io

import pytest

from config.limits import UploadLimits
from playground.domain import delimiters, encodings, file_kinds, file_names, headers
from playground.domain.findings import lines_in_words
from playground.domain.refusals import FileRefused
from playground.domain.spreadsheets import safe_cell
from playground.domain.tabular import Dialect, Table


@pytest.mark.parametrize(
    ("text", "delimiter"),
    [
        ("q;a\n1,5;2,5\n", ";"),
        ("question, please;answer\nx;y\na, b;c\n", ";"),
        ('"a;b",c\n"d;e",f\n', ","),
        ("name\tvalue, in EUR\na\t1\n", "\t"),
        ("a|b;c\n1|2\n", "|"),
        ("question\nno delimiter here\n", ","),
        ('question\n"a, b"\nc, d\n', delimiters.ONE_COLUMN),
        (",,\nq,a,\n1,2,\n", ","),
        ("", ","),
    ],
)
def test_it_finds_the_delimiter_outside_quotes(text: str, delimiter: str) -> None:
    assert delimiters.sniff(text, is_whole=True).delimiter == delimiter


def test_a_tsv_ending_decides_between_equals() -> None:
    assert delimiters.sniff("a\tb,c\n1\t2,3\n", is_whole=True, ending="tsv").delimiter == "\t"


def test_a_chosen_delimiter_wins_over_the_hint_of_the_file() -> None:
    shape = delimiters.sniff("sep=;\na;b\n", is_whole=True, chosen=",")

    assert (shape.delimiter, shape.has_sep_line) == (",", True)


def test_a_record_that_the_sample_cuts_off_is_not_judged() -> None:
    assert delimiters.sniff('a,b\n1,2\n3,"x;y;z', is_whole=False).delimiter == ","


def test_bad_bytes_are_found_behind_the_first_chunk() -> None:
    content = b"x" * (encodings.CHUNK - 1) + "é".encode() + b"\nab\xffc"

    bad = encodings.first_bad_bytes(io.BytesIO(content), "utf-8")

    assert bad == encodings.BadBytes(offset=encodings.CHUNK + 4, line=2)


def test_half_a_character_at_the_end_is_bad() -> None:
    bad = encodings.first_bad_bytes(io.BytesIO("ab\né".encode()[:-1]), "utf-8")

    assert bad == encodings.BadBytes(offset=3, line=2)


@pytest.mark.parametrize("codec", ["cp1250", "cp1251", "cp932", "gb18030"])
def test_other_code_pages_are_guessed_from_enough_text(codec: str) -> None:
    texts = {
        "cp1250": "Příliš žluťoučký kůň úpěl ďábelské ódy\n",
        "cp1251": "Как вернуть ботинки после похода?\n",
        "cp932": "ブーツを返品できますか？はい、できます\n",
        "gb18030": "可以退货吗？可以退货，请联系我们的客服\n",
    }

    assert encodings.detect(io.BytesIO((texts[codec] * 3).encode(codec))).codec == codec


def test_a_table_in_another_encoding_than_was_chosen_is_refused() -> None:
    dialect = Dialect(encoding="utf-8", delimiter=",")

    with pytest.raises(FileRefused, match="cannot be read in the encoding"):
        list(Table(io.BytesIO(b"q\nok\n\xff\n"), dialect, UploadLimits()).records())


def test_a_line_without_end_is_not_kept_in_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("playground.domain.tabular.LONGEST_LINE", 100)
    dialect = Dialect(encoding="utf-8", delimiter=",")
    table = Table(io.BytesIO(b"q\n" + b"x," * 100), dialect, UploadLimits())

    with pytest.raises(FileRefused, match="Line 2: the line has more than 100 characters"):
        list(table.records())


@pytest.mark.parametrize(
    ("header", "names"),
    [
        (["a", "A", "a "], ("a", "A_2", "a_3")),
        (["a", "a_2", "a"], ("a", "a_2", "a_3")),
        (["a", "a", "a_2"], ("a", "a_2", "a_2_2")),
        (["", " "], ("column 1", "column 2")),
        (["two\nlines"], ("two lines",)),
        (["x" * 300], ("x" * 200,)),
        (["__proto__", "{{x}}", "名前"], ("__proto__", "{{x}}", "名前")),
    ],
)
def test_header_names_differ_and_are_never_blank(header: list[str], names: tuple[str]) -> None:
    assert headers.clean(header).names == names


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("=1+1", "' =1+1"),
        ("@SUM(A1)", "' @SUM(A1)"),
        ("\tx", "' \tx"),
        ("＝1", "' ＝1"),
        ("-2.5", "-2.5"),
        ("-a", "' -a"),
        ("plain", "plain"),
        ("", ""),
    ],
)
def test_cells_are_no_formulas_in_a_spreadsheet(text: str, safe: str) -> None:
    assert safe_cell(text) == safe


@pytest.mark.parametrize(
    ("lines", "count", "words"),
    [
        ([3], 1, "Line 3."),
        ([3, 8], 2, "Lines 3 and 8."),
        ([3, 8, 1200], 3, "Lines 3, 8 and 1,200."),
        ([3, 8], 242, "Lines 3, 8 and 240 more."),
    ],
)
def test_lines_are_put_into_words(lines: list[int], count: int, words: str) -> None:
    assert lines_in_words(lines, count) == words


@pytest.mark.parametrize(
    "head", [b"MZ is a header,b\n1,2\n", b"GIF8,b\n", b"{{x}},a\n1,2\n", b"[a],b\n", b'"{",b\n']
)
def test_tables_that_begin_like_something_else_are_tables(head: bytes) -> None:
    file_kinds.check_content(head, "a.csv")


@pytest.mark.parametrize(
    ("name", "title"),
    [("support_tickets-q3.csv", "Support tickets q3"), ("___.csv", "New playground"), ("a", "A")],
)
def test_a_playground_is_named_after_its_file(name: str, title: str) -> None:
    assert file_names.title(name) == title
