"""What happens here when something happens in a playground. Connected by `EvalsConfig.ready`."""

from collections.abc import Mapping

from django.dispatch import receiver

from evals.services import beginnings, renames
from playground.models import Playground
from playground.signals import columns_renamed, playground_made


@receiver(playground_made, sender=Playground)
def set_up(playground: Playground, **_signal: object) -> None:
    """Give a new playground the setup of its template and the variants its columns answer."""
    beginnings.set_up(playground)


@receiver(columns_renamed, sender=Playground)
def use_new_names(playground: Playground, names: Mapping[str, str], **_signal: object) -> None:
    """Let the prompts of a playground's variants use the new names of its columns."""
    renames.use_new_names(playground, names)
