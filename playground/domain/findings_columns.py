"""Things to check in whole columns, with buttons that change what a column becomes."""

from collections.abc import Iterator, Sequence

from playground.domain.findings import Finding, Option, quoted
from playground.domain.mapping import Planned, lacking
from playground.domain.profiles import MANY, ColumnProfile
from playground.domain.report import ColumnFound
from playground.domain.templates import TemplateColumn


def column_findings(
    found: Sequence[ColumnFound],
    planned: Sequence[Planned],
    profiles: Sequence[ColumnProfile],
    template: Sequence[TemplateColumn],
) -> Iterator[Finding]:
    """Columns of the template that are missing, dates in two orders, too many slices, no cell."""
    yield from _lacking(planned, template)
    together = enumerate(zip(found, planned, profiles, strict=True))
    for position, (guess, plan, profile) in together:
        if profile.has_two_date_orders:
            yield _date_orders(position, plan)
        if guess.role == "filter" and profile.has_many_values and profile.type == "text":
            yield _many_values(position, plan)
        if not profile.filled and guess.original.strip():
            yield _empty(position, guess, plan)


def _lacking(planned: Sequence[Planned], template: Sequence[TemplateColumn]) -> Iterator[Finding]:
    missing = lacking(planned, template)
    for is_required in (True, False):
        names = [column.name for column in missing if column.required is is_required]
        if not names:
            continue
        it, held = ("it", "it") if len(names) == 1 else ("them", "one of them")
        what = f"{'Required.' if is_required else 'Not required.'} Rows are imported without {it}."
        yield Finding(
            kind="lacking_required" if is_required else "lacking",
            level="fail" if is_required else "info",
            title=f"No column fills {quoted(names, 'or')}",
            detail=f"{what} If a column of the file holds {held}, choose that name for it under "
            "Import as.",
            count=len(names),
            lines=(),
        )


def _date_orders(position: int, plan: Planned) -> Finding:
    return _finding(
        "date_orders",
        "warn",
        f"“{plan.name}” has dates in two orders",
        "Some have the day first, others the month. As text they stay as they are.",
        (
            _option(position, "type", "text", "Keep as text", is_chosen=plan.type != "date"),
            _option(position, "type", "date", "Keep as dates", is_chosen=plan.type == "date"),
        ),
    )


def _many_values(position: int, plan: Planned) -> Finding:
    return _finding(
        "many_categories",
        "info",
        f"“{plan.name}” has more than {MANY} values",
        "As a filter it gives as many slices, most of them small.",
        (
            _option(
                position, "role", "filter", "Keep as filter", is_chosen=plan.role != "left_out"
            ),
            _option(position, "role", "left_out", "Leave out", is_chosen=plan.role == "left_out"),
        ),
    )


def _empty(position: int, guess: ColumnFound, plan: Planned) -> Finding:
    is_left_out = plan.role == "left_out"
    keep = _option(position, "role", "filter", "Keep it", is_chosen=not is_left_out)
    leave_out = _option(position, "role", "left_out", "Leave out", is_chosen=is_left_out)
    return _finding(
        "empty_column",
        "info",
        f"“{plan.name}” is empty",
        "No row has a cell in this column.",
        (leave_out, keep) if guess.role == "left_out" else (keep, leave_out),
    )


def _finding(
    kind: str, level: str, title: str, detail: str, options: tuple[Option, ...]
) -> Finding:
    return Finding(
        kind=kind, level=level, title=title, detail=detail, count=1, lines=(), options=options
    )


def _option(position: int, key: str, value: str, label: str, *, is_chosen: bool) -> Option:
    return Option(name="set", value=f"{position}:{key}:{value}", label=label, is_chosen=is_chosen)
