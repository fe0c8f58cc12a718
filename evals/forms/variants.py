"""The form of a variant."""

from collections.abc import Sequence
from typing import Any

from django import forms

from accounts.models import Workspace
from evals.domain import prompts
from evals.domain.snapshot import ColumnSpec, VariantSpec
from evals.models import Connection
from evals.services.connections import wrong_model
from evals.services.variants import VariantDraft

_PROMPT = {"spellcheck": "false", "data-prompt": ""}


class ImportedVariantForm(forms.Form):
    """What can be changed of a variant whose answers came with the data: its name."""

    name = forms.CharField(max_length=100)


class VariantForm(forms.Form):
    """A variant as typed. A prompt that names a missing column is refused with its text kept."""

    name = forms.CharField(max_length=100)
    connection = forms.ModelChoiceField(queryset=Connection.objects.none(), empty_label=None)
    model_id = forms.CharField(
        label="Model",
        max_length=200,
        widget=forms.TextInput(attrs={"spellcheck": "false"}),
    )
    system_prompt = forms.CharField(
        label="System prompt",
        required=False,
        strip=False,
        max_length=100_000,
        widget=forms.Textarea(attrs={"rows": 3, **_PROMPT}),
    )
    user_prompt = forms.CharField(
        label="User prompt",
        strip=False,
        max_length=100_000,
        widget=forms.Textarea(attrs={"rows": 7, **_PROMPT}),
    )
    temperature = forms.FloatField(
        required=False, min_value=0, max_value=2, help_text="Empty: the provider’s default."
    )
    max_tokens = forms.IntegerField(label="Max tokens", min_value=1, max_value=32_768)
    seed = forms.IntegerField(required=False, min_value=0, max_value=2**31 - 1)
    use_context = forms.BooleanField(
        label="Give the model the row’s context",
        required=False,
        widget=forms.CheckboxInput(attrs={"class": "switch"}),
    )

    def __init__(
        self, *args: Any, workspace: Workspace, columns: Sequence[ColumnSpec], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self._columns = columns
        own = Connection.objects.filter(workspace=workspace).exclude(kind=Connection.Kind.IMPORTED)
        self.connections = list(own.prefetch_related("models"))
        self.fields["connection"] = forms.ModelChoiceField(
            queryset=own,
            empty_label=None,
            widget=forms.Select(attrs={"data-lists": "models", "data-for": "id_model_id"}),
        )
        self.fields["model_id"].widget.attrs["list"] = f"models-{self._shown_connection()}"

    def clean(self) -> dict[str, Any]:
        """Names a model that is not the connection's, and what keeps prompts from being filled."""
        given = super().clean() or {}
        if "connection" in given and "model_id" in given:
            wrong = wrong_model(connection=given["connection"], model_id=given["model_id"].strip())
            if wrong:
                self.add_error("model_id", wrong)
        if "user_prompt" in given:
            for problem in prompts.problems(self.preview_spec(), self._columns):
                self.add_error("user_prompt", problem)
        return given

    def initial_spec(self) -> VariantSpec:
        """The prompts as they stand before anything is typed."""
        names = ("user_prompt", "system_prompt", "use_context")
        texts = {name: self.initial[name] for name in names}
        return VariantSpec(name="", connection_id=0, connection_name="", kind="", model="", **texts)

    def preview_spec(self) -> VariantSpec:
        """The prompts as typed, valid or not, as far as a preview needs them."""
        return VariantSpec(
            name=self.data.get("name", ""),
            connection_id=0,
            connection_name="",
            kind="",
            model=self.data.get("model_id", ""),
            user_prompt=self.data.get("user_prompt", ""),
            system_prompt=self.data.get("system_prompt", ""),
            use_context=bool(self.data.get("use_context")),
        )

    def draft(self) -> VariantDraft:
        """The valid form as the service takes it."""
        return VariantDraft(**self.cleaned_data)

    def _shown_connection(self) -> object:
        """The id of the connection that the page shows as chosen; a select shows its first."""
        chosen = self["connection"].value()
        first = self.connections[0].pk if self.connections else ""
        return getattr(chosen, "pk", chosen) or first


def initial_of(draft: VariantDraft) -> dict[str, Any]:
    """A variant as values of its form."""
    return {name: getattr(draft, name) for name in VariantForm.base_fields}
