"""What is installed is what the locks say, and nothing runs or calls home by itself."""

import re
import site
import subprocess
import sys
from pathlib import Path

import pytest

from tests.ground.conftest import ROOT

LOCKS = ("requirements.txt", "requirements-dev.txt", "requirements-model.txt")
# Files that run at every start of Python: setuptools brings this one into each environment.
ALLOWED_PTH = {"distutils-precedence.pth"}


def test_nothing_runs_at_the_start_of_python() -> None:
    found = {path.name for folder in site.getsitepackages() for path in Path(folder).glob("*.pth")}

    assert found <= ALLOWED_PTH


@pytest.mark.parametrize("lock", LOCKS)
def test_every_locked_package_has_an_exact_version_and_hashes(lock: str) -> None:
    entries = re.split(r"\n(?=\S)", (ROOT / lock).read_text().strip())
    packages = [entry for entry in entries if not entry.startswith("#")]

    assert packages
    assert all(re.match(r"[\w.\[\]-]+==\S+", entry) for entry in packages)
    assert all("--hash=sha256:" in entry for entry in packages)


def run_python(program: str) -> str:
    """What the program wrote to standard error; it sees the product and no other variables."""
    return subprocess.run(
        [sys.executable, "-W", "ignore", "-c", program],
        cwd=ROOT,
        env={"DJANGO_SETTINGS_MODULE": "tests.settings", "PATH": ""},
        capture_output=True,
        text=True,
        check=False,
    ).stderr


def test_importing_everything_asks_nobody() -> None:
    said = run_python(
        "import socket, sys\n"
        "def refuse(*asked, **_): sys.exit(f'asked for {asked}')\n"
        "socket.socket.connect = refuse; socket.getaddrinfo = refuse\n"
        "import django; django.setup()\n"
        "import config.asgi, config.celery, evals.tasks, playground.tasks, openai, pandas\n"
        "from evals.llm.litellm_client import load_litellm\n"
        "load_litellm()\n"
    )

    assert said == ""


def test_the_web_process_loads_no_heavy_package_at_its_start() -> None:
    said = run_python(
        "import sys, config.asgi\n"
        "from django.urls import get_resolver\n"
        "get_resolver().url_patterns\n"
        "sys.exit(' '.join({'litellm', 'openai', 'pandas', 'xllamacpp'} & set(sys.modules)))\n"
    )

    assert said.strip() == ""
