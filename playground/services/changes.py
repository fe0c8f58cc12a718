"""What a file would change of a playground's rows."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from accounts.errors import Refused
from playground.domain.identity import Ordinals
from playground.domain.matching import KnownRows, Match, cut, cut_around_change
from playground.models import Column, DatasetVersion, Playground, Row, Upload
from playground.services import row_store
from playground.services.filling import ADD, MODES, REPLACE, Filling, filling
from playground.services.planning import planned_columns
from playground.services.profiling import chunks
from playground.services.reading import rows_of_upload

MOST_EXAMPLES = 20
MOST_SHOWN = 200
_CHUNK = 2_000

Matched = tuple[Sequence[str], Match | None]


def mode_of(upload: Upload) -> str:
    """How the rows of the file come into the playground: as chosen, else "replace"."""
    chosen = upload.choices.get("mode")
    return chosen if chosen in MODES else REPLACE


def rows_to_compare(upload: Upload) -> int:
    """How many stored rows a check of this upload reads; 0 when it compares none."""
    if upload.into is None or mode_of(upload) == ADD:
        return 0
    return upload.into.versions.values_list("row_count", flat=True).first() or 0


def diff(
    upload: Upload,
    report: Mapping[str, Any],
    *,
    after_chunk: Callable[[], object] = lambda: None,
) -> dict[str, Any]:
    """What the import of a checked upload would do to the rows of `upload.into`, for its page.

    The `mode`, the state `of` the dataset that was compared, how many rows are `added`, `changed`,
    the `same` and `missing` from the file, and `examples` of the first 20 each: added ones by
    `label` and `text`, changed cells by `row`, `column`, `was` and `now`, missing rows by `row`,
    `label` and `text`. In the mode "add" no row is compared, so only `added` is a number and the
    others are None. Columns that cannot be used together give an `error` and a `hint`, and no
    counts.

    `report` is what the check has found; the upload has it from now on. Reads every row of the
    file and of the dataset once, in memory that does not grow with their texts. Calls
    `after_chunk` after some thousand rows at most; what that raises ends the reading.
    """
    upload.report = dict(report)
    mode = mode_of(upload)
    playground = upload.into
    version = playground.versions.first() if playground else None
    if playground is None or version is None:
        raise ValueError("The rows of this upload go into no playground that has rows.")
    try:
        plan = filling(playground, planned_columns(upload), mode)
    except Refused as exc:
        return {"mode": mode, "error": exc.message, "hint": exc.hint}
    with row_store.unmapped():
        known = KnownRows() if mode == ADD else known_rows(version, plan, after_chunk=after_chunk)
    found = _Found(plan)
    for row, match in matched(plan, known, rows_of_upload(upload)):
        found.take(row, match)
        if found.count % _CHUNK == 0:
            after_chunk()
    is_compared = mode != ADD
    return {
        "mode": mode,
        "of": state_of(version),
        "added": found.added,
        "changed": found.changed if is_compared else None,
        "same": found.same if is_compared else None,
        "missing": len(known) - found.changed - found.same if is_compared else None,
        "examples": {
            "added": found.new,
            "changed": _changed_cells(playground, plan, found.differing),
            "missing": _missing_rows(playground, plan, known),
        },
    }


def state_of(version: DatasetVersion) -> list[int | str]:
    """What a file was compared with: another version, edit or name of a column changes it."""
    names = version.playground.columns.values_list("name", flat=True)
    return [version.number, version.edits, *names]


def known_rows(
    version: DatasetVersion,
    plan: Filling,
    *,
    ordinals: Ordinals | None = None,
    after_chunk: Callable[[], object] = lambda: None,
) -> KnownRows:
    """The version's rows by what tells them apart under this plan.

    `ordinals` gets their identities, so that new rows take none of them. Calls `after_chunk`
    after some thousand rows at most; what that raises ends the reading.
    """
    known = KnownRows()
    for rows in chunks(version, "id", "identity"):
        for position, cells, row_id, name in rows:
            key = plan.key_of_stored(cells)
            known.add(row_id, position, identity=key, cells=plan.stored_cells(cells))
            if ordinals is not None:
                ordinals.reserve(name)
        after_chunk()
    return known


def matched(plan: Filling, known: KnownRows, rows: Iterable[Sequence[str]]) -> Iterator[Matched]:
    """Each row of a file with the row of the dataset that it stands for; None for a new one."""
    for row in rows:
        key = plan.key_of_new(row)
        yield row, known.take(key, plan.new_cells(row)) if key else None


@dataclass
class _Found:
    """Counts of a file's rows, and the first of those that make a difference."""

    plan: Filling
    added: int = 0
    changed: int = 0
    same: int = 0
    new: list[dict[str, str]] = field(default_factory=list)
    differing: list[tuple[Match, list[str]]] = field(default_factory=list)

    @property
    def count(self) -> int:
        """How many rows of the file there were so far."""
        return self.added + self.changed + self.same

    def take(self, row: Sequence[str], match: Match | None) -> None:
        """Take in a row of the file."""
        if match is None:
            self.added += 1
            if len(self.new) < MOST_EXAMPLES:
                self.new.append(_shown(self.plan.row_id_of_new(row), self.plan.texts_of_new(row)))
        elif match.is_same:
            self.same += 1
        else:
            self.changed += 1
            if len(self.differing) < MOST_EXAMPLES:
                self.differing.append((match, self.plan.new_cells(row)))


def _shown(row_id: str, texts: Sequence[str]) -> dict[str, str]:
    text = next((text for text in texts if text.strip()), "")
    return {"label": cut(row_id.strip(), MOST_SHOWN), "text": cut(text, MOST_SHOWN)}


def _changed_cells(
    playground: Playground, plan: Filling, differing: Sequence[tuple[Match, list[str]]]
) -> list[dict[str, object]]:
    """The first cells that differ, with what they were and what they become."""
    stored = Row.objects.in_bulk([match.row_id for match, _cells in differing])
    names = dict(playground.columns.values_list("id", "name"))
    columns = [names[int(key)] for key in plan.indexes] + [draft.name for draft, _i in plan.new]
    examples: list[dict[str, object]] = []
    for match, new in differing:
        old = plan.stored_cells(stored[match.row_id].cells)
        for column, was, now in zip(columns, old, new, strict=True):
            if was != now:
                before, after = cut_around_change(was, now, MOST_SHOWN)
                examples.append(
                    {"row": match.position, "column": column, "was": before, "now": after}
                )
    return examples[:MOST_EXAMPLES]


def _missing_rows(
    playground: Playground, plan: Filling, known: KnownRows
) -> list[dict[str, object]]:
    """The first rows that no row of the file stands for."""
    ids = [row_id for row_id, _n in zip(known.left(), range(MOST_EXAMPLES), strict=False)]
    inputs = playground.columns.filter(role=Column.Role.INPUT).values_list("id", flat=True)
    keys = [str(column_id) for column_id in inputs]
    return [
        {
            "row": row.position,
            **_shown(
                row.cells.get(plan.row_id, "") if plan.row_id else "",
                [row.cells.get(key, "") for key in keys],
            ),
        }
        for row in Row.objects.filter(pk__in=ids).order_by("position")
    ]
