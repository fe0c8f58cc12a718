"""Parquet: what values mean as text, and files that nobody should trust."""

import io
import random
import subprocess
import sys
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import pytest

from config.limits import UploadLimits
from playground.domain import parquet as door
from playground.domain.parquet import ParquetSource, find_parquet
from playground.domain.refusals import FileRefused
from playground.domain.tabular import Record

pa = pytest.importorskip("pyarrow")
pq = pytest.importorskip("pyarrow.parquet")

LIMITS = UploadLimits()


def stored(columns: dict[str, Any], **options: Any) -> bytes:
    out = io.BytesIO()
    pq.write_table(pa.table(columns), out, **options)
    return out.getvalue()


def records(content: bytes, limits: UploadLimits = LIMITS) -> list[Record]:
    return list(ParquetSource(io.BytesIO(content), limits=limits).records())


def refusal(content: bytes, limits: UploadLimits = LIMITS) -> FileRefused:
    with pytest.raises(FileRefused) as caught:
        records(content, limits)
    return caught.value


# Name of the column → its values, and their texts.
MOMENT = datetime(2026, 11, 22, 14, 30, 0, 250_000)  # noqa: DTZ001  # the zone is in the type
VALUES: dict[str, tuple[Any, list[str]]] = {
    "text": (["007", None], ["007", ""]),
    "whole": ([12345678901234567, None], ["12345678901234567", ""]),
    "unsigned": (pa.array([2**64 - 1, 0], pa.uint64()), ["18446744073709551615", "0"]),
    "real": ([7.0, 0.1], ["7", "0.1"]),
    "odd": ([float("nan"), float("-inf")], ["NaN", "-Infinity"]),
    "narrow": (pa.array([0.1, 7], pa.float32()), ["0.1", "7"]),
    "yes": ([True, None], ["true", ""]),
    "money": (pa.array([Decimal("1.20"), None], pa.decimal128(30, 2)), ["1.20", ""]),
    "day": ([date(2026, 11, 22), None], ["2026-11-22", ""]),
    "moment": (pa.array([MOMENT, None], pa.timestamp("ns")), ["2026-11-22 14:30:00.25", ""]),
    "zoned": (
        pa.array([MOMENT, None], pa.timestamp("us", "Europe/Berlin")),
        ["2026-11-22 14:30:00.25Z", ""],
    ),
    "time": ([time(14, 30), None], ["14:30:00", ""]),
    "span": ([timedelta(hours=36), None], ["36:00:00", ""]),
    "bytes": ([b"abc", "ü".encode()], ["abc", "ü"]),
    "choice": (pa.array(["p", None]).dictionary_encode(), ["p", ""]),
    "list": ([["ä", None], []], ['["ä",null]', "[]"]),
    "thing": ([{"n": float("nan"), "b": b"x"}, None], ['{"n":null,"b":"x"}', ""]),
    "nothing": (pa.nulls(2), ["", ""]),
}


def test_it_reads_each_kind_of_value_as_text() -> None:
    content = stored({name: values for name, (values, _texts) in VALUES.items()})
    source = ParquetSource(io.BytesIO(content), limits=LIMITS)

    found = list(source.records())

    assert source.header == list(VALUES)
    for name, *texts in zip(source.header, *(record.cells for record in found), strict=True):
        assert (name, texts) == (name, VALUES[name][1])
    assert [record.line for record in found] == [1, 2]
    assert source.share_read() == 1.0


def test_it_reads_row_groups_one_after_the_other() -> None:
    content = stored({"n": list(range(2_500))}, row_group_size=700)
    assert [record.cells for record in records(content)] == [[str(n)] for n in range(2_500)]


def test_it_takes_out_zero_characters_and_mends_what_is_no_unicode() -> None:
    offsets, broken = pa.py_buffer(b"\0\0\0\0\2\0\0\0"), pa.py_buffer(b"\xffa")
    content = stored({"a": ["x\x00y"], "b": pa.StringArray.from_buffers(1, offsets, broken)})
    source = ParquetSource(io.BytesIO(content), limits=LIMITS)

    (record,) = source.records()

    assert (record.cells, record.notes) == (["xy", "\ufffda"], ("nul",))
    assert list(source.repairs) == ["invalid_unicode_replaced"]


SMALL = replace(LIMITS, rows=10, columns=3, cell_chars=100, unpacked_bytes=20_000)
ONE_TEXT = pa.DictionaryArray.from_arrays(pa.array([0] * 300), ["a" * 90])
REFUSED = {
    "rows": ({"n": list(range(11))}, SMALL, "too_many_rows"),
    "columns": ({str(n): [n] for n in range(4)}, SMALL, "too_many_columns"),
    "bytes": ({"n": ["a" * 30_000]}, SMALL, "unpacked_too_large"),
    "a cell": ({"n": ["a" * 101]}, SMALL, "cell_too_long"),
    "a list": ({"n": [[1] * 101]}, SMALL, "cell_too_long"),
    "one text in many rows": ({"n": ONE_TEXT}, replace(SMALL, rows=300), "unpacked_too_large"),
    "pictures": ({"n": [b"\xff\xd8\xff\x00"]}, LIMITS, "undecodable_text"),
}


@pytest.mark.parametrize(("columns", "limits", "kind"), REFUSED.values(), ids=REFUSED.keys())
def test_it_refuses_what_is_too_much(
    columns: dict[str, Any], limits: UploadLimits, kind: str
) -> None:
    refused = refusal(stored(columns), limits)
    assert refused.kind == kind
    assert refused.hint


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"question,answer\n1,2\n", "content_mismatch"),
        (b"PAR1", "corrupt_file"),
        (b"PAR1" + bytes(50) + b"PAR1", "corrupt_file"),
        (b"PAR1" + bytes(50) + b"\xff\xff\xff\x7fPAR1", "corrupt_file"),
        (b"PARE" + bytes(50) + b"\x10\x00\x00\x00PARE", "corrupt_file"),
    ],
    ids=["text", "cut", "zeros", "long footer", "encrypted"],
)
def test_it_refuses_what_is_no_parquet_file(content: bytes, kind: str) -> None:
    assert refusal(content).kind == kind


def test_it_survives_files_that_end_their_reader() -> None:
    content = stored({"text": ["a", "b"], "list": [["c"], None], "n": [1, 2]})
    draw = random.Random(3)
    refused = 0
    for _ in range(4):
        damaged = bytearray(content)
        for _ in range(3):
            damaged[draw.randrange(4, len(content) - 8)] = draw.randrange(256)
        try:
            records(bytes(damaged))
        except FileRefused:
            refused += 1
    assert refused > 1


def test_it_says_how_to_install_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(door, "find_spec", lambda _name: None)
    with pytest.raises(FileRefused) as caught:
        find_parquet(io.BytesIO(stored({"a": [1]})), limits=LIMITS)
    assert caught.value.kind == "parquet_not_installed"
    assert "requirements-parquet.txt" in caught.value.hint


def test_it_ends_its_process_when_nobody_reads_on() -> None:
    source = ParquetSource(io.BytesIO(stored({"n": list(range(50_000))})), limits=LIMITS)
    process = source._child._process
    assert next(source.records()).cells == ["0"]

    del source

    assert process.poll() is not None


def test_it_leaves_the_library_to_the_other_process() -> None:
    code = "import sys, playground.domain.parquet; sys.exit('pyarrow' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False, timeout=60).returncode == 0
