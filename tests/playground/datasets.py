"""A shop with rows, and files that are brought into it."""

import csv
import io
from collections.abc import Sequence
from typing import Any

from accounts.models import User, Workspace
from playground.models import Column, DatasetVersion, Playground, Row, Upload
from playground.services import uploads
from playground.services.rows import ColumnDraft, create_playground, freeze_current_version

Cells = Sequence[Sequence[str]]

COLUMNS = [
    ColumnDraft(name="id", role=Column.Role.ROW_ID),
    ColumnDraft(name="question", role=Column.Role.INPUT),
    ColumnDraft(name="answer", role=Column.Role.EXPECTED),
    ColumnDraft(name="topic", type=Column.Type.CATEGORY, role=Column.Role.FILTER),
]
HEADER = ["id", "question", "answer", "topic"]
TOPICS = ["Delivery", "Gift cards"]


def shop_rows(count: int = 20) -> list[list[str]]:
    return [
        [f"T-{n}", f"What is question {n}?", f"Answer number {n}", TOPICS[n % 2]]
        for n in range(1, count + 1)
    ]


def as_csv(header: Sequence[str], rows: Cells) -> bytes:
    target = io.StringIO()
    csv.writer(target, lineterminator="\n").writerows([header, *rows])
    return target.getvalue().encode()


def shop_in(
    workspace: Workspace,
    user: User,
    columns: Sequence[ColumnDraft] = COLUMNS,
    rows: Cells = (),
) -> Playground:
    """A playground whose first version is frozen."""
    playground = create_playground(
        workspace=workspace,
        user=user,
        name="Shop",
        question="",
        columns=columns,
        rows=rows or shop_rows(),
        source_name="shop.csv",
    )
    freeze_current_version(playground)
    return playground


def bring(
    playground: Playground, rows: Cells, *, header: Sequence[str] = HEADER, mode: str = "replace"
) -> Upload:
    """A checked upload of these rows; a column that is new is used as a filter."""
    upload = uploads.receive(
        workspace=playground.workspace,
        user=None,
        file_name="again.csv",
        chunks=[as_csv(header, rows)],
        into=playground,
        mode=mode,
    )
    uploads.check(upload.pk)
    upload.refresh_from_db()
    known = {name.casefold() for name in HEADER}
    if any(name.casefold() not in known for name in header):
        new = [n for n in header if n.casefold() not in known]
        columns = [{"name": n, "role": "filter"} if n in new else {} for n in header]
        uploads.choose(upload, {"columns": columns})
        uploads.check(upload.pk)
        upload.refresh_from_db()
    assert upload.state == Upload.State.CHECKED, (upload.error, upload.report)
    return upload


def bring_in(playground: Playground, rows: Cells, **how: Any) -> Upload:
    """The upload of these rows once they are imported."""
    upload = bring(playground, rows, **how)
    uploads.start_import(upload, name="")
    uploads.run_import(upload.pk)
    upload.refresh_from_db()
    assert upload.state == Upload.State.IMPORTED, upload.error
    return upload


def current(playground: Playground) -> DatasetVersion:
    return playground.versions.all()[0]


def texts(playground: Playground, number: int | None = None) -> list[list[str]]:
    """The cells of a version's rows, in the order of the columns."""
    version = playground.versions.get(number=number) if number else current(playground)
    keys = [str(column.pk) for column in playground.columns.all()]
    return [[row.cells.get(key, "") for key in keys] for row in version.rows()]


def state_of(playground: Playground) -> object:
    """All that an import which ends early must leave as it was."""
    return (
        [(v.number, v.row_count, v.changes, v.profile) for v in playground.versions.all()],
        list(Row.objects.filter(playground_id=playground.pk).order_by("id").values()),
        list(playground.columns.values()),
    )


def counts(diff: dict[str, Any]) -> tuple[object, ...]:
    return tuple(diff[key] for key in ("added", "changed", "same", "missing"))


def changed_5_new_3_missing_2() -> list[list[str]]:
    rows = shop_rows()
    for place in (0, 3, 6, 9, 12):
        rows[place][2] += ", corrected"
    del rows[17], rows[15]
    return rows + [[f"N-{n}", f"A new question {n}?", "Yes", "Delivery"] for n in range(3)]
