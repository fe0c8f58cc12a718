"""`manage.py login_link`: a new one-time link, for whoever may run commands here."""

import argparse
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from accounts.models import User
from accounts.services import login_links, owner
from config.address import link_path, public_url
from config.installation import running_address


class Command(BaseCommand):
    requires_system_checks = ("evalground",)
    help = "Print a link that logs a user in once, within 15 minutes."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("email", nargs="?", help="whom to log in; the owner if left out")

    def handle(self, *_: Any, email: str | None, **options: Any) -> None:
        """Print the link for the address of the running server, else of the settings."""
        path = link_path(login_links.create_token(_user(email)))
        running = running_address(settings.DATA_DIR)
        self.stdout.write((running or public_url(settings.HOST, settings.PORT)) + path)


def _user(email: str | None) -> User:
    if email is None:
        user = owner.get_owner()
    else:
        user = User.objects.filter(email=email.lower(), is_active=True).first()
    if user is None:
        raise CommandError("There is no such user. Before the first start there is none at all.")
    return user
