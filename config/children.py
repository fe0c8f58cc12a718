"""One supervised process: started, restarted with patience when it exits, stopped in time."""

import contextlib
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from config import lifeline

FIRST_WAIT_S = 0.2
LONGEST_WAIT_S = 15.0
# A process that lived for so long was not started in vain: its next restart is quick again.
STEADY_AFTER_S = 20.0
LARGEST_LOG = 10 * 1024 * 1024


@dataclass(kw_only=True)
class Child:
    """A process by name and command line. `start` once, then `revive` it again and again."""

    name: str
    command: list[str]
    environment: Mapping[str, str]
    log: Path
    folder: Path
    process: subprocess.Popen[bytes] | None = None
    starts: int = 0
    _started_at: float = 0.0
    pause_s: float = 0.0
    _again_at: float | None = None

    def start(self) -> None:
        """Start the process in a session of its own: Ctrl-C reaches only the supervisor."""
        with self.log.open("ab") as output:
            self.process = subprocess.Popen(  # noqa: S603  (a command line of our own)
                self.command,
                cwd=self.folder,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
                # Safe here: the supervisor has one thread.
                preexec_fn=lifeline.before_exec(),
            )
        self.starts += 1
        self._started_at = time.monotonic()
        self._again_at = None

    @property
    def runs(self) -> bool:
        """True while the process lives."""
        return self.process is not None and self.process.poll() is None

    def revive(self) -> str | None:
        """Start the process again when it has exited and the pause is over.

        Returns words for the log when an exit is seen, else None.
        """
        if self.process is None or self.runs:
            return None
        now = time.monotonic()
        if self._again_at is None:
            steady = now - self._started_at > STEADY_AFTER_S
            self.pause_s = FIRST_WAIT_S if steady else self._longer_pause()
            self._again_at = now + self.pause_s
            return f"{self.name} ended ({_how(self.process.returncode)}); starting it again"
        if now >= self._again_at:
            self.start()
        return None

    def _longer_pause(self) -> float:
        return min(max(self.pause_s * 2, FIRST_WAIT_S), LONGEST_WAIT_S)

    def trim_log(self) -> None:
        """Put a log that has grown large aside and go on with an empty one.

        The process writes at the end of the file, wherever that is, so it need not know.
        """
        if self.log.exists() and self.log.stat().st_size > LARGEST_LOG:
            shutil.copyfile(self.log, self.log.with_suffix(".log.1"))
            os.truncate(self.log, 0)

    def ask_to_stop(self) -> None:
        """Send SIGTERM."""
        self._signal(signal.SIGTERM)

    def kill(self) -> None:
        """End the process now if it still lives."""
        if self.process is not None:
            self._signal(signal.SIGKILL)
            self.process.wait()

    def last_words(self, lines: int = 8) -> str:
        """The end of the process's log."""
        text = self.log.read_text(encoding="utf-8", errors="replace")
        return "\n".join(text.splitlines()[-lines:])

    def _signal(self, number: int) -> None:
        if self.process is not None and self.runs:
            # It may end between the look and the signal.
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.process.pid, number)


def _how(code: int) -> str:
    return f"signal {-code}" if code < 0 else f"exit code {code}"
