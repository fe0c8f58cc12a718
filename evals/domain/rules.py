"""The door to pass lines, rules and verdicts: import them from here."""

from evals.domain.pass_lines import OPERATORS, Operator, PassLine
from evals.domain.rule_model import MODES, POLICIES, Condition, Mode, Policy, Rule
from evals.domain.rule_words import Token, sentence, tokens
from evals.domain.verdict_words import reasons
from evals.domain.verdicts import ConditionState, Verdict, Verdicts, evaluate

__all__ = [
    "MODES",
    "OPERATORS",
    "POLICIES",
    "Condition",
    "ConditionState",
    "Mode",
    "Operator",
    "PassLine",
    "Policy",
    "Rule",
    "Token",
    "Verdict",
    "Verdicts",
    "evaluate",
    "reasons",
    "sentence",
    "tokens",
]
