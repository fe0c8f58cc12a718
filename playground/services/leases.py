"""Leases on uploads: who works on one, and that a worker that died is replaced.

The end of a lease is its token: it changes with every renewal, and whoever holds an older one
has lost the upload.
"""

from datetime import datetime, timedelta

from django.db.models import F, Q
from django.utils import timezone

from playground.models import Upload

LEASE = timedelta(seconds=60)
MOST_ATTEMPTS = 10


class LeaseLostError(Exception):
    """The upload is no longer ours: cancelled, or taken over after a long silence."""


class Lease:
    """The right to work on one upload in one state."""

    def __init__(self, upload_id: int, state: Upload.State, until: datetime) -> None:
        self.upload_id = upload_id
        self._state = state
        self._until = until

    @classmethod
    def take(cls, upload_id: int, state: Upload.State) -> "Lease | None":
        """A lease on an upload in `state` that nobody else works on; None when there is none."""
        now = timezone.now()
        until = now + LEASE
        is_free = Q(lease_until=None) | Q(lease_until__lt=now)
        taken = Upload.objects.filter(is_free, pk=upload_id, state=state).update(
            lease_until=until, attempts=F("attempts") + 1
        )
        return cls(upload_id, state, until) if taken else None

    def renew(self, **changes: object) -> None:
        """Keep the upload for longer and write `changes`, in one UPDATE.

        Raises LeaseLostError when it is no longer ours; then nothing was written.
        """
        until = timezone.now() + LEASE
        self._update(lease_until=until, **changes)
        self._until = until

    def end(self, state: Upload.State, **changes: object) -> None:
        """Give the upload its next state and write `changes`, in one UPDATE.

        Raises LeaseLostError when it is no longer ours; then nothing was written.
        """
        self._update(lease_until=None, attempts=0, state=state, **changes)

    def _update(self, **changes: object) -> None:
        ours = Upload.objects.filter(pk=self.upload_id, state=self._state, lease_until=self._until)
        if not ours.update(**changes):
            raise LeaseLostError(self.upload_id)
