"""JSON and JSON lines: nesting, numbers, halves of characters, what is no JSON."""

from tests.playground.corpus import QA, bad, good

_LINES = (
    b'{"question": "Where is Ghent?", "answer": "Belgium"}\n{"question": "1+1?", "answer": "2"}\n'
)
_LIST = (
    b'[{"question": "Where is Ghent?", "answer": "Belgium"},\n {"question": "1+1?", "answer": "2"}]'
)
_GHENT = {(0, "answer"): "Belgium", (1, "question"): "1+1?"}
_DEEP = "json_too_deep"

READ = [
    good("plain.jsonl", _LINES, 2, probes=_GHENT),
    good("plain.json", _LIST, 2, probes=_GHENT),
    good("list of objects.jsonl", _LIST, 2, QA, "json_array_read", probes=_GHENT),
    good(
        *("nested.jsonl", b'{"q": {"b": [1, {"c": 2}]}, "a": null, "n": 2.50, "t": false}\n', 1),
        *(("q", "a", "n", "t"), "nested_values_kept_as_json"),
        probes={(0, "q"): '{"b": [1, {"c": 2}]}', (0, "t"): "false", (0, "n"): "2.50"},
    ),
    good(
        *("escapes.jsonl", b'{"question":"\\ud83e\\udd89","answer":"\\u00e9"}', 1),
        probes={(0, "question"): "🦉", (0, "answer"): "é"},
    ),
    good(
        *("half a character.jsonl", b'{"question":"x\\udc00y","answer":"z"}', 1, QA),
        "invalid_unicode_replaced",
        probes={(0, "question"): "x\ufffdy"},
    ),
    good(
        *("odd names.jsonl", b'{"__proto__":{"admin":1},"constructor":"c","question":"q"}', 1),
        *(("__proto__", "constructor", "question"), "nested_values_kept_as_json"),
    ),
    good(
        *("long number.jsonl", b'{"question":"x","n":987654321098765432109876543210}', 1),
        ("question", "n"),
        probes={(0, "n"): "987654321098765432109876543210"},
    ),
    good("utf-16.jsonl", _LINES.decode().encode("utf-16"), 2, QA, "decoded_utf16", probes=_GHENT),
]

REFUSED = [
    bad("cut.jsonl", _LINES + b'{"question": "half', "invalid_json", line=3),
    bad("comma too many.jsonl", b'{"question": "x",}\n', "invalid_json", line=1),
    bad("no objects.jsonl", b'"text"\n7\nnull\n', "row_not_object"),
    bad("no numbers.jsonl", b'{"question":"x","score":NaN,"y":-Infinity}\n', "invalid_json"),
    bad("deep list.jsonl", b"[" * 100_000 + b"]" * 100_000, _DEEP),
    bad("deep object.jsonl", lambda: b'{"a":' * 100_000 + b"1" + b"}" * 100_000, _DEEP),
    bad("depth 33.jsonl", b'{"a":' + b"[" * 32 + b"1" + b"]" * 32 + b"}", _DEEP),
    bad("empty objects.jsonl", b"{}\n{}\n", "no_columns"),
    bad("no bytes.jsonl", b"", "empty_file"),
    bad(
        "5,000 names.jsonl",
        ("{" + ",".join(f'"name {n}":{n}' for n in range(5_000)) + "}\n").encode(),
        "too_many_columns",
    ),
]
