"""What workers do when they are rung: each task calls one service and may run twice."""

from celery import shared_task

from playground.services import counting, uploads


@shared_task(ignore_result=True)  # type: ignore[untyped-decorator]  # celery has no types
def check_upload(upload_id: int) -> None:
    uploads.check(upload_id)


@shared_task(ignore_result=True)  # type: ignore[untyped-decorator]  # celery has no types
def import_upload(upload_id: int) -> None:
    uploads.run_import(upload_id)


@shared_task(ignore_result=True)  # type: ignore[untyped-decorator]  # celery has no types
def count_version(version_id: int) -> None:
    counting.count(version_id)
