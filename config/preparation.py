"""What has to be there before the first request: tables, the owner, the sample."""

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection, transaction
from django.db.migrations.executor import MigrationExecutor

from accounts.errors import UserError
from accounts.models import User, Workspace
from accounts.services import owner
from evals.llm import embedded
from evals.services import connections, sample


def migrate_if_needed() -> bool:
    """Bring the tables up to date; True when there was something to do."""
    executor = MigrationExecutor(connection)
    if not executor.migration_plan(executor.loader.graph.leaf_nodes()):
        return False
    call_command("migrate", interactive=False, verbosity=0, skip_checks=True)
    return True


def make_owner(*, with_sample: bool) -> bool:
    """At the first start: the owner, a workspace and the sample; True when they were made.

    A workspace without any connection gets the embedded model, when it is installed. The owner
    gets the password of EVALGROUND_OWNER_PASSWORD while they have none.

    Raises CommandError when that password is too weak.
    """
    user = owner.get_owner()
    is_first = user is None
    with transaction.atomic():
        if user is None:
            membership = owner.create_owner()
            user = membership.user
            if with_sample:
                sample.ensure_sample(membership.workspace, user)
        _offer_embedded_model(user)
        if settings.OWNER_PASSWORD:
            try:
                owner.set_first_password(user, settings.OWNER_PASSWORD)
            except UserError as exc:
                raise CommandError(f"{exc.message} {exc.hint}") from exc
    return is_first


def _offer_embedded_model(user: User) -> None:
    """Where there is no connection at all; beside others the owner may have deleted it."""
    workspace = Workspace.objects.filter(memberships__user=user).order_by("id").first()
    if workspace and embedded.is_available() and not workspace.connections.exists():
        connections.ensure_embedded(workspace)
