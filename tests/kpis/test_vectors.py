"""The golden cases: what every KPI built so far must give."""

import json
from pathlib import Path
from typing import Any

import pytest

from evals.domain import statistics
from evals.domain.results import Score
from evals.kpis import CATALOGUE, score

VECTORS = Path(__file__).parent.parent / "fixtures" / "kpi_vectors.json"
CASES: list[dict[str, Any]] = json.loads(VECTORS.read_text(encoding="utf-8"))
KPI_CASES = [case for case in CASES if not case["kpi"].startswith("stat.")]
STATISTICS_CASES = [case for case in CASES if case["kpi"].startswith("stat.")]

# What an upload cannot hold has no golden case.
WITHOUT_CASES = {"latency_ms", "cost_usd"}


def _name(case: dict[str, Any]) -> str:
    return f"{case['kpi']}-{CASES.index(case)}"


@pytest.mark.parametrize("case", KPI_CASES, ids=_name)
def test_it_gives_the_golden_score(case: dict[str, Any]) -> None:
    result = score(case["kpi"], params=case["params"], inputs=case["inputs"])

    value = result.value if isinstance(result, Score) else None
    if case["expected"] is None:
        assert value is None
    else:
        assert value == pytest.approx(case["expected"], abs=case["tolerance"])


def test_it_has_golden_cases_for_every_kpi() -> None:
    assert {kpi.key for kpi in CATALOGUE} - {case["kpi"] for case in KPI_CASES} == WITHOUT_CASES


@pytest.mark.parametrize("case", STATISTICS_CASES, ids=_name)
def test_it_gives_the_golden_statistic(case: dict[str, Any]) -> None:
    inputs, expected = case["inputs"], case["expected"]
    if case["kpi"] == "stat.wilson":
        interval = statistics.wilson(**inputs)
        assert interval is not None
        assert [interval.low, interval.high] == pytest.approx(expected, abs=case["tolerance"])
        return
    if case["kpi"] == "stat.mcnemar_exact":
        value: float | None = statistics.mcnemar_exact(**inputs)
    else:
        value = statistics.cohens_kappa(inputs["rater_a"], inputs["rater_b"], **case["params"])
    assert value == pytest.approx(expected, abs=case["tolerance"])
