"""Tags for the small parts every page is made of. They take plain values and need no database."""

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache

from django import template
from django.forms import BoundField
from django.template import Context
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from evals.domain import geometry, rendering

register = template.Library()
register.filter("count", rendering.count)
register.filter("significant", rendering.significant)
register.filter("percent", rendering.percent)
register.filter("points", rendering.points)
register.filter("latency", rendering.latency)
register.filter("money", rendering.money)
register.filter("cost_per_1k", rendering.cost_per_1k)
register.filter("duration", rendering.duration_words)

# state → (mark in the sprite, classes of the mark, class of the word, word)
VERDICTS = {
    "pass": ("pass", "pass quiet", "even", "Pass"),
    "pass_by_person": ("pass", "pass", "even", "Pass"),
    "fail": ("fail", "fail", "fail", "Fail"),
    "undecided": ("review", "warn", "warn", "Undecided"),
    "review": ("review", "warn", "warn", "To review"),
    "error": ("error", "err", "even", "Error"),
    "close": ("equals", "even", "even", "Too close to call"),
    "waiting": ("waiting", "wait", "even", "Waiting"),
    "judging": ("waiting", "wait", "even", "Judging"),
}
HUES = "abcd"
WHISKER_SIZES = {"": (96, 14, 3.5), "big": (250, 22, 4.5)}
WIDGET_CLASSES = {
    "checkbox": "check",
    "radioselect": "",
    "select": "select",
    "textarea": "area",
    "file": "",
    "clearablefile": "",
}


@register.simple_tag
def icon(name: str, css: str = "", label: str = "") -> SafeString:
    """A line icon of the sprite. Hidden from screen readers unless it has a label."""
    return _use(f"i-{name}", f"i {css}".strip(), label)


@register.simple_tag
def mark(state: str, size: str = "") -> SafeString:
    """The mark of a verdict without its word. `size` is "", "s" or "l"."""
    symbol, css, _word_css, _word = VERDICTS[state]
    return _use(f"v-{symbol}", f"vm {css} {size}".strip(), "")


@register.simple_tag
def verdict(state: str, word: str = "", size: str = "s", loud: bool = False) -> SafeString:
    """Mark and word of a verdict. `word` replaces the usual one; `loud` colours a pass."""
    _symbol, _css, word_css, usual = VERDICTS[state]
    if loud and state.startswith("pass"):
        word_css = "pass"
    return format_html(
        '<span class="vword {}">{}{}</span>', word_css, mark(state, size), word or usual
    )


@register.filter
def verdict_word(state: str) -> str:
    """The word of a verdict: "Pass", "Fail", "Undecided", "Error", "Waiting"…"""
    return VERDICTS[state][3]


@register.filter
def hue(name: str) -> str:
    """The hue class of a variant by its letter: a to d, then again from a."""
    return HUES[(ord(name[:1].upper() or "A") - ord("A")) % len(HUES)]


@register.simple_tag
def letter(name: str, index: int | None = None, size: str = "") -> SafeString:
    """The square with a variant's letter. Its hue follows `index`, or else the letter."""
    shade = hue(name) if index is None else HUES[index % len(HUES)]
    return format_html('<span class="{}">{}</span>', f"letter {shade} {size}".strip(), name)


@register.simple_tag
def whisker(
    value: float | None,
    low: float | None,
    high: float | None,
    baseline: float | None = None,
    name: str = "A",
    size: str = "",
    saved: float | None = None,
) -> SafeString:
    """Dot, interval and the baseline's tick on an axis from 0 to 1. Shares; None is not drawn.

    `saved` is a hollow dot: the accuracy under the saved rule while a draft is shown.
    """
    width, height, radius = WHISKER_SIZES[size]
    middle = geometry.short(height / 2)
    place = geometry.whisker(
        value=value, low=low, high=high, baseline=baseline, saved=saved, width=width
    )
    parts = [f'<path class="ax" d="M4 {middle}H{width - 4}"/>']
    if place.baseline is not None:
        parts.append(f'<path class="bs" d="M{place.baseline} 1V{height - 1}"/>')
    if place.low is not None and place.high is not None:
        parts.append(f'<path class="ci" d="M{place.low} {middle}H{place.high}"/>')
    if place.saved is not None:
        parts.append(f'<circle class="gh" cx="{place.saved}" cy="{middle}" r="4"/>')
    if place.value is not None:
        parts.append(f'<circle class="pt" cx="{place.value}" cy="{middle}" r="{radius}"/>')
    return _svg(f"whisk {hue(name)} {size}".strip(), width, height, parts)


@register.simple_tag
def strip(cells: Iterable[Sequence[object]]) -> SafeString:
    """The score strip: one bar per (state, share) in `cells`, at most eight, order kept.

    States: pass, fail, not_applicable, error, missing. The share may be None where it does not
    count.
    """
    bars = [
        geometry.Bar(state=str(state), share=float(share) if isinstance(share, int | float) else 0)
        for state, share in list(cells)[:8]
    ]
    paths = geometry.strip(bars)
    parts = [
        f'<path class="{css}" d="{data}"/>'
        for css, data in (
            ("tr", paths.tracks),
            ("ok", paths.passing),
            ("no", paths.failing),
            ("foot", paths.feet),
        )
        if data
    ]
    return _svg("strip", paths.width, 16, parts, label=_strip_label(bars))


def _strip_label(bars: Sequence[geometry.Bar]) -> str:
    states = [bar.state for bar in bars]
    passed, failed = states.count("pass"), states.count("fail")
    words = [f"{passed} of {passed + failed} KPIs pass"]
    for state, ending in (
        ("not_applicable", "not applicable"),
        ("error", "with an error"),
        ("missing", "not scored yet"),
    ):
        if count := states.count(state):
            words.append(f"{count} {ending}")
    return ", ".join(words)


@register.simple_tag
def meter(share: float | None, line: float | None = None, state: str = "") -> SafeString:
    """A score as a bar with its pass line; shares of the KPI's scale. Nothing without a share."""
    if share is None:
        return mark_safe("")
    filled = geometry.short(72 * geometry.clamp(share))
    parts = [
        '<rect class="tr" x="0" y="3" width="72" height="4" rx="2"/>',
        f'<rect class="fl" x="0" y="3" width="{filled}" height="4" rx="2"/>',
    ]
    if line is not None:
        x = geometry.short(0.75 + 70.5 * geometry.clamp(line))
        parts.append(f'<path class="th" d="M{x} 0V10"/>')
    return _svg("meter no" if state == "fail" else "meter", 72, 10, parts)


@register.simple_tag
def histogram(
    counts: Sequence[int],
    line: float | None = None,
    passes_above: bool = True,
    width: int = 150,
    height: int = 22,
) -> SafeString:
    """Scores as bars over a slider; `line` is the pass line as a share of the slider's track."""
    columns = geometry.histogram(
        counts, line=line, passes_above=passes_above, width=width, height=height
    )
    parts = [
        f'<rect class="{"in" if column.is_in else "out"}" x="{column.x}" y="{column.y}"'
        f' width="{column.width}" height="{column.height}"/>'
        for column in columns
    ]
    if line is not None:
        parts.append(f'<path class="th" d="M{geometry.line_x(line, width)} 0V{height}"/>')
    side = "above" if passes_above else "below"
    return _svg("hist", width, height, parts, extra=f' preserveAspectRatio="none" data-in="{side}"')


@register.simple_tag
def spark(values: Sequence[float], width: int = 110, height: int = 34) -> SafeString:
    """A line through shares (0 to 1) with a dot at the last one."""
    points = geometry.spark(values, width=width, height=height)
    if not points:
        return mark_safe("")
    line = "L".join(f"{x} {y}" for x, y in points)
    x, y = points[-1]
    parts = [f'<path d="M{line}"/>', f'<circle cx="{x}" cy="{y}" r="2.5"/>']
    return _svg("spark", width, height, parts)


@register.filter
def figure(number: str) -> SafeString:
    """A rendered number with its percent sign made small: "87%" → 87<small>%</small>."""
    if number.endswith("%"):
        return format_html("{}<small>%</small>", number[:-1])
    return format_html("{}", number)


@register.simple_tag(takes_context=True)
def here(context: Context) -> str:
    """The section of the page: the variable `section`, or else the name of its address.

    "" on a page that no address led to, such as a 404.
    """
    match = getattr(context.get("request"), "resolver_match", None)
    return str(context.get("section") or getattr(match, "url_name", None) or "")


@register.filter
def initials(name: object) -> str:
    """Up to two capitals of a name or an email address, for an avatar."""
    words = re.findall(r"\w+", str(name).split("@")[0])
    return "".join(word[0] for word in words[:2]).upper()


@register.filter
def run_query(number: int | None) -> str:
    """The query that keeps a run chosen from page to page: "?run=7", or nothing."""
    return f"?run={number}" if number else ""


@register.simple_tag
def widget(field: BoundField, css: str = "") -> SafeString:
    """A form field's control with the class its kind has, marked when it has errors."""
    usual = WIDGET_CLASSES.get(field.widget_type, "input")
    own = str(field.field.widget.attrs.get("class", ""))
    bad = "bad" if field.errors else ""
    names = " ".join(name for name in (own or usual, css, bad) if name)
    return field.as_widget(attrs={"class": names} if names else {})


@lru_cache(maxsize=256)
def _use(symbol: str, css: str, label: str) -> SafeString:
    # Kept, because a grid draws the same five marks hundreds of times.
    href = f"{static('icons.svg')}#{symbol}"
    if label:
        return format_html(
            '<svg class="{}" role="img" aria-label="{}"><use href="{}"/></svg>', css, label, href
        )
    return format_html('<svg class="{}" aria-hidden="true"><use href="{}"/></svg>', css, href)


def _svg(
    css: str, width: int, height: int, parts: Iterable[str], *, label: str = "", extra: str = ""
) -> SafeString:
    name = format_html('role="img" aria-label="{}"', label) if label else 'aria-hidden="true"'
    return mark_safe(  # noqa: S308  (numbers and our own class names; the label is escaped)
        f'<svg class="{css}" width="{width}" height="{height}" viewBox="0 0 {width} {height}"'
        f" {name}{extra}>{''.join(parts)}</svg>"
    )
