"""What a run freezes, as plain values that go to JSON and back.

`RunSpec.snapshot` holds `Snapshot.to_json()`. Nothing of it changes after the run was made; a
later edit of a variant, a column's name or a KPI therefore never touches an earlier run.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True, kw_only=True)
class ColumnSpec:
    """A column as it was: `id` is the key of its cells in a row, `role` as in `Column.Role`."""

    id: str
    name: str
    role: str


@dataclass(frozen=True, kw_only=True)
class VariantSpec:
    """A variant as it was. Prices are US dollars for a million tokens, as text; None is unknown.

    With `answers_column`, the id of a column, its cells are the answers and nothing is asked.
    """

    name: str
    connection_id: int
    connection_name: str
    kind: str
    model: str
    user_prompt: str
    system_prompt: str = ""
    prompt_version: int = 1
    temperature: float | None = 0.0
    max_tokens: int = 256
    seed: int | None = None
    use_context: bool = False
    answers_column: str = ""
    is_baseline: bool = False
    input_per_1m: str | None = None
    output_per_1m: str | None = None

    @property
    def is_simulated(self) -> bool:
        """Whether no model answers: the connection makes the answers up."""
        return self.kind == "simulated"

    @property
    def is_imported(self) -> bool:
        """Whether nothing is asked: the answers came with the rows."""
        return bool(self.answers_column)


@dataclass(frozen=True, kw_only=True)
class KpiSpec:
    """A KPI version in a slot. `inputs` maps an input's name to the id of its column."""

    slot: str
    key: str
    name: str
    kpi_version_id: int
    code_hash: str
    params: Mapping[str, Any] = field(default_factory=dict)
    inputs: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Snapshot:
    """Columns, variants (index 0 is shown as A), KPIs and the rule a run started with."""

    columns: tuple[ColumnSpec, ...]
    variants: tuple[VariantSpec, ...]
    kpis: tuple[KpiSpec, ...]
    rule: Mapping[str, Any]
    dataset_version: int

    def to_json(self) -> dict[str, Any]:
        """Plain lists and mappings; `from_json` gives an equal snapshot back."""
        return asdict(self)

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "Snapshot":
        """The snapshot that `to_json` wrote. Raises KeyError or TypeError for anything else."""
        return cls(
            columns=tuple(ColumnSpec(**column) for column in stored["columns"]),
            variants=tuple(VariantSpec(**variant) for variant in stored["variants"]),
            kpis=tuple(KpiSpec(**kpi) for kpi in stored["kpis"]),
            rule=stored["rule"],
            dataset_version=stored["dataset_version"],
        )


def baseline_index(variants: Sequence[VariantSpec]) -> int:
    """The index of the variant marked as baseline, 0 when none is marked."""
    return next((i for i, variant in enumerate(variants) if variant.is_baseline), 0)


def letter(index: int) -> str:
    """The letter of the variant at `index`: 0 is "A". Raises ValueError beyond Z."""
    if not 0 <= index < 26:
        raise ValueError(f"No letter for variant {index}.")
    return chr(ord("A") + index)
