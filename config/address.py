"""Where the server listens, and what to type into a browser to get there."""

import errno
import socket

from django.conf import settings
from django.core.management.base import CommandError
from django.urls import reverse

EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104  (compared, not listened on)
LOOPBACK = {"127.0.0.1", "::1", "localhost"}


def refuse_taken_port(host: str, port: int) -> None:
    """Raise CommandError when this process could not listen on the port."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as exc:
            raise CommandError(_why_not(host, port, exc)) from exc


def _why_not(host: str, port: int, error: OSError) -> str:
    other = f"Choose another one: bin/start --port {port + 1}, or set EVALGROUND_PORT."
    if error.errno == errno.EADDRINUSE:
        return f"Port {port} on {host} is in use by another program. {other}"
    if error.errno == errno.EACCES:
        return f"Port {port} may only be used by the administrator. Choose one from 1024 on."
    return f"Cannot listen on {host}, port {port}: {error.strerror}. Check EVALGROUND_HOST."


def local_url(host: str, port: int) -> str:
    """The address at which this machine reaches the server."""
    name = EVERYWHERE.get(host, host)
    return f"http://[{name}]:{port}" if ":" in name else f"http://{name}:{port}"


def public_url(host: str, port: int) -> str:
    """The address for a browser: behind HTTPS the first allowed name, else the local address."""
    if settings.HTTPS and settings.PUBLIC_HOSTS:
        return f"https://{settings.PUBLIC_HOSTS[0]}"
    return local_url(host, port)


def link_path(token: str) -> str:
    """The path of a login link. Only the app's own URLs are read: all of them take a second."""
    return reverse("link-login", args=[token], urlconf="accounts.urls")
