"""Answers for machines that ask how the server is. They need no login and tell no secrets."""

import logging
import time

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, connection
from django.db.models import QuerySet
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from evals.models.engine import WorkerRecord

logger = logging.getLogger(__name__)

# Workers write their heartbeat every two seconds.
HEARTBEAT_IS_FRESH_S = 15


@require_safe
@login_not_required
@never_cache
def healthz(request: HttpRequest) -> JsonResponse:
    """200 with the number of live workers when the database answers, else 503."""
    try:
        workers = live_workers().count()
    except DatabaseError:
        logger.exception("the database does not answer")
        return _answer(503, status="error", database="error", workers=None)
    return _answer(200, status="ok", database="ok", workers=workers)


@require_safe
@login_not_required
@never_cache
def readyz(request: HttpRequest) -> JsonResponse:
    """200 when the tables are there, so that requests can be served; else 503."""
    try:
        with connection.cursor() as cursor:
            tables = connection.introspection.table_names(cursor)
    except DatabaseError:
        logger.exception("the database does not answer")
        return _answer(503, status="error", database="error")
    if "accounts_user" not in tables:
        return _answer(503, status="not migrated", database="ok")
    return _answer(200, status="ok", database="ok")


def _answer(code: int, **fields: object) -> JsonResponse:
    return JsonResponse({**fields, "version": settings.VERSION}, status=code)


def live_workers() -> QuerySet[WorkerRecord]:
    """The workers whose heartbeat is fresh and who are not about to leave."""
    since = time.time() - HEARTBEAT_IS_FRESH_S
    return WorkerRecord.objects.filter(seen_at__gte=since, stopping=False)
