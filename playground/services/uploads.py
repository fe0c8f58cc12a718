"""What a person does with a file on its way in: bring it, correct the guesses, import, cancel.

`check` and `run_import` are the jobs behind it; workers run them, and `manage.py evaluate` too.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import transaction

from accounts.errors import Refused
from accounts.models import User, Workspace
from playground import enqueue
from playground.domain import corrections, file_kinds, file_names
from playground.models import Playground, Upload
from playground.services import bringing, importing, rows, stored_files
from playground.services.changes import mode_of
from playground.services.checking import check, is_quick
from playground.services.filling import MODES, REPLACE, filling
from playground.services.importing import run_import
from playground.services.planning import planned_columns
from playground.services.stalled import (
    finish_here,
    not_ready,
    resume_stalled_uploads,
    work_off_stalled,
)

__all__ = [
    "cancel",
    "check",
    "check_columns",
    "choose",
    "finish_here",
    "outcome",
    "planned_columns",
    "receive",
    "resume_stalled_uploads",
    "run_import",
    "start_import",
    "work_off_stalled",
]

_State = Upload.State
_STARTED = (_State.IMPORTING, _State.IMPORTED)
# What the report of a check depends on.
_CHECKED_CHOICES = frozenset({"dialect", "columns", "fixes", "fix", "mode"})
# What was exported from a playground comes back into it unchanged.
_FIRST_FIXES_INTO = {"broken": "leave"}


def receive(
    *,
    workspace: Workspace,
    user: User | None,
    file_name: str,
    chunks: Iterable[bytes],
    template: Mapping[str, Any] | None = None,
    into: Playground | None = None,
    mode: str = "",
) -> Upload:
    """Store a file as it streams in and have it checked by a worker.

    `template` has the columns that the file is to fill, as `Template.to_json` gives them. With
    `into` the rows go into that playground, and its columns are the template; `mode` says how,
    "replace" when it is none of `filling.MODES`.

    Raises FileRefused, with nothing stored, for a name or first bytes of something else than a
    table of text, for an empty file, and over the size limit.
    """
    name = file_names.clean(file_name)
    file_kinds.check_name(name)
    stored_name, size = stored_files.store(
        chunks, check_head=lambda head: file_kinds.check_content(head, name)
    )
    with transaction.atomic():
        upload = Upload.objects.create(
            workspace=workspace,
            created_by=user,
            file_name=name,
            stored_name=stored_name,
            size=size,
            into=into,
            choices=_first_choices(name, template, into, mode),
        )
        enqueue.check_upload(upload.pk)
    return upload


def _first_choices(
    file_name: str, template: Mapping[str, Any] | None, into: Playground | None, mode: str
) -> dict[str, Any]:
    if into is not None:
        known_mode = mode if mode in MODES else REPLACE
        return {
            "name": into.name,
            "template": columns_as_template(into),
            "mode": known_mode,
            "fixes": dict(_FIRST_FIXES_INTO),
        }
    choices: dict[str, Any] = {"name": file_names.title(file_name)}
    return choices | {"template": dict(template)} if template else choices


def columns_as_template(playground: Playground) -> dict[str, Any]:
    """The playground's columns as a template that a file can fill, as `Template.to_json` has it."""
    columns = playground.columns.values("name", "type", "role", "required")
    return {"name": playground.name, "columns": list(columns), "setup": {}}


@transaction.atomic
def choose(upload: Upload, choices: Mapping[str, Any]) -> None:
    """Keep what a person has set instead of the guesses.

    `choices` may have `name` and `question` of the playground; `columns`, one entry for each
    column of the report with any of `name`, `type`, `role`; `fixes`, an option for any kind of
    problem, or `fix`, which is added to those that are kept; `mode`; and `dialect` with any of
    `encoding`, `delimiter` (its name), `quote` (its name), `sheet`, `has_header`, `header_row`.
    All but the first two have the file checked again, so that every number stays true; with a new
    dialect, what was set for columns stays for those that still have their names. A worker is
    rung for large files; the caller checks a small one with `checking.check_at_once`.
    A file that goes into a playground is compared with its columns as they are called now.

    Raises NotReady when the import has begun or ended.
    """
    # Under a lock: what another tab has set meanwhile stays.
    current = Upload.objects.select_for_update().get(pk=upload.pk)
    kept = {**_kept(current), **choices}
    if fix := kept.pop("fix", None):
        kept["fixes"] = {**kept.get("fixes", {}), **fix}
    if "dialect" in choices:
        kept["columns"] = corrections.by_name(
            current.report.get("columns", []), kept.get("columns", [])
        )
    is_new_check = bool(choices.keys() & _CHECKED_CHOICES)
    state = _State.UPLOADED if is_new_check else _State(current.state)
    changed = Upload.objects.filter(pk=upload.pk, state__in=_open_states(choices)).update(
        choices=kept, state=state
    )
    if not changed:
        raise not_ready(upload)
    upload.choices, upload.state = kept, state
    if is_new_check:
        Upload.objects.filter(pk=upload.pk).update(
            report={}, error="", hint="", lease_until=None, attempts=0
        )
        if not is_quick(upload):
            enqueue.check_upload(upload.pk)


def first_fixes(upload: Upload) -> dict[str, str]:
    """The unusual fixes of an upload for which nobody has chosen any yet."""
    return dict(_FIRST_FIXES_INTO) if upload.into_id is not None else {}


def _kept(upload: Upload) -> dict[str, Any]:
    """The choices so far, for the columns that the playground has now.

    Once one of them has another name, what was set for the file's columns no longer fits.
    """
    kept = dict(upload.choices)
    if upload.into is None:
        return kept
    template = columns_as_template(upload.into)
    if _names(template) != _names(kept["template"]):
        kept.pop("columns", None)
    return kept | {"template": template}


def _names(template: Mapping[str, Any]) -> list[str]:
    return [column["name"] for column in template["columns"]]


def _open_states(choices: Mapping[str, Any]) -> list[Upload.State]:
    is_for_refused = choices.keys() & {"dialect", "fixes", "fix"}
    return [_State.CHECKED, _State.REFUSED] if is_for_refused else [_State.CHECKED]


@transaction.atomic
def start_import(
    upload: Upload, *, name: str, question: str = "", suggest: bool = False
) -> Playground:
    """Have a worker store the rows: in `upload.into`, else in a new playground with this name.

    With `suggest` a new playground that nothing gives a setup begins with a suggested one.
    Started twice, it is the same playground. Raises NotReady for an upload that is not checked or
    while another file is brought into the same playground, and Refused for columns that cannot be
    used together and when no row would be stored.
    """
    if upload.state == _State.CHECKED:
        # Before anything changes, so that the caller's upload stays as it is when this refuses.
        check_columns(upload)
        _check_rows(upload)
    started = Upload.objects.filter(pk=upload.pk, state=_State.CHECKED).update(
        state=_State.IMPORTING, rows_done=0, attempts=0, lease_until=None
    )
    upload.refresh_from_db()
    if not started:
        playground = upload.into or upload.playground
        if playground is not None and upload.state in _STARTED:
            return playground
        raise not_ready(upload)
    if upload.into is None:
        playground, known = _begin_playground(upload, name=name, question=question, suggest=suggest)
        upload.playground = playground
    else:
        playground, known = upload.into, bringing.begin(upload, upload.into)
    upload.choices |= known
    upload.save(update_fields=["playground", "choices"])
    enqueue.import_upload(upload.pk)
    return playground


def _check_rows(upload: Upload) -> None:
    if not upload.report["row_count"]:
        raise Refused(
            "Under these choices there is no row to import.",
            hint="Keep some of the rows that are left out, or bring another file.",
        )


def check_columns(upload: Upload) -> None:
    """Raises Refused when the columns of a checked upload cannot be used together."""
    columns = planned_columns(upload)
    if upload.into is None:
        rows.check_columns(columns)
    else:
        filling(upload.into, columns, mode_of(upload))


def _begin_playground(
    upload: Upload, *, name: str, question: str, suggest: bool
) -> tuple[Playground, dict[str, object]]:
    """A playground with its columns and no rows yet, and what the job needs to know of it."""
    template = upload.choices.get("template") or _told_by_format(upload)
    origin = {key: template[key] for key in ("name", "setup") if key in template}
    if suggest and not origin.get("setup"):
        origin["suggest"] = True
    playground = Playground.objects.create(
        workspace=upload.workspace,
        created_by=upload.created_by,
        name=name,
        question=question,
        template=origin,
    )
    version = rows.open_version(playground, planned_columns(upload), source_name=upload.file_name)
    return playground, {"mapping": rows.mapping_of(playground), "version": version.number}


def _told_by_format(upload: Upload) -> dict[str, Any]:
    """What the file itself says of variants, KPIs and a rule, as a template has it."""
    setup = upload.report.get("setup")
    return {"name": upload.file_name, "setup": setup} if setup else {}


def cancel(upload: Upload) -> None:
    """Stop what is under way and remove all that was stored of it.

    A playground that has rows already stays as it was. Raises NotReady once the rows are imported.
    """
    with transaction.atomic():
        current = Upload.objects.select_for_update().get(pk=upload.pk)
        cancelled = (
            Upload.objects.filter(pk=upload.pk)
            .exclude(state=_State.IMPORTED)
            .update(state=_State.CANCELLED, playground=None, lease_until=None)
        )
        if not cancelled:
            raise not_ready(current)
        if current.state == _State.IMPORTING:
            importing.discard(current)
    stored_files.delete(upload)
    upload.state = _State.CANCELLED


def outcome(upload: Upload) -> str:
    """What an import into a playground has changed, in words; "" for any other upload."""
    done = upload.report.get("imported") if upload.state == _State.IMPORTED else None
    if done is None:
        return ""
    if done["version"] is None:
        return f"{upload.file_name} changes nothing: the dataset says the same already."
    words = {"added": "new", "changed": "changed", "gone": "removed"}
    counts = [f"{done[key]:,} {word}" for key, word in words.items() if done[key]]
    return f"Version {done['version']}: {', '.join(counts)}."
