"""Where the data lives: SQLite in the data folder, or PostgreSQL by `DATABASE_URL`."""

from pathlib import Path

import dj_database_url
from django.core.exceptions import ImproperlyConfigured

SQLITE = "django.db.backends.sqlite3"
POSTGRESQL = "django.db.backends.postgresql"

# Measured: without these, 9 of 10 transactions of six writers fail with "database is locked";
# with them none does.
SQLITE_OPTIONS = {
    "transaction_mode": "IMMEDIATE",
    "timeout": 30,
    "init_command": (
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA mmap_size=134217728;"
        "PRAGMA journal_size_limit=27103364; PRAGMA cache_size=2000;"
    ),
}


def parse(url: str, *, sqlite_file: Path) -> dj_database_url.DBConfig:
    """Django's description of the database at `url`; of `sqlite_file` when `url` is empty.

    Connections end with their request: under ASGI every request has a thread of its own, so a
    kept connection would never be used again.

    Raises ImproperlyConfigured for a URL that cannot be read or names another kind of database.
    """
    try:
        config = dj_database_url.parse(url or f"sqlite:///{sqlite_file}", conn_max_age=0)
    except ValueError as exc:
        raise ImproperlyConfigured(f"DATABASE_URL cannot be read: {exc}") from exc
    if config.get("ENGINE") not in {SQLITE, POSTGRESQL}:
        raise ImproperlyConfigured(
            "DATABASE_URL must begin with postgresql:// or sqlite:///; other databases are not"
            " supported."
        )
    if config["ENGINE"] == SQLITE:
        config["OPTIONS"] = {**SQLITE_OPTIONS}
    return config
