"""The owner: the one user that an installation has from its first start."""

from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction

from accounts.errors import Refused
from accounts.models import Membership, User, Workspace


def get_owner() -> User | None:
    """The first active user who owns a workspace; None before the first start."""
    owners = User.objects.filter(is_active=True, memberships__role=Membership.Role.OWNER)
    return owners.order_by("id").first()


@transaction.atomic
def create_owner() -> Membership:
    """A new user who owns a new workspace. Without a password they come in by a login link."""
    user = User.objects.create_user(settings.OWNER_EMAIL, name="Owner")
    workspace = Workspace.objects.create(name="My workspace")
    return Membership.objects.create(user=user, workspace=workspace)


def set_first_password(user: User, password: str) -> bool:
    """Set `password` unless the user has one already; True when it was set.

    Raises Refused, with what the password lacks, for one that is too weak.
    """
    if user.has_usable_password():
        return False
    try:
        validate_password(password, user)
    except ValidationError as exc:
        raise Refused(
            f"EVALGROUND_OWNER_PASSWORD is refused: {' '.join(exc.messages)}",
            hint="Set a longer or less common one.",
        ) from exc
    user.set_password(password)
    user.save(update_fields=["password"])
    return True


def has_password() -> bool:
    """True when some active user can log in by password."""
    users = User.objects.filter(is_active=True)
    return any(user.has_usable_password() for user in users)
