"""YAML as values whose spelling is kept, without anything that can run or explode.

Only a small part of YAML is read: one document, plain scalars as the core schema of YAML 1.2 has
them, no tags. Aliases are followed as long as the whole stays small.
"""

import re
from typing import Any

import yaml
from yaml import MappingNode, Node, ScalarNode, SequenceNode

from playground.domain.json_values import Number, Value
from playground.domain.limits import Limits
from playground.domain.refusals import FileRefused

MOST_CHARACTERS = 1024 * 1024
_MOST_NODES = 200_000
_NUMBER = re.compile(r"[-+]?(0x[0-9a-fA-F]+|0o[0-7]+|(\.\d+|\d+(\.\d*)?)([eE][-+]?\d+)?)")
_CONSTANTS: dict[str, Value] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_SURROGATE = re.compile("[\ud800-\udfff]")
_CHECK = "Check the indentation and the quotes there."
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def parse(text: str, limits: Limits) -> Value:
    """The value of a YAML text; None for an empty one.

    Raises FileRefused: "invalid_yaml" with the line, "json_too_deep", and "config_too_large" for
    more than a MiB or for aliases that grow to more than that.
    """
    if len(text) > MOST_CHARACTERS:
        raise _too_large(f"it has more than {MOST_CHARACTERS:,} characters")
    try:
        _check_events(text, limits)
        root = yaml.compose(text, Loader=_LOADER)
    except yaml.YAMLError as exc:
        raise _broken(exc) from exc
    if root is None:
        return None
    _check_size(root, {}, limits)
    return _value(root)


def _check_events(text: str, limits: Limits) -> None:
    """Depth and tags are seen here, in the stream of events, before anything is nested."""
    depth = 0
    for event in yaml.parse(text, Loader=_LOADER):
        line = event.start_mark.line + 1 if event.start_mark else None
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > limits.json_depth:
            raise FileRefused(
                "json_too_deep",
                f"lists and objects lie more than {limits.json_depth} deep.",
                hint="Flatten the data, or bring the rows as CSV.",
                line=line,
            )
        if tag := getattr(event, "tag", None):
            raise FileRefused(
                "invalid_yaml",
                f"the tag {tag[:80]!r} is not read: it could mean anything.",
                hint="Take the tag away; plain texts, numbers and lists need none.",
                line=line,
            )


def _check_size(node: Node, sizes: dict[int, int], limits: Limits, depth: int = 1) -> int:
    """How many values and characters a node is once its aliases are followed. Each node once."""
    if depth > limits.json_depth:
        raise _too_large("its aliases lead too deep")
    key = id(node)
    if key in sizes:
        if not sizes[key]:
            raise _too_large("an alias leads to what it is a part of")
        return sizes[key]
    sizes[key] = 0
    size = 1 + (len(node.value) // 8 if isinstance(node, ScalarNode) else 0)
    if not isinstance(node, ScalarNode):
        for child in _children(node):
            size += _check_size(child, sizes, limits, depth + 1)
            if size > _MOST_NODES:
                raise _too_large(f"it holds more than {_MOST_NODES:,} values, aliases followed")
    sizes[key] = size
    return size


def _children(node: Node) -> list[Node]:
    if isinstance(node, MappingNode):
        return [child for pair in node.value for child in pair]
    return list(node.value)


def _value(node: Node) -> Value:
    if isinstance(node, SequenceNode):
        return [_value(child) for child in node.value]
    if isinstance(node, MappingNode):
        return _mapping(node)
    text = _stored(str(node.value))
    if not isinstance(node, ScalarNode) or node.style:
        return text
    if text in _CONSTANTS:
        return _CONSTANTS[text]
    return Number(text) if _NUMBER.fullmatch(text) else text


def _mapping(node: MappingNode) -> dict[str, Value]:
    found: dict[str, Value] = {}
    merged: dict[str, Value] = {}
    for key, child in node.value:
        if not isinstance(key, ScalarNode):
            raise _at(key, "a name has to be a text, not a list or an object.")
        if key.value == "<<" and not key.style:
            merged = {**_merged(child), **merged}
        elif (name := _stored(key.value)) in found:
            raise _at(key, f"the name {name[:80]!r} stands twice in one object.")
        else:
            found[name] = _value(child)
    return {**merged, **found}


def _stored(text: str) -> str:
    """Escapes such as "\\0" and "\\ud800" make what no database stores."""
    return _SURROGATE.sub("\ufffd", text.replace("\x00", ""))


def _merged(node: Node) -> dict[str, Value]:
    nodes = node.value if isinstance(node, SequenceNode) else [node]
    found: dict[str, Value] = {}
    for child in nodes:
        if not isinstance(child, MappingNode):
            raise _at(child, "<< merges objects, and this is none.")
        found = {**_mapping(child), **found}
    return found


def _at(node: Node, message: str) -> FileRefused:
    line = node.start_mark.line + 1
    return FileRefused("invalid_yaml", message, hint=_CHECK, line=line)


def _broken(exc: yaml.YAMLError) -> FileRefused:
    mark = getattr(exc, "problem_mark", None)
    problem = getattr(exc, "problem", None) or getattr(exc, "reason", None) or "it cannot be read"
    return FileRefused(
        "invalid_yaml",
        f"this is not YAML: {problem}.",
        hint=_CHECK,
        line=mark.line + 1 if mark else None,
    )


def _too_large(why: str) -> FileRefused:
    return FileRefused(
        "config_too_large",
        f"The config is too large: {why}.",
        hint="Bring its tests as CSV or JSON lines, one test per row.",
    )
