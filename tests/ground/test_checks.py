"""System checks name mistakes of configuration, each with an id and what to do."""

from pathlib import Path

import pytest
from django.core.checks import CheckMessage
from pytest_django import Settings

from accounts.models import User
from config import checks


def ids(found: list[CheckMessage]) -> list[str | None]:
    """The ids of what was found."""
    return [message.id for message in found]


@pytest.mark.django_db
def test_it_misses_a_password_beyond_loopback(settings: Settings) -> None:
    settings.BOUND_TO_LOOPBACK = False
    User.objects.create_user("owner@example.org")

    assert ids(checks.check_password()) == ["evalground.E001"]


def test_it_is_content_once_somebody_has_a_password(settings: Settings, alice: User) -> None:
    settings.BOUND_TO_LOOPBACK = False

    assert checks.check_password() == []


@pytest.mark.django_db
def test_on_loopback_nobody_needs_a_password() -> None:
    assert checks.check_password() == []


@pytest.mark.parametrize(("loopback", "found"), [(False, ["evalground.E002"]), (True, [])])
def test_it_refuses_debug_beyond_loopback(
    settings: Settings, loopback: bool, found: list[str]
) -> None:
    settings.DEBUG = True
    settings.BOUND_TO_LOOPBACK = loopback

    assert ids(checks.check_debug()) == found


def test_it_names_the_number_of_a_bad_encryption_key(settings: Settings) -> None:
    settings.ENCRYPTION_KEYS = [*settings.ENCRYPTION_KEYS, "not a key"]

    (error,) = checks.check_encryption_keys()

    assert error.id == "evalground.E003"
    assert error.msg == "Encryption key 2 is not a key."


def test_it_refuses_three_workers_on_sqlite(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checks, "on_sqlite", lambda: True)
    settings.WORKERS = 3

    assert ids(checks.check_workers()) == ["evalground.E004"]


def test_it_allows_three_workers_on_postgresql(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checks, "on_sqlite", lambda: False)
    settings.WORKERS = 3

    assert checks.check_workers() == []


def test_it_warns_of_a_data_folder_that_others_can_read(settings: Settings, tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    settings.DATA_DIR = tmp_path

    assert ids(checks.check_data_folder()) == ["evalground.W001"]


def test_it_warns_of_sqlite_on_a_network(
    settings: Settings, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.DATA_DIR = folder
    monkeypatch.setattr(checks, "on_sqlite", lambda: True)
    monkeypatch.setattr(checks, "file_system", lambda _folder: "nfs4")

    assert ids(checks.check_data_folder()) == ["evalground.W002"]


def test_the_nearest_mount_tells_the_file_system(tmp_path: Path) -> None:
    table = tmp_path / "mounts"
    table.write_text("a / ext4 rw 0 0\nb /mnt/my\\040share nfs4 rw 0 0\nc /mnt tmpfs rw 0 0\n")

    assert checks.file_system(Path("/mnt/my share/data"), table=table) == "nfs4"
    assert checks.file_system(Path("/home"), table=table) == "ext4"
    assert checks.file_system(Path("/home"), table=tmp_path / "none") == ""
