"""Templates as cards: found by words, each drawn as the columns it has."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from playground.domain.templates import Template, TemplateColumn

GLYPH_WIDTH, GLYPH_HEIGHT = 56, 34
_GAP = 2
_MOST_BARS = 7
# Head and three lines of cells: y, height and share of the column's width.
_LINES = ((0, 7, 1.0), (10, 5, 1.0), (19, 5, 0.72), (28, 5, 1.0))
_KINDS = {"input": "gi", "expected": "ge", "context": "gx"}
_WEIGHTS = {"long_text": 4, "conversation": 4, "json": 3, "text_list": 3, "text": 3}


@dataclass(frozen=True)
class Bar:
    """A rectangle of a card's drawing; `css` names what the column is used as."""

    x: float
    y: int
    width: float
    height: int
    css: str


@dataclass(frozen=True, kw_only=True)
class Card:
    """A template in the gallery."""

    template: Template
    bars: tuple[Bar, ...]
    is_chosen: bool

    @property
    def columns(self) -> str:
        """How many columns there are: "6 columns"."""
        count = len(self.template.columns)
        return f"{count} column{'' if count == 1 else 's'}"


def cards(templates: Iterable[Template], *, chosen: str = "") -> list[Card]:
    """A card for each template; the one with the key `chosen` is marked."""
    return [
        Card(template=template, bars=bars(template.columns), is_chosen=template.key == chosen)
        for template in templates
    ]


def matching(templates: Iterable[Template], words: str) -> list[Template]:
    """The templates that have all `words` in name, description or names of columns.

    Capital letters make no difference. All of them for no words.
    """
    wanted = words.casefold().split()
    return [one for one in templates if all(word in _text(one) for word in wanted)]


def shown(templates: Sequence[Template], words: str, *, chosen: str = "") -> dict[str, object]:
    """What a gallery shows of `templates` for the searched `words`: own cards, then built-in ones.

    `chosen` is the key of the template whose card is marked.
    """
    found = cards(matching(templates, words), chosen=chosen)
    return {
        "own_cards": [card for card in found if not card.template.is_built_in],
        "cards": [card for card in found if card.template.is_built_in],
        "found_count": len(found),
        "template_count": len(templates),
        "q": words,
    }


def bars(columns: Sequence[TemplateColumn]) -> tuple[Bar, ...]:
    """The columns as bars side by side: wide for long texts, narrow for what only filters."""
    shown = columns[:_MOST_BARS]
    weights = [_weight(column) for column in shown]
    room = GLYPH_WIDTH - _GAP * (len(shown) - 1)
    found, x = [], 0.0
    for column, weight in zip(shown, weights, strict=True):
        width = room * weight / sum(weights)
        kind = _KINDS.get(column.role, "gm")
        found += [
            Bar(round(x, 1), y, round(width * share, 1), height, f"{'gb' if y else 'gh'} {kind}")
            for y, height, share in _LINES
        ]
        x += width + _GAP
    return tuple(found)


def _weight(column: TemplateColumn) -> int:
    return _WEIGHTS.get(column.type, 1) if column.role in _KINDS else 1


def _text(template: Template) -> str:
    columns = (column.name for column in template.columns)
    return " ".join((template.name, template.description, *columns)).casefold()
