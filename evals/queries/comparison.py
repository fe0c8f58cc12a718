"""Compare: rows beside the answers of every variant, a page at a time."""

from dataclasses import dataclass, replace

from evals.queries import search
from evals.queries.answer_cells import ComparedRow, compared_rows
from evals.queries.out_of_date import OutOfDate, out_of_date
from evals.queries.reading import Reading
from evals.queries.row_filters import Ordering, kpi_mask, masks, ordering
from evals.queries.view_state import Cursor, ViewState

PAGE = 50

# show → (word on the control, what the rows are, for sentences)
SHOWS = {
    "all": ("All", "rows"),
    "fail": ("Any fail", "rows where an answer fails"),
    "disagree": ("Disagree", "rows where variants disagree"),
    "regressed": ("Regressions", "rows that only the baseline passes"),
    "fixed": ("Fixed", "rows that the baseline fails and another passes"),
    "undecided": ("Undecided", "rows with an undecided answer"),
    "error": ("Errors", "rows with an error"),
    "outdated": ("Out of date", "rows changed or removed since the run"),
}
_ALWAYS = {"all", "fail", "error"}
_NEEDS_TWO = {"disagree", "regressed"}
_NEEDS_ROWS = {"undecided", "outdated"}


@dataclass(frozen=True, kw_only=True)
class Filter:
    """A choice of rows with the number of rows it shows now."""

    show: str
    word: str
    count: int
    is_current: bool


@dataclass(frozen=True, kw_only=True)
class Selection:
    """What a state selects of a run: the filters with counts, and the rows in order.

    `state` says `show` also where the URL left it open; `sort` is what it comes to. `variant` is
    the index of the variant that rows are filtered by. `outdated` says what became of the run's
    rows since.
    """

    state: ViewState
    sort: str
    filters: tuple[Filter, ...]
    order: Ordering
    variant: int | None
    outdated: OutOfDate

    @property
    def total(self) -> int:
        """How many rows are selected."""
        return len(self.order.positions)

    @property
    def words(self) -> str:
        """What the selected rows are: "rows where variants disagree"."""
        return SHOWS[self.state.show][1]

    @property
    def counted_words(self) -> str:
        """The same behind their number: "row where variants disagree" behind 1."""
        return self.words.replace("rows", "row", 1) if self.total == 1 else self.words


@dataclass(frozen=True, kw_only=True)
class Page:
    """Up to `PAGE` rows of a selection; `first` and `last` count from 1, 0 when empty."""

    rows: tuple[ComparedRow, ...]
    first: int
    last: int
    next: Cursor | None


def select(reading: Reading, state: ViewState) -> Selection:
    """The rows that `state` asks for. One or two queries, and two more with a search text."""
    variant = variant_index(reading, state.variant)
    outdated = out_of_date(reading)
    shown = masks(reading, variant) | {"outdated": outdated.mask}
    narrowed = shown["all"]
    if state.q:
        narrowed = narrowed & search.found(reading, state.q)
    missed = kpi_mask(reading, state.kpi, variant) if state.kpi else None
    if missed is not None:
        narrowed = narrowed & missed
    counts = {show: int((mask & narrowed).sum()) for show, mask in shown.items()}
    show = state.show or _first_choice(counts, narrow=missed is not None, reading=reading)
    sort = state.sort or ("disagreement" if show == "disagree" else "row")
    return Selection(
        state=replace(state, show=show, kpi=state.kpi if missed is not None else ""),
        sort=sort,
        filters=_filters(counts, show, len(reading.snapshot.variants)),
        order=ordering(reading, sort, shown[show] & narrowed),
        variant=variant,
        outdated=outdated,
    )


def page(reading: Reading, selection: Selection) -> Page:
    """The rows after the state's cursor, or else around its row.

    Two queries, whatever the number of rows.
    """
    state = selection.state
    if state.after is None and state.row is not None:
        return page_with(reading, selection, state.row)
    return _page_from(reading, selection, selection.order.after(state.after))


def page_with(reading: Reading, selection: Selection, position: int) -> Page:
    """The page that the row at `position` is on; the first one when it is not selected."""
    place = selection.order.place(position) or 0
    return _page_from(reading, selection, place - place % PAGE)


def variant_index(reading: Reading, small_letter: str) -> int | None:
    """The index of the variant with this letter; None when there is no such variant."""
    letters = [one.lower() for one in reading.letters]
    return letters.index(small_letter) if small_letter in letters else None


def _page_from(reading: Reading, selection: Selection, start: int) -> Page:
    positions = [int(one) for one in selection.order.positions[start : start + PAGE]]
    end = start + len(positions)
    return Page(
        rows=compared_rows(reading, positions, first_index=start + 1, outdated=selection.outdated),
        first=start + 1 if positions else 0,
        last=end,
        next=selection.order.cursor(end - 1) if positions and end < selection.total else None,
    )


def _first_choice(counts: dict[str, int], *, narrow: bool, reading: Reading) -> str:
    """What is shown when the URL does not say: the rows that decide, as far as there are any."""
    if narrow:
        return "all"
    wished = ["disagree", "fail"] if len(reading.snapshot.variants) > 1 else ["fail"]
    return next((show for show in wished if counts[show]), "all")


def _filters(counts: dict[str, int], current: str, variants: int) -> tuple[Filter, ...]:
    offered = [
        show
        for show in SHOWS
        if show == current
        or show in _ALWAYS
        or (show in _NEEDS_TWO and variants > 1)
        or (show in _NEEDS_ROWS and counts[show])
    ]
    return tuple(
        Filter(show=show, word=SHOWS[show][0], count=counts[show], is_current=show == current)
        for show in offered
    )
