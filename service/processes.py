"""Children that do not outlive their parent, and locks that do not outlive their holder.

Used by `service/embedded.py` for the stores and by `service/run.py` for everything else.
"""

from __future__ import annotations

import ctypes
import fcntl
import os
import pwd
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

LOG_BYTES: Final = 10_000_000
"""A log that has grown beyond this is put aside at the next start; one old log is kept."""


class RunError(RuntimeError):
    """Encore cannot run; the message says what to do."""


class StillHeld(RuntimeError):
    """Another living process holds the lock; the message names the file."""


@dataclass(slots=True)
class Server:
    """A running child process and the URL that reaches it."""

    name: str
    process: subprocess.Popen[bytes]
    url: str
    stop_signal: signal.Signals

    def stop(self, seconds: float = 20) -> None:
        """End it in an orderly way, and its whole process group by force after `seconds`."""
        if self.process.poll() is None:
            self.process.send_signal(self.stop_signal)
        try:
            self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()


def popen(
    command: Sequence[str],
    *,
    end_with_parent: signal.Signals,
    environment: Mapping[str, str],
    log: Path | None = None,
    keep: Sequence[int] = (),
    account: pwd.struct_passwd | None = None,
    folder: Path | None = None,
) -> subprocess.Popen[bytes]:
    """Start `command` in a process group of its own, so that Ctrl-C reaches the caller alone.

    Args:
        end_with_parent: sent by Linux to the child when the calling thread ends, however it
            ends; call from the main thread.
        log: where its output is appended; None leaves it on the caller's.
        keep: file descriptors that it inherits.
        account: the user it runs as, where the caller may choose.
        folder: where it works; None for the caller's.
    """
    if log and log.exists() and log.stat().st_size > LOG_BYTES:
        log.replace(log.with_name(log.name + ".old"))
    output = log.open("ab") if log else None
    try:
        return subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            env=environment,
            cwd=folder,
            pass_fds=keep,
            user=account.pw_uid if account else None,
            group=account.pw_gid if account else None,
            extra_groups=[] if account else None,
            process_group=0,
            preexec_fn=_ending_with_parent(end_with_parent),
        )
    finally:
        if output:
            output.close()


def end_with_parent(end_signal: signal.Signals) -> None:
    """Ask Linux to send this process `end_signal` when its parent ends."""
    prepare = _ending_with_parent(end_signal, os.getppid())
    if prepare:
        prepare()


def _ending_with_parent(
    end_signal: signal.Signals, parent: int | None = None
) -> Callable[[], None] | None:
    if not sys.platform.startswith("linux"):
        return None
    prctl, set_parent_death_signal = ctypes.CDLL(None).prctl, 1
    expected = parent or os.getpid()

    def prepare() -> None:
        prctl(set_parent_death_signal, int(end_signal))
        if os.getppid() != expected:  # it ended before we could ask
            os.kill(os.getpid(), signal.SIGKILL)

    return prepare


def hold_lock(path: Path, seconds: float = 0) -> int:
    """Take the lock on `path`, waiting at most `seconds`; returns the descriptor that holds it.

    It is free again when the last process that inherited the descriptor has closed it or has
    ended, by `kill -9` too. So a child that was started with it in `keep` shows that it lives.

    Raises:
        StillHeld: somebody else has it.
    """
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    deadline = time.monotonic() + seconds
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= deadline:
                os.close(descriptor)
                raise StillHeld(f"{path} is held by another process") from None
            time.sleep(0.05)
        else:
            return descriptor
