"""Celery's tasks and the life of the engine in a worker process."""

from typing import Any

from celery import shared_task
from celery.signals import celeryd_after_setup, worker_shutdown, worker_shutting_down

from evals.engine.process import engine


@shared_task(name="evals.tasks.drain", ignore_result=True, acks_late=False)  # type: ignore[untyped-decorator]  # Celery has no types
def drain(run_id: int) -> None:  # noqa: ARG001 - it says who rang; the drain serves all runs
    """Work until nothing is left to do. Two bells at once make one drain."""
    with engine.running():
        engine.drain()


# Before the broker is reached: a worker works without one, and `worker_ready` would wait for it.
@celeryd_after_setup.connect  # type: ignore[untyped-decorator]  # Celery has no types
def begin(**_: Any) -> None:
    """Look for work without waiting for a bell; also what an earlier process left behind."""
    engine.start()


@worker_shutting_down.connect  # type: ignore[untyped-decorator]  # Celery has no types
def stop(**_: Any) -> None:
    """Asked to end: claim no more and let the calls in flight end."""
    engine.stop()


@worker_shutdown.connect  # type: ignore[untyped-decorator]  # Celery has no types
def end(**_: Any) -> None:
    """The worker is about to exit: give back what is held."""
    engine.leave()
