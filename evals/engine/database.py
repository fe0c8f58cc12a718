"""What the engine's statements need to know of the two databases, and patience with both."""

import logging
import time
from collections.abc import Callable, Sized
from typing import TypeVar

from django.db import InterfaceError, OperationalError, connection

logger = logging.getLogger(__name__)

ATTEMPTS = 60
LONGEST_WAIT_S = 2.0

T = TypeVar("T")


def is_postgres() -> bool:
    """True on PostgreSQL, False on SQLite."""
    return connection.vendor == "postgresql"


def now() -> str:
    """SQL for the database's clock in seconds since 1970, also right within a transaction."""
    if is_postgres():
        return "EXTRACT(EPOCH FROM clock_timestamp())::float8"
    # unixepoch('subsec') is younger than the SQLite that we allow.
    return "((julianday('now') - 2440587.5) * 86400.0)"


def picked(select: str, lock: str) -> str:
    """SQL that is true for an `id` among those of `select`, which `lock` locks on PostgreSQL.

    ARRAY() there: the planner may run a plain IN with a LIMIT more than once.
    """
    if is_postgres():
        return f"id = ANY(ARRAY({select} {lock}))"
    return f"id IN ({select})"


def marks(values: Sized) -> str:
    """Placeholders for a collection: "%s, %s, %s"."""
    return ", ".join(["%s"] * len(values))


def patiently(statement: Callable[[], T], *, attempts: int = ATTEMPTS) -> T:
    """Run `statement` (a whole transaction) again while the database cannot be reached.

    Answers that were paid for are not thrown away because a database restarts. `statement` has
    to recognise that an earlier try of its own was committed although its reply was lost.

    Raises what the last attempt raised.
    """
    for attempt in range(1, attempts):
        try:
            return statement()
        except (OperationalError, InterfaceError) as error:
            if connection.in_atomic_block:
                raise
            logger.warning(
                "database_retry", extra={"attempt": attempt, "error": type(error).__name__}
            )
            connection.close()
            time.sleep(min(LONGEST_WAIT_S, 0.05 * 2 ** min(attempt, 6)))
    return statement()
