"""What the pages of the data say about runs. Reads the database, unlike the small parts."""

from django import template
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from evals.queries.out_of_date import since_last_run
from playground.models import Playground

register = template.Library()


@register.simple_tag
def outdated_note(playground: Playground) -> SafeString:
    """How many rows were edited or removed since the newest run, with a link to them; or nothing.

    At most five queries.
    """
    run, counts = since_last_run(playground)
    if run is None or not counts.total:
        return SafeString()
    return format_html(
        '<span class="outdated">{} <a href="{}?run={}&amp;show=outdated">Show them</a></span>',
        counts.words(run.number),
        reverse("compare", args=[playground.pk]),
        run.number,
    )
