"""Dataset versions: which one is current, who may change its rows, and what opens the next one.

Whoever changes rows or freezes them holds the lock of the playground's row until the commit, so
edits, imports and the start of a run come one after the other.
"""

from django.db.models import F, Q, QuerySet
from django.utils import timezone

from accounts.errors import NotReady
from playground import enqueue
from playground.models import DatasetVersion, Playground, Row, Upload


def lock(playground: Playground, *, besides: Upload | None = None) -> DatasetVersion:
    """The current version, with the playground locked until the end of the transaction.

    Raises NotReady before the first import has ended, and while a file is brought in; the upload
    `besides` does not count. Whoever locks an upload too does that first.
    """
    Playground.objects.select_for_update().get(pk=playground.pk)
    others = imports_under_way(playground)
    if besides is not None:
        others = others.exclude(pk=besides.pk)
    if others.exists():
        raise NotReady(
            f"A file is being imported into {playground.name}.",
            hint="Wait until it has ended, or cancel it; then change the rows.",
        )
    version = playground.versions.first()
    if version is None:
        raise NotReady(f"{playground.name} has no rows yet.", hint="Bring a file.")
    version.playground = playground
    return version


def imports_under_way(playground: Playground) -> QuerySet[Upload]:
    """The uploads whose rows are being stored for this playground."""
    is_ours = Q(into=playground) | Q(playground=playground)
    return Upload.objects.filter(is_ours, state=Upload.State.IMPORTING)


def open_next(
    version: DatasetVersion,
    *,
    origin: DatasetVersion.Origin,
    source_name: str = "",
) -> DatasetVersion:
    """The version after `version`, which is frozen with it; its rows and counts to begin with.

    Within a transaction that holds the playground's lock.
    """
    freeze(version)
    return DatasetVersion.objects.create(
        playground_id=version.playground_id,
        number=version.number + 1,
        row_count=version.row_count,
        source_name=source_name or version.source_name,
        origin=origin,
        changes={"added": 0, "changed": 0, "gone": 0},
        profile=version.profile,
        is_counted=version.is_counted,
    )


def freeze(version: DatasetVersion) -> None:
    """From now on nothing of this version changes. Done twice, the first time counts."""
    frozen_at = timezone.now()
    if DatasetVersion.objects.filter(pk=version.pk, frozen_at=None).update(frozen_at=frozen_at):
        version.frozen_at = frozen_at


def note_changes(
    version: DatasetVersion, *, added: int = 0, changed: int = 0, gone: int = 0
) -> None:
    """Write what an edit has added to the changes of a draft, and have its cells counted again.

    The numbers may be negative, as when an edit is taken back; the first version has nothing to
    compare with. Within a transaction that holds the playground's lock.
    """
    if version.changes:
        moved = {"added": added, "changed": changed, "gone": gone}
        version.changes = {key: version.changes.get(key, 0) + n for key, n in moved.items()}
    # The lock makes this the only writer of these fields but for the count.
    DatasetVersion.objects.filter(pk=version.pk).update(
        changes=version.changes, row_count=F("row_count") + added - gone, edits=F("edits") + 1
    )
    if DatasetVersion.objects.filter(pk=version.pk, is_counted=True).update(is_counted=False):
        enqueue.count_version(version.pk)
    version.refresh_from_db(fields=["row_count", "edits", "is_counted"])


def revision_before(row: Row, version: DatasetVersion) -> Row | None:
    """What the row was in the version before `version`, when it has changed or gone since."""
    return Row.objects.filter(
        playground_id=version.playground_id,
        identity=row.identity,
        until=version.number - 1,
    ).first()
