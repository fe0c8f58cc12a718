"""Secrets are made once, by one process, for one user of the machine."""

import stat
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from pathlib import Path

from config.secrets import kept_secret
from tests.ground.conftest import Manage


def mode(path: Path) -> int:
    """The rights of a file or folder."""
    return stat.S_IMODE(path.stat().st_mode)


def test_it_makes_both_secrets_for_this_user_only(manage: Manage, folder: Path) -> None:
    folder.rmdir()
    assert manage("check").returncode == 0

    assert mode(folder) == 0o700
    assert mode(folder / "secret_key") == 0o600
    assert mode(folder / "encryption_key") == 0o600


def test_it_keeps_the_secrets_it_made(manage: Manage, folder: Path) -> None:
    manage("check")
    before = (folder / "secret_key").read_text()
    manage("check")

    assert (folder / "secret_key").read_text() == before


def test_everybody_at_once_gets_the_same_secret(tmp_path: Path) -> None:
    numbers = count()
    with ThreadPoolExecutor(8) as pool:
        got = list(
            pool.map(
                lambda _: kept_secret(tmp_path / "secret", lambda: f"secret {next(numbers)}"),
                range(50),
            )
        )

    assert len(set(got)) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["secret"]
