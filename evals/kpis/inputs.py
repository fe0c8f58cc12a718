"""What a KPI may look at: one answer with its row."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from math import isfinite
from typing import Any, Self

# English, German, French and Spanish. Here and not imported: they are part of the KPIs' code.
_YES = frozenset(
    {
        *("yes", "true", "1", "1.0", "y", "t"),
        *("ja", "wahr", "oui", "vrai", "sí", "si", "verdadero"),
    }
)
_NO = frozenset(
    {*("no", "false", "0", "0.0", "n", "f"), *("nein", "falsch", "non", "faux", "falso")}
)
# The columns that few KPIs need, each with a role of its own name.
TEXT_INPUTS = (
    *("system_prompt", "policy", "glossary", "as_of", "protected_text"),
    *("conversation", "tools", "tool_calls"),
)
LIST_INPUTS = ("key_points", "relevant_ids", "context_dates", "samples")


@dataclass(frozen=True, kw_only=True)
class Inputs:
    """One answer with its row. Empty tuples and None mean that the row has no such thing.

    `reference` holds every accepted answer, `evidence` the row's context, `context` the
    same in the order of the chunks, `context_used` what the variant was really given.
    Money is in US dollars, time in milliseconds. `values` are the row's other columns.
    What is JSON in a cell (`glossary`, `conversation`, `tools`, `tool_calls`) stays its text.
    Of an imported answer nobody knows what made it: no latency, cost, tokens, context used.
    """

    response: str
    question: str | None = None
    reference: tuple[str, ...] = ()
    evidence: tuple[str, ...] = ()
    context: tuple[str, ...] = ()
    context_used: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    answerable: bool | None = None
    latency_ms: float | None = None
    cost_usd: float | None = None
    tokens_in: int | None = None
    tokens_out: int | None = None
    finish_reason: str | None = None
    is_imported: bool = False
    system_prompt: str | None = None
    policy: str | None = None
    key_points: tuple[str, ...] = ()
    glossary: str | None = None
    relevant_ids: tuple[str, ...] = ()
    context_dates: tuple[str, ...] = ()
    as_of: str | None = None
    protected_text: str | None = None
    conversation: str | None = None
    tools: str | None = None
    tool_calls: str | None = None
    samples: tuple[str, ...] = ()
    values: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def from_mapping(cls, inputs: Mapping[str, object]) -> Self:
        """Inputs from loose values, as they come from files and JSON.

        Texts may be a text or a list; blank ones are left out. `keywords` may be a text
        with one a line, or parted by ";" or ",". `answerable` takes yes/no, true/false
        (German, French and Spanish, too) and 1/0; any other word is unknown. A context
        alone is the evidence, too. Numbers that are none are unknown. Names that no KPI
        knows go to `values`.
        """
        context = _texts(inputs.get("context"))
        known = cls.__dataclass_fields__
        return cls(
            response=_text(inputs.get("response")) or "",
            question=_text(inputs.get("question")),
            reference=_texts(inputs.get("reference")),
            evidence=_texts(inputs.get("evidence")) or context,
            context=context,
            context_used=_texts(inputs.get("context_used")),
            keywords=_keywords(inputs.get("keywords")),
            answerable=_yes_or_no(inputs.get("answerable")),
            latency_ms=_number(inputs.get("latency_ms")),
            cost_usd=_number(inputs.get("cost_usd")),
            tokens_in=_whole(inputs.get("tokens_in")),
            tokens_out=_whole(inputs.get("tokens_out")),
            finish_reason=_text(inputs.get("finish_reason")),
            is_imported=bool(inputs.get("is_imported")),
            **_of_further_columns(inputs),
            values={name: _text(value) or "" for name, value in inputs.items() if name not in known}
            | _values(inputs.get("values")),
        )


def _of_further_columns(inputs: Mapping[str, object]) -> dict[str, Any]:
    """The inputs that only some data has; those that are not there are left out."""
    texts = {name: _cell(inputs[name]) for name in TEXT_INPUTS if name in inputs}
    lists = {name: _texts(inputs[name]) for name in LIST_INPUTS if name in inputs}
    return {**texts, **lists}


def _cell(value: object) -> str | None:
    """A text as it is, anything else as JSON; blank is none."""
    text = json.dumps(value) if isinstance(value, Mapping | list) else _text(value)
    return text if text and not text.isspace() else None


def _text(value: object) -> str | None:
    # Empty cells of a table library arrive as the float NaN, which differs from itself.
    if value is None or value != value:
        return None
    return value if isinstance(value, str) else str(value)


def _texts(value: object) -> tuple[str, ...]:
    many = isinstance(value, Iterable) and not isinstance(value, str | bytes | Mapping)
    texts = [_text(one) for one in value] if many else [_text(value)]  # type: ignore[attr-defined] # `many` says it is iterable
    return tuple(text for text in texts if text and not text.isspace())


def _keywords(value: object) -> tuple[str, ...]:
    if not isinstance(value, str):
        return _texts(value)
    separator = next((sign for sign in ("\n", ";", ",") if sign in value), None)
    parts = value.split(separator) if separator else [value]
    return tuple(part.strip() for part in parts if part and not part.isspace())


def _values(value: object) -> dict[str, str]:
    if not isinstance(value, Mapping):
        return {}
    return {str(name): _text(text) or "" for name, text in value.items()}


def _yes_or_no(value: object) -> bool | None:
    if isinstance(value, bool):
        return value
    word = (_text(value) or "").strip().lower()
    if word in _YES:
        return True
    return False if word in _NO else None


def _number(value: object) -> float | None:
    text = _text(value)
    if text is None:
        return None
    try:
        number = float(text)
    except ValueError:
        return None
    return number if isfinite(number) else None


def _whole(value: object) -> int | None:
    number = _number(value)
    return None if number is None else int(number)
