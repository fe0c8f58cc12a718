"""Files with names of columns and nothing below: each is refused in the words of its format."""

import io

import pytest

from config.limits import UploadLimits
from playground.domain.dialects import Chosen
from playground.domain.inspection import Inspection
from playground.domain.refusals import FileRefused


def parquet_without_rows() -> bytes:
    pa, parquet = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.parquet")
    target = io.BytesIO()
    parquet.write_table(pa.table({"question": pa.array([], pa.string())}), target)
    return target.getvalue()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("values.json", b'[{"question": null}, {"question": ""}]'),
        ("values.jsonl", b'{"question": null}\n{"question": ""}\n'),
        ("values.parquet", None),
    ],
)
def test_it_speaks_of_no_header_where_there_is_none(name: str, content: bytes | None) -> None:
    handle = io.BytesIO(parquet_without_rows() if content is None else content)
    inspection = Inspection(handle, file_name=name, chosen=Chosen(), limits=UploadLimits())

    with pytest.raises(FileRefused) as caught:
        inspection.run()

    said = f"{caught.value.message} {caught.value.hint}"
    assert caught.value.kind == "no_rows"
    assert "no row has a value" in said
    assert "header" not in said.lower()
