"""What only one `make run` at a time may have: the folder and the port.

Both are taken before any long work, so that nobody waits for minutes to learn that it was in vain.
"""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import socket
from pathlib import Path
from typing import Final

from service.processes import RunError, StillHeld, hold_lock

HOST: Final = "127.0.0.1"
LEFTOVER_SECONDS: Final = 30
FOLDERS: Final = ("postgres", "redis", "shop", "export", "bundles", "metrics")
FILES: Final = ("state.json*", "demo.json*", "env*", "web.log*", "*.lock")
"""What `run` makes in its folder."""


class Taken(RunError):
    """Somebody else has the folder or the port."""


def claim_folder(folder: Path, port: int) -> int:
    """Make the folder ours, waiting for the last of a killed run's web workers to end.

    Returns:
        The descriptor of a lock for web workers to inherit, which shows the next run that one of
        them still lives.
    """
    try:
        ours = hold_lock(folder / "run.lock")
    except StillHeld:
        by = (folder / "run.lock").read_text() or "process ?, still starting"
        raise Taken(
            f"Encore runs from {folder} already ({by}). End it with Ctrl-C there, or run another"
            f" beside it: make run VAR=another-folder PORT={port + 1}"
        ) from None
    os.ftruncate(ours, 0)
    os.pwrite(ours, f"process {os.getpid()}, http://{HOST}:{port}".encode(), 0)
    try:
        return hold_lock(folder / "web.lock", LEFTOVER_SECONDS)
    except StillHeld as held:
        raise Taken(f"A web worker of the last run does not end: {held}") from None


def clear_folder(folder: Path) -> None:
    """Remove what `run` made in the folder, and the folder itself if nothing else is in it.

    Raises:
        Taken: Encore runs from it.
    """
    if not (folder / "run.lock").exists():
        raise RunError(f"{folder} holds no data of `make run`; nothing was removed.")
    claim_folder(folder, 0)
    for name in FOLDERS:
        shutil.rmtree(folder / name, ignore_errors=True)
    for pattern in FILES:
        for path in folder.glob(pattern):
            path.unlink()
    with contextlib.suppress(OSError):  # somebody keeps files of their own in it
        folder.rmdir()


def claim_port(port: int) -> socket.socket:
    """A socket bound to the port, not listening yet: callers are refused until we can answer."""
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((HOST, port))
    except OSError as error:
        listener.close()
        raise port_taken(port, error) from error
    return listener


def listen(listener: socket.socket) -> None:
    """Let callers in; they wait until a worker takes them."""
    try:
        listener.listen(1024)
    except OSError as error:  # two may bind to a port as long as neither listens
        raise port_taken(listener.getsockname()[1], error) from error


def port_taken(port: int, error: OSError) -> Taken:
    """Why the port cannot be ours, with the number of one that can."""
    reason = {
        errno.EADDRINUSE: "is taken by another program",
        errno.EACCES: "may not be used by this user",
    }.get(error.errno or 0, f"cannot be used ({error.strerror})")
    return Taken(f"Port {port} {reason}. Choose another one: make run PORT={_free_port(port)}")


def _free_port(port: int) -> int:
    for candidate in range(max(port, 8079) + 1, 65536):
        with socket.socket() as attempt:
            attempt.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                attempt.bind((HOST, candidate))
                attempt.listen(1)
            except OSError:
                continue
            return candidate
    return 8080
