"""Starts the processes in order, restarts whatever exits, stops all of it within 25 s."""

import signal
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http.client import HTTPException
from types import FrameType
from urllib.error import URLError
from urllib.request import ProxyHandler, build_opener

from django.core.management.base import CommandError

from config.children import Child
from config.installation import Installation

LOOK_EVERY_S = 0.2
READY_WITHIN_S = 60.0
# A web server that ends so often before its first answer will not get better.
HOPELESS_STARTS = 3

# Calls in flight get 20 s from the engine, and it needs a moment more to give back what it holds.
ALL_STOP_WITHIN_S = 24.0
WEB_STOPS_WITHIN_S = 2.0
BROKER_STOPS_WITHIN_S = 0.5


@dataclass(kw_only=True)
class Supervisor:
    """The processes of one installation. `say` prints one line for the person at the terminal."""

    installation: Installation
    broker: Child | None
    web: Child
    workers: list[Child]
    say: Callable[[str], None]
    _stops_asked: int = field(default=0)

    def run(self, *, address: str, when_ready: Callable[[], None]) -> None:
        """Start everything, call `when_ready` once the server answers, and stay until a signal.

        Raises CommandError when the web server cannot be brought to answer.
        """
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            # `nohup` asks to outlive the terminal by ignoring SIGHUP.
            if signal.getsignal(number) != signal.SIG_IGN:
                signal.signal(number, self._ask_to_stop)
        try:
            self._start([child for child in (self.broker, self.web) if child])
            if self._web_answers(address):
                when_ready()
                # After the link: on a small machine workers would slow the web server's start.
                self._start(self.workers)
                self._watch()
        finally:
            self.stop()

    def stop(self) -> None:
        """Stop web, workers, broker in this order; whatever is late is killed."""
        now = time.monotonic()
        self._stop([self.web], now + WEB_STOPS_WITHIN_S)
        self._stop(self.workers, now + ALL_STOP_WITHIN_S - BROKER_STOPS_WITHIN_S)
        self._stop([self.broker] if self.broker else [], now + ALL_STOP_WITHIN_S)
        self.installation.note_processes([])

    @property
    def _children(self) -> list[Child]:
        return [child for child in (self.broker, self.web, *self.workers) if child]

    def _ask_to_stop(self, _number: int, _frame: FrameType | None) -> None:
        self._stops_asked += 1

    def _start(self, children: list[Child]) -> None:
        for child in children:
            child.start()
        self._note()

    def _note(self) -> None:
        self.installation.note_processes(
            [child.process.pid for child in self._children if child.process and child.runs]
        )

    def _web_answers(self, address: str) -> bool:
        """True once the server answers; False when a stop was asked for before."""
        deadline = time.monotonic() + READY_WITHIN_S
        while not self._stops_asked:
            if self.web.runs and _is_healthy(address):
                return True
            if self.web.starts >= HOPELESS_STARTS or time.monotonic() > deadline:
                raise CommandError(
                    f"The web server does not start. The end of {self.web.log}:\n"
                    f"{self.web.last_words()}"
                )
            self._revive()
            time.sleep(LOOK_EVERY_S)
        return False

    def _watch(self) -> None:
        while not self._stops_asked:
            self._revive()
            time.sleep(LOOK_EVERY_S)

    def _revive(self) -> None:
        before = sum(child.starts for child in self._children)
        for child in self._children:
            if news := child.revive():
                self.say(news)
            child.trim_log()
        if sum(child.starts for child in self._children) != before:
            self._note()

    def _stop(self, children: list[Child], deadline: float) -> None:
        for child in children:
            child.ask_to_stop()
        # A second Ctrl-C means: now.
        while any(child.runs for child in children) and self._stops_asked < 2:
            if time.monotonic() > deadline:
                break
            time.sleep(0.05)
        for child in children:
            child.kill()


def _is_healthy(address: str) -> bool:
    # A proxy of the shell's would be asked for 127.0.0.1 otherwise.
    opener = build_opener(ProxyHandler({}))
    try:
        with opener.open(f"{address}/healthz", timeout=2) as answer:
            return bool(answer.status == 200)
    except (URLError, HTTPException, OSError):
        return False
