"""A rule read back as a sentence."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from evals.domain.pass_lines import PassLine
from evals.domain.rule_model import Condition, Rule
from evals.domain.scales import Scale


@dataclass(frozen=True, kw_only=True)
class Token:
    """A piece of the rule's sentence; the texts in a row make the sentence.

    `slot` and `line` are set for the kinds "required" and "counted" only; "number" is
    the n of "at least n".
    """

    kind: Literal["text", "required", "counted", "number"]
    text: str
    slot: str | None = None
    line: PassLine | None = None


@dataclass(frozen=True, kw_only=True)
class Vocabulary:
    """What the KPIs are called and what they measure in, by slot."""

    names: Mapping[str, str]
    scales: Mapping[str, Scale] = field(default_factory=dict)

    def name(self, slot: str) -> str:
        """The KPI's name; the slot itself when it has none."""
        return self.names.get(slot, slot)

    def condition(self, condition: Condition) -> str:
        """A condition in short: "Token F1 ≥ 0.6"."""
        return (
            f"{self.name(condition.slot)} {condition.line.words(self.scales.get(condition.slot))}"
        )


def sentence(
    rule: Rule, names: Mapping[str, str], scales: Mapping[str, Scale] | None = None
) -> str:
    """The rule read back: "An answer passes when Exact match = 1 holds, and at least 2 of …".

    `names` and `scales` are by slot; a slot without a name is shown as it is.
    """
    return "".join(token.text for token in tokens(rule, names, scales))


def tokens(
    rule: Rule, names: Mapping[str, str], scales: Mapping[str, Scale] | None = None
) -> tuple[Token, ...]:
    """The pieces of `sentence`, for a page that makes some of them editable."""
    if not rule.conditions:
        return (_text("No KPI is in the rule yet, so every answer stays undecided."),)
    vocabulary = Vocabulary(names=names, scales=scales or {})
    pieces = [_text("An answer passes when ")]
    if rule.required:
        pieces += [*_listed(rule.required, vocabulary), _text(_verb(rule.required))]
    if rule.required and rule.counted:
        pieces.append(_text(", and "))
    if rule.counted:
        pieces += _joined(rule, vocabulary)
    return (*pieces, _text("."))


def _text(text: str) -> Token:
    return Token(kind="text", text=text)


def _verb(conditions: Sequence[Condition]) -> str:
    return {1: " holds", 2: " hold"}.get(len(conditions), " all hold")


def _joined(rule: Rule, vocabulary: Vocabulary) -> list[Token]:
    """The counted conditions, joined as the mode says."""
    listed = _listed(rule.counted, vocabulary)
    if rule.mode == "at_least":
        head = [_text("at least "), Token(kind="number", text=str(rule.n)), _text(" of ")]
        return [*head, *listed, _text(" holds" if rule.n == 1 else " hold")]
    if rule.mode == "any" and len(rule.counted) > 1:
        return [_text("at least one of "), *listed, _text(" holds")]
    return [*listed, _text(_verb(rule.counted))]


def _listed(conditions: Sequence[Condition], vocabulary: Vocabulary) -> list[Token]:
    """The conditions as "A, B and C"."""
    pieces: list[Token] = []
    for index, condition in enumerate(conditions):
        if index:
            pieces.append(_text(" and " if index == len(conditions) - 1 else ", "))
        pieces.append(
            Token(
                kind="required" if condition.required else "counted",
                text=vocabulary.condition(condition),
                slot=condition.slot,
                line=condition.line,
            )
        )
    return pieces
