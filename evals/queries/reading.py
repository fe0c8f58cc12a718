"""A run as the reading pages see it: what it froze, its scores, a rule and its verdicts."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from evals.domain.matrix import ScoreMatrix
from evals.domain.rules import Rule, Verdicts
from evals.domain.scales import Scale
from evals.domain.snapshot import Snapshot, baseline_index, letter
from evals.domain.statistics import Accuracy, accuracy
from evals.engine import score_store
from evals.models import Run
from evals.queries.draft import drafted, line_pairs
from evals.queries.kpi_faces import KpiFace, faces
from evals.queries.verdicts import current_rule, verdicts


@dataclass(frozen=True, kw_only=True)
class Reading:
    """One run under one rule. Arrays are indexed by variant and by the row's place in the run.

    `saved` is the rule the run is read with, `rule` the same or a draft of it; `rule_number` is
    None when the saved rule is the one frozen in the run only. Runs have one repetition.
    """

    run: Run
    snapshot: Snapshot
    row_ids: NDArray[np.int64]
    saved: Rule
    rule_number: int | None
    rule: Rule
    verdicts: Verdicts
    saved_verdicts: Verdicts
    kpis: Mapping[str, KpiFace]

    @property
    def matrix(self) -> ScoreMatrix:
        """The stored scores."""
        return self.verdicts.matrix

    @property
    def is_draft(self) -> bool:
        """Whether a line was moved and not saved."""
        return self.rule.sha256 != self.saved.sha256

    @property
    def is_over(self) -> bool:
        """Whether no further answer will come."""
        return self.run.state in {Run.State.DONE, Run.State.CANCELLED}

    @property
    def is_imported(self) -> bool:
        """Whether all answers came with the data and nothing was asked."""
        return all(variant.is_imported for variant in self.snapshot.variants)

    @property
    def draft(self) -> dict[str, str]:
        """The moved lines, as the query of a URL says them."""
        return line_pairs(self.rule, self.saved)

    @cached_property
    def baseline(self) -> int:
        """The index of the baseline variant."""
        return baseline_index(self.snapshot.variants)

    @cached_property
    def letters(self) -> tuple[str, ...]:
        """The variants' letters."""
        return tuple(letter(index) for index in range(len(self.snapshot.variants)))

    @cached_property
    def accuracies(self) -> tuple[Accuracy, ...]:
        """The accuracy of each variant under `rule`."""
        return tuple(accuracy(row) for row in self.verdicts.codes)

    @cached_property
    def saved_accuracies(self) -> tuple[Accuracy, ...]:
        """The accuracy of each variant under the saved rule."""
        return tuple(accuracy(row) for row in self.saved_verdicts.codes)

    @cached_property
    def names(self) -> dict[str, str]:
        """The KPIs' names by slot."""
        return {slot: face.name for slot, face in self.kpis.items()}

    @cached_property
    def scales(self) -> dict[str, Scale]:
        """The KPIs' scales by slot."""
        return {slot: face.scale for slot, face in self.kpis.items()}


def read(run: Run, draft: Mapping[str, str] | None = None) -> Reading:
    """`run` under its current rule, with the moved lines of `draft`.

    A fixed number of queries: what the run froze, its rule, and what changed of its scores.
    Raises Refused for a draft that makes no rule.
    """
    spec, saved = run.spec, current_rule(run)
    snapshot = Snapshot.from_json(spec.snapshot)
    kpis = faces(snapshot.kpis, score_store.matrix(run), saved.rule)
    rule = drafted(saved.rule, draft or {}, {slot: face.scale for slot, face in kpis.items()})
    found = verdicts(run, rule)
    return Reading(
        run=run,
        snapshot=snapshot,
        row_ids=np.frombuffer(bytes(spec.row_ids), dtype="<i8"),
        saved=saved.rule,
        rule_number=saved.number,
        rule=rule,
        verdicts=found,
        saved_verdicts=found if rule.sha256 == saved.rule.sha256 else verdicts(run, saved.rule),
        kpis=kpis,
    )
