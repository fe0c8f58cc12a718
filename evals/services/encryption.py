"""Keys at rest: encrypted, bound to their row, and refused when they cannot be read."""

import json

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from accounts.errors import NotReady

PREFIX = "v1:"


def seal(value: str, *, pk: int) -> str:
    """`value` encrypted with the first key of the settings, for the row with `pk` only.

    The pk goes into the ciphertext, so that one copied to another row is refused there.
    """
    content = json.dumps({"pk": pk, "v": value}).encode()
    return PREFIX + _fernets()[0].encrypt(content).decode()


def unseal(sealed: str, *, pk: int) -> str:
    """The value that `seal` took for the row with `pk`; "" for "".

    Raises NotReady for everything else: another row's ciphertext, a lost encryption key, a text
    that was never encrypted. What is stored is never returned in its place.
    """
    if not sealed:
        return ""
    try:
        content = json.loads(_all().decrypt(_token(sealed)))
    except InvalidToken as exc:
        raise _unreadable() from exc
    if content["pk"] != pk:
        raise _unreadable()
    return str(content["v"])


def rotate(sealed: str) -> str | None:
    """`sealed` under the first key of the settings; None when it already is.

    Raises NotReady when no key of the settings can read it.
    """
    token = _token(sealed)
    try:
        _fernets()[0].decrypt(token)
    except InvalidToken:
        try:
            return PREFIX + _all().rotate(token).decode()
        except InvalidToken as exc:
            raise _unreadable() from exc
    return None


def _token(sealed: str) -> bytes:
    if not sealed.startswith(PREFIX):
        raise _unreadable()
    return sealed.removeprefix(PREFIX).encode()


def _all() -> MultiFernet:
    return MultiFernet(_fernets())


def _fernets() -> list[Fernet]:
    try:
        return [Fernet(key) for key in settings.ENCRYPTION_KEYS]
    except ValueError as exc:
        # Without the cause's text: it could quote the key.
        raise ImproperlyConfigured(
            "EVALGROUND_ENCRYPTION_KEYS holds a value that is not a Fernet key."
        ) from exc


def _unreadable() -> NotReady:
    return NotReady(
        "The stored key cannot be read, enter it again.",
        hint="Open Models and enter the key of this connection. This happens when the "
        "installation's encryption key was changed or lost.",
    )
