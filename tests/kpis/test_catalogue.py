"""The list of KPIs: whole, consistent, quick to import."""

import inspect
import subprocess
import sys

import pytest

from evals.domain.results import NotApplicable
from evals.kpis import CATALOGUE, build, by_key, code_hash, get, parameters, score
from evals.kpis.base import Inputs, Kpi
from evals.kpis.code_hash import hash_code

KEYS = {
    "exact_match",
    "token_f1",
    "rouge",
    "keyword_coverage",
    "forbidden_phrases",
    "regex_match",
    "json_valid",
    "number_grounding",
    "abstention_correctness",
    "word_count",
    "latency_ms",
    "cost_usd",
}

# A process of its own, in which every socket is an error.
ALONE = """
import socket, sys, time

def refuse(*args, **kwargs):
    raise AssertionError("a socket was opened")

socket.socket = socket.create_connection = refuse
started = time.process_time()
from evals.kpis import score
took = time.process_time() - started
print(score("exact_match", inputs={"response": "Paris.", "reference": "paris"}).value)
heavy = {"re2", "litellm", "openai", "pandas", "numpy", "django", "celery"}
print(sorted(heavy & set(sys.modules)), took < 1.5)
"""


def test_it_lists_the_twelve_kpis() -> None:
    assert {kpi.key for kpi in CATALOGUE} == KEYS


@pytest.mark.parametrize("kpi", CATALOGUE, ids=lambda kpi: kpi.key)
def test_it_declares_itself_wholly(kpi: type[Kpi]) -> None:
    assert kpi.name
    assert kpi.question.endswith("?")
    assert kpi.group
    assert 1 <= len(kpi.short_name) <= 9
    assert kpi.__doc__
    kpi.suggested.check_fits(kpi.scale)
    assert {need.removesuffix("?") for need in kpi.needs} <= set(Inputs.__dataclass_fields__)


@pytest.mark.parametrize("kpi", CATALOGUE, ids=lambda kpi: kpi.key)
def test_its_parameters_can_be_drawn_and_given_back(kpi: type[Kpi]) -> None:
    drawn = parameters(kpi.key)

    assert all(parameter.help for parameter in drawn)
    assert build(kpi.key, {one.name: one.default for one in drawn}) == build(kpi.key, {})


@pytest.mark.parametrize(
    "kpi", [kpi for kpi in CATALOGUE if kpi.needs != ("response",)], ids=lambda kpi: kpi.key
)
def test_it_says_not_applicable_when_what_it_needs_is_missing(kpi: type[Kpi]) -> None:
    result = score(kpi.key, inputs={"response": "Paris in 1999"})

    assert isinstance(result, NotApplicable)
    assert result.reason


def test_it_refuses_two_kpis_of_one_key() -> None:
    with pytest.raises(ValueError, match="same key: rouge"):
        by_key((get("rouge"), get("rouge")))


def test_it_does_not_know_a_key_that_is_not_there() -> None:
    with pytest.raises(KeyError):
        get("vibes")


def test_its_code_hashes_are_stable_and_differ() -> None:
    hashes = [code_hash(kpi.key) for kpi in CATALOGUE]

    assert len(set(hashes)) == len(CATALOGUE)
    assert hashes == [hash_code(kpi) for kpi in CATALOGUE]


@pytest.mark.parametrize(
    ("old", "new", "same"),
    [
        ("How many units two texts share", "How many words two texts share", True),
        ("# An expected", "# A wanted", True),
        ("2 * self.shared", "3 * self.shared", False),
    ],
)
def test_its_code_hash_sees_code_only(
    monkeypatch: pytest.MonkeyPatch, old: str, new: str, same: bool
) -> None:
    before, read = hash_code(get("token_f1")), inspect.getsource
    monkeypatch.setattr("inspect.getsource", lambda module: read(module).replace(old, new))

    assert old in read(sys.modules["evals.kpis.correctness"])
    assert (hash_code(get("token_f1")) == before) is same


def test_it_imports_alone_without_sockets_and_heavy_packages() -> None:
    done = subprocess.run(
        [sys.executable, "-c", ALONE], capture_output=True, text=True, check=False, timeout=60
    )

    assert done.stdout.splitlines() == ["1.0", "[] True"], done.stderr
