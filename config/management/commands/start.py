"""`manage.py start`: everything with one command. `bin/start` makes the environment first."""

import argparse
import os
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from accounts.context import LOGIN_LINK_COMMAND
from accounts.services import login_links, owner
from config import processes, verification
from config.address import link_path, local_url, public_url, refuse_taken_port
from config.guards import refuse_unsafe_address
from config.installation import Installation, hold
from config.preparation import make_owner, migrate_if_needed
from config.supervisor import Supervisor
from evals.llm import embedded


class Command(BaseCommand):
    help = "Start broker, workers and web server, and print a link that logs you in."
    # The web server runs the others; here they would only delay the link.
    requires_system_checks = ("evalground",)

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--host", default=settings.HOST, help="default: %(default)s")
        parser.add_argument("--port", type=int, default=settings.PORT, help="default: %(default)s")
        parser.add_argument("--no-sample", action="store_true", help="no sample playground")
        parser.add_argument("--check", action="store_true", help="verify the installation and end")

    def handle(
        self, *_: Any, host: str, port: int, no_sample: bool, check: bool, **options: Any
    ) -> None:
        """Stay until Ctrl-C or SIGTERM, then stop everything within 25 s."""
        if check:
            verification.verify(self._say)
            return
        installation = hold(settings.DATA_DIR)
        if ended := installation.end_leftovers():
            self._say(f"Ended what an earlier start left behind: {ended} of its processes.")
        refuse_taken_port(host, port)
        if migrate_if_needed():
            self._say("The tables are up to date.")
        make_owner(with_sample=not no_sample)
        refuse_unsafe_address(host)
        installation.note_address(public_url(host, port))
        self._supervisor(installation, host, port).run(
            address=local_url(host, port), when_ready=lambda: self._greet(host, port)
        )
        embedded.stop(settings.DATA_DIR)
        self._say("Stopped. Unfinished runs go on at the next start.")

    def _say(self, line: str) -> None:
        self.stdout.write(line)
        # The output may be a file that somebody waits on.
        self.stdout.flush()

    def _supervisor(self, installation: Installation, host: str, port: int) -> Supervisor:
        seen = processes.environment(os.environ, host=host, port=port)
        broker = processes.embedded_broker(seen)
        if broker is None and not settings.REDIS_URL:
            self._say("No broker for this machine: workers look for work every few seconds.")
            seen = processes.without_broker(seen)
        return Supervisor(
            installation=installation,
            broker=broker,
            web=processes.web(seen),
            workers=processes.workers(seen),
            say=self._say,
        )

    def _greet(self, host: str, port: int) -> None:
        user = owner.get_owner()
        if user is None:
            raise CommandError(
                "There is no active owner. Run `.venv/bin/python manage.py prepare`."
            )
        path = link_path(login_links.create_token(user, lifetime=login_links.LONG_LIFE))
        connection.close()
        link = f"{public_url(host, port)}{path}"
        self._say("Evalground is ready. This link logs you in once:")
        for line in ("", f"    {link}", ""):
            self._say(line)
        self._say(f"Stop with Ctrl-C. For another link: {LOGIN_LINK_COMMAND}")
