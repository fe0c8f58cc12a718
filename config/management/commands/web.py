"""`manage.py web`: the web server, one process."""

import argparse
from typing import Any

import uvicorn
from django.conf import settings
from django.core.management.base import BaseCommand

from config import lifeline
from config.guards import refuse_unsafe_address
from config.static_files import collect_if_changed


class Command(BaseCommand):
    help = "Serve the pages at EVALGROUND_HOST and EVALGROUND_PORT."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--host", default=settings.HOST)
        parser.add_argument("--port", type=int, default=settings.PORT)

    def handle(self, *_: Any, host: str, port: int, **options: Any) -> None:
        """Listen until SIGTERM; refuses an address that is not safe yet."""
        refuse_unsafe_address(host)
        collect_if_changed()
        lifeline.follow_supervisor()
        uvicorn.run(
            "config.asgi:application",
            host=host,
            port=port,
            log_config=None,
            access_log=False,
            server_header=False,
            lifespan="off",
            ws="none",
            proxy_headers=bool(settings.TRUSTED_PROXIES),
            forwarded_allow_ips=settings.TRUSTED_PROXIES,
            timeout_graceful_shutdown=1,
        )
