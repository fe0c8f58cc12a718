"""How to reach models."""

from typing import ClassVar

from django.db import models

from accounts.models import Workspace


class Connection(models.Model):
    """How to reach models: kind, address, encrypted key, limits.

    `encrypted_key` is written and read through `evals.services.connections` only; a page sees
    `key_last4` at most. `allowed_host` is the one private host:port that the owner allowed for
    this connection while the server listens on loopback only.
    """

    class Kind(models.TextChoices):
        EMBEDDED = "embedded", "Embedded model"
        OPENAI = "openai", "OpenAI-compatible address"
        LITELLM = "litellm", "Other provider (through LiteLLM)"
        SIMULATED = "simulated", "Simulated"
        IMPORTED = "imported", "Imported answers"

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="connections")
    name = models.CharField(max_length=100)
    kind = models.CharField(max_length=20, choices=Kind.choices)
    base_url = models.CharField(max_length=500, blank=True)
    encrypted_key = models.TextField(blank=True)
    key_last4 = models.CharField(max_length=4, blank=True)
    key_added_at = models.DateTimeField(null=True)
    allowed_host = models.CharField(max_length=300, blank=True)
    options = models.JSONField(default=dict)
    concurrency = models.PositiveIntegerField(default=8)
    requests_per_minute = models.PositiveIntegerField(null=True)
    timeout_s = models.PositiveIntegerField(default=120)
    tested_at = models.DateTimeField(null=True)
    test_ok = models.BooleanField(null=True)
    test_words = models.TextField(blank=True)
    test_latency_ms = models.FloatField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["workspace", "name"], name="connection_names_differ_in_a_workspace"
            )
        ]

    def __str__(self) -> str:
        return self.name


class ConnectionModel(models.Model):
    """A model of a connection with its prices in US dollars for a million tokens.

    A price of None is unknown, which is not free.
    """

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="models")
    model_id = models.CharField(max_length=200)
    input_per_1m = models.DecimalField(max_digits=14, decimal_places=6, null=True)
    output_per_1m = models.DecimalField(max_digits=14, decimal_places=6, null=True)
    context_length = models.PositiveIntegerField(null=True)
    price_edited = models.BooleanField(default=False)

    class Meta:
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["connection", "model_id"], name="model_once_in_a_connection"
            )
        ]

    def __str__(self) -> str:
        return self.model_id
