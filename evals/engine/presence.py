"""That this process lives: a heartbeat row, and a lock on a file that any death gives back.

Whoever can take the lock of another process knows that it is dead. Nothing depends on process
ids, which are given out again.
"""

import fcntl
import logging
import os
import platform
import secrets
from collections.abc import Collection
from pathlib import Path
from typing import IO

from django.conf import settings
from django.db import DatabaseError, connection

from evals.domain.faults import fault
from evals.engine.database import now, patiently
from evals.models import WorkerRecord

logger = logging.getLogger(__name__)

FORGOTTEN_S = 3600


class Presence:
    """One process's entry among the workers. `name` is the owner of the shards it holds."""

    def __init__(self) -> None:
        node = platform.node() or "host"
        self.name = f"{node[:32]}-{os.getpid()}-{secrets.token_hex(4)}"
        self._lock: IO[str] | None = None

    def begin(self) -> None:
        """Take the lock, then enter the table: an entry without a lock would look dead."""
        folder = _folder()
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._lock = (folder / f"{self.name}.lock").open("w", encoding="ascii")
        fcntl.lockf(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        try:
            patiently(lambda: self.beat(is_stopping=False))
        except BaseException:
            self._unlock()
            raise

    def beat(self, *, is_stopping: bool) -> None:
        """Say that the process is alive."""
        with connection.cursor() as cursor:
            cursor.execute(
                f"""INSERT INTO evals_workerrecord (name, host, seen_at, stopping)
                VALUES (%s, %s, {now()}, %s) ON CONFLICT (name) DO UPDATE
                SET seen_at = excluded.seen_at, stopping = excluded.stopping""",
                [self.name, _place(), is_stopping],
            )

    def end(self) -> None:
        """Leave the table, then give the lock back. Call it when no shard is held."""
        try:
            WorkerRecord.objects.filter(name=self.name).delete()
        except DatabaseError as error:
            # Others forget the entry in an hour; what was worked off must not fail for that.
            logger.warning("worker_not_removed", extra={"worker": self.name, **fault(error)})
            connection.close()
        self._unlock()

    def _unlock(self) -> None:
        if self._lock is not None:
            (_folder() / f"{self.name}.lock").unlink(missing_ok=True)
            self._lock.close()
            self._lock = None


def dead_owners(owners: Collection[str], own: str) -> set[str]:
    """Those of `owners` whose process on this machine is certainly gone.

    `own` is never probed: closing the probe would give back this process's own lock.
    """
    here = WorkerRecord.objects.filter(host=_place()).exclude(name=own)
    return {name for name in here.values_list("name", flat=True) if _is_dead(name)} & set(owners)


def forget_the_dead(own: str, live_owners: Collection[str]) -> None:
    """Remove the entries of processes that hold nothing and are dead or long unheard of."""
    others = WorkerRecord.objects.exclude(name__in=[own, *live_owners])
    for name in others.filter(host=_place()).values_list("name", flat=True):
        if _is_dead(name):
            WorkerRecord.objects.filter(name=name).delete()
            (_folder() / f"{name}.lock").unlink(missing_ok=True)
            logger.info("worker_gone", extra={"worker": name})
    with connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM evals_workerrecord WHERE seen_at < {now()} - {FORGOTTEN_S}")


def _is_dead(name: str) -> bool:
    try:
        with (_folder() / f"{name}.lock").open("r+", encoding="ascii") as file:
            fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        # Locked by its process, or the file is gone: then only time can tell.
        return False
    return True


def _folder() -> Path:
    return Path(settings.DATA_DIR) / "workers"


def _place() -> str:
    """Machine and data folder: a lock says something only to those who share both."""
    return f"{platform.node()}:{settings.DATA_DIR}"[:200]
