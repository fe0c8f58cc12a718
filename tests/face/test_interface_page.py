"""docs/interface.md names every tag, component and attribute."""

import re

from evals.templatetags.evalground import VERDICTS, register
from tests.face.conftest import ROOT, SCRIPTS

PAGE = (ROOT / "docs/interface.md").read_text()


def test_it_names_every_tag_and_filter() -> None:
    names = {*register.tags, *register.filters} - {"here"}

    assert [name for name in sorted(names) if not re.search(rf"\b{name}\b", PAGE)] == []


def test_it_names_every_state_of_a_verdict() -> None:
    assert [state for state in VERDICTS if not re.search(rf"\b{state}\b", PAGE)] == []


def test_it_names_every_attribute_that_a_script_looks_for() -> None:
    looked_for = {
        name for path in SCRIPTS for name in re.findall(r"\[(data-[a-z-]+)", path.read_text())
    } - {"data-single-keys"}

    assert [name for name in sorted(looked_for) if name not in PAGE] == []
