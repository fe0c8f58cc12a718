"""The processes of docker-compose.yml, started by hand with the commands and variables it lists."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.ground.conftest import ROOT, Ground, Started, free_port

SERVICES: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]
OURS = ("prepare", "web", "worker")

Run = Callable[..., Started]


@pytest.fixture
def redis_url() -> Iterator[str]:
    """The suite's Redis, else one of our own, else an address at which there is none."""
    server = shutil.which("redis-server")
    if os.environ.get("REDIS_URL") or server is None:
        yield os.environ.get("REDIS_URL", "redis://127.0.0.1:1/0")
        return
    port = free_port()
    options = ["--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
    with subprocess.Popen([server, *options], stdout=subprocess.DEVNULL) as process:
        yield f"redis://127.0.0.1:{port}/0"
        process.terminate()


@pytest.fixture
def run(ground: Ground, tmp_path: Path, redis_url: str) -> Iterator[Run]:
    """Starts a service of the file, with addresses of this machine in place of the containers'."""
    (tmp_path / "password").write_text("trail-boots-7")
    here = {
        "EVALGROUND_DATA": str(ground.folder),
        "EVALGROUND_PORT": str(free_port()),
        "EVALGROUND_OWNER_PASSWORD_FILE": str(tmp_path / "password"),
        "DATABASE_URL": ground.variables.get("DATABASE_URL", ""),
        "REDIS_URL": redis_url,
    }
    started: list[Started] = []

    def begin(service: str, *other: str) -> Started:
        listed = {name: plain(value) for name, value in SERVICES[service]["environment"].items()}
        assert set(here) <= set(listed)
        _python, *arguments = other or SERVICES[service]["command"]
        output = tmp_path / f"{service}.txt"
        with output.open("wb") as target:
            process = subprocess.Popen(
                [sys.executable, *arguments],
                cwd=ROOT,
                env={**ground.variables, **listed, **here},
                stdout=target,
                stderr=target,
            )
        port = int(here["EVALGROUND_PORT"])
        started.append(Started(process=process, output=output, folder=ground.folder, port=port))
        return started[-1]

    yield begin
    for one in reversed(started):
        if one.process.poll() is None:
            one.stop()


def plain(value: str) -> str:
    """A value as compose reads it when the variable in it is not set."""
    if value.startswith("${") and ":-" in value:
        return value.removeprefix("${").removesuffix("}").partition(":-")[2]
    return value


def test_the_listed_processes_make_a_healthy_server(run: Run) -> None:
    prepare = run("prepare")
    assert prepare.process.wait(60) == 0, prepare.printed

    web = run("web")
    run("worker")
    web.wait_for_workers(1)

    assert web.health()["status"] == "ok"
    assert run("worker", *SERVICES["worker"]["healthcheck"]["test"][1:]).process.wait(60) == 0


def test_every_service_has_a_health_check_or_ends_by_itself() -> None:
    image = (ROOT / "Dockerfile").read_text()

    assert "HEALTHCHECK" in image
    assert all("healthcheck" in SERVICES[name] for name in SERVICES if name != "web")


def test_the_image_does_not_run_as_root() -> None:
    lines = (ROOT / "Dockerfile").read_text().splitlines()

    assert lines.index("USER evalground") < lines.index('CMD ["python", "manage.py", "web"]')


def test_no_container_but_web_is_published_and_web_on_loopback_only() -> None:
    assert [name for name in SERVICES if "ports" in SERVICES[name]] == ["web"]
    assert SERVICES["web"]["ports"][0].startswith("127.0.0.1:")
