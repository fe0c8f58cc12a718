"""Data of OpenAI Evals as a table: rows with input and ideal, or with item and sample."""

from collections.abc import Mapping
from typing import BinaryIO

from playground.domain import guesses
from playground.domain.json_outline import Path
from playground.domain.json_tables import JsonSource
from playground.domain.json_values import Value, cell, written
from playground.domain.limits import Limits

_CHATS = ("input", "messages", "conversation", "prompt")
_SYSTEM = frozenset({"system", "developer"})
_EXPECTED = ("ideal", "expected", "reference", "answer", "label")
_OWN_ROLES = {
    "question": "input",
    "system_prompt": "system_prompt",
    "conversation": "conversation",
}
_ANSWERS = ("sample.output_text", "output_text")


def is_row(row: Mapping[str, Value]) -> bool:
    """Whether a row is one of OpenAI Evals: {"item": {…}} or {"input": …, "ideal": …}."""
    if isinstance(row.get("item"), dict):
        return row.keys() <= {"item", "sample", "id", "metadata"}
    return is_chat(row.get("input")) or ("ideal" in row and isinstance(row.get("input"), str))


def is_chat(value: Value) -> bool:
    """Whether a value is a list of messages, each with a role and a content."""
    return (
        isinstance(value, list)
        and bool(value)
        and all(isinstance(message, dict) and "role" in message for message in value)
    )


class EvalsSource(JsonSource):
    """A file of OpenAI Evals data; see `Source`.

    The members of `item` become columns. A chat becomes its last question, its system prompt
    and, when it is longer, the whole as a conversation; the text of `sample` is a response.
    """

    def __init__(
        self,
        handle: BinaryIO,
        *,
        path: Path | None,
        encoding: str,
        limits: Limits,
        skips_broken: bool = False,
    ) -> None:
        super().__init__(
            handle,
            path=path,
            encoding=encoding,
            limits=limits,
            shape=shaped,
            skips_broken=skips_broken,
        )
        self.roles = roles_of(self.header)


def shaped(row: dict[str, Value]) -> dict[str, Value]:
    """The cells of one row by column; values that a row has in no known place stay as they are."""
    found: dict[str, Value] = {}
    for name, value in row.items():
        if name == "item" and isinstance(value, dict):
            _add(found, value)
        elif name == "sample" and isinstance(value, dict):
            _add_sample(found, value)
        elif name == "input" and not is_chat(value):
            _add(found, {"question": value})
        else:
            _add(found, {name: value})
    return found


def roles_of(header: list[str]) -> dict[str, str]:
    """The roles that the names tell. At most one input and one expected column are told."""
    roles = {name: _OWN_ROLES[name] for name in header if name in _OWN_ROLES}
    answer = next((name for name in _ANSWERS if name in header), None)
    if answer:
        roles[answer] = "response"
    others = [name for name in header if name not in roles and name not in _ANSWERS]
    if expected := _strongest("expected", others):
        roles[expected] = "expected"
        others.remove(expected)
    if "input" not in roles.values() and (asked := _strongest("input", others)):
        roles[asked] = "input"
    return roles


def _strongest(role: str, names: list[str]) -> str:
    known = _EXPECTED if role == "expected" else ("input",)
    exact = [name for name in known if name in names]
    ranked = sorted(names, key=lambda name: guesses.strength(role, name), reverse=True)
    best = [name for name in ranked[:1] if guesses.strength(role, name)]
    return next(iter([*exact, *best]), "")


def _add(found: dict[str, Value], members: Mapping[str, Value]) -> None:
    for name, value in members.items():
        if name in _CHATS and is_chat(value) and isinstance(value, list):
            for part, text in _chat(value).items():
                found[_free(found, part, f"{name}.{part}")] = text
        else:
            found[_free(found, name, f"{name}_2")] = value


def _add_sample(found: dict[str, Value], sample: Mapping[str, Value]) -> None:
    for name, value in sample.items():
        column = name if name == "output_text" else f"sample.{name}"
        found[_free(found, column, f"sample.{name}")] = value


def _free(found: Mapping[str, Value], name: str, other: str) -> str:
    while name in found:
        name, other = other, f"{other}_2"
    return name


def _chat(messages: list[Value]) -> dict[str, Value]:
    """The question, and the system prompt and the whole conversation where there is more."""
    said = [
        (cell(message.get("role")), _text(message.get("content")))
        for message in messages
        if isinstance(message, dict)
    ]
    asked = [text for role, text in said if role == "user"]
    system = [text for role, text in said if role in _SYSTEM]
    parts: dict[str, Value] = {"question": asked[-1] if asked else said[-1][1]}
    if system:
        parts["system_prompt"] = "\n\n".join(system)
    if len(messages) > 1:
        parts["conversation"] = messages
    return parts


def _text(content: Value) -> str:
    """The text of a message; a content of several parts is text only when all parts are."""
    if not isinstance(content, list):
        return cell(content)
    texts = [part.get("text") for part in content if isinstance(part, dict)]
    is_text = len(texts) == len(content) and all(isinstance(text, str) for text in texts)
    return "\n".join(str(text) for text in texts) if is_text else written(content)
