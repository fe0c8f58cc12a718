"""Reading the environment: typed, loud, and with `NAME_FILE` for secrets.

`config/settings.py` is the only module that calls these.
"""

import os
from collections.abc import Collection
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

_TRUE = {"1", "true", "yes", "on"}
_FALSE = {"0", "false", "no", "off", ""}


def env_str(name: str, *, default: str = "") -> str:
    """The variable's text with surrounding blanks removed, or `default` when it is unset."""
    return os.environ.get(name, default).strip()


def env_bool(name: str, *, default: bool) -> bool:
    """True or False for the usual words.

    Raises ImproperlyConfigured for any other word, so that a typing error is not read as True.
    """
    text = os.environ.get(name)
    if text is None:
        return default
    word = text.strip().lower()
    if word in _TRUE:
        return True
    if word in _FALSE:
        return False
    raise ImproperlyConfigured(f"{name}={text!r}: write yes or no.")


def env_int(name: str, *, default: int, low: int, high: int) -> int:
    """A whole number from `low` to `high`; raises ImproperlyConfigured for anything else."""
    text = os.environ.get(name, "").strip()
    if not text:
        return default
    try:
        number = int(text)
    except ValueError as exc:
        raise ImproperlyConfigured(f"{name}={text!r}: write a whole number.") from exc
    if not low <= number <= high:
        raise ImproperlyConfigured(f"{name}={number}: it must be from {low} to {high}.")
    return number


def env_list(name: str) -> list[str]:
    """The comma-separated entries, blanks and empty ones removed."""
    return [part.strip() for part in os.environ.get(name, "").split(",") if part.strip()]


def env_folder(name: str, *, default: Path) -> Path:
    """The folder, made with mode 0700 when it is not there.

    Raises ImproperlyConfigured when it cannot be made or written to.
    """
    folder = Path(env_str(name) or default).expanduser().resolve()
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as exc:
        raise ImproperlyConfigured(f"{name}={str(folder)!r}: {exc.strerror}.") from exc
    if not os.access(folder, os.W_OK | os.X_OK):
        raise ImproperlyConfigured(f"{name}={str(folder)!r}: this user may not write there.")
    return folder


def env_secret(name: str) -> str:
    """The secret from `NAME`, else from the file that `NAME_FILE` names, else an empty text.

    Raises ImproperlyConfigured when `NAME_FILE` names a file that cannot be read.
    """
    value = os.environ.get(name, "").strip()
    if value:
        return value
    path = os.environ.get(f"{name}_FILE", "").strip()
    if not path:
        return ""
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except OSError as exc:
        raise ImproperlyConfigured(f"{name}_FILE={path!r}: {exc.strerror}.") from exc


def env_choice(name: str, *, default: str, choices: Collection[str]) -> str:
    """One of `choices`, in lower case; raises ImproperlyConfigured for any other word."""
    word = os.environ.get(name, "").strip().lower() or default
    if word not in choices:
        raise ImproperlyConfigured(f"{name}={word!r}: write one of {', '.join(choices)}.")
    return word
