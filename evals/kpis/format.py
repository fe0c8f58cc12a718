"""Format: the shape of the answer, whatever it says."""

import json
from dataclasses import dataclass, field
from typing import Literal, NoReturn

from evals.kpis.base import (
    COUNT_DOWN,
    YES_NO,
    Kpi,
    NotApplicable,
    Result,
    Score,
    described,
    exactly,
    shown,
)
from evals.kpis.inputs import Inputs
from evals.kpis.patterns import compile_pattern, well_formed
from evals.kpis.phrases import check_phrases, count_phrases

GROUP = "Format & instructions"
_KINDS: dict[type, str] = {dict: "object", list: "array"}


@dataclass(frozen=True, kw_only=True)
class RegexMatch(Kpi):
    """1 if the answer matches the pattern (or does not, with `negate`), else 0."""

    key = "regex_match"
    name = "Pattern match"
    question = "Does it match the pattern?"
    short_name = "Pattern"
    group = GROUP
    needs = ("response",)
    scale = YES_NO
    suggested = exactly(1)

    pattern: str = field(
        default=r"\S",
        metadata=described(
            "RE2 syntax: no look-around, no back-references; at most 500 characters"
        ),
    )
    mode: Literal["search", "full"] = field(
        default="search",
        metadata=described(
            "search: anywhere; full: the whole answer, blanks at its ends aside",
            choices=("search", "full"),
        ),
    )
    ignore_case: bool = field(
        default=False, metadata=described("Capital and small letters are the same")
    )
    negate: bool = field(default=False, metadata=described("The pattern must not match"))

    def __post_init__(self) -> None:
        super().__post_init__()
        compile_pattern("pattern", self.pattern, ignore_case=self.ignore_case)

    def result(self, inputs: Inputs) -> Result:
        """1 or 0, with the place of the match."""
        pattern = compile_pattern("pattern", self.pattern, ignore_case=self.ignore_case)
        text = well_formed(inputs.response)
        search = pattern.search if self.mode == "search" else pattern.fullmatch
        found = search(text if self.mode == "search" else text.strip())
        how = "as a whole" if self.mode == "full" else "somewhere"
        verb = f"Matches the pattern {how}" if found else "Does not match the pattern"
        detail = {} if found is None else {"matched": [shown(found.group())]}
        wanted = (found is None) == self.negate
        unwanted_match = ", which it must not" if self.negate and found else ""
        return Score(value=float(wanted), reason=verb + unwanted_match, detail=detail)


@dataclass(frozen=True, kw_only=True)
class JsonValid(Kpi):
    """1 if the answer is JSON (RFC 8259: no NaN, no Infinity), else 0."""

    key = "json_valid"
    name = "Valid JSON"
    question = "Is it valid JSON?"
    short_name = "JSON"
    group = GROUP
    needs = ("response",)
    scale = YES_NO
    suggested = exactly(1)
    # Half a document is not valid, so there is no cap.
    text_cap = None

    extract: Literal["strict", "fenced"] = field(
        default="strict",
        metadata=described(
            "strict: nothing but JSON; fenced: also inside the first ``` block",
            choices=("strict", "fenced"),
        ),
    )
    root: Literal["any", "object", "array"] = field(
        default="any",
        metadata=described("What the JSON must be", choices=("any", "object", "array")),
    )

    def result(self, inputs: Inputs) -> Result:
        """1 or 0; when it is no JSON, where it stops being JSON."""
        text = _fenced(inputs.response) if self.extract == "fenced" else inputs.response
        if not text.strip():
            return Score(value=0.0, reason="Empty, so it is not JSON")
        try:
            # Numbers stay texts: to convert a long one takes time, and Python refuses some.
            root = json.loads(text, parse_constant=_refuse, parse_int=str, parse_float=str)
        except json.JSONDecodeError as exc:
            place = f"line {exc.lineno}, column {exc.colno}"
            return Score(value=0.0, reason=f"Not JSON: {exc.msg} ({place})")
        except ValueError as exc:
            return Score(value=0.0, reason=f"Not JSON: {exc}")
        except RecursionError:
            return Score(value=0.0, reason="Nested too deeply to be read as JSON")
        kind = _KINDS.get(type(root), "single value")
        if self.root not in ("any", kind):
            return Score(value=0.0, reason=f"JSON, but {_a(kind)} instead of {_a(self.root)}")
        return Score(value=1.0, reason=f"Valid JSON, {_a(kind)}")


@dataclass(frozen=True, kw_only=True)
class ForbiddenPhrases(Kpi):
    """How often the answer uses one of the forbidden words and phrases."""

    key = "forbidden_phrases"
    name = "Forbidden phrases"
    question = "Does it say what it must not say?"
    short_name = "Forbidden"
    group = GROUP
    needs = ("response",)
    scale = COUNT_DOWN
    suggested = exactly(0)

    phrases: tuple[str, ...] = field(
        default=(), metadata=described("Words and phrases that must not occur")
    )
    whole_word: bool = field(
        default=True, metadata=described("“guaranteed” does not count as “guarantee”")
    )
    ignore_case: bool = field(default=True, metadata=described("“Guarantee” counts as “guarantee”"))

    def __post_init__(self) -> None:
        super().__post_init__()
        check_phrases("phrases", self.phrases)

    def result(self, inputs: Inputs) -> Result:
        """The number of times that any of the phrases occurs."""
        if not self.phrases:
            return NotApplicable(reason="No forbidden phrases are set")
        counts = count_phrases(
            inputs.response, self.phrases, ignore_case=self.ignore_case, whole_word=self.whole_word
        )
        used = [shown(phrase) for phrase, times in counts.items() if times]
        total = sum(counts.values())
        if not used:
            return Score(value=0.0, reason="Says none of the forbidden phrases")
        times = "once" if total == 1 else f"{total} times"
        others = " and others" if len(used) > 1 else ""
        return Score(
            value=float(total),
            reason=f"Says what is forbidden {times}: “{used[0]}”{others}",
            detail={"matched": used},
        )


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not a JSON number")


def _fenced(text: str) -> str:
    """The inside of the first ``` block, or the text when it has none."""
    _, fence, rest = text.partition("```")
    if not fence:
        return text
    body, _, _ = rest.partition("```")
    language, newline, code = body.partition("\n")
    # ```{"a": 1}``` has no line for the language.
    return code if (newline and language.strip().isalnum()) or not language.strip() else body


def _a(noun: str) -> str:
    return f"an {noun}" if noun[0] in "ao" else f"a {noun}"


KPIS: tuple[type[Kpi], ...] = (JsonValid, RegexMatch, ForbiddenPhrases)
