"""Tables of text: encodings, delimiters, quotes, headers, ragged rows, names of files."""

from tests.playground.corpus import QA, bad, good

_ROWS = "Which shoe fits a 42?,The large one\nWhere is Ghent?,Belgium\n"
PLAIN = "question,answer\n" + _ROWS
_PLAIN = PLAIN.encode()
_LAST = {(0, "question"): "Which shoe fits a 42?", (1, "answer"): "Belgium"}


def _parted(delimiter: str) -> bytes:
    return PLAIN.replace(",", delimiter).encode()


def _cell(length: int) -> bytes:
    return b"question,answer\nq," + b"y" * length + b"\n"


READ = [
    good("plain.csv", _PLAIN, 2, probes=_LAST),
    good("windows line ends.csv", PLAIN.replace("\n", "\r\n").encode(), 2, probes=_LAST),
    good("no last line end.csv", PLAIN.rstrip().encode(), 2, probes=_LAST),
    good("bom.csv", PLAIN.encode("utf-8-sig"), 2, QA, "bom_removed", probes=_LAST),
    good("utf-16.csv", PLAIN.encode("utf-16"), 2, QA, "decoded_utf16", probes=_LAST),
    good(
        *("western.csv", "question,answer\nsoufflé?,„gut“ – 3 €\n".encode("cp1252"), 1, QA),
        "decoded_cp1252",
        probes={(0, "question"): "soufflé?", (0, "answer"): "„gut“ – 3 €"},
    ),
    good(
        *("semicolon.csv", b"question;answer\nOne, two or three?;3\nHow much?;2,5\n", 2, QA),
        "delimiter_semicolon",
        probes={(0, "question"): "One, two or three?", (1, "answer"): "2,5"},
    ),
    good("tab.csv", _parted("\t"), 2, QA, "delimiter_tab", probes=_LAST),
    good("pipe.csv", _parted("|"), 2, QA, "delimiter_pipe", probes=_LAST),
    good(
        *("hint.csv", b"sep=;\nquestion;answer\nx;y\n", 1, QA),
        *("sep_line_removed", "delimiter_semicolon"),
        probes={(0, "answer"): "y"},
    ),
    good(
        "line ends in cells.csv",
        b'question,answer\n"one\ntwo\n\nfour","say ""no"", or yes"\n',
        1,
        probes={(0, "question"): "one\ntwo\n\nfour", (0, "answer"): 'say "no", or yes'},
    ),
    good(
        *("words that mean nothing.csv", b"question,answer\nNA,null\nNaN,None\n,\nn/a,007\n", 3),
        *(QA, "blank_rows_dropped"),
        probes={(0, "question"): "NA", (0, "answer"): "null", (2, "answer"): "007"},
    ),
    good(
        "formulas.csv",
        b'question,answer\n"=SUM(A1,""x"")",+2\n-1+2,@now\n\t=3,|cmd\n',
        3,
        probes={(0, "question"): '=SUM(A1,"x")', (1, "answer"): "@now"},
    ),
    good(
        *("same names.csv", b"Text,text, TEXT \n1,2,3\n", 1, ("Text", "text_2", "TEXT_3")),
        *("headers_deduplicated", "headers_trimmed"),
    ),
    good(
        "phantom columns.csv", b"question,answer,,\na,b,,\nc,d,,\n", 2, QA, "empty_columns_dropped"
    ),
    good("blank lines.csv", b"\nquestion,answer\n\na,b\n\nc,d\n\n", 2, QA, "blank_rows_dropped"),
    good(
        *("short rows.csv", b"a,b,c\n1,2,3\n4\n5,6\n", 3, ("a", "b", "c"), "short_rows_padded"),
        probes={(1, "a"): "4", (1, "c"): "", (2, "b"): "6"},
    ),
    good(
        *("blanks in the header.csv", b" question ,\tanswer\na,b\n", 1, QA, "headers_trimmed"),
        probes={(0, "question"): "a"},
    ),
    good(
        "templates in cells.csv",
        b'question,answer\n"{{ secret }} {% now %} {{answer}}",${x} %(y)s {0.__class__}\n',
        1,
        probes={(0, "question"): "{{ secret }} {% now %} {{answer}}"},
    ),
    good(
        "odd names.csv",
        (
            "__init__,this,{{y}},a.b,a b,prototype,__proto__,2nd,質問,🦉\n"
            + "0,1,2,3,4,5,6,7,8,9\n"
        ).encode(),
        1,
        ("__init__", "this", "{{y}}", "a.b", "a b", "prototype", "__proto__", "2nd", "質問", "🦉"),
        probes={(0, "{{y}}"): "2", (0, "__proto__"): "6", (0, "🦉"): "9"},
        stored_as=(
            *("__init__", "this", "y", "a.b", "a b", "prototype", "__proto__", "2nd"),
            *("質問", "🦉"),
        ),
    ),
    good(
        *("spaces before quotes.csv", b'question,answer\n"x", "y, z"\n', 1, QA),
        "space_before_quote_ignored",
        probes={(0, "answer"): "y, z"},
    ),
    good(
        *("zero character.csv", b"question,answer\nc\x00d,e\n", 1, QA, "nul_removed"),
        probes={(0, "question"): "cd"},
    ),
    good("largest cell.csv", lambda: _cell(1_000_000), 1, probes={(0, "question"): "q"}),
    good("sent as a path.csv", _PLAIN, 2, QA, "filename_sanitised", sent_as="../../etc/at.d/y.csv"),
    good("sent by windows.csv", _PLAIN, 2, QA, "filename_sanitised", sent_as="C:\\tmp\\y.csv"),
    good("long name.csv", _PLAIN, 2, QA, "filename_sanitised", sent_as="n" * 5_000 + ".csv"),
    good(
        *("markup in the name.csv", _PLAIN, 2, QA, "filename_sanitised"),
        sent_as='"><script>alert(1)<b>.csv',
    ),
]

REFUSED = [
    bad("too many cells.csv", b"a,b\n1,2\n3,4,5\n", "ragged_rows", line=3),
    bad(
        "501 columns.csv",
        (",".join(f"c{n}" for n in range(501)) + "\n").encode(),
        "too_many_columns",
    ),
    bad("a million columns.csv", lambda: b"column," * 1_000_000 + b"z\n1\n", "too_many_columns"),
    bad("a million commas.csv", lambda: b"a" + b"," * 1_000_000 + b"\n", "too_many_columns"),
    bad("no bytes.csv", b"", "empty_file"),
    bad("only a bom.csv", b"\xef\xbb\xbf", "empty_file"),
    bad("only a header.csv", b"question,answer\n", "no_rows"),
    bad("zeros.csv", b"\x00" * 20_000, "not_text"),
    bad("paper.csv", b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n1 0 obj", "content_mismatch"),
    bad("broken utf-8.csv", b"question,answer\n\xc0\xae,\xed\xb0\x80\x81\n", "undecodable_text"),
    bad("utf-32.csv", PLAIN.encode("utf-32"), "unsupported_encoding"),
    bad("too long a cell.csv", lambda: _cell(1_000_001), "cell_too_long", line=2),
    bad("tool.exe", _PLAIN, "unsupported_extension"),
    bad("no ending", _PLAIN, "unsupported_extension"),
    bad("table.csv.exe", _PLAIN, "unsupported_extension"),
    bad("list of objects.csv", b'[{"question": "a"}]', "content_mismatch"),
]
