"""The form of a connection, with the fields its kind has, and the form of a model's price."""

from decimal import Decimal
from typing import Any

from django import forms
from django.conf import settings

from evals.models import Connection
from evals.services.connections import LONGEST_MODEL_ID, ConnectionDraft

Kind = Connection.Kind

_OPTIONS = ("latency_ms", "error_rate", "skill")
_FIELDS_OF_KIND: dict[str, tuple[str, ...]] = {
    Kind.EMBEDDED: (),
    Kind.OPENAI: ("base_url", "allow_private", "key", "remove_key"),
    Kind.LITELLM: ("base_url", "allow_private", "key", "remove_key"),
    Kind.SIMULATED: _OPTIONS,
}
_EVERY_KIND = ("name", "model_ids", "concurrency", "requests_per_minute", "timeout_s")


class ConnectionForm(forms.Form):
    """A connection of one kind. The key is written, never read back into the page."""

    name = forms.CharField(max_length=100)
    base_url = forms.CharField(
        label="Base URL", max_length=500, widget=forms.TextInput(attrs={"spellcheck": "false"})
    )
    allow_private = forms.BooleanField(
        required=False,
        label="Allow this private address",
        help_text="Only this host and port, only for this connection, and only while Evalground "
        "itself listens on this machine alone.",
    )
    key = forms.CharField(
        required=False,
        max_length=2000,
        strip=True,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password", "spellcheck": "false"}),
    )
    remove_key = forms.BooleanField(required=False, label="Remove the stored key")
    model_ids = forms.CharField(
        required=False,
        label="Models",
        widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false"}),
        help_text="One a line, as the provider writes them.",
    )
    latency_ms = forms.IntegerField(
        label="Latency, ms", min_value=0, max_value=600_000, initial=300
    )
    error_rate = forms.FloatField(
        label="Error rate",
        min_value=0,
        max_value=1,
        initial=0,
        help_text="Share of calls that fail and may be tried again.",
    )
    skill = forms.FloatField(
        min_value=0,
        max_value=1,
        initial=0.8,
        help_text="Share of answers taken from the best fitting sentence of the prompt.",
    )
    concurrency = forms.IntegerField(label="Calls at a time", min_value=1, max_value=256, initial=8)
    requests_per_minute = forms.IntegerField(
        label="Calls a minute",
        min_value=1,
        max_value=1_000_000,
        required=False,
        help_text="Empty: no limit.",
    )
    timeout_s = forms.IntegerField(
        label="Time-out, seconds", min_value=1, max_value=3600, initial=120
    )

    def __init__(
        self, *args: Any, kind: str, connection: Connection | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.kind = kind
        kept = {*_EVERY_KIND, *_FIELDS_OF_KIND[kind]}
        if connection is not None or kind == Kind.EMBEDDED:
            # Models of a stored connection are a list of their own, below the form.
            kept.discard("model_ids")
        if not (connection and connection.encrypted_key):
            kept.discard("remove_key")
        if not settings.BOUND_TO_LOOPBACK:
            kept.discard("allow_private")
        for name in [name for name in self.fields if name not in kept]:
            del self.fields[name]
        if kind == Kind.LITELLM:
            self._fit_to_litellm()

    def clean_model_ids(self) -> str:
        """No line may be longer than a model's name."""
        text: str = self.cleaned_data["model_ids"]
        longest = max((line.strip() for line in text.splitlines()), key=len, default="")
        if len(longest) > LONGEST_MODEL_ID:
            raise forms.ValidationError(
                f"{longest[:20]!r}… has {len(longest)} characters, a model’s name has at most "
                f"{LONGEST_MODEL_ID}."
            )
        return text

    def draft(self) -> ConnectionDraft:
        """The valid form as the service takes it. An empty key field keeps the stored key."""
        given = self.cleaned_data
        key = given.get("key") or None
        return ConnectionDraft(
            name=given["name"],
            kind=self.kind,
            base_url=given.get("base_url", ""),
            key="" if given.get("remove_key") and not key else key,
            allow_private=given.get("allow_private", False),
            options={name: given[name] for name in _OPTIONS if name in given},
            concurrency=given["concurrency"],
            requests_per_minute=given["requests_per_minute"],
            timeout_s=given["timeout_s"],
        )

    def say_key_is_gone(self) -> None:
        """Beside the field of a key that was typed into a form now refused: it is not shown again.

        Call it when the form is known to be refused.
        """
        if self.is_bound and "key" in self.fields and self.data.get("key", "").strip():
            self.add_error("key", "Enter the key again: it is not kept when the form is refused.")

    def wanted_models(self) -> list[str]:
        """The model ids that were typed, each once, in order."""
        lines = (line.strip() for line in self.cleaned_data.get("model_ids", "").splitlines())
        return list(dict.fromkeys(line for line in lines if line))[:50]

    def _fit_to_litellm(self) -> None:
        self.fields["base_url"].required = False
        self.fields["base_url"].help_text = "Only if your provider gave you an address of your own."
        if "model_ids" in self.fields:
            self.fields["model_ids"].required = True
            self.fields["model_ids"].help_text = (
                "One a line, with the provider in front: anthropic/claude-sonnet-4-5, "
                "gemini/gemini-2.5-flash, mistral/mistral-small-latest. Azure, Bedrock and Cohere "
                "have OpenAI-compatible addresses: choose that kind for them."
            )


def initial_of(connection: Connection) -> dict[str, Any]:
    """The stored connection as values of its form; never the key."""
    return {
        "name": connection.name,
        "base_url": connection.base_url,
        "allow_private": bool(connection.allowed_host),
        "concurrency": connection.concurrency,
        "requests_per_minute": connection.requests_per_minute,
        "timeout_s": connection.timeout_s,
        **{name: connection.options.get(name) for name in _OPTIONS},
    }


class PriceForm(forms.Form):
    """US dollars for a million tokens. Empty is unknown, which is not free."""

    input_per_1m = forms.DecimalField(
        required=False, min_value=Decimal(0), max_digits=14, decimal_places=6
    )
    output_per_1m = forms.DecimalField(
        required=False, min_value=Decimal(0), max_digits=14, decimal_places=6
    )
