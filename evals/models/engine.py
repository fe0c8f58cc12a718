"""The engine's tables: shards, answers, packed scores. Only `evals.engine` writes them.

Times are seconds since 1970 by the database's clock. No foreign keys: rows are written in raw
batches and every write is fenced by the shard's token.
"""

from typing import ClassVar

from django.db import models
from django.db.models import Q


class Job(models.Model):
    """A kind of work within a run. The answers and their deterministic KPIs are the first job."""

    class Kind(models.TextChoices):
        ANSWER = "answer", "Answer"

    run_id = models.BigIntegerField(db_index=True)
    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.ANSWER)


class RunKpi(models.Model):
    """A KPI version that a run is scored with, under its slot name, and the code it was made by."""

    run_id = models.BigIntegerField()
    kpi_version_id = models.BigIntegerField()
    job_id = models.BigIntegerField()
    slot = models.CharField(max_length=100)
    code_hash = models.CharField(max_length=64)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["run_id", "slot"], name="one_kpi_in_a_slot_of_a_run")
        ]


class Shard(models.Model):
    """Consecutive rows of one variant and one job, leased by one worker at a time."""

    class State(models.TextChoices):
        READY = "ready", "Ready"
        LEASED = "leased", "Leased"
        DONE = "done", "Done"
        DROPPED = "dropped", "Dropped"

    run_id = models.BigIntegerField()
    job_id = models.BigIntegerField()
    variant = models.PositiveIntegerField()
    start = models.PositiveIntegerField()
    n = models.PositiveIntegerField()
    pool = models.CharField(max_length=300)
    state = models.CharField(max_length=10, choices=State.choices, default=State.READY)
    owner = models.CharField(max_length=64, blank=True)
    token = models.CharField(max_length=32, blank=True)
    seq = models.PositiveBigIntegerField(default=0)
    lease_until = models.FloatField(default=0.0)
    not_before = models.FloatField(default=0.0)
    claims = models.PositiveIntegerField(default=0)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["job_id", "variant", "start"], name="shards_are_apart"),
            models.CheckConstraint(condition=Q(n__gt=0), name="shard_has_rows"),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["run_id", "start", "variant"],
                name="shard_ready",
                condition=Q(state="ready"),
            ),
            models.Index(fields=["lease_until"], name="shard_leased", condition=Q(state="leased")),
        ]


class Answer(models.Model):
    """What one variant said to one row. Exists once it is ok or error; an ok one never changes."""

    class Status(models.IntegerChoices):
        OK = 1, "ok"
        ERROR = 3, "error"

    run_id = models.BigIntegerField()
    variant = models.PositiveSmallIntegerField()
    position = models.PositiveIntegerField()
    rep = models.PositiveSmallIntegerField(default=0)
    status = models.PositiveSmallIntegerField(choices=Status.choices)
    text = models.TextField(blank=True)
    error_class = models.CharField(max_length=40, blank=True)
    error_text = models.TextField(blank=True)
    tokens_in = models.PositiveIntegerField(null=True)
    tokens_out = models.PositiveIntegerField(null=True)
    cost_nano = models.BigIntegerField(null=True)
    latency_ms = models.FloatField(null=True)
    tries = models.PositiveSmallIntegerField(default=1)
    finish_reason = models.CharField(max_length=40, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["run_id", "variant", "position", "rep"], name="one_answer_a_cell"
            )
        ]


class Block(models.Model):
    """Packed scores of one shard's range under one slot; slot '' holds answer status and latency.

    `data`: a format byte, n·reps state bytes (0 missing, 1 value, 2 n/a, 3 error), then n·reps
    little-endian float64; index (position − start)·reps + rep.
    """

    run_id = models.BigIntegerField()
    variant = models.PositiveSmallIntegerField()
    slot = models.CharField(max_length=100, blank=True)
    start = models.PositiveIntegerField()
    n = models.PositiveIntegerField()
    version = models.PositiveBigIntegerField()
    data = models.BinaryField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["run_id", "variant", "slot", "start"], name="one_block_a_range"
            )
        ]
        indexes: ClassVar = [models.Index(fields=["run_id", "version"], name="block_by_version")]


class ConnectionState(models.Model):
    """What all workers know of a connection: pauses and how long a call takes."""

    connection_id = models.BigIntegerField(primary_key=True)
    paused_until = models.FloatField(default=0.0)
    reason = models.CharField(max_length=200, blank=True)
    call_ms = models.FloatField(null=True)


class WorkerRecord(models.Model):
    """A worker process that lives: its heartbeat, and the lock file that dies with it."""

    name = models.CharField(max_length=64, primary_key=True)
    host = models.CharField(max_length=200)
    seen_at = models.FloatField()
    stopping = models.BooleanField(default=False)
