"""Signs that an answer declines to answer, in English."""

import re

from evals.kpis.phrases import one_line

_WHO = r"\b(?:i|we)"
_CANNOT = r"(?:cannot|can't|can not|could not|couldn't|am unable to|are unable to|am not able to)"
_KNOWLEDGE = r"(?:information|info|data|details|context|knowledge|access|an answer|the answer)"
_SOURCE = r"(?:context|passage|text|documents?|articles?|paragraph|information|sources?|excerpts?)"

# Narrow on purpose: "we cannot change the address" is an answer, "I cannot answer" is none.
_SIGNS = (
    rf"{_WHO} (?:do not|don't|did not|didn't) (?:\w+ )?know\b",
    rf"{_WHO} (?:do not|don't) (?:\w+ )?have (?:\w+ ){{0,4}}{_KNOWLEDGE}\b",
    rf"{_WHO} have no (?:\w+ )?(?:idea|information|knowledge|data|details|way of knowing)\b",
    rf"{_WHO} {_CANNOT} (?:\w+ )?(?:answer|determine)\b",
    rf"{_WHO} {_CANNOT} (?:\w+ )?(?:say|tell|confirm|verify) (?:you )?"
    r"(?:whether|if|for sure|from)\b",
    rf"{_WHO} {_CANNOT} (?:\w+ )?find (?:\w+ ){{0,3}}"
    r"(?:information|answer|mention|details|that|this)\b",
    rf"{_WHO} {_CANNOT} (?:\w+ )?(?:provide|give) (?:\w+ ){{0,3}}(?:answer|information|details)\b",
    rf"{_WHO} {_CANNOT} (?:\w+ )?(?:help|assist) (?:you )?with (?:that|this)\b",
    r"\b(?:i'm|i am|we're|we are) (?:\w+ )?(?:unsure|not sure|not certain|not aware)\b",
    r"\b(?:i'm|i am|we're|we are) (?:\w+ )?(?:not able|unable|not equipped) to (?:\w+ )?"
    r"(?:answer|assist|determine|find|give|help|provide|say|share|tell)\b",
    r"\b(?:unable|not possible|impossible) to (?:answer|determine|say|tell)\b",
    r"\b(?:not enough|insufficient) (?:\w+ )?(?:information|context|details|data|evidence)\b",
    r"\b(?:is|are|was|were|have|has|contains?|provides?|gives?) no (?:\w+ )?"
    r"(?:information|mention|details|answer|indication)\b",
    rf"\b{_SOURCE} (?:\w+ )?(?:does not|doesn't|do not|don't|did not|didn't) (?:\w+ )?"
    r"(?:say|mention|state|specify|contain|include|provide|tell|give|indicate|discuss|answer|address)\b",
    r"\b(?:not|isn't|aren't|wasn't|weren't) (?:\w+ )?(?:mentioned|stated|specified|answerable)\b",
    rf"\bnot (?:\w+ )?(?:provided|given|available|included|found|in) (?:in )?(?:the |this )?"
    rf"(?:\w+ )?{_SOURCE}\b",
    r"\b(?:cannot|can't|can not|could not) be (?:answered|determined|inferred)\b",
    r"\b(?:outside|beyond) (?:of )?(?:my|our) (?:knowledge|scope)\b",
    r"\b(?:it is|it's) (?:unclear|unknown|not known|not clear)\b",
    r"\bunanswerable\b",
)
_DECLINES = re.compile("|".join(_SIGNS))

# These decline only when they are all there is.
_WHOLLY = re.compile(
    r"(?:n/?a|none|unknown|not known|no answer|no answer found|no idea|not sure|not available|"
    r"not provided|not found|idk)\W{0,5}"
)


def sign_of_declining(text: str) -> str | None:
    """The words that decline, "" for an empty text, None when the text answers."""
    line = one_line(text, ignore_case=True)
    if not line:
        return ""
    sign = _DECLINES.search(line) or _WHOLLY.fullmatch(line)
    return sign.group() if sign else None
