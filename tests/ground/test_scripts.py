"""bin/start and bin/test make their environment once, and say what is missing on the machine."""

import importlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.ground.conftest import ROOT

LOCKS = ("requirements.txt", "requirements-model.txt", "requirements-dev.txt")
MANAGE = "import sys; print('manage.py', *sys.argv[1:])\n"


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tree with our scripts, locks that name no package, and a manage.py that says its words."""
    tree = tmp_path_factory.mktemp("project")
    shutil.copytree(ROOT / "bin", tree / "bin")
    for lock in LOCKS:
        (tree / lock).write_text("# nothing\n")
    (tree / "manage.py").write_text(MANAGE)
    return tree


def run(
    project: Path, *arguments: str, script: str = "start", **more: str
) -> subprocess.CompletedProcess[str]:
    """A script with these arguments, run from another folder, without a package index."""
    return subprocess.run(
        [sys.executable, str(project / "bin" / script), *arguments],
        cwd="/",
        env={**os.environ, "PIP_NO_INDEX": "1", "PYTHONDONTWRITEBYTECODE": "1", **more},
        capture_output=True,
        text=True,
        check=False,
    )


def pretending(place: Path, lines: str) -> str:
    """A folder for PYTHONPATH in which Python is made to look different."""
    (place / "sitecustomize.py").write_text(lines)
    return str(place)


def test_it_installs_once_and_passes_the_arguments_on(project: Path) -> None:
    first = run(project, "--port", "8001")
    second = run(project, "--check")

    assert "Making an environment" in first.stdout
    assert first.stdout.endswith("manage.py start --port 8001\n")
    assert second.stdout == "manage.py start --check\n"


@pytest.mark.parametrize(
    ("script", "asked", "words"),
    [("start", "--help", "--no-sample"), ("start", "-h", "--port"), ("test", "--help", "pytest")],
)
def test_help_is_given_without_an_installation(
    project: Path, script: str, asked: str, words: str
) -> None:
    shutil.rmtree(project / ".venv", ignore_errors=True)
    ended = run(project, asked, script=script)

    assert ended.returncode == 0
    assert ended.stdout.startswith(f"bin/{script} ")
    assert words in ended.stdout
    assert not (project / ".venv").exists()


def test_it_installs_again_when_a_lock_changed(project: Path) -> None:
    run(project)
    (project / "requirements.txt").write_text("# still nothing\n")

    assert "Installed requirements.txt" in run(project).stdout
    assert "Installed requirements.txt" not in run(project).stdout


def test_a_failed_installation_is_tried_again(project: Path) -> None:
    run(project)
    lock = project / "requirements-model.txt"
    lock.write_text(f"no-such-package==1.0 --hash=sha256:{'0' * 64}\n")
    failed, again = run(project), run(project)
    lock.write_text("# nothing\n")

    assert failed.returncode == again.returncode == 1
    assert "pip could not install requirements-model.txt" in again.stderr
    assert run(project).stdout.endswith("manage.py start\n")


def test_an_environment_that_does_not_work_is_made_anew(project: Path) -> None:
    run(project)
    (project / ".venv" / "bin" / "python").unlink()

    made = run(project)

    assert "Making an environment" in made.stdout
    assert made.stdout.endswith("manage.py start\n")


def test_an_old_python_is_told_what_is_needed(project: Path, tmp_path: Path) -> None:
    old = pretending(tmp_path, "import sys\nsys.version_info = (3, 9, 1, 'final', 0)\n")
    ended = run(project, PYTHONPATH=old, PATH="/nowhere")

    assert ended.returncode == 1
    assert "Evalground needs Python 3.11, 3.12 or 3.13; this is Python 3.9" in ended.stderr


def test_an_old_python_finds_a_newer_one(project: Path, tmp_path: Path) -> None:
    folder = tmp_path / "programs"
    folder.mkdir()
    newer = folder / "python3.12"
    newer.write_text(f'#!/bin/sh\nexec env -u PYTHONPATH {sys.executable} "$@"\n')
    newer.chmod(0o755)
    old = pretending(tmp_path, "import sys\nsys.version_info = (3, 9, 1, 'final', 0)\n")
    path = f"{folder}:/usr/bin:/bin"

    assert run(project, PYTHONPATH=old, PATH=path).stdout.endswith("manage.py start\n")


def test_a_missing_ensurepip_is_named(project: Path, tmp_path: Path) -> None:
    shutil.rmtree(project / ".venv", ignore_errors=True)
    lacking = pretending(
        tmp_path,
        "import importlib.util as u\nfind = u.find_spec\n"
        "u.find_spec = lambda name, *rest: None if name == 'ensurepip' else find(name, *rest)\n",
    )
    ended = run(project, PYTHONPATH=lacking)

    assert ended.returncode == 1
    assert "python3-venv is missing" in ended.stderr
    assert "sudo apt-get install python3." in ended.stderr


def test_the_tests_say_loudly_that_no_browser_is_there(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.syspath_prepend(str(ROOT / "bin"))
    browser = importlib.import_module("browser")
    monkeypatch.setenv("PATH", "/nowhere")
    monkeypatch.setattr(browser, "MAC", Path("/nowhere"))

    assert browser.find(Path("/bin/true")) is None
    assert "THE BROWSER TESTS ARE SKIPPED" in browser.MISSING
