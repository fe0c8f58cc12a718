"""A playground's setup: what is compared, how it is measured, what counts as a pass."""

from typing import ClassVar

from django.conf import settings
from django.db import models

from accounts.models import Workspace
from evals.models.connections import Connection
from playground.models import Column, Playground


class Variant(models.Model):
    """What is compared: a model with its prompt, parameters and context.

    With `answers_column` nothing is asked: the column holds the answers, made elsewhere.
    `use_context` gives the model the row's context column. The variant at the lowest position
    is shown as A; one variant is the baseline.
    """

    playground = models.ForeignKey(Playground, on_delete=models.CASCADE, related_name="variants")
    position = models.PositiveIntegerField()
    name = models.CharField(max_length=100)
    connection = models.ForeignKey(Connection, on_delete=models.PROTECT, related_name="variants")
    model_id = models.CharField(max_length=200)
    system_prompt = models.TextField(blank=True)
    user_prompt = models.TextField()
    prompt_version = models.PositiveIntegerField(default=1)
    temperature = models.FloatField(null=True, default=0.0)
    max_tokens = models.PositiveIntegerField(default=256)
    seed = models.IntegerField(null=True)
    use_context = models.BooleanField(default=False)
    answers_column = models.ForeignKey(
        Column, on_delete=models.CASCADE, null=True, related_name="variants"
    )
    is_baseline = models.BooleanField(default=False)

    class Meta:
        ordering: ClassVar = ["position", "id"]

    def __str__(self) -> str:
        return self.name


class KpiVersion(models.Model):
    """What changes a score, frozen: KPI key, parameters and input bindings. Never updated.

    `sha256` is over the canonical JSON of `spec`: {"key": …, "params": {…}, "inputs": {…}}.
    """

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE)
    key = models.CharField(max_length=100)
    spec = models.JSONField()
    sha256 = models.CharField(max_length=64)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["workspace", "sha256"], name="one_kpi_version_of_a_content"
            )
        ]

    def __str__(self) -> str:
        return f"{self.key} {self.sha256[:8]}"


class SetupKpi(models.Model):
    """A KPI chosen in a playground, under a slot name that the rule refers to.

    `inputs` rebinds inputs: {"reference": column id as text}; empty means by role.
    """

    playground = models.ForeignKey(Playground, on_delete=models.CASCADE, related_name="setup_kpis")
    position = models.PositiveIntegerField()
    slot = models.CharField(max_length=100)
    key = models.CharField(max_length=100)
    name = models.CharField(max_length=100)
    params = models.JSONField(default=dict)
    inputs = models.JSONField(default=dict)

    class Meta:
        ordering: ClassVar = ["position", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["playground", "slot"], name="one_kpi_in_a_slot")
        ]

    def __str__(self) -> str:
        return self.slot


class RuleVersion(models.Model):
    """A rule of a playground. Fixed once a run was read with it; the highest number is current.

    `spec` is `evals.domain.rules.Rule.to_json()`.
    """

    playground = models.ForeignKey(Playground, on_delete=models.CASCADE, related_name="rules")
    number = models.PositiveIntegerField()
    spec = models.JSONField()
    sha256 = models.CharField(max_length=64)
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )

    class Meta:
        ordering: ClassVar = ["-number"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["playground", "number"], name="one_rule_of_a_number")
        ]

    def __str__(self) -> str:
        return f"rule v{self.number}"
