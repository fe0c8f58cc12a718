"""What a user can change of themselves. The password is allauth's part."""

from allauth.account.models import EmailAddress
from django.db import IntegrityError, transaction

from accounts.errors import Refused
from accounts.models import User


def change_profile(*, user: User, name: str, email: str) -> None:
    """Change name and email address, which is the login name.

    Raises Refused when another user has the address.
    """
    user.name = name
    user.email = email.lower()
    try:
        with transaction.atomic():
            user.save(update_fields=["name", "email"])
            # allauth's copy: an address of before must not open the door any more.
            EmailAddress.objects.filter(user=user).exclude(email=user.email).delete()
    except IntegrityError as exc:
        raise Refused(
            f"Another user has the address {user.email}.", hint="Use another address."
        ) from exc
