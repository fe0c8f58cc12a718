"""A playground that begins with a template and without a file."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict

from django.db import transaction

from accounts.models import User, Workspace
from playground.domain.templates import Template
from playground.models import Playground
from playground.services.rows import ColumnDraft, create_playground


@transaction.atomic
def start_empty(*, workspace: Workspace, user: User | None, template: Template) -> Playground:
    """A playground with the columns and the setup of `template`, and no rows yet.

    Raises Refused for columns that cannot be used together.
    """
    return start(workspace=workspace, user=user, template=template, rows=(), source_name="")


def start(
    *,
    workspace: Workspace,
    user: User | None,
    template: Template,
    rows: Iterable[Sequence[str]],
    source_name: str,
) -> Playground:
    """A playground with the columns and the setup of `template`, and with `rows`.

    Raises Refused for columns that cannot be used together.
    """
    return create_playground(
        workspace=workspace,
        user=user,
        name=template.name,
        question="",
        columns=[ColumnDraft(**asdict(column)) for column in template.columns],
        rows=rows,
        source_name=source_name,
        template=template,
    )
