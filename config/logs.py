"""Logs as JSON lines on standard error: time, level, logger, event, request id.

An event is a fixed sentence; what belongs to it stands in fields of its own. Keys, prompts and
cells are never logged; whatever looks like a key is removed from foreign texts.
"""

import json
import logging
import traceback
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

from evals.llm.redaction import redact

LEVELS = ("debug", "info", "warning", "error")

# Whose log calls hand over fields with `extra=`; other packages put whole objects there.
OURS = ("accounts", "config", "evalground", "evals", "playground")
_USUAL = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}

request_id: ContextVar[str] = ContextVar("request_id", default="")


class JsonFormatter(logging.Formatter):
    """One line of JSON for each record; line breaks inside values are escaped."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "process": record.process,
            "event": redact(_event(record)),
        }
        if request_id.get():
            line["request_id"] = request_id.get()
        line |= _fields(record)
        if record.exc_info and record.exc_info[1]:
            line["exception"] = redact("".join(traceback.format_exception(record.exc_info[1])))
        return json.dumps(line, ensure_ascii=False, default=str)


def _fields(record: logging.LogRecord) -> dict[str, object]:
    if record.name.partition(".")[0] not in OURS:
        return {}
    extra = {name: value for name, value in vars(record).items() if name not in _USUAL}
    return {name: redact(v) if isinstance(v, str) else v for name, v in extra.items()}


def _event(record: logging.LogRecord) -> str:
    """The record's sentence; Django's own on a request without its path, which can hold a token."""
    if hasattr(record, "request") and isinstance(record.args, tuple) and record.args:
        return str(record.args[0])
    return record.getMessage()


def settings(level: str) -> dict[str, Any]:
    """Django's LOGGING: everything from `level` on goes to standard error as JSON lines."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"json": {"()": JsonFormatter}},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json"}},
        "root": {"handlers": ["stderr"], "level": level.upper()},
        "loggers": {
            "django": {"handlers": [], "level": level.upper(), "propagate": True},
            # Every request is one line of ours; these would write the path, tokens included.
            "django.request": {"level": "ERROR"},
            "django.server": {"level": "ERROR"},
            "uvicorn.access": {"level": "ERROR"},
            # These tell each request to a provider, its URL included.
            "httpx": {"level": "WARNING"},
            "httpcore": {"level": "WARNING"},
            "openai": {"level": "WARNING"},
        },
    }
