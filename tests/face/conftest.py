"""Where the face's files are, and a browser page that is served from them."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from playwright.sync_api import Browser, Page, Request, Route

from tests.browser import launched

ROOT = Path(settings.BASE_DIR)
STATIC = ROOT / "static"
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
SCRIPTS = sorted((STATIC / "js").rglob("*.js"))
STYLES = sorted((STATIC / "css").rglob("*.css"))

ORIGIN = "http://face.test"
POLICY = "; ".join(
    f"{name} {' '.join(sources)}"
    for name, sources in settings.CONTENT_SECURITY_POLICY["DIRECTIVES"].items()
)


def relative(path: Path) -> str:
    """A path as it is called in the repository."""
    return str(path.relative_to(ROOT))


def sprite_names() -> set[str]:
    """The ids of the symbols in the sprite."""
    return set(re.findall(r'<symbol id="([^"]+)"', (STATIC / "icons.svg").read_text()))


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with launched() as browser:
        yield browser


class Stage:
    """Shows HTML with the product's styles and scripts, under the product's policy."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.html = ""
        self.violations: list[str] = []
        self.fragments: dict[str, tuple[int, dict[str, str], str]] = {}
        self.requests: list[Request] = []
        page.on("console", self._note)
        page.on("pageerror", lambda error: self.violations.append(str(error)))
        page.route(f"{ORIGIN}/**", self._answer)

    def show(self, body: str, head: str = "") -> Page:
        self.html = (
            '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>x</title>'
            f'<script src="/static/js/app.js" type="module"></script>{head}</head>'
            f'<body>{body}<div id="notices"></div><div id="toasts"></div></body></html>'
        )
        self.page.goto(f"{ORIGIN}/page")
        return self.page

    def _note(self, message: object) -> None:
        if getattr(message, "type", "") == "error":
            self.violations.append(str(getattr(message, "text", message)))

    def _answer(self, route: Route) -> None:
        path = route.request.url.removeprefix(ORIGIN).split("?")[0].split("#")[0]
        self.requests.append(route.request)
        if path.startswith("/static/"):
            route.fulfill(path=str(finders.find(path.removeprefix("/static/"))))
        elif path in self.fragments:
            status, headers, body = self.fragments[path]
            route.fulfill(status=status, headers=headers, content_type="text/html", body=body)
        else:
            headers = {"Content-Type": "text/html", "Content-Security-Policy": POLICY}
            route.fulfill(body=self.html, headers=headers)


@pytest.fixture
def stage(chromium: Browser) -> Iterator[Stage]:
    page = chromium.new_page()
    page.set_default_timeout(5000)
    yield Stage(page)
    page.close()
