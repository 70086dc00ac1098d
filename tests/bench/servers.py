"""Ours under gunicorn with the project's own settings; the others under gunicorn as it comes."""

from __future__ import annotations

import http.client
import signal
import socket
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from service.processes import Server, popen
from tests.bench.stage import ROOT, Stage

WORKERS = 2
READY_SECONDS = 60.0
OURS, EMPTY = "service.wsgi:app()", "tests.bench.empty:app()"
PEER, PEER_OF_ORDERS = "tests.bench.peer:with_counts()", "tests.bench.peer:with_orders()"


@dataclass(slots=True)
class Web:
    """A running gunicorn; `seconds` is how long it took until the first answer."""

    name: str
    server: Server
    seconds: float


def start_web(stage: Stage, name: str, app: str, options: Sequence[str] = ()) -> Web:
    """Start it and wait until it is ready: ours says so, the others just answer."""
    port = free_port()
    settings = "service/gunicorn_conf.py" if app == OURS else "tests/bench/plain_gunicorn.py"
    command = [
        sys.executable, "-m", "gunicorn", "-c", str(ROOT / settings),
        "--bind", f"127.0.0.1:{port}", *options, app,
    ]  # fmt: skip
    own = {
        "WEB_CONCURRENCY": str(WORKERS),
        "PROMETHEUS_MULTIPROC_DIR": str(stage.folder / f"metrics-{name.replace(' ', '-')}"),
    }
    log = stage.folder / f"{name}.log"
    began = time.monotonic()
    process = popen(
        command,
        end_with_parent=signal.SIGTERM,
        environment={**stage.environment, **own},
        log=log,
        folder=ROOT,
    )
    web = Web(name, Server(name, process, f"http://127.0.0.1:{port}", signal.SIGTERM), 0.0)
    wanted = 200 if app == OURS else 404  # the others do not know this path, and say so
    while _status(port, "/readyz") != wanted:
        if process.poll() is not None or time.monotonic() - began > READY_SECONDS:
            web.server.stop()
            raise SystemExit(f"{name} did not get ready:\n{tail(log)}")
        time.sleep(0.01)
    web.seconds = time.monotonic() - began
    return web


def _status(port: int, path: str) -> int | None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    with suppress(OSError):
        try:
            connection.request("GET", path)
            return connection.getresponse().status
        finally:
            connection.close()
    return None


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def tail(log: Path) -> str:
    return "\n".join(log.read_text(errors="replace").splitlines()[-20:])
