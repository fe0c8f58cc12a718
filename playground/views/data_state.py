"""The address of the Data page: which rows it shows, and the queries of its links."""

from dataclasses import dataclass

from django.http import QueryDict
from django.utils.http import urlencode

from playground.domain import row_filters
from playground.domain.row_filters import RowFilter
from playground.domain.whole_numbers import whole_number
from playground.queries import SEGMENTS, Selection

LONGEST_SEARCH = 200

_Said = str | int | list[str] | None


@dataclass(frozen=True, kw_only=True)
class DataState:
    """What an address asks for. `run` belongs to the other tabs, which go on with it.

    `filtering` is the column whose filter is being made.
    """

    selection: Selection
    after: int = 0
    before: int | None = None
    run: int | None = None
    filtering: int | None = None

    @property
    def filters(self) -> list[str]:
        """The filters as an address says them."""
        return [str(row_filter) for row_filter in self.selection.filters]

    def query(self, **changes: _Said) -> str:
        """The query of this selection with `changes`, without a place among the pages.

        An empty one is "?": a link to it leads to the page without a query.
        """
        pairs: dict[str, _Said] = {
            "run": self.run,
            "show": "" if self.selection.show == "all" else self.selection.show,
            "q": self.selection.search,
            "f": self.filters,
            **changes,
        }
        said = {name: value for name, value in pairs.items() if value not in ("", None, [])}
        return f"?{urlencode(said, doseq=True)}"

    def without(self, row_filter: RowFilter) -> str:
        """The query without this filter."""
        return self.query(f=[str(one) for one in self.selection.filters if one != row_filter])

    def hidden(self, *left_out: str) -> list[tuple[str, str]]:
        """Fields that keep the selection in a form, but for those that the form has itself."""
        pairs = QueryDict(self.query().removeprefix("?")).lists()
        return [(name, one) for name, many in pairs if name not in left_out for one in many]


def read(asked: QueryDict) -> DataState:
    """What the query of an address says; whatever it says wrongly is passed over."""
    show = asked.get("show", "all")
    selection = Selection(
        show=show if show in SEGMENTS else "all",
        search=asked.get("q", "").replace("\x00", "").strip()[:LONGEST_SEARCH],
        filters=row_filters.parse(asked.getlist("f")),
    )
    return DataState(
        selection=selection,
        after=whole_number(asked.get("after", "")) or 0,
        before=whole_number(asked.get("before", "")),
        run=whole_number(asked.get("run", "")),
        filtering=whole_number(asked.get("filter", "")),
    )


def with_new_filter(asked: QueryDict, state: DataState) -> str | None:
    """The query with the filter that the form of a filter asks for; None when it asks for none."""
    if "fc" not in asked:
        return None
    made = row_filters.make(
        whole_number(asked.get("fc", "")) or 0, asked.get("fo", ""), asked.get("fv", "")
    )
    return state.query(f=[*state.filters, *([str(made)] if made else [])])
