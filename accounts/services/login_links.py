"""One-time links that log a user in, as notebook servers print them."""

import hashlib
import secrets
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from accounts.models import LoginLink, User

SHORT_LIFE = timedelta(minutes=15)
# The start command's link waits in a terminal until somebody comes.
LONG_LIFE = timedelta(hours=12)


@transaction.atomic
def create_token(user: User, *, lifetime: timedelta = SHORT_LIFE) -> str:
    """The token of a new link for `user`. Only its hash is stored: it cannot be read again.

    Links that were used or have expired are removed on the way.
    """
    now = timezone.now()
    LoginLink.objects.filter(expires_at__lt=now).delete()
    LoginLink.objects.filter(used_at__isnull=False).delete()
    token = secrets.token_urlsafe(32)
    LoginLink.objects.create(user=user, token_hash=_hash(token), expires_at=now + lifetime)
    return token


def redeem(token: str) -> User | None:
    """The user that the link logs in; None when it is unknown, used, expired or of no use.

    Of two requests with the same token one gets the user: the UPDATE decides.
    """
    now = timezone.now()
    link = LoginLink.objects.filter(token_hash=_hash(token), user__is_active=True)
    if not link.filter(used_at__isnull=True, expires_at__gt=now).update(used_at=now):
        return None
    return link.select_related("user").get().user


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
