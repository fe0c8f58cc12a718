"""The walk of the browser in one call: rows, setup, run. For `manage.py evaluate`."""

import time
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from accounts.errors import NotReady, UserError
from accounts.models import Workspace
from evals.domain import prompts
from evals.domain.snapshot import ColumnSpec, VariantSpec
from evals.models import Connection, Run, Variant
from evals.services import connections, imported_answers, rules, runs, setup, variants
from evals.services import kpis as setup_kpis
from evals.services.spec_file import EvaluationSpec, VariantEntry
from playground.models import Column, Playground, Upload
from playground.queries import current_version, row_ids
from playground.services import uploads

CHUNK = 1024 * 1024
LONGEST_NAME = 100


@dataclass(frozen=True, kw_only=True)
class Evaluation:
    """A finished run and how long reading and running took, in seconds."""

    run: Run
    playground: Playground
    reading_s: float
    running_s: float


def evaluate(
    *, spec: EvaluationSpec, data: Path, workspace: Workspace, variables: Mapping[str, str]
) -> Evaluation:
    """Import `data`, set up what `spec` says, run it in this process and wait for its end.

    A provider may ask to be left alone for up to an hour; that is waited for, too.

    `variables` holds the keys that the spec names by `api_key_env`.

    Raises SpecError for what the spec gets wrong about the data or the connections, and
    UserError for a file that cannot be imported or a setup that cannot be run.
    """
    begun = time.monotonic()
    _check_prompts(spec)
    playground, found = _import(spec, data, workspace)
    _set_up(spec, playground, found, variables)
    read = time.monotonic()
    version = current_version(playground)
    run = runs.create_run(
        playground=playground,
        snapshot=setup.snapshot_of(playground),
        row_ids=row_ids(version)[: spec.limit],
        form_token=uuid.uuid4().hex,
    )
    if not runs.drain_here(run.pk):
        raise NotReady("The run was interrupted.", hint="Start the evaluation again.")
    run.refresh_from_db()
    return Evaluation(
        run=run,
        playground=playground,
        reading_s=read - begun,
        running_s=time.monotonic() - read,
    )


def _check_prompts(spec: EvaluationSpec) -> None:
    """Raises SpecError for a prompt that the columns cannot fill, before anything is stored."""
    columns = [
        ColumnSpec(id=name, name=name, role=role)
        for name, role in spec.roles.items()
        if role != Column.Role.LEFT_OUT
    ]
    for entry in spec.variants:
        variant = VariantSpec(
            name=entry.name,
            connection_id=0,
            connection_name=entry.connection,
            kind="",
            model=entry.model,
            user_prompt=entry.user_prompt,
            system_prompt=entry.system_prompt,
            use_context=entry.use_context,
            answers_column=entry.answers_from,
        )
        for problem in prompts.problems(variant, columns):
            raise entry.place.error(f"Variant {entry.name!r}: {problem}")


def _import(
    spec: EvaluationSpec, data: Path, workspace: Workspace
) -> tuple[Playground, Sequence[str]]:
    """The playground made from the file, through the same doors as an upload in the browser.

    With the names of the file's columns, in order: prompts may need other ones.
    """
    upload = uploads.receive(
        workspace=workspace, user=None, file_name=data.name, chunks=_chunks(spec, data)
    )
    upload = uploads.finish_here(upload.pk)
    _refuse_unless(upload, Upload.State.CHECKED)
    found = [column["name"] for column in upload.report["columns"]]
    for name, node in spec.role_places.items():
        if name not in found:
            raise node.error(
                f"{data.name} has no column {name!r}.", hint=f"It has {', '.join(found)}."
            )
    uploads.choose(
        upload,
        {"columns": [{"role": spec.roles.get(name, Column.Role.LEFT_OUT.value)} for name in found]},
    )
    upload = uploads.finish_here(upload.pk)
    _refuse_unless(upload, Upload.State.CHECKED)
    playground = uploads.start_import(upload, name=spec.name)
    _refuse_unless(uploads.finish_here(upload.pk), Upload.State.IMPORTED)
    return playground, found


def _chunks(spec: EvaluationSpec, data: Path) -> Iterator[bytes]:
    try:
        with data.open("rb") as handle:
            while chunk := handle.read(CHUNK):
                yield chunk
    except OSError as exc:
        raise spec.top.error(
            f"{data} cannot be read: {exc.strerror}.", hint="Correct `data:` or give --data."
        ) from exc


def _refuse_unless(upload: Upload, state: Upload.State) -> None:
    if upload.state != state:
        raise UserError(upload.error or f"The import ended as {upload.state}.", hint=upload.hint)


def _set_up(
    spec: EvaluationSpec,
    playground: Playground,
    found: Sequence[str],
    variables: Mapping[str, str],
) -> None:
    # The setup that a new playground begins with makes room for the spec's.
    playground.variants.all().delete()
    playground.setup_kpis.all().delete()
    for entry in spec.variants:
        if entry.answers_from:
            column = playground.columns.get(position=found.index(entry.answers_from))
            variant = imported_answers.create(playground, column, entry.name)
        else:
            variant = _add_variant(entry, playground, variables)
        if entry.is_baseline:
            variants.make_baseline(variant=variant)
    for kpi in spec.kpis:
        setup_kpis.add(
            playground=playground, key=kpi.key, slot=kpi.slot, name=kpi.name, params=kpi.params
        )
    rules.save(playground=playground, rule=spec.rule)


def _add_variant(
    entry: VariantEntry, playground: Playground, variables: Mapping[str, str]
) -> Variant:
    connection = _connection(entry, playground.workspace, variables)
    draft = variants.VariantDraft(
        name=entry.name,
        connection=connection,
        model_id=entry.model or _first_model(entry, connection),
        user_prompt=entry.user_prompt,
        system_prompt=entry.system_prompt,
        temperature=entry.temperature,
        max_tokens=entry.max_tokens,
        seed=entry.seed,
        use_context=entry.use_context,
    )
    return variants.create(playground=playground, draft=draft)


def _first_model(entry: VariantEntry, connection: Connection) -> str:
    first = connection.models.first()
    if first is None:
        raise entry.place.error(
            f"The connection {connection.name!r} has no model.", hint="Add `model:`."
        )
    return first.model_id


def _connection(
    entry: VariantEntry, workspace: Workspace, variables: Mapping[str, str]
) -> Connection:
    """The connection by name, or the one for an address with its key of today."""
    if entry.connection:
        connections.ensure_embedded(workspace)
        reaching = Connection.objects.exclude(kind=Connection.Kind.IMPORTED)
        known = {each.name: each for each in reaching.filter(workspace=workspace)}
        if entry.connection not in known:
            raise entry.place.error(
                f"There is no connection {entry.connection!r}.", hint=f"Use {', '.join(known)}."
            )
        return known[entry.connection]
    key = variables.get(entry.api_key_env, "")
    if entry.api_key_env and not key:
        raise entry.place.error(
            f"The variable {entry.api_key_env} is not set.", hint="Set it to the key."
        )
    draft = connections.ConnectionDraft(
        name=_name_for(entry),
        kind=Connection.Kind.OPENAI,
        base_url=entry.base_url,
        key=key,
        allow_private=entry.allow_private,
    )
    stored = Connection.objects.filter(workspace=workspace, name=draft.name).first()
    try:
        if stored is None:
            return connections.create(workspace=workspace, draft=draft)
        connections.update(connection=stored, draft=draft)
    except UserError as exc:
        raise entry.place.error(exc.message, hint=exc.hint) from exc
    return stored


def _name_for(entry: VariantEntry) -> str:
    """One name for each address and key, so that no variant is asked with another one's."""
    name = f"{entry.base_url} (spec{entry.api_key_env and f', {entry.api_key_env}'})"
    if len(name) <= LONGEST_NAME:
        return name
    digest = sha256(name.encode()).hexdigest()[:8]
    return f"{name[: LONGEST_NAME - 9]} {digest}"
