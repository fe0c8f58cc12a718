"""A small file of rows and a spec around it."""

from pathlib import Path

import pytest

ROWS = """question,expected_answer,context,topic,answerable
How long is the warranty?,5 years,The warranty is 5 years.,Warranty,yes
What does delivery cost?,4.90 EUR,Delivery costs 4.90 EUR.,Delivery,yes
Who runs the shop?,,The shop opens at nine.,Shop,no
"""
SPEC = """name: Support
data: rows.csv
columns:
  question: input
  expected_answer: expected
  context: context
  answerable: answerable
variants:
  - name: Closed book
    base_url: {url}
    allow_private: true
    model: standin-small
    prompt: "{{{{question}}}} [[reply:I don't know.]]"
    baseline: true
  - name: With context
    base_url: {url}
    allow_private: true
    model: standin-small
    prompt: "{{{{question}}}} [[reply:{{{{context}}}}]]"
    context: true
kpis:
  - key: token_f1
    params: {{measure: recall}}
  - key: abstention_correctness
rule:
  mode: all
  conditions:
    - {{kpi: token_f1, line: ">= 0.6", required: true}}
    - {{kpi: abstention_correctness, line: "== 1"}}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with rows.csv and spec.yaml; the spec's address refuses connections."""
    (tmp_path / "rows.csv").write_text(ROWS, encoding="utf-8")
    write_spec(tmp_path, "http://127.0.0.1:9/v1")
    return tmp_path


def write_spec(folder: Path, url: str) -> Path:
    """The spec of the tests with this address."""
    spec = folder / "spec.yaml"
    spec.write_text(SPEC.format(url=url), encoding="utf-8")
    return spec
