"""What the column editor posts and shows."""

import re
from typing import Any

from playground.models import ColumnTemplate

COLUMNS = [
    {"name": "question", "type": "text", "role": "input", "required": True},
    {"name": "answer", "type": "long_text", "role": "expected", "required": False},
    {"name": "topic", "type": "category", "role": "filter", "required": False},
]


def fields(template: ColumnTemplate, **changes: Any) -> dict[str, Any]:
    """What the editor posts for `template` when nothing is changed but `changes`."""
    posted: dict[str, Any] = {"template": str(template.pk)}
    posted["columns"] = [str(index) for index, _column in enumerate(template.columns)]
    for index, column in enumerate(template.columns):
        posted |= {f"{index}-{key}": column[key] for key in ("name", "type", "role")}
        posted |= {f"{index}-required": "on"} if column["required"] else {}
    return posted | {name.replace("_", "-"): value for name, value in changes.items()}


def shown_names(content: bytes) -> list[str]:
    """The names in the fields of the editor, in order."""
    page = content.decode()
    keys = re.findall(r'name="columns" value="(\w+)"', page)
    found = dict(re.findall(r'name="(\w+)-name" value="([^"]*)"', page))
    return [found[key] for key in keys]


def previewed(content: bytes) -> list[str]:
    """The header of the preview."""
    return re.findall(r'<th scope="col">([^<]*)</th>', content.decode())
