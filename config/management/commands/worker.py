"""`manage.py worker`: one Celery worker of the engine."""

import argparse
import os
import socket
from typing import Any

from django.core.management.base import BaseCommand

from config import lifeline
from config.celery import app

# One drain, and room for imports and short tasks beside it.
THREADS = 4


class Command(BaseCommand):
    requires_system_checks = ("evalground",)
    help = "Work on runs and imports. Start as many as you like; on SQLite at most two."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--name", default=f"worker-{os.getpid()}", help="unique on its machine")

    def handle(self, *_: Any, name: str, **options: Any) -> None:
        """Work until SIGTERM, then finish the calls in flight."""
        lifeline.follow_supervisor()
        # Celery would run them all: they load every page, which a worker never shows.
        os.environ["CELERY_SKIP_CHECKS"] = "1"
        app.worker_main(
            [
                "--quiet",
                "worker",
                # Signals have to reach the process that works: no forks.
                "--pool=threads",
                f"--concurrency={THREADS}",
                f"--hostname={name}@{socket.gethostname()}",
                "--without-gossip",
                "--without-mingle",
                "--loglevel=INFO",
            ]
        )
