"""How mail leaves: through the mail server of `EVALGROUND_SMTP_URL`, else as files."""

from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

PORTS = {"smtp": 25, "smtp+starttls": 587, "smtps": 465}


@dataclass(frozen=True, kw_only=True)
class MailServer:
    """Where mail is handed over. The default one writes messages as files."""

    backend: str = "django.core.mail.backends.filebased.EmailBackend"
    host: str = "localhost"
    port: int = 25
    user: str = ""
    password: str = ""
    starttls: bool = False
    tls: bool = False


def parse(url: str) -> MailServer:
    """The mail server at `url`; with an empty `url`, messages become files.

    Raises ImproperlyConfigured for a URL that is not `smtp://`, `smtp+starttls://` or
    `smtps://` with a host.
    """
    if not url:
        return MailServer()
    parts = urlsplit(url)
    if parts.scheme not in PORTS or not parts.hostname:
        # The URL holds a password: it is not quoted.
        raise ImproperlyConfigured(
            "EVALGROUND_SMTP_URL: write smtp+starttls://user:password@host:587, smtps:// or smtp://"
        )
    return MailServer(
        backend="django.core.mail.backends.smtp.EmailBackend",
        host=parts.hostname,
        port=parts.port or PORTS[parts.scheme],
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        starttls=parts.scheme == "smtp+starttls",
        tls=parts.scheme == "smtps",
    )
