"""Files of JSON with more items than there may be rows: the reading ends early."""

import io

import pytest

from config.limits import UploadLimits
from playground.domain import json_files, refusals
from playground.domain.refusals import FileRefused
from tests.playground.doors import opened


@pytest.mark.parametrize(
    "content",
    ["{}\n" * 3, "[{}, {},\n\n{}]", '{"rows": [{}, {},\n\n{}]}'],
    ids=["lines", "list", "list in an object"],
)
def test_it_refuses_too_many_items_before_it_reads_on(content: str) -> None:
    with pytest.raises(FileRefused) as caught:
        opened(content, "rows.jsonl", limits=UploadLimits(rows=2))

    assert (caught.value.kind, caught.value.line) == ("too_many_rows", 3)


@pytest.mark.parametrize("name", ["rows", "anything"])
def test_it_stops_at_a_list_of_far_too_many_items_before_it_knows_the_rest(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(refusals, "MOST_ITEMS", 20)
    head = f'{{"{name}": [\n' + "{},\n" * 20
    handle = io.BytesIO((head + "{},\n" * 1_000_000).encode())
    with pytest.raises(FileRefused) as caught:
        json_files.find_json(
            handle, file_name="rows.json", encoding="utf-8", limits=UploadLimits(rows=2)
        )

    assert (caught.value.kind, caught.value.line) == ("too_many_rows", 22)
    assert handle.tell() < 2_000_000
