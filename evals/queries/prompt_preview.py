"""What a prompt sends for one real row."""

from dataclasses import dataclass

from evals.domain import prompts, rendering
from evals.domain.snapshot import VariantSpec
from evals.services.estimates import CHARS_PER_TOKEN
from evals.services.variants import column_specs
from playground.domain.whole_numbers import whole_number
from playground.models import Playground
from playground.queries import current_version, rows_of


@dataclass(frozen=True, kw_only=True)
class Preview:
    """The (role, text) pairs for row `row` of `rows`, or the problems that stand against it."""

    row: int
    rows: int
    messages: tuple[tuple[str, str], ...] = ()
    problems: tuple[str, ...] = ()
    length: str = ""


def preview(playground: Playground, spec: VariantSpec, row: str) -> Preview:
    """The preview for the row that people call `row`; the first one when there is no such row."""
    version = current_version(playground)
    number = whole_number(row) or 1
    number = number if 1 <= number <= version.row_count else 1
    chosen = rows_of(version)[number - 1 : number].first()
    columns = column_specs(playground)
    problems = tuple(prompts.problems(spec, columns))
    if chosen is None or problems:
        problems = problems or ("There are no rows to show this on.",)
        return Preview(row=number, rows=version.row_count, problems=problems)
    try:
        sent = prompts.messages(spec, columns, chosen.cells)
    except ValueError as exc:
        return Preview(row=number, rows=version.row_count, problems=(str(exc),))
    tokens = -(-sum(len(text) for _role, text in sent) // CHARS_PER_TOKEN)
    return Preview(
        row=number,
        rows=version.row_count,
        messages=tuple(sent),
        length=f"About {rendering.count(tokens)} tokens",
    )
