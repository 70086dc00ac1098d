"""Looks after the processes of `make run`: ends them when asked, restarts what ends by itself."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import FrameType
from typing import Final

from service.embedded import EmbeddedError
from service.processes import Server

LONGEST_PAUSE: Final = 30.0
"""Seconds between two attempts to start something that keeps ending."""


class Stop(Exception):
    """Somebody asked us to end."""


class Stopping:
    """Takes SIGINT, SIGTERM and SIGHUP, and raises `Stop` where that is safe.

    Raised by the signal itself it could be lost: Python ignores exceptions in some of its hooks.
    """

    def __init__(self) -> None:
        self._asked = False
        signals = [signal.SIGINT, signal.SIGTERM]
        if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # not under nohup
            signals.append(signal.SIGHUP)
        for each in signals:
            signal.signal(each, self._ask)

    def _ask(self, number: int, frame: FrameType | None) -> None:
        if not self._asked:
            with contextlib.suppress(OSError):
                os.write(sys.stdout.fileno(), "\nEnding…\n".encode())
        self._asked = True

    def check(self) -> None:
        """Raises Stop if we are to end."""
        if self._asked:
            raise Stop


@dataclass(slots=True)
class Watched:
    """A server, and how to start it again when it has ended."""

    start: Callable[[], Server]
    server: Server
    next_try: float = 0.0
    pause: float = 1.0


def watch(at_end: contextlib.ExitStack, stopping: Stopping, start: Callable[[], Server]) -> Watched:
    """Start a server that is stopped at the end, whichever process it then is."""
    watched = Watched(start, start())
    at_end.callback(lambda: watched.server.stop())
    stopping.check()
    return watched


def look_after(all_watched: Sequence[Watched], stopping: Stopping) -> None:
    """Start again what ends by itself. The others cope meanwhile, so nothing else is touched."""
    while True:
        for watched in all_watched:
            status, now = watched.server.process.poll(), time.monotonic()
            if status is None or now < watched.next_try:
                continue
            lived = now - watched.next_try
            watched.pause = 1.0 if lived > LONGEST_PAUSE else min(watched.pause * 2, LONGEST_PAUSE)
            watched.next_try = now + watched.pause
            try:
                watched.server = watched.start()
            except (EmbeddedError, OSError) as error:
                say(f"{watched.server.name} ended and does not start: {error}")
            else:
                took = time.monotonic() - now
                say(f"{watched.server.name} ended ({status}); started again in {took:.1f} s.")
        stopping.check()
        time.sleep(0.1)


def say(text: str) -> None:
    """Tell the operator; a closed terminal is no reason to end badly."""
    with contextlib.suppress(OSError):
        print(text, flush=True)
