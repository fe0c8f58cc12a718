"""The prompts of a promptfoo config as variants, as the setup of a template has them."""

import json
import re
from collections.abc import Container

from playground.domain import json_values
from playground.domain.json_values import RepeatedKey, Value, cell
from playground.domain.promptfoo_checks import names
from playground.domain.text_template import placeholders

MOST_VARIANTS = 8
_MOST_CHARACTERS = 50_000
_LONGEST_NAME = 60
_FILE = re.compile(
    r"(file://.*|(exec|python|huggingface|langfuse|portkey|helicone|https?)://.*"
    r"|[^\s{}]+\.(txt|json|jsonl|ya?ml|md|j2|njk|py|[cm]?[jt]s|csv|rb|sh)(:\S+)?)",
    re.DOTALL,
)
_SYSTEM = frozenset({"system", "developer"})


def variants_of(
    prompts: Value, variables: Container[str]
) -> tuple[list[dict[str, object]], list[str]]:
    """The variants that prompts make, and sentences about those that make none.

    A prompt is taken over when it is plain text around `variables`, those that the tests have.
    """
    variants: list[dict[str, object]] = []
    files: list[str] = []
    logic: list[str] = []
    chats: list[str] = []
    unknown: list[str] = []
    for label, prompt in _each(prompts):
        name = (label or f"Prompt {len(variants) + 1}")[:_LONGEST_NAME]
        text = cell(prompt).strip()
        parts = _chat(prompt)
        if not text or _FILE.fullmatch(text):
            files.append(text or name)
        elif "{%" in text or "{#" in text:
            logic.append(name)
        elif parts is None or max(map(len, parts)) > _MOST_CHARACTERS:
            chats.append(name)
        elif missing := [n for n in placeholders("\n".join(parts)) if n not in variables]:
            unknown += [f"{{{{{one}}}}}" for one in missing]
        else:
            system, question = parts
            variants.append({"name": name, "system": system, "prompt": question, "context": False})
    sentences = (
        ("Prompts that are in files of their own are not taken over: {}.", files),
        ("Prompts with logic ({{% … %}}) are not taken over: {}.", logic),
        ("Prompts of several messages, or too long, are not taken over: {}.", chats),
        ("Prompts that use what the tests do not have are not taken over: {}.", unknown),
        (
            f"There is room for {MOST_VARIANTS} variants. These prompts are left out: {{}}.",
            [str(variant["name"]) for variant in variants[MOST_VARIANTS:]],
        ),
    )
    notes = [sentence.format(names(found)) for sentence, found in sentences if found]
    return _told_apart(variants[:MOST_VARIANTS]), notes


def _each(prompts: Value) -> list[tuple[str, Value]]:
    """(label, prompt) of each; a mapping has the prompt's file as its key."""
    if isinstance(prompts, dict):
        return [(cell(label), place) for place, label in prompts.items()]
    found: list[tuple[str, Value]] = []
    for entry in prompts if isinstance(prompts, list) else [prompts]:
        if isinstance(entry, dict) and "role" not in entry:
            label = cell(entry.get("label") or entry.get("display"))
            text = entry.get("raw") or entry.get("prompt") or entry.get("id")
            found.append((label, text))
        elif entry is not None:
            found.append(("", entry))
    return found


def _chat(prompt: Value) -> tuple[str, str] | None:
    """System text and question; None for a chat that is more than those two."""
    messages = prompt
    if isinstance(prompt, str):
        if not prompt.lstrip().startswith("[") or '"role"' not in prompt:
            return "", prompt
        try:
            messages, _notes = json_values.parse(prompt)
        except (json.JSONDecodeError, RepeatedKey, RecursionError):
            return None
    said = [
        (cell(message.get("role")), message.get("content"))
        for message in (messages if isinstance(messages, list) else [])
        if isinstance(message, dict)
    ]
    system = [cell(text) for role, text in said if role in _SYSTEM]
    others = [cell(text) for role, text in said if role not in _SYSTEM]
    is_plain = len(others) == 1 and all(isinstance(text, str) for _role, text in said)
    return ("\n\n".join(system), others[0]) if is_plain else None


def _told_apart(variants: list[dict[str, object]]) -> list[dict[str, object]]:
    taken: set[object] = set()
    for number, variant in enumerate(variants, start=1):
        if variant["name"] in taken:
            variant["name"] = f"{variant['name']} ({number})"
        taken.add(variant["name"])
    return variants
