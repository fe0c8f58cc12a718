"""manage.py rotate_keys: encrypt every stored key anew with the first encryption key."""

from typing import Any

from django.core.management.base import BaseCommand

from accounts.errors import NotReady
from evals.models import Connection
from evals.services import encryption


class Command(BaseCommand):
    """Run it after a new key was put in front of EVALGROUND_ENCRYPTION_KEYS. May run twice."""

    help = (
        "Encrypt the keys of all connections anew with the first of EVALGROUND_ENCRYPTION_KEYS. "
        "After that the old ones can be taken out. Keys that are up to date are left alone."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        """Rotate what is not up to date; name the connections whose key cannot be read."""
        rotated, unreadable = 0, []
        stored = Connection.objects.exclude(encrypted_key="")
        for connection in stored.only("pk", "name", "encrypted_key").iterator():
            try:
                changed = encryption.rotate(connection.encrypted_key)
            except NotReady:
                unreadable.append(connection.name)
                continue
            # Only over the value that was read: a key entered meanwhile is newer.
            unchanged = Connection.objects.filter(
                pk=connection.pk, encrypted_key=connection.encrypted_key
            )
            if changed and unchanged.update(encrypted_key=changed):
                rotated += 1
        self.stdout.write(f"{rotated} keys encrypted anew.")
        if unreadable:
            self.stderr.write(
                f"Not readable with any key of EVALGROUND_ENCRYPTION_KEYS: {', '.join(unreadable)}."
                " Enter these keys again on the Models page."
            )
