"""The shell of every page, and the pages for errors."""

import re
from html.parser import HTMLParser
from types import SimpleNamespace

import pytest
from django.contrib import messages
from django.contrib.auth.models import AnonymousUser
from django.contrib.messages.storage.cookie import CookieStorage
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.test import RequestFactory

from accounts.models import User

ERROR_PAGES = ["400.html", "403.html", "403_csrf.html", "404.html", "413.html", "429.html"]
VOID = {"br", "hr", "img", "input", "link", "meta", "path", "rect", "circle", "use"}


class Balance(HTMLParser):
    """Notes elements that are closed in the wrong order, or never."""

    def __init__(self) -> None:
        super().__init__()
        self.stack: list[str] = []
        self.faults: list[str] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:
        if tag not in VOID:
            self.stack.append(tag)

    def handle_startendtag(self, tag: str, attrs: object) -> None:
        """Nothing to close."""

    def handle_endtag(self, tag: str) -> None:
        if not self.stack or self.stack.pop() != tag:
            self.faults.append(tag)


def request_of(user: object) -> HttpRequest:
    """A request as it arrives at a view."""
    request = RequestFactory().get("/playgrounds/new?x=1")
    request.user = user  # type: ignore[assignment]  # a user that is not stored is enough
    request._messages = CookieStorage(request)  # type: ignore[attr-defined]  # set by middleware
    return request


@pytest.fixture
def visitor() -> HttpRequest:
    return request_of(AnonymousUser())


@pytest.fixture
def member() -> HttpRequest:
    return request_of(User(email="mara@example.org", name="Mara Lindqvist"))


def test_it_closes_every_element(member: HttpRequest) -> None:
    balance = Balance()

    balance.feed(render_to_string("base.html", request=member))

    assert (balance.faults, balance.stack) == ([], [])


def test_it_has_one_main_landmark_and_a_way_to_skip_to_it(member: HttpRequest) -> None:
    html = render_to_string("base.html", request=member)

    assert html.count("<main") == 1
    assert 'href="#main"' in html
    assert 'id="main"' in html


def test_it_shows_the_rail_to_members_only(member: HttpRequest, visitor: HttpRequest) -> None:
    assert 'class="rail"' in render_to_string("base.html", request=member)
    assert 'class="rail"' not in render_to_string("base.html", request=visitor)


def test_it_carries_the_token_for_htmx(member: HttpRequest) -> None:
    token = re.search(
        r'name="csrf-token" content="(\w+)"', render_to_string("base.html", request=member)
    )

    assert token
    assert len(token[1]) == 64


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_it_takes_the_theme_from_the_cookie(member: HttpRequest, theme: str) -> None:
    member.COOKIES["theme"] = theme

    assert f'data-theme="{theme}"' in render_to_string("base.html", request=member)


def test_it_follows_the_system_without_a_cookie(member: HttpRequest) -> None:
    assert "data-theme" not in render_to_string("base.html", request=member)


def test_it_keeps_errors_as_notices_and_shows_the_rest_as_toasts(member: HttpRequest) -> None:
    messages.error(member, "The key was refused.")
    messages.success(member, "Saved.")

    notices, toasts = render_to_string("base.html", request=member).split('id="toasts"')

    assert "The key was refused." in notices.split('id="notices"')[1]
    assert "Saved." in toasts


@pytest.mark.parametrize("name", ERROR_PAGES)
def test_it_says_what_happened_and_where_to_go(name: str, member: HttpRequest) -> None:
    html = render_to_string(name, request=member)

    heading = re.search(r"<h1>(.+?)</h1>\s*<p>(.+?)</p>", html, re.S)
    assert heading
    assert heading[1].strip()
    assert heading[2].strip()
    assert "Go to playgrounds" in html


@pytest.mark.parametrize("name", ERROR_PAGES)
def test_it_shows_the_page_to_visitors_too(name: str, visitor: HttpRequest) -> None:
    assert "<h1>" in render_to_string(name, request=visitor)


def test_it_shows_the_words_of_a_user_error(member: HttpRequest) -> None:
    words = {"message": "Line 812: found 5 values.", "hint": "Check for a missing quote."}

    html = render_to_string("error.html", words, request=member)

    assert "<title>Line 812: found 5 values. · Evalground</title>" in html
    assert "<p>Check for a missing quote.</p>" in html


def test_it_renders_the_500_page_without_request_and_context() -> None:
    html = render_to_string("500.html")

    assert "Something broke on our side" in html
    assert "<code>" not in html


def test_it_names_the_request_on_the_500_page() -> None:
    assert "<code>9f3c</code>" in render_to_string("500.html", {"request_id": "9f3c"})


def bar(**context: object) -> str:
    """The bar of a playground with two runs."""
    runs = [SimpleNamespace(number=7, state="running"), SimpleNamespace(number=6, state="done")]
    usual = {"playground": SimpleNamespace(id=1, name="<Support>"), "tab": "run", "runs": runs}
    return render_to_string("components/playground_bar.html", {**usual, **context})


def test_it_offers_every_run_of_the_playground() -> None:
    html = bar(run=SimpleNamespace(number=7, state="running"))

    assert 'href="/playgrounds/1/run?run=7" aria-current="true"' in html
    assert 'href="/playgrounds/1/run?run=6"' in html


def test_it_keeps_the_run_from_tab_to_tab() -> None:
    tabs = re.findall(r'href="(/playgrounds/1/\w+\?run=6)" data-key', bar(run_number=6, runs=[]))

    assert len(tabs) == 5


def test_it_offers_no_run_before_there_is_one() -> None:
    assert "Run 7" not in bar(runs=[], run=None)


def test_it_escapes_the_name_of_the_playground() -> None:
    assert "&lt;Support&gt;" in bar(run=None)


@pytest.mark.parametrize(("step", "done"), [(1, 0), (2, 1), (4, 3)])
def test_it_ticks_the_steps_behind_you(step: int, done: int) -> None:
    html = render_to_string("components/steps.html", {"step": step, "title": "New playground"})

    assert html.count('class="done"') == done
    assert html.count('aria-current="step"') == 1


def test_it_turns_the_pager_off_at_the_ends() -> None:
    context = {"first": 1, "last": 50, "total": 1240, "next_url": "?page=2", "noun": "rows"}

    html = render_to_string("components/pager.html", context)

    assert "1–50 of 1,240 rows" in html
    assert html.count("disabled") == 1
    assert 'href="?page=2" rel="next"' in html
