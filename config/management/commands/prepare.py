"""`manage.py prepare`: tables, owner and sample, before web and workers start."""

import argparse
from typing import Any

from django.core.management.base import BaseCommand

from config.preparation import make_owner, migrate_if_needed


class Command(BaseCommand):
    requires_system_checks = ("evalground",)
    help = "Bring the tables up to date and make the owner at the first time."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--no-sample", action="store_true", help="no sample playground")

    def handle(self, *_: Any, no_sample: bool, **options: Any) -> None:
        """Safe to run again: what is there stays."""
        if migrate_if_needed():
            self.stdout.write("The tables are up to date.")
        if make_owner(with_sample=not no_sample):
            self.stdout.write("The owner and a workspace are made.")
