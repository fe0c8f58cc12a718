"""What a user can do with templates: save, change, copy, delete, take along, start with one."""

import json
from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from accounts.errors import NotReady, Refused, TooLarge
from accounts.models import User, Workspace
from playground.domain.template_nodes import BadTemplate
from playground.domain.template_reading import NAME_CAP, plain, read_template
from playground.domain.templates import Template
from playground.models import ColumnTemplate, Playground
from playground.services import beginning
from playground.services.templates import VOCABULARY

# A file of another kind that happens to be JSON is told apart by this field.
MARK, FORMAT = "evalground_template", 1
IMPORT_BYTES = 1_000_000
MOST_TEMPLATES = 500


@transaction.atomic
def save(*, workspace: Workspace, user: User | None, template: Template) -> ColumnTemplate:
    """Keep `template` as one of the workspace's own.

    Raises Refused, naming the place, for what a template cannot hold, and beyond
    `MOST_TEMPLATES`.
    """
    values = _values(template)
    Workspace.objects.select_for_update().get(pk=workspace.pk)
    if ColumnTemplate.objects.filter(workspace=workspace).count() >= MOST_TEMPLATES:
        raise Refused(
            f"A workspace keeps at most {MOST_TEMPLATES} templates.",
            hint="Delete one that you no longer need, then save this one.",
        )
    return ColumnTemplate.objects.create(workspace=workspace, created_by=user, **values)


def stamp_of(stored: ColumnTemplate) -> str:
    """What tells one stored state of a template from the next."""
    return stored.updated_at.isoformat()


def update(*, stored: ColumnTemplate, template: Template, seen: str) -> None:
    """Put `template` in the place of what was stored; playgrounds made from it stay as they are.

    `seen` is the stamp of what the person saw: columns are told by their places in it. Raises
    NotReady when it was changed since, and Refused, naming the place, for what a template cannot
    hold, and when somebody has deleted it meanwhile.
    """
    values = _values(template)
    same = ColumnTemplate.objects.filter(pk=stored.pk)
    unchanged = same.filter(updated_at=stored.updated_at)
    if seen == stamp_of(stored) and unchanged.update(**values, updated_at=timezone.now()):
        stored.refresh_from_db()
        return
    if same.exists():
        raise NotReady(
            "This template was changed meanwhile, in another tab or by somebody else, "
            "so nothing was stored.",
            hint="Copy what you typed here, open the template again, and change it there.",
        )
    raise Refused(
        "This template was deleted meanwhile, so nothing was stored.",
        hint="Copy what you typed, make a new template, and paste it there.",
    )


def duplicate(*, workspace: Workspace, user: User | None, template: Template) -> ColumnTemplate:
    """A copy of any template as one of the workspace's own; " copy" tells it from its origin."""
    name = f"{template.name[: NAME_CAP - 5]} copy"
    return save(workspace=workspace, user=user, template=replace(template, name=name))


def delete(*, stored: ColumnTemplate) -> None:
    """Remove one of the workspace's own; playgrounds made from it stay as they are."""
    stored.delete()


def export_json(template: Template) -> bytes:
    """`template` as the file that `import_json` reads, indented for people."""
    entry = {MARK: FORMAT, **plain(template)}
    return (json.dumps(entry, ensure_ascii=False, indent=2) + "\n").encode()


def import_json(*, workspace: Workspace, user: User | None, content: bytes) -> ColumnTemplate:
    """Keep the template of a file as one of the workspace's own.

    Raises TooLarge above `IMPORT_BYTES` and Refused, naming the place, for everything that
    `export_json` would not have written.
    """
    entry = _read(content)
    try:
        template = read_template(entry, VOCABULARY)
    except BadTemplate as exc:
        raise _refused(exc) from exc
    return save(workspace=workspace, user=user, template=template)


def start_with_sample_rows(
    *, workspace: Workspace, user: User | None, template: Template
) -> Playground:
    """A playground with the template's columns, its sample rows and its setup.

    Raises Refused for a template without sample rows.
    """
    if not template.sample_rows:
        raise Refused(
            f"{template.name} has no sample rows.", hint="Download its file, fill it, upload it."
        )
    return beginning.start(
        workspace=workspace,
        user=user,
        template=template,
        rows=template.sample_rows,
        source_name="Sample rows of the template",
    )


def _read(content: bytes) -> Mapping[str, Any]:
    if len(content) > IMPORT_BYTES:
        raise TooLarge(
            f"The file has {len(content):,} bytes; a template has at most {IMPORT_BYTES:,}.",
            hint="Shorten its sample rows, or bring them as a file of rows.",
        )
    try:
        entry = json.loads(content.decode("utf-8-sig"))
    except UnicodeDecodeError as exc:
        raise Refused(
            "The file is not UTF-8 text.", hint="Choose a file that “Export JSON” has written."
        ) from exc
    except json.JSONDecodeError as exc:
        raise Refused(
            f"This file is not JSON: line {exc.lineno}, column {exc.colno}.",
            hint="Choose a file that “Export JSON” has written.",
        ) from exc
    except (ValueError, RecursionError) as exc:
        raise Refused(
            "The file is JSON that is nested too deeply or holds a number that is too long.",
            hint="Choose a file that “Export JSON” has written.",
        ) from exc
    if not isinstance(entry, dict) or entry.get(MARK) != FORMAT:
        raise Refused(
            f"The file is JSON, but no template of this version: it has no `{MARK}: {FORMAT}`.",
            hint="Choose a file that “Export JSON” has written. Rows go to New playground.",
        )
    return {name: value for name, value in entry.items() if name != MARK}


def _values(template: Template) -> dict[str, Any]:
    """What is stored, after the checks that a file goes through."""
    try:
        checked = read_template(plain(template), VOCABULARY)
    except BadTemplate as exc:
        raise _refused(exc) from exc
    columns, most = len(checked.columns), settings.UPLOAD_LIMITS.columns
    if columns > most:
        # No file could fill it, and the editor would not take it back.
        raise _refused(
            BadTemplate("columns", f"has {columns:,} entries; at most {most:,} are taken")
        )
    return {
        "name": checked.name.strip(),
        "description": checked.description.strip(),
        "columns": [asdict(column) for column in checked.columns],
        "setup": dict(checked.setup),
        "sample_rows": [list(row) for row in checked.sample_rows],
    }


def _refused(exc: BadTemplate) -> Refused:
    return Refused(f"The template cannot be used. {exc}.", hint="Change that, and try again.")
