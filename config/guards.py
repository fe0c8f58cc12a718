"""Refuses to listen where others could reach a server that is not ready for them."""

from django.core.management.base import CommandError

from config import checks
from config.address import LOOPBACK


def refuse_unsafe_address(host: str) -> None:
    """Raise CommandError beyond loopback while DEBUG is on or nobody has a password."""
    if host in LOOPBACK:
        return
    for problem in [*checks.debug_beyond_loopback(), *checks.missing_password()]:
        raise CommandError(f"{problem.msg} {problem.hint} ({problem.id})")
