"""Which addresses a connection may use, and what the owner may allow beside the public ones."""

from collections.abc import Set

from django.conf import settings

from accounts.errors import Refused
from evals.llm import guard
from evals.llm.errors import NetworkError, RefusedAddressError


def vetted(base_url: str, *, allow_private: bool) -> str:
    """The host:port to allow for a connection to `base_url`; "" when it needs no allowance.

    A name that cannot be looked up now passes: every call is judged again. Blocks while the
    name is looked up.

    Raises Refused, with what to do, for an address that may not be used.
    """
    if not base_url:
        return ""
    try:
        guard.vet(base_url, settings.MODEL_HOSTS)
    except NetworkError:
        return ""
    except RefusedAddressError as exc:
        return _allowance(base_url, exc, allow_private=allow_private)
    return ""


def allowed_hosts(allowed_host: str) -> Set[str]:
    """The private addresses that a connection with this allowance may use now.

    What was allowed on the page counts only while the server listens on loopback.
    """
    if allowed_host and settings.BOUND_TO_LOOPBACK:
        return settings.MODEL_HOSTS | {allowed_host}
    return settings.MODEL_HOSTS


def is_own_server(base_url: str, allowed_host: str) -> bool:
    """Whether `base_url` is one of the private addresses that were allowed."""
    try:
        return guard.is_allowed(guard.parse(base_url), settings.MODEL_HOSTS | {allowed_host})
    except RefusedAddressError:
        return True


def _allowance(base_url: str, refusal: RefusedAddressError, *, allow_private: bool) -> str:
    try:
        target = guard.parse(base_url)
        guard.check_scheme(target, allowed=True)
    except RefusedAddressError as exc:
        raise Refused(exc.message, hint=exc.hint) from exc
    host_port = target.host_port
    if not settings.BOUND_TO_LOOPBACK:
        raise Refused(refusal.message, hint=refusal.hint) from refusal
    if not allow_private:
        raise Refused(
            refusal.message,
            hint=f"If {host_port} is yours, tick “Allow this private address” and save again.",
        ) from refusal
    return host_port
