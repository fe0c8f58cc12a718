"""The process that serves the embedded model: `python -m evals.llm.embedded_server DATA`.

Started by `evals.llm.embedded`, which describes its files.
"""

import argparse
import fcntl
import os
import signal
import sys
import threading
import time
from pathlib import Path
from typing import Any

from evals.llm.embedded import HOST, IDLE_S, MODEL_ID, Folder, State, weights

# A prompt of 1,500 tokens and its answer fit into one of the slots, which share the context.
SLOTS = 2
SLOT_TOKENS = 2_048
LOCK_TRIES = 20
LOCK_S = 0.05
WATCH_S = 1.0


def main() -> int:
    """Serve, detached, until told to end, forgotten for too long, or the state is taken away.

    Returns 0, also when another process serves already; 1 without the weights.
    """
    parser = argparse.ArgumentParser(description="Serve the embedded model on loopback.")
    parser.add_argument("data_dir", type=Path)
    parser.add_argument("--idle-s", type=float, default=IDLE_S)
    arguments = parser.parse_args()
    folder = Folder(arguments.data_dir)
    folder.make()
    file = weights()
    if file is None:
        sys.stderr.write("The weights of the embedded model are not installed.\n")
        return 1
    if os.fork():
        # The starter waits for this process only, and need not look after the other.
        return 0
    lock = os.open(folder.lock, os.O_RDWR | os.O_CREAT, 0o600)
    if not _locked(lock):
        return 0
    # What is written there now was left by a process that has ended.
    folder.state.unlink(missing_ok=True)
    folder.used.touch()
    _serve(folder, file, arguments.idle_s)
    return 0


def _serve(folder: Folder, file: Path, idle_s: float) -> None:
    ending = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ending.set())
    server = _server(file)
    port = int(server.listening_address.rpartition(":")[2])
    folder.write_state(State(pid=os.getpid(), port=port, started_at=time.time()))
    while not ending.wait(WATCH_S) and _is_wanted(folder, idle_s):
        continue
    state = folder.read_state()
    if state is not None and state.pid == os.getpid():
        folder.state.unlink(missing_ok=True)
    # Its threads may be in the middle of an answer, for which nobody waits any more.
    os._exit(0)


def _server(file: Path) -> Any:
    # Here and not above: loads a library of 100 MB.
    from xllamacpp import CommonParams, Server

    params = CommonParams()
    params.model.path = str(file)
    params.model_alias = {MODEL_ID}
    params.n_parallel = SLOTS
    params.n_ctx = SLOTS * SLOT_TOKENS
    params.hostnames = [HOST]
    params.port = 0
    threads = _cores()
    for group in (params.cpuparams, params.cpuparams_batch):
        group.n_threads = threads
        group.poll = 0
    params.cache_ram_mib = 0
    params.cors_origins = f"http://{HOST}"
    params.ui = False
    params.endpoint_slots = False
    params.offline = True
    params.verbosity = 1
    return Server(params)


def _is_wanted(folder: Folder, idle_s: float) -> bool:
    state = folder.read_state()
    if state is None or state.pid != os.getpid():
        return False
    try:
        used_at = folder.used.stat().st_mtime
    except FileNotFoundError:
        return False
    return time.time() - used_at < idle_s


def _locked(file: int) -> bool:
    """Whether the lock is ours now; asks for a second, as lookers hold it for an instant."""
    for _ in range(LOCK_TRIES):
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            time.sleep(LOCK_S)
        else:
            return True
    return False


def _cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


if __name__ == "__main__":
    sys.exit(main())
