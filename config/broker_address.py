"""Where the embedded broker listens: a unix socket that only this user can reach."""

import hashlib
import os
import tempfile
from pathlib import Path

# The kernel's limit is 104 bytes on macOS and 108 on Linux, the ending zero included.
LONGEST_SOCKET_PATH = 100


def socket_path(data_dir: Path) -> Path:
    """The broker's socket for this data folder; the same in every process.

    A data folder with a long path gets a short folder of its own in the temporary folder.
    """
    path = data_dir / "broker" / "broker.sock"
    if len(os.fsencode(path)) <= LONGEST_SOCKET_PATH:
        return path
    name = hashlib.sha256(os.fsencode(data_dir)).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"evalground-{os.getuid()}-{name}" / "broker.sock"


def url(path: Path) -> str:
    """The address of the socket in the words that Celery understands."""
    return f"redis+socket://{path}?virtual_host=0"
