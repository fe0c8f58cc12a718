"""The secrets that the first start makes and keeps in the data folder, mode 0600."""

import contextlib
import os
import tempfile
from collections.abc import Callable
from pathlib import Path


def kept_secret(path: Path, make: Callable[[], str]) -> str:
    """The secret in `path`; made and written with mode 0600 when the file does not exist yet.

    Two processes may start at once: the file is written under another name and then linked,
    so that one of them wins and both read the same text.
    """
    if not path.exists():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor, draft = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        with os.fdopen(descriptor, "w", encoding="utf-8") as handle:
            handle.write(make())
        # The file of the process that was first is the one that counts.
        with contextlib.suppress(FileExistsError):
            os.link(draft, path)
        Path(draft).unlink()
    return path.read_text(encoding="utf-8").strip()
