"""A corpus of awkward files of every format, made by code, and what must come of each."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from config.limits import UploadLimits


@dataclass(frozen=True, kw_only=True)
class Case:
    """A file, and its outcome: accepted with these rows and columns, or refused as one of `errors`.

    `repairs` are all that are made. `probes` maps (row, column) to the exact text. `sent_as` is
    the name in the request. `stored_as` has the columns of the playground where their names differ
    from the file's. `limits` replace the usual ones where the true ones would take long.
    """

    name: str
    content: bytes | Callable[[], bytes]
    errors: tuple[str, ...] = ()
    repairs: frozenset[str] = frozenset()
    rows: int = 0
    columns: tuple[str, ...] = ()
    stored_as: tuple[str, ...] = ()
    probes: Mapping[tuple[int, str], str] = field(default_factory=dict)
    sent_as: str = ""
    line: int | None = None
    limits: UploadLimits = field(default_factory=UploadLimits)

    @property
    def bytes(self) -> bytes:
        return self.content if isinstance(self.content, bytes) else self.content()


QA = ("question", "answer")


def good(
    name: str,
    content: bytes | Callable[[], bytes],
    rows: int,
    columns: tuple[str, ...] = QA,
    *repairs: str,
    probes: Mapping[tuple[int, str], str] | None = None,
    sent_as: str = "",
    stored_as: tuple[str, ...] = (),
) -> Case:
    """A file that is accepted."""
    return Case(
        name=name,
        content=content,
        rows=rows,
        columns=columns,
        repairs=frozenset(repairs),
        probes=probes or {},
        sent_as=sent_as,
        stored_as=stored_as or columns,
    )


def bad(
    name: str,
    content: bytes | Callable[[], bytes],
    *errors: str,
    line: int | None = None,
    limits: UploadLimits | None = None,
) -> Case:
    """A file that is refused as one of `errors`."""
    return Case(
        name=name, content=content, errors=errors, line=line, limits=limits or UploadLimits()
    )
