"""Where the marks of the small drawings lie. Units are SVG user units, y grows downwards."""

from collections.abc import Sequence
from dataclasses import dataclass

BAR_WIDTH = 5
BAR_STEP = 8
BAR_HEIGHT = 11
FOOT_Y = 14.5
# The track of a range input ends half a thumb before its edges: a line drawn over it must too.
HALF_THUMB = 7


@dataclass(frozen=True, kw_only=True)
class Bar:
    """One bar of a score strip.

    `state` is "pass", "fail", "not_applicable", "error" or "missing"; `share` is how much of the
    track is filled, 0 to 1, and counts only for pass and fail.
    """

    state: str
    share: float = 0.0


@dataclass(frozen=True, kw_only=True)
class Strip:
    """The four paths of a score strip (SVG path data) and its width."""

    width: int
    tracks: str
    passing: str
    failing: str
    feet: str


@dataclass(frozen=True, kw_only=True)
class Whisker:
    """A dot on an interval. x positions; None for what is not drawn."""

    value: float | None
    low: float | None
    high: float | None
    baseline: float | None
    saved: float | None


@dataclass(frozen=True, kw_only=True)
class Column:
    """One bar of a histogram; `is_in` when it lies on the passing side of the line."""

    x: float
    y: float
    width: float
    height: float
    is_in: bool


def clamp(share: float) -> float:
    """`share` held between 0 and 1."""
    return min(1.0, max(0.0, share))


def strip(bars: Sequence[Bar]) -> Strip:
    """The paths of `bars`, left to right in the order given.

    A failing bar is at least 2 high, so that a score of 0 is still seen, and has a foot under it.
    """
    passing: list[str] = []
    failing: list[str] = []
    feet: list[str] = []
    for index, bar in enumerate(bars):
        x = index * BAR_STEP
        if bar.state == "pass":
            passing.append(_bar(x, max(1.0, BAR_HEIGHT * clamp(bar.share))))
        elif bar.state == "fail":
            failing.append(_bar(x, max(2.0, BAR_HEIGHT * clamp(bar.share))))
            feet.append(f"M{x} {FOOT_Y}h{BAR_WIDTH}")
    return Strip(
        width=max(1, len(bars) * BAR_STEP - 1),
        tracks="".join(_bar(index * BAR_STEP, BAR_HEIGHT) for index in range(len(bars))),
        passing="".join(passing),
        failing="".join(failing),
        feet="".join(feet),
    )


def _bar(x: int, height: float) -> str:
    return f"M{x} {short(BAR_HEIGHT - height)}h{BAR_WIDTH}v{short(height)}h-{BAR_WIDTH}z"


def whisker(
    *,
    value: float | None,
    low: float | None,
    high: float | None,
    baseline: float | None = None,
    saved: float | None = None,
    width: int,
    inset: int = 4,
) -> Whisker:
    """The x positions of shares (0 to 1) on an axis from `inset` to `width - inset`."""

    def place(share: float | None) -> float | None:
        if share is None:
            return None
        return round(inset + clamp(share) * (width - 2 * inset), 1)

    return Whisker(
        value=place(value),
        low=place(low),
        high=place(high),
        baseline=place(baseline),
        saved=place(saved),
    )


def histogram(
    counts: Sequence[int], *, line: float | None, passes_above: bool, width: int, height: int
) -> tuple[Column, ...]:
    """One column per bin over the whole track of a slider of `width`.

    `line` is the pass line as a share of the track. A column is in when its middle lies on the
    passing side; without a line every column is in. The column at the end of the track is in
    also when the line stands on that end, as its scores meet it. A bin with something in it is
    at least 1 high.
    """
    if not counts:
        return ()
    step = (width - 2 * HALF_THUMB) / len(counts)
    top = max(max(counts), 1)
    columns = []
    for index, count in enumerate(counts):
        tall = max(1.0, height * count / top) if count else 0.0
        columns.append(
            Column(
                x=round(HALF_THUMB + index * step + 0.5, 1),
                y=round(height - tall, 1),
                width=round(max(0.5, step - 1), 1),
                height=round(tall, 1),
                is_in=line is None or _passes(index, len(counts), line, passes_above),
            )
        )
    return tuple(columns)


def _passes(index: int, bins: int, line: float, passes_above: bool) -> bool:
    """Whether the middle of a bin lies on the passing side of a line held between the middles."""
    middle = (index + 0.5) / bins
    if passes_above:
        return middle >= min(line, (bins - 0.5) / bins)
    return middle <= max(line, 0.5 / bins)


def line_x(line: float, width: int) -> float:
    """Where a pass line at share `line` stands over a slider of `width`."""
    return round(HALF_THUMB + clamp(line) * (width - 2 * HALF_THUMB), 1)


def spark(values: Sequence[float], *, width: int, height: int) -> tuple[tuple[float, float], ...]:
    """Points of a line through shares (0 to 1), left to right, 2 units inside the box.

    One value stands at the right edge.
    """
    if not values:
        return ()
    inner_width, inner_height = width - 4, height - 4
    steps = max(len(values) - 1, 1)
    first = 0 if len(values) > 1 else steps
    return tuple(
        (
            round(2 + inner_width * (first + index) / steps, 1),
            round(2 + inner_height * (1 - clamp(share)), 1),
        )
        for index, share in enumerate(values)
    )


def short(value: float) -> str:
    """`value` with at most one decimal and no trailing zero."""
    return f"{value:.1f}".rstrip("0").rstrip(".")
