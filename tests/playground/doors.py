"""Files of other tools, opened as an import opens them."""

import io
import json
from collections.abc import Mapping
from typing import Any

from config.limits import UploadLimits
from playground.domain import json_files
from playground.domain.sources import Source

LIMITS = UploadLimits()


def opened(content: str | bytes, name: str, limits: UploadLimits = LIMITS) -> tuple[str, Source]:
    handle = io.BytesIO(content.encode() if isinstance(content, str) else content)
    reading = json_files.find_json(handle, file_name=name, encoding="utf-8", limits=limits)
    return reading.format, json_files.open_json(handle, reading=reading, limits=limits)


def rows(source: Source) -> list[dict[str, str]]:
    found = [dict(zip(source.header, r.cells, strict=True)) for r in source.records()]
    assert source.share_read() == 1
    return found


def lines(*entries: Mapping[str, Any]) -> str:
    return "\n".join(map(json.dumps, entries))
