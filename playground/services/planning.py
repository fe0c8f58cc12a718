"""What the columns of a checked file become: as guessed, then as corrected by a person."""

from collections.abc import Mapping, Sequence

from playground.models import Upload
from playground.services.rows import ColumnDraft


def planned_columns(upload: Upload) -> list[ColumnDraft]:
    """The columns of a checked upload, as guessed and as corrected, in file order."""
    chosen: Sequence[Mapping[str, str]] = upload.choices.get("columns", [])
    guessed = upload.report["columns"]
    corrected = [*chosen, *[{}] * (len(guessed) - len(chosen))]
    return [
        ColumnDraft(
            name=mine.get("name") or found["name"],
            type=mine.get("type") or found["type"],
            role=mine.get("role") or found["role"],
        )
        for found, mine in zip(guessed, corrected, strict=False)
    ]
