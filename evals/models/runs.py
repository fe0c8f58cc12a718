"""Runs: the narrow hot row, its frozen snapshot, and the rules it was read with.

Money is in integer nano-USD. Hot tables have no foreign keys: their rows are written in raw
batches and deleted in chunks.
"""

from typing import ClassVar

from django.db import models


class Run(models.Model):
    """A frozen snapshot executed over the rows. Counters are written by the engine only.

    `number` counts within the playground; people see "Run 7".
    """

    class State(models.TextChoices):
        RUNNING = "running", "Running"
        PAUSED = "paused", "Paused"
        DONE = "done", "Done"
        CANCELLED = "cancelled", "Cancelled"

    workspace_id = models.BigIntegerField()
    playground_id = models.BigIntegerField()
    number = models.PositiveIntegerField()
    form_token = models.CharField(max_length=64)
    state = models.CharField(max_length=10, choices=State.choices, default=State.RUNNING)
    reason = models.CharField(max_length=200, blank=True)
    cells = models.PositiveIntegerField()
    n_ok = models.PositiveIntegerField(default=0)
    n_error = models.PositiveIntegerField(default=0)
    spent_nano = models.BigIntegerField(default=0)
    unpriced = models.PositiveIntegerField(default=0)
    open_shards = models.PositiveIntegerField()
    version = models.PositiveBigIntegerField(default=0)
    served_at = models.FloatField(default=0.0)
    created_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True)
    cancelled_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["workspace_id", "form_token"], name="one_run_a_form"),
            models.UniqueConstraint(fields=["playground_id", "number"], name="one_run_of_a_number"),
        ]

    def __str__(self) -> str:
        return f"Run {self.number}"


class RunSpec(models.Model):
    """What a run froze: never updated.

    `snapshot`: {"columns": […], "variants": […], "kpis": […], "rule": {…}, "dataset_version": n};
    `row_ids`: packed little-endian int64, position in the run → id of an immutable row revision.
    """

    run = models.OneToOneField(
        Run, on_delete=models.CASCADE, primary_key=True, related_name="spec", db_constraint=False
    )
    snapshot = models.JSONField()
    row_ids = models.BinaryField()
    reps = models.PositiveIntegerField(default=1)


class RunRule(models.Model):
    """A rule version that a run was read with; the newest is current."""

    run_id = models.BigIntegerField(db_index=True)
    rule_version_id = models.BigIntegerField(db_index=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["-id"]
