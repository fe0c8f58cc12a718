"""Errors whose words are meant for the person at the screen."""


class UserError(Exception):
    """What went wrong, what to do now, and the status of the answer.

    `message` says what and where; `hint` says what to do now. `accounts.middleware` shows both.
    Every other exception is a bug and gets the 500 page.
    """

    status = 400

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class NotThere(UserError):
    """The thing is gone, or never was there."""

    status = 404


class NotReady(UserError):
    """The thing is in a state in which this cannot be done."""

    status = 409


class Refused(UserError):
    """The input cannot be taken as it is."""

    status = 422


class TooLarge(UserError):
    """More was sent than the product takes."""

    status = 413
