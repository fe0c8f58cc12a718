"""Prompt templates: `{{column}}` and nothing else.

One pass over the text with `str.find`: no expressions, no regular expression that could go
quadratic, and a cell that contains `{{name}}` stays as the user typed it.
"""

from collections.abc import Iterator, Mapping

OUTPUT_CAP = 2_000_000
_NAME_CAP = 200


def placeholders(template: str) -> tuple[str, ...]:
    """The column names that `template` uses, each once, in order of first use."""
    return tuple(dict.fromkeys(name for _, _, name in _scan(template)))


def fill(template: str, cells: Mapping[str, str]) -> str:
    """Replace each placeholder by its value from `cells`, a mapping of column name to text.

    A value is never scanned again. Braces that do not enclose a name on one line, such as JSON,
    stay as they are.

    Raises KeyError(name) for a column that `cells` does not have, and ValueError when the
    result would be longer than `OUTPUT_CAP` characters.
    """
    parts: list[str] = []
    end = 0
    length = len(template)
    for start, stop, name in _scan(template):
        value = cells[name]
        length += len(value)
        if length > OUTPUT_CAP:
            raise ValueError(f"The filled prompt is longer than {OUTPUT_CAP:,} characters.")
        parts += template[end:start], value
        end = stop
    parts.append(template[end:])
    return "".join(parts)


def is_usable(name: str) -> bool:
    """Whether a placeholder can name a column of this name; no braces, and one line."""
    return placeholders(f"{{{{{name}}}}}") == (name,)


def renamed(template: str, names: Mapping[str, str]) -> str:
    """`template` with the placeholders of columns that `names` maps to new names.

    All at once, so two columns may swap names.
    """
    parts: list[str] = []
    end = 0
    for start, stop, name in _scan(template):
        if name in names:
            parts += template[end:start], "{{", names[name], "}}"
            end = stop
    return "".join([*parts, template[end:]])


def _scan(template: str) -> Iterator[tuple[int, int, str]]:
    """Yield (start, stop, name) of each placeholder from left to right."""
    position = 0
    while (start := template.find("{{", position)) >= 0:
        # Of three braces in a row the innermost two open: `{{{name}}}` keeps its outer pair.
        while template.startswith("{{", start + 1):
            start += 1
        close = template.find("}}", start + 2, start + 2 + _NAME_CAP + 2)
        name = template[start + 2 : close].strip() if close >= 0 else ""
        if name and "{" not in name and "\n" not in name:
            yield start, close + 2, name
            position = close + 2
        else:
            position = start + 2
