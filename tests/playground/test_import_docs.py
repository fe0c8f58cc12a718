"""`docs/import.md` names every class of refusal and every repair that the code can give."""

import ast
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings

from playground.domain.file_kinds import ENDINGS
from playground.domain.findings_words import REPAIRS

ROOT = Path(settings.BASE_DIR)


def classes_of_refusals() -> Iterator[str]:
    for path in (ROOT / "playground" / "domain").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            match node:
                case ast.Call(ast.Name("FileRefused"), [ast.Constant(str(kind)), *_]):
                    yield kind


def test_it_names_every_class_of_refusal_and_every_repair() -> None:
    text = (ROOT / "docs" / "import.md").read_text()
    named = {*classes_of_refusals(), *REPAIRS}
    assert len(named) > 25
    assert sorted(name for name in named if f"`{name}`" not in text) == []


def test_it_names_every_ending() -> None:
    text = (ROOT / "docs" / "import.md").read_text()
    assert [ending for ending in ENDINGS if f"`.{ending}`" not in text] == []
