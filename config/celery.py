"""The Celery app: the doorbell of the engine. The database is the queue and the truth."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("evalground")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
