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
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Final

import psycopg

from service import first_fill
from service.claims import HOST, claim_folder, claim_port, listen
from service.decision.arm import experiment_of
from service.decision.policy import load_policy
from service.demo import make_demo, text_of
from service.embedded import start_postgres, start_redis
from service.ledger import schema
from service.processes import RunError, Server, end_with_parent, popen
from service.settings import from_environment
from service.supervision import Stop, Stopping, look_after, say, watch

ROOT: Final = Path(__file__).resolve().parents[1]
READY_SECONDS: Final = 60
GRACE_SECONDS: Final = 3
REFUSED: Final = 3
"""The exit status of a training that publishes nothing."""


@dataclass(frozen=True, slots=True)
class Options:
    folder: Path
    port: int
    orders: Path | None = None
    shop: str = ""
    with_parent: bool = False
    """End, in good order, when the parent (make) is killed."""


def run(options: Options) -> None:
    """Run until somebody stops it.

    Raises:
        RunError, Taken, EmbeddedError, BadInput: what is wrong and what to do.
    """
    folder = options.folder.resolve()
    asked = first_fill.source_of(options.shop, options.orders)
    if options.with_parent:
        end_with_parent(signal.SIGTERM)
    # Root's PostgreSQL runs as another user, who must be able to pass, not to read.
    folder.mkdir(mode=0o700 if os.geteuid() else 0o711, parents=True, exist_ok=True)
    web_lock = claim_folder(folder, options.port)
    with contextlib.suppress(Stop), contextlib.ExitStack() as at_end:
        listener = at_end.enter_context(claim_port(options.port))
        source = first_fill.agreed_source(folder, asked)
        stopping = Stopping()
        watched = partial(watch, at_end, stopping)
        ledger = watched(lambda: start_postgres(folder / "postgres"))
        memory = watched(lambda: start_redis(folder / "redis"))
        environment = _environment(folder, ledger.server.url, memory.server.url)
        schema.migrate(ledger.server.url)
        _fill(folder, source, environment, stopping)
        listen(listener)
        web = watched(lambda: _start_web(folder, listener, web_lock, environment))
        _wait_until_ready(web.server, folder, stopping)
        with psycopg.connect(ledger.server.url, autocommit=True) as connection:
            demo = make_demo(connection, web.server.url, folder, datetime.now(UTC))
        say(text_of(demo, folder))
        look_after([ledger, memory, web], stopping)


def _environment(folder: Path, database_url: str, redis_url: str) -> dict[str, str]:
    """What all parts are told, checked; also written to `env` for the operator's shell."""
    ours = {
        "ENCORE_DATABASE_URL": database_url,
        "ENCORE_REDIS_URL": redis_url,
        "ENCORE_BUNDLES": str(folder / "bundles"),
        "PROMETHEUS_MULTIPROC_DIR": str(folder / "metrics"),
        # For the training: threads that wait must not spin, or busy cores make it much slower.
        "OMP_WAIT_POLICY": "PASSIVE",
        "OPENBLAS_NUM_THREADS": "1",
    }
    environment = {**os.environ, **ours}
    from_environment(environment)
    exports = [f"export {name}={shlex.quote(value)}" for name, value in ours.items()]
    exports.append(f'export PATH={shlex.quote(str(Path(sys.executable).parent))}:"$PATH"')
    first_fill.write_privately(folder / "env", "\n".join(exports) + "\n")
    return environment


def _fill(
    folder: Path,
    source: first_fill.Source,
    environment: Mapping[str, str],
    stopping: Stopping,
) -> None:
    """Fill the ledger and train, once."""
    if first_fill.is_filled(folder, source):
        return
    say(f"Filling {folder} with {source}, then training. This is done once; a minute or two.")

    def step(heading: str, arguments: Sequence[str]) -> None:
        say(heading)
        began = time.monotonic()
        process = popen(
            [sys.executable, "-m", *arguments],
            end_with_parent=signal.SIGTERM,
            environment=environment,
            folder=ROOT,
        )
        try:
            while (status := process.poll()) is None:
                stopping.check()
                time.sleep(0.05)
        finally:
            Server(heading, process, "", signal.SIGTERM).stop(seconds=5)
        if arguments[0] == "training" and status == REFUSED:
            raise RunError(
                "There is no model to serve yet: what was learned from this data is no better"
                " than counting (see above). More orders or a longer history help."
            )
        if status:
            raise RunError(
                f"{heading} failed (exit status {status}); see above. Encore goes on from there"
                " when it is started again."
            )
        say(f"      done in {time.monotonic() - began:.0f} s")

    policy = load_policy(from_environment(environment).policy)
    first_fill.fill(folder, source, step, experiment_of(policy))


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


def _wait_until_ready(web: Server, folder: Path, stopping: Stopping) -> None:
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
        stopping.check()
        time.sleep(0.05)
    log = (folder / "web.log").read_text(errors="replace").splitlines()[-20:]
    raise RunError("\n".join([f"Encore did not get ready ({reason}); the end of its log:", *log]))
