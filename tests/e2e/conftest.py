"""The whole product as a user starts it, and a browser that watches the security policy."""

import os
import queue
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import ConsoleMessage, Page

ROOT = Path(__file__).resolve().parents[2]
CHROMIUM_FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
LINK = re.compile(r"http://\S+/accounts/link/\S+")


@pytest.fixture(scope="session")
def browser_type_launch_args(
    browser_type_launch_args: dict[str, Any], browser_type: Any
) -> dict[str, Any]:
    """Chromium of the system when there is one, else Playwright's own, else skip loudly."""
    names = ("chromium", "chromium-browser", "google-chrome")
    found = next((path for name in names if (path := shutil.which(name))), None)
    if found is None and not Path(browser_type.executable_path).exists():
        pytest.skip("NO BROWSER: install chromium or run `playwright install chromium`")
    chosen = {"executable_path": found} if found else {}
    return {**browser_type_launch_args, **chosen, "args": CHROMIUM_FLAGS}


@dataclass
class Product:
    """A started Evalground: its address, its data folder, and what it printed."""

    process: subprocess.Popen[str]
    data: Path
    link: str
    printed: "queue.Queue[str]" = field(repr=False)

    @property
    def url(self) -> str:
        return self.link.split("/accounts/")[0]

    def stop(self) -> int:
        """The exit code after a polite stop."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=40)


def start_product(data: Path, port: int, *arguments: str, **environment: str) -> Product:
    """Start `manage.py start` on `port` and wait for its login link."""
    process = subprocess.Popen(
        [sys.executable, "-u", "manage.py", "start", *arguments],
        cwd=ROOT,
        env={
            **os.environ,
            "EVALGROUND_DATA": str(data),
            "EVALGROUND_PORT": str(port),
            "DJANGO_SETTINGS_MODULE": "config.settings",
            **environment,
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    printed: queue.Queue[str] = queue.Queue()
    threading.Thread(target=_collect, args=(process, printed), daemon=True).start()
    seen = []
    deadline = time.monotonic() + 90
    while time.monotonic() < deadline:
        try:
            line = printed.get(timeout=0.5)
        except queue.Empty:
            if process.poll() is not None:
                break
            continue
        seen.append(line)
        if match := LINK.search(line):
            return Product(process=process, data=data, link=match.group(), printed=printed)
    process.kill()
    pytest.fail("No login link. Printed:\n" + "".join(seen))


def _collect(process: subprocess.Popen[str], printed: "queue.Queue[str]") -> None:
    assert process.stdout is not None
    for line in process.stdout:
        printed.put(line)


@pytest.fixture
def violations(page: Page) -> Iterator[list[str]]:
    """What the browser said about the security policy and about errors; must stay empty."""
    found: list[str] = []

    def listen(message: ConsoleMessage) -> None:
        if message.type == "error":
            found.append(f"{page.url}: {message.text}")

    page.on("console", listen)
    page.on("pageerror", lambda error: found.append(f"{page.url}: {error}"))
    yield found
    assert found == []
