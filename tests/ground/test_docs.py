"""Documents and settings say the same."""

import re
import tomllib
from pathlib import Path

import pytest

from config import __version__
from tests.ground.conftest import ROOT

SETTINGS = (ROOT / "config" / "settings.py").read_text()
VARIABLES = set(re.findall(r'env_\w+\(\s*"(\w+)"', SETTINGS))
MARKDOWN = [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")]


def first_column(document: str) -> set[str]:
    """What stands in the first column of the document's tables, without marks."""
    text = (ROOT / document).read_text()
    return {cell.strip("` ") for cell in re.findall(r"^\| ([^|]+) \|", text, re.MULTILINE)}


def wanted(requirements: str) -> set[str]:
    """The names in a file of direct dependencies."""
    lines = (ROOT / "requirements" / requirements).read_text().splitlines()
    names = (re.split(r"[<>=]", line)[0].strip() for line in lines)
    return {name for name in names if name and not name.startswith("-")}


def test_every_variable_is_documented_and_no_other() -> None:
    documented = {name for name in first_column("docs/configuration.md") if name.isupper()}

    assert documented == VARIABLES


def test_the_example_lists_every_variable_and_no_other() -> None:
    lines = (ROOT / ".env.example").read_text().splitlines()

    assert {found.group(1) for line in lines if (found := re.match(r"# (\w+)=", line))} == VARIABLES


def test_only_config_reads_the_environment() -> None:
    reading = re.compile(r"os\.(getenv|environ(?!\[[^\]]+\] =))")
    apps = ("accounts", "playground", "evals")
    files = [path for app in apps for path in (ROOT / app).rglob("*.py")]
    readers = [str(path.relative_to(ROOT)) for path in files if reading.search(path.read_text())]

    # A spec names the variable in which the shell keeps a key.
    assert readers == ["evals/management/commands/evaluate.py"]


def test_every_dependency_has_a_reason_and_no_other() -> None:
    named = wanted("base.in") | wanted("model.in") | wanted("dev.in")

    assert first_column("docs/dependencies.md") - {"package", "---"} == named


def test_every_check_is_documented() -> None:
    ids = set(re.findall(r'"(evalground\.\w\d+)"', (ROOT / "config" / "checks.py").read_text()))

    assert ids <= first_column("docs/configuration.md")


def test_the_version_is_the_same_everywhere() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]

    assert project["version"] == __version__
    assert f"## [{__version__}]" in (ROOT / "CHANGELOG.md").read_text()


@pytest.mark.parametrize("document", MARKDOWN, ids=lambda path: path.name)
def test_links_between_documents_lead_somewhere(document: Path) -> None:
    links = re.findall(r"\]\(((?!http)[^)#]+)", document.read_text())

    assert [link for link in links if not (document.parent / link).exists()] == []
