"""System checks: mistakes of configuration, named before the first request.

`E` refuses to start, `W` warns. The two that depend on the address are functions of their own,
because `start --host` can ask for another address than the settings'.
"""

from pathlib import Path
from typing import Any

from cryptography.fernet import Fernet
from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register
from django.db import connection

from accounts.services import owner

MOST_WORKERS_ON_SQLITE = 2
NETWORK_FILE_SYSTEMS = {"nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "afs", "fuse.sshfs"}


def missing_password() -> list[CheckMessage]:
    """E001 when nobody can log in by password. Asks the database."""
    if owner.has_password():
        return []
    return [
        Error(
            "Other machines could reach this server, but nobody has a password yet.",
            hint=(
                "Start it on 127.0.0.1, set a password under Settings, then start it here; or run"
                f" `.venv/bin/python manage.py changepassword {settings.OWNER_EMAIL}`; or set"
                " EVALGROUND_OWNER_PASSWORD_FILE."
            ),
            id="evalground.E001",
        )
    ]


def debug_beyond_loopback() -> list[CheckMessage]:
    """E002 when DEBUG is on: its error pages show settings and data."""
    if not settings.DEBUG:
        return []
    return [
        Error(
            "Other machines could reach this server, but EVALGROUND_DEBUG is on.",
            hint="Unset EVALGROUND_DEBUG, or set EVALGROUND_HOST=127.0.0.1.",
            id="evalground.E002",
        )
    ]


@register("evalground")
def check_debug(**_: Any) -> list[CheckMessage]:
    """E002, for the address of the settings."""
    return [] if settings.BOUND_TO_LOOPBACK else debug_beyond_loopback()


@register("evalground", deploy=True)
def check_password(**_: Any) -> list[CheckMessage]:
    """E001, for the address of the settings; only with `check --deploy`, as it needs tables."""
    return [] if settings.BOUND_TO_LOOPBACK else missing_password()


@register("evalground")
def check_encryption_keys(**_: Any) -> list[CheckMessage]:
    """E003 when a key that protects stored keys is not one."""
    for number, key in enumerate(settings.ENCRYPTION_KEYS, start=1):
        try:
            Fernet(key)
        except ValueError:
            return [
                Error(
                    f"Encryption key {number} is not a key.",
                    hint=(
                        "Correct EVALGROUND_ENCRYPTION_KEYS or the file encryption_key in the data"
                        " folder. Without the right key the stored keys cannot be read. Make one:"
                        ' python -c "from cryptography.fernet import Fernet;'
                        ' print(Fernet.generate_key().decode())"'
                    ),
                    id="evalground.E003",
                )
            ]
    return []


@register("evalground")
def check_workers(**_: Any) -> list[CheckMessage]:
    """E004 when more workers would write to SQLite than it bears."""
    if not on_sqlite() or settings.WORKERS <= MOST_WORKERS_ON_SQLITE:
        return []
    return [
        Error(
            f"EVALGROUND_WORKERS={settings.WORKERS}, but SQLite bears"
            f" {MOST_WORKERS_ON_SQLITE} workers.",
            hint="Set it to 2, or set DATABASE_URL to a PostgreSQL database.",
            id="evalground.E004",
        )
    ]


@register("evalground")
def check_data_folder(**_: Any) -> list[CheckMessage]:
    """W001 when other users can read the data folder, W002 when SQLite is on a network."""
    found: list[CheckMessage] = []
    folder = settings.DATA_DIR
    if folder.stat().st_mode & 0o077:
        found.append(
            Warning(
                f"Other users of this machine can look into {folder}.",
                hint=f"chmod 700 {folder}",
                id="evalground.W001",
            )
        )
    if on_sqlite() and file_system(folder) in NETWORK_FILE_SYSTEMS:
        found.append(
            Warning(
                f"{folder} is on a network file system, on which SQLite can lose data.",
                hint="Set EVALGROUND_DATA to a local folder, or DATABASE_URL to PostgreSQL.",
                id="evalground.W002",
            )
        )
    return found


def on_sqlite() -> bool:
    """True when the data is in SQLite."""
    return connection.vendor == "sqlite"


def file_system(folder: Path, *, table: Path = Path("/proc/self/mounts")) -> str:
    """The kind of file system `folder` is on; "" where the system has no table of mounts."""
    if not table.exists():
        return ""
    best = ("", "")
    for line in table.read_text(encoding="utf-8").splitlines():
        _device, mount, kind, *_rest = line.split()
        # Blanks in names stand there as \040.
        mount = mount.replace("\\040", " ")
        if folder.is_relative_to(mount) and len(mount) >= len(best[0]):
            best = (mount, kind)
    return best[1]
