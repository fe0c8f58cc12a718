"""The state of the reading pages, which is the query of their URL."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict

from playground.domain.whole_numbers import whole_number

SHOWS = ("all", "fail", "disagree", "regressed", "fixed", "undecided", "error", "outdated")
SORTS = ("row", "disagreement")
LINE_PREFIX = "line."
_LONGEST_SEARCH = 200


@dataclass(frozen=True, kw_only=True)
class Cursor:
    """The last row of a page: its disagreement and its position. The next page begins after it."""

    disagreement: int
    position: int

    def __str__(self) -> str:
        return f"{self.disagreement}.{self.position}"

    @classmethod
    def parse(cls, text: str) -> "Cursor | None":
        """The cursor that `str` wrote; None for anything else, which is the first page."""
        first, _, second = text.partition(".")
        disagreement, position = whole_number(first), whole_number(second)
        if disagreement is None or position is None:
            return None
        return cls(disagreement=disagreement, position=position)


@dataclass(frozen=True, kw_only=True)
class ViewState:
    """What the URL of a reading page says. Empty text and None mean "not said".

    `variant` and `cell` are small letters; `kpi` is a slot; `row` is a position; `draft` holds
    moved pass lines as typed, by parameter name.
    """

    run: str = ""
    show: str = ""
    sort: str = ""
    q: str = ""
    variant: str = ""
    kpi: str = ""
    after: Cursor | None = None
    row: int | None = None
    cell: str = ""
    draft: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def from_query(cls, query: QueryDict) -> "ViewState":
        """The state in `query`. Words it does not know are as if they were not there."""
        return cls(
            run=query.get("run", ""),
            show=_known(query.get("show", ""), SHOWS),
            sort=_known(query.get("sort", ""), SORTS),
            # NUL cannot stand in a text of PostgreSQL.
            q=query.get("q", "").replace("\0", "").strip()[:_LONGEST_SEARCH],
            variant=_letter(query.get("variant", "")),
            kpi=query.get("kpi", "")[:100],
            after=Cursor.parse(query.get("after", "")),
            row=whole_number(query.get("row", "")),
            cell=_letter(query.get("cell", "")),
            draft={
                name: query.get(name, "")
                for name in query
                if name == "n" or name.startswith(LINE_PREFIX)
            },
        )

    def pairs(self, **changes: Any) -> list[tuple[str, str]]:
        """The state as (name, value) pairs of a query, with some of it changed; "" takes out.

        `draft=""` takes out the moved lines.
        """
        said: dict[str, Any] = {
            "run": self.run,
            "show": self.show,
            "sort": self.sort,
            "q": self.q,
            "variant": self.variant,
            "kpi": self.kpi,
        }
        draft = changes.pop("draft", self.draft) or {}
        said.update(changes)
        said.update(draft)
        return [(name, str(value)) for name, value in said.items() if value not in ("", None)]

    def query(self, **changes: Any) -> str:
        """`pairs` as the query of a link, with its question mark; empty without any."""
        pairs = self.pairs(**changes)
        return f"?{urlencode(pairs)}" if pairs else ""


def _known(word: str, words: tuple[str, ...]) -> str:
    return word if word in words else ""


def _letter(text: str) -> str:
    return text.lower() if len(text) == 1 and text.isascii() and text.isalpha() else ""
