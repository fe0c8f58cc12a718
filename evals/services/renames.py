"""Prompts when columns get other names."""

from collections.abc import Mapping

from django.db import transaction

from evals.models import Variant
from playground.domain.text_template import renamed
from playground.models import Playground


@transaction.atomic
def use_new_names(playground: Playground, names: Mapping[str, str]) -> int:
    """Write the new names of columns into the prompts that use the old ones: how many variants.

    `names` maps old to new. A prompt with another text is a new prompt version; what is sent
    stays the same, and so do the runs that are done.
    """
    changed = 0
    for variant in Variant.objects.select_for_update().filter(playground=playground):
        texts = (variant.system_prompt, variant.user_prompt)
        system_prompt, user_prompt = (renamed(text, names) for text in texts)
        if texts != (system_prompt, user_prompt):
            variant.system_prompt, variant.user_prompt = system_prompt, user_prompt
            variant.prompt_version += 1
            variant.save(update_fields=["system_prompt", "user_prompt", "prompt_version"])
            changed += 1
    return changed
