"""`manage.py worker_alive`: for the health check of a container that runs a worker."""

import platform
import sys
from typing import Any

from django.core.management.base import BaseCommand

from config.health import live_workers


class Command(BaseCommand):
    requires_system_checks = ()
    help = "End with 0 when a worker of this machine has written its heartbeat, else with 1."

    def handle(self, *_: Any, **options: Any) -> None:
        """A worker that hangs is seen, too: it writes no heartbeat."""
        if not live_workers().filter(host__startswith=f"{platform.node()}:").exists():
            sys.exit(1)
