"""Things to check in whole columns, with buttons that change what a column becomes."""

from collections.abc import Iterator, Sequence

from playground.domain.findings import Finding, Option, quoted
from playground.domain.mapping import Planned, lacking
from playground.domain.profiles import MANY, ColumnProfile
from playground.domain.report import ColumnFound
from playground.domain.templates import TemplateColumn
from playground.domain.text_template import is_usable


def column_findings(
    found: Sequence[ColumnFound],
    planned: Sequence[Planned],
    profiles: Sequence[ColumnProfile],
    template: Sequence[TemplateColumn],
    *,
    is_into: bool = False,
    repeating_id: int | None = None,
) -> Iterator[Finding]:
    """Columns of the template that are missing, dates in two orders, too many slices, no cell.

    `is_into`: the template is a playground with rows; then also what the file adds to it.
    `repeating_id` is the position of a column that is called like a row id and repeats values.
    """
    yield from _lacking(planned, template, is_into=is_into)
    if is_into:
        yield from _beside(planned, template)
    if repeating_id is not None and all(plan.role != "row_id" for plan in planned):
        yield _repeating_id(planned[repeating_id])
    together = enumerate(zip(found, planned, profiles, strict=True))
    for position, (guess, plan, profile) in together:
        if profile.has_two_date_orders:
            yield _date_orders(position, plan)
        if guess.role == "filter" and profile.has_many_values and profile.type == "text":
            yield _many_values(position, plan)
        if not profile.filled and guess.original.strip():
            yield _empty(position, guess, plan)
        if plan.role != "left_out" and plan.name != guess.name and not is_usable(guess.name):
            yield _renamed(guess, plan)


def _lacking(
    planned: Sequence[Planned], template: Sequence[TemplateColumn], *, is_into: bool
) -> Iterator[Finding]:
    missing = lacking(planned, template)
    for is_required in (True, False):
        names = [column.name for column in missing if column.required is is_required]
        if not names:
            continue
        it, held = ("it", "it") if len(names) == 1 else ("them", "one of them")
        becomes = (
            "Rows that are there keep their cells; new rows have none."
            if is_into
            else f"Rows are imported without {it}."
        )
        what = f"{'Required.' if is_required else 'Not required.'} {becomes}"
        yield Finding(
            kind="lacking_required" if is_required else "lacking",
            level="fail" if is_required else "info",
            title=f"No column fills {quoted(names, 'or')}",
            detail=f"{what} If a column of the file holds {held}, choose that name for it under "
            "Import as.",
            count=len(names),
            lines=(),
        )


def _beside(planned: Sequence[Planned], template: Sequence[TemplateColumn]) -> Iterator[Finding]:
    """The columns of the file that fill none of the playground, and those that are left out."""
    known = {column.name.casefold() for column in template}
    used = [column.name for column in planned if column.role != "left_out"]
    new = [name for name in used if name.casefold() not in known]
    left_out = [column.name for column in planned if column.role == "left_out"]
    if not new and not left_out:
        return
    becomes = "becomes a new column" if len(new) == 1 else "become new columns"
    out = f"{quoted(left_out)} {'is' if len(left_out) == 1 else 'are'} left out"
    details = []
    if new:
        details.append(
            "No column of the playground has this name; where one holds the same, choose its name "
            "under Import as, or leave the new one out."
        )
    if new and left_out:
        details.append(f"{out}.")
    yield Finding(
        kind="beside_columns",
        level="info",
        title=f"{quoted(new)} {becomes}" if new else out,
        detail=" ".join(details) or "Its cells are not stored.",
        count=len(new) + len(left_out),
        lines=(),
    )


def _repeating_id(plan: Planned) -> Finding:
    return _finding(
        "repeating_id",
        "info",
        f"“{plan.name}” repeats values, so it is no row id",
        "Rows are told apart by their inputs. If each value should stand once, mend the file.",
        (),
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


def _renamed(guess: ColumnFound, plan: Planned) -> Finding:
    return _finding(
        "unusable_name",
        "info",
        f"“{guess.name}” is imported as “{plan.name}”",
        "No prompt could use the name as it is in the file, because of its braces.",
        (),
    )


def _finding(
    kind: str, level: str, title: str, detail: str, options: tuple[Option, ...]
) -> Finding:
    return Finding(
        kind=kind, level=level, title=title, detail=detail, count=1, lines=(), options=options
    )


def _option(position: int, key: str, value: str, label: str, *, is_chosen: bool) -> Option:
    return Option(name="set", value=f"{position}:{key}:{value}", label=label, is_chosen=is_chosen)
