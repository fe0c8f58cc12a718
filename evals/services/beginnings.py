"""The setup a new playground begins with: its template's, and variants with imported answers."""

from django.db import transaction

from playground.models import Playground


@transaction.atomic
def set_up(playground: Playground) -> None:
    """Give `playground` the setup that its template and its response columns ask for.

    Does nothing to a playground that has variants or KPIs already.
    """
