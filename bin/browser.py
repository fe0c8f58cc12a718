"""Finds a Chromium for the browser tests. Standard library only."""

import shutil
import subprocess
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
MAC = Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome")
MISSING = """
*** NO BROWSER FOUND: THE BROWSER TESTS ARE SKIPPED. Install Chromium to run them:
*** sudo apt-get install chromium, or: .venv/bin/playwright install chromium
"""


def find(python: Path) -> str | None:
    """The path of a Chromium on this machine, Playwright's own included; None without one."""
    for name in NAMES:
        if found := shutil.which(name):
            return found
    if MAC.exists():
        return str(MAC)
    question = (
        "from playwright.sync_api import sync_playwright\n"
        "with sync_playwright() as browsers: print(browsers.chromium.executable_path)"
    )
    asked = subprocess.run([python, "-c", question], capture_output=True, text=True, check=False)
    own = Path(asked.stdout.strip() or "/nowhere")
    return str(own) if own.is_file() else None
