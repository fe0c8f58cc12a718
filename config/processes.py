"""The processes of an installation: their command lines and what they get to know."""

import os
import sys
from collections.abc import Mapping
from pathlib import Path

from django.conf import settings

from config import broker, lifeline
from config.children import Child

# Processes get these variables and nothing else: a shell's other secrets are not their business.
HANDED_ON = {
    "DATABASE_URL",
    "DATABASE_URL_FILE",
    "HOME",
    "LANG",
    "LOGNAME",
    "PATH",
    "REDIS_URL",
    "REDIS_URL_FILE",
    "SSL_CERT_DIR",
    "SSL_CERT_FILE",
    "TMPDIR",
    "TZ",
    "USER",
    "VIRTUAL_ENV",
}
HANDED_ON_PREFIXES = ("DJANGO_", "DYLD_", "EVALGROUND_", "LC_", "LD_", "PG", "PYTHON")


def environment(shell: Mapping[str, str], *, host: str, port: int) -> dict[str, str]:
    """What the processes see of the shell's variables, with the address they are started for."""
    kept = {
        name: value
        for name, value in shell.items()
        if name in HANDED_ON or name.startswith(HANDED_ON_PREFIXES)
    }
    return {
        **kept,
        "EVALGROUND_DATA": str(settings.DATA_DIR),
        "EVALGROUND_HOST": host,
        "EVALGROUND_PORT": str(port),
        lifeline.PARENT_VARIABLE: str(os.getpid()),
    }


def without_broker(seen: Mapping[str, str]) -> dict[str, str]:
    """`seen` for a machine with no broker: bells ring only within a process."""
    return {**seen, "REDIS_URL": "memory://"}


def web(seen: Mapping[str, str]) -> Child:
    """The web server."""
    return _python("web", ["web"], seen)


def workers(seen: Mapping[str, str]) -> list[Child]:
    """The Celery workers, each with a name of its own."""
    return [
        _python(f"worker-{number}", ["worker", f"--name=worker-{number}"], seen)
        for number in range(1, settings.WORKERS + 1)
    ]


def embedded_broker(seen: Mapping[str, str]) -> Child | None:
    """The embedded broker; None when `REDIS_URL` names another, or no server is there."""
    binary = None if settings.REDIS_URL else broker.find_binary()
    if binary is None:
        return None
    broker.make_folder(settings.BROKER_SOCKET)
    return _child("broker", broker.command(binary, settings.BROKER_SOCKET), seen)


def _python(name: str, arguments: list[str], seen: Mapping[str, str]) -> Child:
    manage = settings.BASE_DIR / "manage.py"
    return _child(name, [sys.executable, str(manage), *arguments], seen)


def _child(name: str, command: list[str], seen: Mapping[str, str]) -> Child:
    logs = Path(settings.DATA_DIR) / "logs"
    logs.mkdir(mode=0o700, exist_ok=True)
    return Child(
        name=name,
        command=command,
        environment=seen,
        log=logs / f"{name}.log",
        folder=settings.BASE_DIR,
    )
