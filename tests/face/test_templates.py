"""What no template, style or script may contain, and what each must have."""

import re
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders

from tests.face.conftest import ROOT, SCRIPTS, STATIC, STYLES, TEMPLATES, relative, sprite_names

FORBIDDEN = {
    "an inline script": re.compile(r"<script(?![^>]*\ssrc=)", re.I),
    "an inline style": re.compile(r"<style\b|<[^>]*\sstyle\s*=", re.I),
    "an event attribute": re.compile(r"<[^>]*\s(?:on[a-z]+|hx-on[:a-z-]*)\s*=", re.I),
    "a javascript: address": re.compile(r"javascript:", re.I),
    "a value that htmx would evaluate": re.compile(r"""=\s*["']\s*(?:js|javascript):""", re.I),
    "a trigger filter that htmx would evaluate": re.compile(r"hx-trigger=\"[^\"]*\["),
    "a dead link": re.compile(r'href="#"'),
    "a foreign address": re.compile(r"""(?:src|href)=["'](?:https?:)?//""", re.I),
    "a comment that reaches the browser": re.compile(r"<!--"),
}
LAYERS = ["tokens", "base", "layout", "components", "pages", "charts", "util"]


@pytest.mark.parametrize("what", FORBIDDEN)
def test_it_keeps_out_of_templates(what: str) -> None:
    found = [relative(path) for path in TEMPLATES if FORBIDDEN[what].search(path.read_text())]

    assert found == [], f"{what} in {found}"


@pytest.mark.parametrize(
    ("html", "what"),
    [
        ("<script>alert(1)</script>", "an inline script"),
        ('<p class="a" style="color:red">', "an inline style"),
        ('<a onclick="x()">', "an event attribute"),
        ('<a hx-on:click="x()">', "an event attribute"),
        ('<a href="javascript:x()">', "a javascript: address"),
        ("""<a hx-vals='js:{a: 1}'>""", "a value that htmx would evaluate"),
        ('<a hx-trigger="click[ctrlKey]">', "a trigger filter that htmx would evaluate"),
    ],
)
def test_it_would_see(html: str, what: str) -> None:
    assert FORBIDDEN[what].search(html)


@pytest.mark.parametrize("path", TEMPLATES + SCRIPTS, ids=relative)
def test_it_stays_under_150_lines(path: Path) -> None:
    assert path.read_text().count("\n") <= 150


@pytest.mark.parametrize("path", STYLES, ids=relative)
def test_it_stays_under_400_lines(path: Path) -> None:
    assert path.read_text().count("\n") <= 400


def test_it_draws_only_icons_of_the_sprite() -> None:
    asked = {
        f"i-{name}"
        for path in TEMPLATES
        for name in re.findall(r'{%\s*icon\s+"([^"]+)"|icon_name="([^"]+)"', path.read_text())
        for name in name
        if name
    }

    assert asked - sprite_names() == set()


def test_it_links_only_static_files_that_exist() -> None:
    asked = {
        name
        for path in TEMPLATES
        for name in re.findall(r'{%\s*static\s+"([^"]+)"', path.read_text())
    }

    assert [name for name in sorted(asked) if finders.find(name) is None] == []


def test_it_links_every_stylesheet_once() -> None:
    linked = re.findall(
        r'static "(css/[^"]+)"', (ROOT / "templates/components/stylesheets.html").read_text()
    )

    assert sorted(linked) == sorted(str(path.relative_to(STATIC)) for path in STYLES)


def test_it_imports_every_script() -> None:
    imported = {
        name
        for path in SCRIPTS
        for name in re.findall(r'from "\./(\S+)"|import "\./(\S+)"', path.read_text())
        for name in name
        if name
    }

    assert imported | {"app.js"} == {path.name for path in SCRIPTS}


@pytest.mark.parametrize("path", STYLES, ids=relative)
def test_it_puts_every_rule_into_a_declared_layer(path: Path) -> None:
    text = re.sub(r"/\*.*?\*/", "", path.read_text(), flags=re.S)
    outside = re.sub(r"@layer [\w, ]+;", "", text)
    while outside != (inner := re.sub(r"{[^{}]*}", "", outside)):
        outside = inner

    assert set(outside.split()) <= {"@layer", *LAYERS}
    assert text.count("{") == text.count("}")


def test_it_loads_nothing_from_elsewhere_in_styles() -> None:
    assert [
        relative(path) for path in STYLES if re.search(r"url\(|@import", path.read_text())
    ] == []


@pytest.mark.parametrize("name", ["package.json", "package-lock.json"])
def test_it_names_no_registry(name: str) -> None:
    assert '"resolved"' not in (ROOT / name).read_text()
    assert "registry" not in (ROOT / name).read_text()
