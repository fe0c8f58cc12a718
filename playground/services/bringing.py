"""Brings the rows of a file into a playground that has rows: the next version of its dataset.

New rows and new revisions are stored with the number of a version that is not there yet, so
nobody sees them; the last transaction makes that version, ends the revisions that it replaces
and adds the columns that are new.
"""

from array import array
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice

from django.db import transaction

from accounts.errors import NotReady
from playground.domain.identity import Ordinals
from playground.domain.matching import KnownRows
from playground.models import Column, DatasetVersion, Playground, Row, Upload
from playground.services import counting, row_store, stored_files, versions
from playground.services.changes import Matched, known_rows, matched, mode_of, state_of
from playground.services.filling import ADD, REPLACE, Filling, filling
from playground.services.leases import Lease
from playground.services.planning import planned_columns
from playground.services.reading import rows_of_upload
from playground.services.row_store import BATCH, NewRow
from playground.services.rows import column_of

# A statement takes so many ids at a time.
_MOST_IDS = 900
_ORIGINS = {
    "add": DatasetVersion.Origin.ADD,
    "replace": DatasetVersion.Origin.REPLACE,
    "match": DatasetVersion.Origin.MATCH,
}


def begin(upload: Upload, playground: Playground) -> dict[str, object]:
    """What the job needs to know, for the upload's choices: the version it makes, the new columns.

    Within the transaction that starts the import. Raises NotReady while another file is brought
    into the playground or when its rows were edited since the file was compared with them, and
    Refused for columns that cannot be used together.
    """
    version = versions.lock(playground, besides=upload)
    if upload.report["diff"].get("of") != state_of(version):
        raise NotReady(
            f"{playground.name} was edited since the file was compared with it.",
            hint="Choose the way the rows come in once more: that compares them again.",
        )
    plan = filling(playground, planned_columns(upload), mode_of(upload))
    return {"version": version.number + 1, "new_columns": _reserve(playground, plan)}


def bring_rows(upload: Upload, lease: Lease) -> None:
    """Store the rows of a file whose import into `upload.into` was started.

    Memory grows by some hundred bytes a row, whatever the rows hold. Raises LeaseLostError when
    the upload is no longer ours; before the last transaction nothing of it can be seen.
    """
    playground = upload.into
    version = playground.versions.first() if playground else None
    if playground is None or version is None:
        raise ValueError("The rows of this upload go into no playground that has rows.")
    plan = filling(playground, planned_columns(upload), mode_of(upload))
    writer = _Writer(upload, version, plan)
    writer.learn(version, lease)
    rows = matched(plan, writer.known, rows_of_upload(upload))
    while batch := list(islice(rows, BATCH)):
        new = writer.rows(batch)
        with transaction.atomic():
            # First the lease, then the rows: who has lost it stores nothing.
            lease.renew(rows_done=writer.count)
            row_store.store(new)
    made = _finish(upload, lease, writer)
    stored_files.delete(upload)
    if made is not None:
        counting.count(made.pk)


def _reserve(playground: Playground, plan: Filling) -> dict[str, int]:
    """Ids for the new columns, by name; nobody else will get them.

    Cells are stored under these ids long before the columns are there to be seen.
    """
    drafts = [draft for draft, _index in plan.new]
    made = Column.objects.bulk_create(column_of(playground, draft, 0) for draft in drafts)
    ids = [column.pk for column in made]
    Column.objects.filter(pk__in=ids).delete()
    return {draft.name: column_id for draft, column_id in zip(drafts, ids, strict=True)}


def _finish(upload: Upload, lease: Lease, writer: "_Writer") -> DatasetVersion | None:
    """Make the version, all at once; None when the file changes nothing."""
    gone = writer.gone()
    changes = {"added": writer.added, "changed": len(writer.ended), "gone": len(gone)}
    is_new = any(changes.values())
    done = {**changes, "version": upload.choices["version"] if is_new else None}
    with transaction.atomic():
        lease.end(
            Upload.State.IMPORTED, playground=upload.into, report=upload.report | {"imported": done}
        )
        return _make_version(upload, writer, gone, changes) if is_new else None


def _make_version(
    upload: Upload, writer: "_Writer", gone: Sequence[int], changes: Mapping[str, int]
) -> DatasetVersion:
    before = versions.lock(writer.playground)
    Column.objects.bulk_create(writer.columns())
    for ended in (writer.ended, gone):
        for start in range(0, len(ended), _MOST_IDS):
            ids = list(ended[start : start + _MOST_IDS])
            Row.objects.filter(pk__in=ids).update(until=before.number)
    version = versions.open_next(
        before, origin=_ORIGINS[mode_of(upload)], source_name=upload.file_name
    )
    DatasetVersion.objects.filter(pk=version.pk).update(
        row_count=before.row_count + changes["added"] - changes["gone"],
        changes=changes,
        is_counted=False,
    )
    return version


class _Writer:
    """Makes new rows and new revisions out of a file's rows, and keeps what they replace."""

    def __init__(self, upload: Upload, version: DatasetVersion, plan: Filling) -> None:
        self.playground = version.playground
        self.known = KnownRows()
        self.ended = array("q")
        self.added = self.count = 0
        self._plan, self._mode = plan, mode_of(upload)
        self._since = int(upload.choices["version"])
        self._position = 0
        self._ordinals = Ordinals()
        ids: Mapping[str, int] = upload.choices["new_columns"]
        self._new = [(ids[draft.name], draft) for draft, _index in plan.new]
        self._keys = [*plan.indexes, *(str(column_id) for column_id, _draft in self._new)]

    def learn(self, version: DatasetVersion, lease: Lease) -> None:
        """Read the rows that are there: their identities, and what tells them apart."""
        last = version.rows().reverse().values_list("position", flat=True).first()
        self._position = last or 0
        if self._mode != ADD:
            self.known = known_rows(
                version, self._plan, ordinals=self._ordinals, after_chunk=lease.renew
            )
            return
        names = version.rows().order_by().values_list("identity", flat=True)
        for name in names.iterator(chunk_size=10_000):
            self._ordinals.reserve(name)

    def rows(self, batch: Sequence[Matched]) -> list[NewRow]:
        """The rows to store of this batch: new ones, and new revisions of those that differ."""
        self.count += len(batch)
        differing = [match.row_id for _row, match in batch if match and not match.is_same]
        stored = Row.objects.in_bulk(differing)
        self.ended.extend(differing)
        return list(self._rows(batch, stored))

    def _rows(self, batch: Sequence[Matched], stored: Mapping[int, Row]) -> Iterator[NewRow]:
        for row, match in batch:
            cells = dict(zip(self._keys, self._plan.new_cells(row), strict=True))
            if match is None:
                self.added += 1
                self._position += 1
                name = self._ordinals.distinct(self._plan.identity_of_new(row))
                yield self._row(self._position, name, cells)
            elif not match.is_same:
                old = stored[match.row_id]
                yield self._row(old.position, old.identity, {**old.cells, **cells})

    def _row(self, position: int, identity: str, cells: Mapping[str, str]) -> NewRow:
        return NewRow(
            playground_id=self.playground.pk,
            position=position,
            identity=identity,
            cells=row_store.as_json(cells),
            since=self._since,
        )

    def gone(self) -> "array[int]":
        """The ids of the rows that are not in the dataset any more."""
        return array("q", self.known.left() if self._mode == REPLACE else ())

    def columns(self) -> list[Column]:
        """The new columns, behind those that are there."""
        last = self.playground.columns.reverse().values_list("position", flat=True).first()
        first = 0 if last is None else last + 1
        return [
            column_of(self.playground, draft, position, pk=column_id)
            for position, (column_id, draft) in enumerate(self._new, start=first)
        ]
