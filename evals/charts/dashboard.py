"""Where the marks of the dashboard's drawings lie, in SVG user units; y grows downwards."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from evals.charts.scales import Axis, ticks

STACK_WIDTH = 300
DIFFERENCE_WIDTH = 130
SCATTER = (400, 236)
BOXES_WIDTH = 400
BOX_STEP = 40
_GAP = 1
_SMALLEST_SPAN = 0.2
_NAME = 18
_HALF_TEXT = 4
_LINE = 13
_BESIDE = 6
# The widest a character of the numbers gets, at 11 px.
_CHARACTER = 6.3
# Disc, square, triangle, diamond: shape tells variants apart where colour does not.
_MARKS = (
    "m-5 0a5 5 0 1 0 10 0a5 5 0 1 0 -10 0z",
    "m-4.5 -4.5h9v9h-9z",
    "m0 -6l5.5 10h-11z",
    "m0 -6.5l6.5 6.5l-6.5 6.5l-6.5 -6.5z",
)


@dataclass(frozen=True, kw_only=True)
class Part:
    """A piece of a stacked bar; `css` is its class."""

    css: str
    x: float
    width: float


@dataclass(frozen=True, kw_only=True)
class Difference:
    """A dot on an interval around zero; None where nothing is drawn."""

    zero: float
    low: float | None
    high: float | None
    value: float | None


@dataclass(frozen=True, kw_only=True)
class Tick:
    """A labelled place on an axis; `text_at` is the foot of its label on an upright one."""

    at: float
    label: str

    @property
    def text_at(self) -> float:
        """Where the label of an upright axis stands, so that its middle is at the line."""
        return round(self.at + _HALF_TEXT, 1)


@dataclass(frozen=True, kw_only=True)
class Point:
    """A variant in a scatter: the path of its mark, and where its name stands."""

    letter: str
    name: str
    path: str
    label_x: float
    label_y: float
    anchor: str


@dataclass(frozen=True, kw_only=True)
class Scatter:
    """Points between two labelled axes."""

    points: tuple[Point, ...]
    across: tuple[Tick, ...]
    up: tuple[Tick, ...]


@dataclass(frozen=True, kw_only=True)
class Quantiles:
    """What a box plot shows: 5th, 25th, 50th, 75th and 95th percentile."""

    p5: float
    p25: float
    p50: float
    p75: float
    p95: float


@dataclass(frozen=True, kw_only=True)
class Box:
    """One line of a box plot: x of its five numbers, y of its middle."""

    letter: str
    name: str
    label: str
    y: float
    p5: float
    p25: float
    p50: float
    p75: float
    p95: float

    @property
    def width(self) -> float:
        """The width of the box."""
        return round(max(1.0, self.p75 - self.p25), 1)

    @property
    def top(self) -> float:
        """The upper edge of the box, which is 18 high."""
        return round(self.y - 9, 1)

    @property
    def text_at(self) -> float:
        """The foot of the texts beside the box."""
        return round(self.y + _HALF_TEXT, 1)

    @property
    def label_at(self) -> float:
        """Where the numbers begin, right of the whisker."""
        return round(self.p95 + _BESIDE, 1)


@dataclass(frozen=True, kw_only=True)
class Boxes:
    """A box plot with its axis."""

    boxes: tuple[Box, ...]
    across: tuple[Tick, ...]
    foot: int

    @property
    def height(self) -> int:
        """The height of the drawing with its axis."""
        return self.foot + 24

    @property
    def text_at(self) -> int:
        """The foot of the axis' numbers."""
        return self.foot + 16


def stack(counts: Sequence[tuple[str, int]]) -> tuple[Part, ...]:
    """A bar of `STACK_WIDTH` cut into parts by (class, count); empty parts are left out."""
    total = sum(count for _css, count in counts)
    present = [(css, count) for css, count in counts if count]
    room = STACK_WIDTH - _GAP * max(0, len(present) - 1)
    parts, x = [], 0.0
    for css, count in present:
        width = round(room * count / total, 1)
        parts.append(Part(css=css, x=round(x, 1), width=width))
        x += width + _GAP
    return tuple(parts)


def span(bounds: Sequence[float]) -> float:
    """The share at the ends of difference charts that stand under each other."""
    return ticks(max([_SMALLEST_SPAN, *(abs(bound) for bound in bounds)]), 2)[-1]


def difference(
    *, low: float | None, high: float | None, value: float | None, span: float
) -> Difference:
    """Shares between −span and +span on a chart of `DIFFERENCE_WIDTH`."""
    axis = Axis(low=-span, high=span, start=4, end=DIFFERENCE_WIDTH - 4)
    return Difference(
        zero=axis.place(0),
        low=None if low is None else axis.place(low),
        high=None if high is None else axis.place(high),
        value=None if value is None else axis.place(value),
    )


def scatter(
    points: Sequence[tuple[str, str, float, float]], label: Callable[[float], str]
) -> Scatter:
    """Points of (letter, name, x from 0, share up); `label` writes the numbers below."""
    width, height = SCATTER
    marks = ticks(max((x for _letter, _name, x, _share in points), default=0.0))
    across = Axis(low=0, high=marks[-1], start=44, end=width - 14)
    up = Axis(low=0, high=1, start=height - 34, end=10)
    return Scatter(
        points=_apart([_point(point, across, up) for point in points]),
        across=tuple(Tick(at=across.place(mark), label=label(mark)) for mark in marks),
        up=tuple(Tick(at=up.place(mark / 4), label=f"{mark * 25}%") for mark in range(5)),
    )


def boxes(variants: Sequence[tuple[str, str, Quantiles]], label: Callable[[float], str]) -> Boxes:
    """One box for each (letter, name, quantiles), from 0; `label` writes the numbers.

    The axis ends where the longest numbers still fit behind it.
    """
    marks = ticks(max((quantiles.p95 for _letter, _name, quantiles in variants), default=0.0))
    labels = [
        f"{label(quantiles.p50)} · p95 {label(quantiles.p95)}"
        for _letter, _name, quantiles in variants
    ]
    room = _BESIDE + _CHARACTER * max(map(len, labels), default=0)
    across = Axis(low=0, high=marks[-1], start=120, end=BOXES_WIDTH - room)
    return Boxes(
        boxes=tuple(
            Box(
                letter=letter,
                name=name if len(name) <= _NAME else f"{name[: _NAME - 1]}…",
                label=labels[index],
                y=BOX_STEP * index + BOX_STEP / 2,
                p5=across.place(quantiles.p5),
                p25=across.place(quantiles.p25),
                p50=across.place(quantiles.p50),
                p75=across.place(quantiles.p75),
                p95=across.place(quantiles.p95),
            )
            for index, (letter, name, quantiles) in enumerate(variants)
        ),
        across=tuple(Tick(at=across.place(mark), label=label(mark)) for mark in marks),
        foot=BOX_STEP * len(variants),
    )


def _apart(points: Sequence[Point]) -> tuple[Point, ...]:
    """The points with the names on one side moved down until none covers another."""
    lowest: dict[str, float] = {}
    moved = []
    for point in sorted(points, key=lambda one: one.label_y):
        y = max(point.label_y, lowest.get(point.anchor, -_LINE) + _LINE)
        lowest[point.anchor] = y
        moved.append(replace(point, label_y=round(y, 1)))
    return tuple(moved)


def _point(point: tuple[str, str, float, float], across: Axis, up: Axis) -> Point:
    letter, name, value, share = point
    x, y = across.place(value), up.place(share)
    is_right = x > (across.start + across.end) / 2
    return Point(
        letter=letter,
        name=name if len(name) <= _NAME else f"{name[: _NAME - 1]}…",
        path=f"M{x} {y}{_MARKS[(ord(letter) - ord('A')) % len(_MARKS)]}",
        label_x=round(x - 10 if is_right else x + 10, 1),
        label_y=round(y + 4, 1),
        anchor="end" if is_right else "start",
    )
