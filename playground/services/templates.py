"""Templates: the built-in ones, one file each, and those that a workspace saved."""

from functools import cache
from importlib import resources

import yaml
from django.http import Http404

from accounts.models import Workspace
from playground.domain.template_nodes import BadTemplate
from playground.domain.template_reading import Vocabulary, read_template
from playground.domain.templates import Template, columns_of
from playground.domain.unique_keys import UniqueKeyLoader
from playground.models import Column, ColumnTemplate

FOLDER = "column_templates"
VOCABULARY = Vocabulary(types=Column.Type.values, roles=Column.Role.values)

# In the order of the gallery.
BUILT_IN = (
    "rag_support",
    "question_answer",
    "classification",
    "json_extraction",
    "summaries",
    "conversation",
    "tool_calls",
    "safety_probes",
    "translation",
    "retrieval_only",
    "sql_code",
    "rag_vs_finetune",
    "healthcare_qa",
    "finance_advice",
    "ecommerce_qa",
    "brand_voice",
    "blank",
)


@cache
def built_in() -> tuple[Template, ...]:
    """The built-in templates in the order of the gallery, read once.

    Raises BadTemplate, which names file and place, for a file that is not a template.
    """
    return tuple(read_file(f"{key}.yaml") for key in BUILT_IN)


def read_file(name: str) -> Template:
    """The template in one file of `FOLDER`. Raises BadTemplate with the file's name."""
    file = resources.files("playground").joinpath(FOLDER, name)
    try:
        # The loader is safe: it makes plain values only.
        entry = yaml.load(file.read_text(encoding="utf-8"), Loader=UniqueKeyLoader)  # noqa: S506
        return read_template(entry, VOCABULARY, key=name.removesuffix(".yaml"), is_built_in=True)
    except BadTemplate as exc:
        raise BadTemplate(f"{FOLDER}/{name}", str(exc)) from exc
    except yaml.YAMLError as exc:
        raise BadTemplate(f"{FOLDER}/{name}", f"not YAML: {exc}") from exc


def of_workspace(workspace: Workspace) -> list[Template]:
    """The templates that `workspace` can choose from: its own first, then the built-in ones.

    For galleries: its own come without sample rows, which may be megabytes. `get` has them.
    """
    own = ColumnTemplate.objects.filter(workspace=workspace).defer("sample_rows")
    return [*(_template_of(stored, ()) for stored in own), *built_in()]


def get(workspace: Workspace, key: str) -> Template:
    """The template with this key: a built-in one's name, or the id of one of `workspace`'s own.

    Raises Http404 for any other.
    """
    for template in built_in():
        if template.key == key:
            return template
    if not key.isdecimal() or len(key) > 18:
        raise Http404("There is no such template.")
    own = ColumnTemplate.objects.filter(workspace=workspace, pk=int(key)).first()
    if own is None:
        raise Http404("There is no such template.")
    return template_of(own)


def template_of(stored: ColumnTemplate) -> Template:
    """A template that somebody saved, with its sample rows."""
    return _template_of(stored, tuple(tuple(row) for row in stored.sample_rows))


def _template_of(stored: ColumnTemplate, sample_rows: tuple[tuple[str, ...], ...]) -> Template:
    return Template(
        key=str(stored.pk),
        name=stored.name,
        description=stored.description,
        columns=columns_of(stored.columns),
        setup=stored.setup,
        sample_rows=sample_rows,
    )
