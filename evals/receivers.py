"""What happens here when something happens in a playground. Connected by `EvalsConfig.ready`."""

from django.dispatch import receiver

from evals.services import beginnings
from playground.models import Playground
from playground.signals import playground_made


@receiver(playground_made, sender=Playground)
def set_up(playground: Playground, **_signal: object) -> None:
    """Give a new playground the setup of its template and the variants its columns answer."""
    beginnings.set_up(playground)
