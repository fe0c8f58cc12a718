"""Variables are read loudly: a typing error is named, never guessed at."""

from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from config import database, mail
from config.env import env_bool, env_choice, env_int, env_list, env_secret
from tests.ground.conftest import Manage

SQLITE = Path("/data/evalground.sqlite3")


@pytest.mark.parametrize("word", ["1", "true", "YES", " on "])
def test_it_reads_the_usual_words_for_yes(monkeypatch: pytest.MonkeyPatch, word: str) -> None:
    monkeypatch.setenv("SWITCH", word)

    assert env_bool("SWITCH", default=False) is True


def test_it_reads_no_as_no(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SWITCH", "False")

    assert env_bool("SWITCH", default=True) is False


def test_it_refuses_another_word_for_a_switch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SWITCH", "flase")

    with pytest.raises(ImproperlyConfigured, match="SWITCH='flase': write yes or no"):
        env_bool("SWITCH", default=False)


@pytest.mark.parametrize(
    ("text", "words"), [("8O00", "write a whole number"), ("70000", "it must be from 1 to 65535")]
)
def test_it_refuses_a_number_that_is_none_or_out_of_range(
    monkeypatch: pytest.MonkeyPatch, text: str, words: str
) -> None:
    monkeypatch.setenv("PORT", text)

    with pytest.raises(ImproperlyConfigured, match=words):
        env_int("PORT", default=1, low=1, high=65535)


def test_it_refuses_a_word_that_is_no_choice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LEVEL", "loud")

    with pytest.raises(ImproperlyConfigured, match="LEVEL='loud': write one of quiet, normal"):
        env_choice("LEVEL", default="quiet", choices=("quiet", "normal"))


def test_it_drops_blanks_from_a_list(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOSTS", " a:1, ,b:2 ")

    assert env_list("HOSTS") == ["a:1", "b:2"]


def test_it_reads_a_secret_from_the_named_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "secret").write_text("very secret\n")
    monkeypatch.setenv("KEY_FILE", str(tmp_path / "secret"))

    assert env_secret("KEY") == "very secret"


def test_it_names_a_secret_file_that_cannot_be_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KEY_FILE", "/nowhere/secret")

    with pytest.raises(ImproperlyConfigured, match="KEY_FILE='/nowhere/secret'"):
        env_secret("KEY")


def test_a_mistake_is_one_line_and_no_traceback(manage: Manage) -> None:
    ended = manage("check", EVALGROUND_PORT="eight thousand")

    assert ended.returncode == 1
    assert ended.stderr == (
        "Evalground cannot start: EVALGROUND_PORT='eight thousand': write a whole number.\n"
    )


def test_it_names_a_data_folder_that_cannot_be_made(manage: Manage, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    ended = manage("check", EVALGROUND_DATA=str(tmp_path / "file" / "data"))

    assert ended.stderr.startswith("Evalground cannot start: EVALGROUND_DATA=")
    assert "Not a directory" in ended.stderr


def test_sqlite_waits_for_its_turn() -> None:
    options = database.parse("", sqlite_file=SQLITE)["OPTIONS"]

    assert options["transaction_mode"] == "IMMEDIATE"
    assert "journal_mode=WAL" in options["init_command"]


def test_it_reads_a_postgresql_url() -> None:
    config = database.parse("postgresql://me:pw@db:5433/ground", sqlite_file=SQLITE)

    assert (config["ENGINE"], config["HOST"]) == (database.POSTGRESQL, "db")


@pytest.mark.parametrize("url", ["mysql://me@db/ground", "ground", "postgresql://db:port/x"])
def test_it_refuses_other_databases(url: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="DATABASE_URL"):
        database.parse(url, sqlite_file=SQLITE)


def test_it_reads_a_mail_server_with_an_escaped_password() -> None:
    server = mail.parse("smtp+starttls://me:p%40ss@mail.example.org")

    assert (server.host, server.port, server.password) == ("mail.example.org", 587, "p@ss")
    assert server.starttls


def test_it_refuses_a_mail_server_without_quoting_its_password() -> None:
    with pytest.raises(ImproperlyConfigured) as refused:
        mail.parse("imap://me:hidden@mail.example.org")

    assert "hidden" not in str(refused.value)
