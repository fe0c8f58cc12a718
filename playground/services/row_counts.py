"""Rows that somebody looks for: without a context, or the same as an earlier one."""

from collections.abc import Sequence

from django.db.models import F, Q, QuerySet, Window
from django.db.models.functions import RowNumber
from django.db.models.lookups import Exact

from playground.expressions import CellValue
from playground.models import Column, DatasetVersion, Row

# In `DatasetVersion.profile`, beside the ids of columns.
KEY = "rows"
# SQLite refuses expressions deeper than 1,000; nobody has more columns of one role than this.
MOST_COLUMNS = 100


def counts_of(version: DatasetVersion) -> dict[str, int | None]:
    """How many rows of the version have no context, and how many repeat an earlier one.

    None where it does not apply: no column has that role.
    """
    roles = list(version.playground.columns.values_list("id", "role"))
    contexts = [pk for pk, role in roles if role == Column.Role.CONTEXT]
    inputs = [pk for pk, role in roles if role == Column.Role.INPUT]
    rows = version.rows().order_by()
    return {
        "no_context": without_context(rows, contexts).count() if contexts else None,
        "duplicates": repeats(version, inputs).count() if inputs else None,
    }


def without_context(rows: QuerySet[Row], contexts: Sequence[int]) -> QuerySet[Row]:
    """Those of `rows` in which every one of these columns is blank."""
    return rows.filter(_all_blank(contexts))


def repeats(version: DatasetVersion, inputs: Sequence[int]) -> QuerySet[Row]:
    """The version's rows whose cells in all these columns stood together in an earlier row.

    White space around a cell does not count, nor do rows in which all of them are blank.
    """
    rows = version.rows().order_by()
    place = Window(
        RowNumber(),
        partition_by=[CellValue(column_id) for column_id in inputs[:MOST_COLUMNS]],
        order_by=F("position").asc(),
    )
    placed = rows.exclude(_all_blank(inputs)).annotate(place=place).filter(place__gt=1)
    return rows.filter(pk__in=placed.values("pk"))


def _all_blank(column_ids: Sequence[int]) -> Q:
    blank = Q()
    for column_id in column_ids[:MOST_COLUMNS]:
        blank &= Q(Exact(CellValue(column_id), ""))
    return blank
