"""What can go wrong between us and a model, as one tree of errors for users.

Each class answers the three questions of the engine: may it be tried again
(`retryable`), when (`retry_after_s`), and was it perhaps paid for (`billed_maybe`).
`message` says in plain words what happened, `hint` what to do now. Neither ever
holds the key: foreign text enters through `evals.llm.redaction` only.
"""

from typing import ClassVar


class ModelError(Exception):
    """A call to a model ended without an answer."""

    kind: ClassVar[str] = "server"
    retryable: bool = False
    default_hint: ClassVar[str] = ""

    def __init__(
        self,
        message: str,
        *,
        hint: str = "",
        retry_after_s: float | None = None,
        billed_maybe: bool = False,
        retryable: bool | None = None,
        status: int | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint or self.default_hint
        self.retry_after_s = retry_after_s
        self.billed_maybe = billed_maybe
        self.status = status
        if retryable is not None:
            self.retryable = retryable


class AuthError(ModelError):
    """The provider does not know the key (401)."""

    kind = "auth"
    default_hint = "Enter the key again on the Models page; it may be mistyped, expired or revoked."


class ForbiddenError(ModelError):
    """The key is known but may not do this (403)."""

    kind = "forbidden"
    default_hint = "Check with the provider that this key may use this model."


class NotFoundError(ModelError):
    """No such model or no such path (404)."""

    kind = "not_found"
    default_hint = "Check the model's name and that the base URL is right (it often ends in /v1)."


class BadRequestError(ModelError):
    """The provider refused what was asked (400, 413, 422)."""

    kind = "bad_request"
    default_hint = "Change the prompt or the parameters of the variant."


class RateLimitedError(ModelError):
    """Too many requests, or the quota is used up (429)."""

    kind = "rate_limited"
    retryable = True
    default_hint = "Lower the connection's limit, or wait until the provider accepts calls again."


class ServerError(ModelError):
    """The provider failed (5xx, 408, 409)."""

    kind = "server"
    retryable = True
    default_hint = "The fault is on the provider's side; try again later."


class TimedOutError(ModelError):
    """No complete answer within the deadline."""

    kind = "timeout"
    retryable = True
    default_hint = "Raise the time-out of the connection, or ask for shorter answers."

    @classmethod
    def after(cls, timeout_s: float) -> "TimedOutError":
        """The error for a request that was sent and not answered in time."""
        return cls(f"No complete answer within {round(timeout_s, 1):g} s.", billed_maybe=True)


class NetworkError(ModelError):
    """The address cannot be reached, or the connection was cut."""

    kind = "network"
    retryable = True
    default_hint = "Check that the server runs and that the base URL is right."


class BadResponseError(ModelError):
    """The address answered, but not as a model does."""

    kind = "bad_response"
    default_hint = "Check that the base URL is that of an OpenAI-compatible API (often …/v1)."


class TooLargeError(ModelError):
    """The answer is larger than is accepted."""

    kind = "too_large"
    default_hint = "Set a smaller limit of tokens, or check the base URL."


class RefusedAddressError(ModelError):
    """The address guard forbids this address; nothing was sent."""

    kind = "refused_address"


class NotReadyError(ModelError):
    """The model is being loaded or is not installed."""

    kind = "not_ready"
    retryable = True
    default_hint = "Wait until the model is loaded, then try again."


ERRORS: tuple[type[ModelError], ...] = (
    AuthError,
    ForbiddenError,
    NotFoundError,
    BadRequestError,
    RateLimitedError,
    ServerError,
    TimedOutError,
    NetworkError,
    BadResponseError,
    TooLargeError,
    RefusedAddressError,
    NotReadyError,
)
KINDS: tuple[str, ...] = tuple(error.kind for error in ERRORS)
