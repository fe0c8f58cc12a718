"""What `evals` knows of a template, for the pages of templates that `playground` draws."""

from django import template as django_template

from evals.queries.template_words import LeftOpen, SetupWords, left_open, setup_words
from playground.domain.templates import Template
from playground.models import Playground

register = django_template.Library()


@register.inclusion_tag("evals/template_setup.html")
def template_setup(template: Template) -> dict[str, SetupWords]:
    """The setup of a template in words: prompts, KPIs, rule."""
    return {"setup": setup_words(template)}


@register.inclusion_tag("evals/template_left_open.html")
def template_left_open(playground: Playground) -> dict[str, LeftOpen | None]:
    """What the playground's template asks for that comes later, in one quiet line."""
    return {"open": left_open(playground.template)}
