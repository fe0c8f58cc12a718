"""The form of a chosen KPI: parameters, inputs, pass line, place in the rule."""

from collections.abc import Sequence
from typing import Any

from django import forms

from evals import kpis as catalogue
from evals.domain.rules import POLICIES, Condition, PassLine, Policy
from evals.domain.snapshot import ColumnSpec
from evals.kpis.parameters import Parameter
from evals.models import SetupKpi
from evals.services.kpi_fit import BINDABLE
from evals.services.kpis import PLACE_WORDS, PLACES, KpiDraft, Place, kind_of

OPERATOR_WORDS = (
    (">=", "≥ at least"),
    (">", "> more than"),
    ("<=", "≤ at most"),
    ("<", "< less than"),
    ("==", "= exactly"),
    ("between", "between"),
)
POLICY_WORDS: tuple[tuple[Policy, str], ...] = (
    ("skip", "Leave it out"),
    ("hold", "Undecided"),
    ("fail", "Fail"),
    ("pass", "Pass"),
)
BY_ROLE = "By its role"


class KpiForm(forms.Form):
    """A chosen KPI as typed. Fields for parameters and inputs are made from the catalogue."""

    name = forms.CharField(max_length=100)
    place = forms.ChoiceField(
        label="In the rule", choices=[(place, PLACE_WORDS[place]) for place in PLACES]
    )
    on_missing = forms.ChoiceField(
        label="When it does not apply", choices=POLICY_WORDS, initial="skip"
    )
    op = forms.ChoiceField(label="Passes when the score is", choices=OPERATOR_WORDS)
    value = forms.FloatField(label="Value")
    high = forms.FloatField(label="And", required=False, help_text="For “between” only.")

    def __init__(self, *args: Any, kpi: SetupKpi, columns: Sequence[ColumnSpec], **kw: Any) -> None:
        super().__init__(*args, **kw)
        kind = kind_of(kpi.key)
        self._parameters = catalogue.parameters(kpi.key)
        for parameter in self._parameters:
            self.fields[f"param_{parameter.name}"] = _field(parameter)
        self.bindable = _bindable(kind.needs)
        choices = [("", BY_ROLE), *((column.id, column.name) for column in columns)]
        for name in self.bindable:
            self.fields[f"input_{name}"] = forms.ChoiceField(
                label=name.replace("_", " ").capitalize(), choices=choices, required=False
            )
        if kind.scale.binary:
            _make_yes_or_no(self.fields)

    def parameter_fields(self) -> list[forms.BoundField]:
        """The fields of the KPI's parameters."""
        return [self[f"param_{parameter.name}"] for parameter in self._parameters]

    def input_fields(self) -> list[forms.BoundField]:
        """The fields that bind an input to a column."""
        return [self[f"input_{name}"] for name in self.bindable]

    def clean(self) -> dict[str, Any]:
        """Checks that operator and numbers make a pass line."""
        given = super().clean() or {}
        if "op" in given and "value" in given:
            try:
                given["line"] = _line(given["op"], given["value"], given.get("high"))
            except ValueError as exc:
                self.add_error("value", str(exc))
        return given

    def draft(self) -> KpiDraft:
        """The valid form as the service takes it; parameters at their default are left out."""
        given = self.cleaned_data
        typed = {
            parameter.name: _typed(parameter, given[f"param_{parameter.name}"])
            for parameter in self._parameters
        }
        return KpiDraft(
            name=given["name"],
            params={p.name: typed[p.name] for p in self._parameters if typed[p.name] != p.default},
            inputs={n: given[f"input_{n}"] for n in self.bindable if given[f"input_{n}"]},
            line=given["line"],
            place=_place(given["place"]),
            on_missing=next(each for each in POLICIES if each == given["on_missing"]),
        )


def initial_of(kpi: SetupKpi, condition: Condition, place: Place) -> dict[str, Any]:
    """A chosen KPI as values of its form."""
    initial: dict[str, Any] = {"name": kpi.name, "place": place, "on_missing": condition.on_missing}
    # As a text without needless zeros, which is also how the choices of yes and no are written.
    value = f"{condition.line.value:.12g}"
    initial.update(op=condition.line.op, value=value, high=condition.line.high)
    for parameter in catalogue.parameters(kpi.key):
        given = kpi.params.get(parameter.name, parameter.default)
        is_lines = parameter.kind == "lines" and not isinstance(given, str)
        initial[f"param_{parameter.name}"] = "\n".join(given) if is_lines else given
    initial.update({f"input_{name}": column for name, column in kpi.inputs.items()})
    return initial


def _line(op: str, value: float, high: float | None) -> PassLine:
    # The checks of the class are made for what a form may hold.
    return PassLine.from_json(
        {"op": op, "value": value, **({"high": high} if op == "between" else {})}
    )


def _make_yes_or_no(fields: dict[str, forms.Field]) -> None:
    """A yes-or-no scale has two lines only: the answer must be Yes, or No."""
    fields["op"] = forms.ChoiceField(choices=[("==", "=")], widget=forms.HiddenInput())
    fields["value"] = forms.TypedChoiceField(
        label="Passes when the score is", choices=[("1", "Yes"), ("0", "No")], coerce=float
    )
    del fields["high"]


def _bindable(needs: Sequence[str]) -> tuple[str, ...]:
    names = (need.removesuffix("?") for need in needs)
    return tuple(dict.fromkeys(BINDABLE[name] for name in names if name in BINDABLE))


def _field(parameter: Parameter) -> forms.Field:
    label = parameter.name.replace("_", " ").capitalize()
    common: dict[str, Any] = {"label": label, "help_text": parameter.help, "required": False}
    if parameter.kind == "bool":
        return forms.BooleanField(**common)
    if parameter.kind == "choice":
        return forms.ChoiceField(
            **{**common, "required": True}, choices=[(c, c) for c in parameter.choices]
        )
    if parameter.kind == "number":
        make = forms.IntegerField if parameter.whole else forms.FloatField
        return make(**{**common, "required": True})
    if parameter.kind == "lines":
        area = forms.Textarea(attrs={"rows": 4, "spellcheck": "false"})
        common["help_text"] = f"{parameter.help}, one a line"
        return forms.CharField(**common, widget=area, max_length=50_000)
    return forms.CharField(**common, strip=False, max_length=5_000)


def _typed(parameter: Parameter, given: Any) -> object:
    if parameter.kind == "lines":
        return tuple(line.strip() for line in given.splitlines() if line.strip())
    if parameter.kind == "number" and not parameter.whole:
        return float(given)
    return given


def _place(word: str) -> Place:
    return next(place for place in PLACES if place == word)
