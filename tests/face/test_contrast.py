"""Contrast of the colour tokens in both themes, computed from their oklch values."""

import math
import re

import pytest

from tests.face.conftest import STATIC

TEXT_PAIRS = [
    *((ink, ground) for ink in ("ink", "ink-2", "ink-3") for ground in ("bg", "surface", "sunken")),
    ("accent-deep", "surface"),
    ("accent-deep", "accent-soft"),
    ("accent-ink", "accent"),
    *((verdict, "surface") for verdict in ("pass", "fail", "warn")),
    *((verdict, f"{verdict}-soft") for verdict in ("pass", "fail", "warn")),
]
SHAPE_PAIRS = [
    ("line-3", "surface"),
    ("accent", "bg"),
    *((f"v{n}", "surface") for n in range(1, 5)),
]


def luminance(lightness: float, chroma: float, hue: float) -> float:
    """Relative luminance (WCAG 2.2) of an oklch colour.

    Matrices: B. Ottosson, "A perceptual color space for image processing", 2020.
    """
    a, b = chroma * math.cos(math.radians(hue)), chroma * math.sin(math.radians(hue))
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    middle = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    red = 4.0767416621 * long - 3.3077115913 * middle + 0.2309699292 * short
    green = -1.2684380046 * long + 2.6097574011 * middle - 0.3413193965 * short
    blue = -0.0041960863 * long - 0.7034186147 * middle + 1.7076147010 * short
    red, green, blue = (min(1.0, max(0.0, part)) for part in (red, green, blue))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def token(name: str, theme: str) -> float:
    """The luminance of a token in a theme."""
    text = (STATIC / "css/tokens.css").read_text()
    found = re.search(rf"--{name}: light-dark\(oklch\(([^)]+)\), oklch\(([^)]+)\)\)", text)
    assert found, name
    lightness, chroma, hue = found[1 if theme == "light" else 2].split()[:3]
    return luminance(float(lightness), float(chroma), float(hue))


def contrast(one: float, other: float) -> float:
    """The contrast ratio of two luminances."""
    return (max(one, other) + 0.05) / (min(one, other) + 0.05)


def test_it_knows_the_contrast_of_black_on_white() -> None:
    assert contrast(luminance(1, 0, 0), luminance(0, 0, 0)) == pytest.approx(21)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("ink", "ground"), TEXT_PAIRS)
def test_it_can_be_read(ink: str, ground: str, theme: str) -> None:
    assert contrast(token(ink, theme), token(ground, theme)) >= 4.5


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("shape", "ground"), SHAPE_PAIRS)
def test_it_can_be_seen(shape: str, ground: str, theme: str) -> None:
    assert contrast(token(shape, theme), token(ground, theme)) >= 3
