"""What comes before any installation: help, and a Python that Evalground runs on.

Written so that Python 3.6 can read it, too.
"""

import os
import shutil
import subprocess
import sys

OLDEST = (3, 11)
NEWEST = (3, 13)
OTHERS = ("python3.13", "python3.12", "python3.11")


def is_suitable(version: "tuple[int, ...]") -> bool:
    """True for a version that the locks are made for."""
    return OLDEST <= version[:2] <= NEWEST


def give_help(arguments: "list[str]", words: str) -> None:
    """Print `words` and end when somebody asks for help: that needs no installation."""
    if {"-h", "--help"}.intersection(arguments[1:]):
        print(words.strip())
        sys.exit(0)


def require_suitable(arguments: "list[str]") -> None:
    """Return when this Python will do; else run the script again with one that does, or end."""
    if is_suitable(sys.version_info[:2]):
        return
    for name in OTHERS:
        path = shutil.which(name)
        if path and _runs(path):
            os.execv(path, [path, *arguments])
    here = "{}.{}".format(*sys.version_info[:2])
    sys.exit(
        f"Evalground needs Python 3.11, 3.12 or 3.13; this is Python {here} ({sys.executable}).\n"
        "Install one (Debian, Ubuntu: sudo apt-get install python3 python3-venv) and run the same"
        " command again."
    )


def _runs(path: str) -> bool:
    # A version manager's stand-in exists also for versions that are not installed.
    question = "import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))"
    with open(os.devnull, "w", encoding="ascii") as nowhere:
        return subprocess.call([path, "-c", question], stdout=nowhere, stderr=nowhere) == 0
