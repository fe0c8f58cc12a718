"""Names of columns that say which model has answered: "gpt-4o", "response of llama-3-8b"."""

import re

_FAMILIES = (
    *("gpt-?[0-9]", "gpt-oss", "chatgpt", "claude", "llama", "mistral", "mixtral", "ministral"),
    *("gemini", "gemma", "qwen", "qwq", "deepseek", "phi-?[0-9]", "command-r", "grok"),
    *("o[134](-|$)", "palm-?2", "falcon-?[0-9]", "yi-[0-9]", "vicuna", "davinci", "titan-"),
    *("nova-(lite|micro|pro)", "granite", "olmo", "smollm", "zephyr", "solar-", "dbrx", "jamba"),
    *("nemotron", "kimi", "glm-?[0-9]", "codestral", "magistral", "pixtral", "teuken", "aya-"),
)
_PROVIDER = r"(?:[a-z0-9.-]+/){0,2}"
_MODEL = re.compile(rf"{_PROVIDER}(?:{'|'.join(_FAMILIES)})[a-z0-9.:@/+-]*")
# What is said about an answer is no answer.
_MEASURES = re.compile(
    r"(?:^|[\W_])(?:scores?|ratings?|latency|costs?|tokens?|time|ms|correct|labels?|verdict|grade"
    r"|eval|rank|pass|id)$"
)
_MADE = r"(?:response|output|completion|prediction|generation)s?"
_ANSWER = rf"(?:{_MADE}|(?:answer|reply|antwort|reponse)s?)"
_OF = re.compile(rf"{_ANSWER}[\s_-]+(?:of|from|by|von|de)[\s_-]+(?P<model>.+)")
_BEFORE = re.compile(rf"{_ANSWER}[\s_:-]+(?P<model>.+)")
_BEHIND = re.compile(rf"(?P<model>.+?)[\s_:-]+(?P<answer>{_ANSWER})")
# What may stand behind a family's name, besides what has a figure in it.
_SIZES = frozenset(
    (
        *("base", "chat", "flash", "haiku", "instruct", "large", "lite", "max", "medium", "micro"),
        *("mini", "nano", "opus", "preview", "pro", "small", "sonnet", "thinking", "turbo"),
        *("ultra", "vision", "tuned", "finetuned", "ft", "rag", "it", "latest", "exp"),
    )
)
# "Expected response" and its like are no model's.
_NOT_MODELS = frozenset(
    (
        *("expected", "correct", "gold", "golden", "ideal", "reference", "target", "true"),
        *("right", "best", "human", "agent", "customer", "user", "ground", "model", "the"),
        *("your", "is", "has", "question", "sample"),
    )
)


def answered_by(column: str) -> str:
    """The model that the name of a column speaks of, as it is written there; "" for none.

    "output_gpt4" gives "gpt4", "response of our tuned model" gives "our tuned model".
    """
    name = " ".join(column.split())
    lower = name.lower()
    if _MEASURES.search(lower):
        return ""
    if found := _OF.fullmatch(lower):
        return _part(name, found)
    if found := _BEFORE.fullmatch(lower):
        is_named = is_model(found["model"]) or len(found["model"]) == 1
        return _part(name, found) if is_named else ""
    if found := _BEHIND.fullmatch(lower):
        return _part(name, found) if _is_named(found["model"], found["answer"]) else ""
    return name if is_model(lower) else ""


def says_answer(column: str) -> bool:
    """Whether the name says itself that answers stand there: "output_gpt4", and not "gpt-4"."""
    return bool(answered_by(column)) and not is_model(" ".join(column.split()).lower())


def is_model(name: str) -> bool:
    """Whether `name`, in lower case, is a model's name and nothing else."""
    first, *others = re.split(r"[\s_]+", name)
    for other in others:
        if other not in _SIZES and not any(c.isdigit() for c in other):
            return False
    return _MODEL.fullmatch("-".join([first, *others])) is not None


def _is_named(model: str, answer: str) -> bool:
    if is_model(model):
        return True
    is_made = re.fullmatch(_MADE, answer) is not None
    return is_made and not _NOT_MODELS.intersection(re.split(r"[\W_]+", model))


def _part(name: str, found: re.Match[str]) -> str:
    start, end = found.span("model")
    # Lower case may be longer than what was written ("İ"): then the whole name is kept.
    return name[start:end] if len(name) == len(found.string) else name
