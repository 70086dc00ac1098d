"""`make run`: everything on one machine, from an empty folder to a service that answers.

This process is the parent of all others. It starts them, looks after them and, on Ctrl-C or
SIGTERM, ends them; if it is killed itself, they end with it (`service/processes.py`).
"""

from __future__ import annotations

import contextlib
import http.client
import os
import shlex
import signal
import socket
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType
from typing import Final

import psycopg

from service import first_fill
from service.claims import HOST, RunError, claim_folder, claim_port, listen
from service.demo import make_demo, text_of
from service.embedded import EmbeddedError, start_postgres, start_redis
from service.ledger import schema
from service.processes import Server, end_with_parent, popen
from service.settings import from_environment

ROOT: Final = Path(__file__).resolve().parents[1]
READY_SECONDS: Final = 60
GRACE_SECONDS: Final = 3
LONGEST_PAUSE: Final = 30.0
"""Between two attempts to start something that keeps ending."""


class Stop(BaseException):
    """Raised in the main thread by SIGINT, SIGTERM and SIGHUP."""


@dataclass(frozen=True, slots=True)
class Options:
    folder: Path
    port: int
    orders: Path | None = None
    shop: str = ""
    with_parent: bool = False
    """End, in good order, when the parent (make) is killed."""


@dataclass(slots=True)
class Watched:
    """A server, and how to start it again when it has ended."""

    start: Callable[[], Server]
    server: Server
    next_try: float = 0.0
    pause: float = 1.0


def run(options: Options) -> None:
    """Run until somebody stops it.

    Raises:
        RunError, Taken, EmbeddedError, BadInput: what is wrong and what to do.
    """
    folder = options.folder.resolve()
    if options.with_parent:
        end_with_parent(signal.SIGTERM)
    with contextlib.ExitStack() as at_end, _stopped_by_signals():
        # Root's PostgreSQL runs as another user, who must be able to pass, not to read.
        folder.mkdir(mode=0o700 if os.geteuid() else 0o711, parents=True, exist_ok=True)
        web_lock = claim_folder(folder, options.port)
        listener = at_end.enter_context(claim_port(options.port))
        asked = first_fill.source_of(options.shop, options.orders)
        source = first_fill.agreed_source(folder, asked)
        ledger = _watch(lambda: start_postgres(folder / "postgres"), at_end)
        memory = _watch(lambda: start_redis(folder / "redis"), at_end)
        environment = _environment(folder, ledger.server.url, memory.server.url)
        schema.migrate(ledger.server.url)
        _fill(folder, source, environment)
        listen(listener)
        web = _watch(lambda: _start_web(folder, listener, web_lock, environment), at_end)
        _wait_until_ready(web.server, folder)
        with psycopg.connect(ledger.server.url, autocommit=True) as connection:
            demo = make_demo(connection, web.server.url, folder, datetime.now(UTC))
        _say(text_of(demo, folder))
        _look_after([ledger, memory, web])


@contextlib.contextmanager
def _stopped_by_signals() -> Iterator[None]:
    """Inside, a signal to end raises `Stop`; once one has come, further ones change nothing."""
    signals = [signal.SIGINT, signal.SIGTERM]
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # not under nohup
        signals.append(signal.SIGHUP)

    def stop(number: int, frame: FrameType | None) -> None:
        for each in signals:
            signal.signal(each, signal.SIG_IGN)
        raise Stop

    for each in signals:
        signal.signal(each, stop)
    try:
        yield
    except Stop:
        _say("\nEnding…")
    finally:
        for each in signals:
            signal.signal(each, signal.SIG_IGN)


def _watch(start: Callable[[], Server], at_end: contextlib.ExitStack) -> Watched:
    """Start a server that is stopped at the end, whichever process it then is."""
    watched = Watched(start, start())
    at_end.callback(lambda: watched.server.stop())
    return watched


def _environment(folder: Path, database_url: str, redis_url: str) -> dict[str, str]:
    """What all parts are told, checked; also written to `env` for the operator's shell."""
    ours = {
        "ENCORE_DATABASE_URL": database_url,
        "ENCORE_REDIS_URL": redis_url,
        "ENCORE_BUNDLES": str(folder / "bundles"),
        "PROMETHEUS_MULTIPROC_DIR": str(folder / "metrics"),
    }
    environment = {**os.environ, **ours}
    from_environment(environment)
    exports = [f"export {name}={shlex.quote(value)}" for name, value in ours.items()]
    exports.append(f'export PATH={shlex.quote(str(Path(sys.executable).parent))}:"$PATH"')
    first_fill.write_privately(folder / "env", "\n".join(exports) + "\n")
    return environment


def _fill(folder: Path, source: first_fill.Source, environment: Mapping[str, str]) -> None:
    """Fill the ledger and train, once."""
    if first_fill.is_filled(folder, source):
        return
    _say(f"First start: {source} into {folder}, then training. This takes a minute or two.")

    def step(heading: str, arguments: Sequence[str]) -> None:
        _say(heading)
        began = time.monotonic()
        process = popen(
            [sys.executable, "-m", *arguments],
            end_with_parent=signal.SIGTERM,
            environment=environment,
            folder=ROOT,
        )
        try:
            status = process.wait()
        finally:
            Server(heading, process, "", signal.SIGTERM).stop(seconds=5)
        if status:
            raise RunError(
                f"{heading} failed (exit status {status}); see above. Encore goes on from there"
                " when it is started again."
            )
        _say(f"      done in {time.monotonic() - began:.0f} s")

    first_fill.fill(folder, source, step)


def _start_web(
    folder: Path, listener: socket.socket, lock: int, environment: Mapping[str, str]
) -> Server:
    """Start gunicorn on our socket: it stays open while gunicorn is started again."""
    command = [
        sys.executable, "-m", "gunicorn", "-c", str(ROOT / "service" / "gunicorn_conf.py"),
        "--bind", f"fd://{listener.fileno()}", "--graceful-timeout", str(GRACE_SECONDS),
        "service.wsgi:app()",
    ]  # fmt: skip
    process = popen(
        command,
        end_with_parent=signal.SIGTERM,
        environment=environment,
        log=folder / "web.log",
        keep=(listener.fileno(), lock),
        folder=ROOT,
    )
    port = listener.getsockname()[1]
    return Server("Encore's web server", process, f"http://{HOST}:{port}", signal.SIGTERM)


def _wait_until_ready(web: Server, folder: Path) -> None:
    """Wait for `/readyz`; say what the log says when it does not come."""
    deadline, reason = time.monotonic() + READY_SECONDS, "no answer"
    while time.monotonic() < deadline and web.process.poll() is None:
        connection = http.client.HTTPConnection(web.url.removeprefix("http://"), timeout=5)
        with contextlib.closing(connection), contextlib.suppress(OSError):
            connection.request("GET", "/readyz")
            answer = connection.getresponse()
            if answer.status == 200:
                return
            reason = answer.read(2000).decode(errors="replace")
        time.sleep(0.05)
    log = (folder / "web.log").read_text(errors="replace").splitlines()[-20:]
    raise RunError("\n".join([f"Encore did not get ready ({reason}); the end of its log:", *log]))


def _look_after(all_watched: Sequence[Watched]) -> None:
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
                _say(f"{watched.server.name} ended and does not start: {error}")
            else:
                took = time.monotonic() - now
                _say(f"{watched.server.name} ended ({status}); started again in {took:.1f} s.")
        time.sleep(0.2)


def _say(text: str) -> None:
    """Tell the operator; a closed terminal is no reason to end badly."""
    with contextlib.suppress(OSError):
        print(text, flush=True)
