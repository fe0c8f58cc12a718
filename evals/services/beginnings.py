"""The setup a new playground begins with: its template's, imported answers, suggestions."""

from django.db import transaction

from evals.models import SetupKpi, Variant
from evals.services import imported_answers, rules, template_setups
from evals.services import setup as setup_service
from playground.models import Playground


@transaction.atomic
def set_up(playground: Playground) -> None:
    """Give `playground` the setup that its template and its response columns ask for.

    What the template leaves open is suggested: variants when none of its own fits, and KPIs when
    none can decide. With neither a template's setup nor response columns everything is suggested
    where the import has asked for that, else nothing. Does nothing to a playground that has
    variants or KPIs already.
    """
    # Two imports that end at once, and one that is taken up again.
    Playground.objects.select_for_update().get(pk=playground.pk)
    chosen = (Variant, SetupKpi)
    if any(model.objects.filter(playground=playground).exists() for model in chosen):
        return
    setup = playground.template.get("setup")
    if setup:
        template_setups.apply(playground, setup)
    imported = imported_answers.create_variants(playground)
    if not setup and not imported and not playground.template.get("suggest"):
        return
    has_variants = Variant.objects.filter(playground=playground).exists()
    if not has_variants or not rules.current(playground).conditions:
        setup_service.suggest(playground)
