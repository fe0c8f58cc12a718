"""What a file of promptfoo's results says of each answer, in its present and its older shapes."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from playground.domain.json_outline import Outline, Path
from playground.domain.json_values import Value, cell

_LISTS: tuple[Path, ...] = (
    ("results", "results"),
    ("results", "table", "body"),
    ("table", "body"),
)
_LONGEST_NAME = 100


class Result(NamedTuple):
    """One answer of one model to one prompt: `output` is None for an error."""

    variables: Mapping[str, str]
    asserts: Value
    provider: str
    prompt: str
    output: str | None


class Head(NamedTuple):
    """What the head of an older table says of its columns."""

    variables: tuple[str, ...] = ()
    prompts: tuple[tuple[str, str], ...] = ()


def path_of(shape: Outline) -> Path | None:
    """Where the results are in a file of promptfoo; None for a file of another kind."""
    if ("stats" in shape.names or "table" in shape.names) and shape.kinds.get(("results",)) == "[{":
        return ("results",)
    found = [path for path in _LISTS if shape.kinds.get(path) in {"[{", "["}]
    with_items = [path for path in found if shape.kinds[path] == "[{"]
    return next(iter([*with_items, *found]), None)


def is_result(row: Mapping[str, Value]) -> bool:
    """Whether an object is one result of promptfoo, or one row of its older tables."""
    if isinstance(row.get("outputs"), list) and isinstance(row.get("vars"), list):
        return True
    has_vars = isinstance(row.get("vars"), dict) or isinstance(row.get("testCase"), dict)
    return (
        has_vars
        and {"provider", "prompt"} <= row.keys()
        and bool(row.keys() & {"response", "success", "gradingResult", "latencyMs"})
    )


def results_of(value: Mapping[str, Value], head: Head) -> Iterator[Result]:
    """The one result of an object, or the several of a row of an older table."""
    outputs = value.get("outputs")
    if not isinstance(outputs, list):
        test = _object(value.get("testCase"))
        yield Result(
            variables=_texts(_object(value.get("vars")) or _object(test.get("vars"))),
            asserts=test.get("assert") or _graded(value.get("gradingResult")),
            provider=_provider(value.get("provider")),
            prompt=_prompt(value),
            output=_output(value.get("response"), value),
        )
        return
    cells = value.get("vars")
    given = zip(head.variables, cells if isinstance(cells, list) else [], strict=False)
    variables = {name: cell(found) for name, found in given}
    asserts = _object(value.get("test")).get("assert")
    for position, output in enumerate(outputs):
        known = head.prompts[position] if position < len(head.prompts) else ("model", "")
        is_failed = isinstance(output, dict) and "text" not in output
        text = output.get("text") if isinstance(output, dict) else output
        yield Result(variables, asserts, *known, None if is_failed else cell(text))


def head_of(head: Value) -> Head:
    found = _object(head)
    variables, prompts = found.get("vars"), found.get("prompts")
    return Head(
        variables=tuple(cell(name) for name in variables) if isinstance(variables, list) else (),
        prompts=tuple(
            (_provider(_object(prompt).get("provider")), _prompt({"prompt": prompt}))
            for prompt in (prompts if isinstance(prompts, list) else [])
        ),
    )


def _texts(variables: Mapping[str, Value]) -> dict[str, str]:
    return {name: cell(value) for name, value in variables.items()}


def _graded(grading: Value) -> Value:
    """The assertions of a result that does not bring its test along."""
    parts = _object(grading).get("componentResults")
    return [
        part["assertion"]
        for part in (parts if isinstance(parts, list) else [])
        if isinstance(part, dict) and part.get("assertion")
    ]


def _provider(provider: Value) -> str:
    if isinstance(provider, dict):
        provider = provider.get("label") or provider.get("id")
    return " ".join(cell(provider).split())[:_LONGEST_NAME] or "model"


def _prompt(value: Mapping[str, Value]) -> str:
    """What tells prompts apart: the label, which is the template unless somebody named it."""
    prompt = _object(value.get("prompt"))
    label = prompt.get("label") or prompt.get("display") or value.get("promptId")
    return cell(label or value.get("promptIdx") or prompt.get("raw"))


def _output(response: Value, value: Mapping[str, Value]) -> str | None:
    """The text of a response; None for a call that failed."""
    found = response.get("output") if isinstance(response, dict) else response
    if found is None and (not isinstance(response, dict) or "output" not in response):
        return None
    return None if found is None and value.get("error") else cell(found)


def _object(value: Value) -> dict[str, Value]:
    return value if isinstance(value, dict) else {}
