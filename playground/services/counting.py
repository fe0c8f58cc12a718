"""The job that counts a dataset version again after its rows have changed."""

import logging

from django.db.models import QuerySet

from playground.models import DatasetVersion
from playground.services import row_store
from playground.services.profiling import profile_of

logger = logging.getLogger(__name__)


def count(version_id: int) -> None:
    """Bring the profile of a version up to date; nothing to do when it is.

    Reads the stored rows, so a worker that died is replaced by counting again. Rows that change
    meanwhile leave the version uncounted, with a profile that is newer than before: the sweep
    counts it once more.
    """
    version = uncounted().filter(pk=version_id).select_related("playground").first()
    if version is None:
        return
    with row_store.unmapped():
        profile = profile_of(version)
    mine = DatasetVersion.objects.filter(pk=version_id)
    if not mine.filter(edits=version.edits).update(profile=profile, is_counted=True):
        # Another count may have seen the newer rows already: that one stays.
        mine.filter(is_counted=False).update(profile=profile)
        logger.info("count_overtaken version=%s", version_id)


def uncounted() -> QuerySet[DatasetVersion]:
    """The versions whose profile is older than their rows, the oldest first."""
    return DatasetVersion.objects.filter(is_counted=False).order_by("id")


def count_stale() -> None:
    """Count all versions that wait for it, one after the other."""
    for version_id in list(uncounted().values_list("id", flat=True)):
        count(version_id)
