"""The whole product as a user starts it, and a browser that minds the security policy."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page

from tests.browser import launched
from tests.databases import own_database
from tests.ground.conftest import ROOT, Started, free_port
from tests.standin import StandIn


@pytest.fixture(scope="module")
def standin() -> Iterator[StandIn]:
    with StandIn() as server:
        yield server


@pytest.fixture(scope="module")
def start_options() -> list[str]:
    """What `manage.py start` is told besides its port; a module may say something else."""
    return []


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """The variables of an installation of its own."""
    data = tmp_path_factory.mktemp("e2e") / "data"
    data.mkdir(mode=0o700)
    kept = {name: value for name, value in os.environ.items() if not name.startswith("EVALGROUND_")}
    with own_database() as database:
        yield {
            **kept,
            **database,
            "EVALGROUND_DATA": str(data),
            "DJANGO_SETTINGS_MODULE": "config.settings",
        }


@pytest.fixture(scope="module")
def product(environment: dict[str, str], start_options: list[str]) -> Iterator[Started]:
    """A started product with workers and broker, and its sample if the options leave it."""
    data = Path(environment["EVALGROUND_DATA"])
    told = data.parent / "output.txt"
    port = free_port()
    with told.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, str(ROOT / "manage.py"), "start", f"--port={port}", *start_options],
            env=environment,
            stdout=output,
            stderr=output,
        )
        started = Started(process=process, output=told, folder=data, port=port)
        yield started
        if process.poll() is None:
            started.stop()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with launched() as browser:
        yield browser


@pytest.fixture(scope="module")
def visitor(chromium: Browser, product: Started) -> BrowserContext:
    """A browser that the printed link has logged in."""
    context = chromium.new_context(
        base_url=f"http://127.0.0.1:{product.port}", viewport={"width": 1440, "height": 900}
    )
    page = context.new_page()
    page.goto(product.link())
    page.close()
    return context


@pytest.fixture
def page(visitor: BrowserContext) -> Iterator[Page]:
    """A page on which the browser has nothing to complain about."""
    page = visitor.new_page()
    complaints: list[str] = []

    def listen(message: ConsoleMessage) -> None:
        if message.type == "error":
            complaints.append(f"{page.url}: {message.text}")

    page.on("console", listen)
    page.on("pageerror", lambda error: complaints.append(f"{page.url}: {error}"))
    yield page
    page.close()
    assert complaints == []


@pytest.fixture
def rows_file(tmp_path: Path) -> Path:
    """Thirty-six questions with expected answers, contexts and a topic."""
    lines = ["question,expected_answer,context,topic"]
    for number in range(1, 37):
        topic = "Delivery" if number % 2 else "Returns"
        lines.append(
            f"How many days does parcel {number} take?,It takes {number} days,"
            f"Parcel {number} takes {number} days. The office closes at 18.,{topic}"
        )
    file = tmp_path / "parcels.csv"
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return file
