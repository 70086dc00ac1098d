"""gunicorn's settings, the same for `make run` and for the image; its command line wins over them.

Read by gunicorn's master before it starts workers, so what is set in the environment here is in
place before a worker imports numpy.
"""

from __future__ import annotations

import gc
import os
import shutil
import signal
import socket
import struct
import tempfile
from collections import Counter
from contextlib import suppress
from pathlib import Path
from types import FrameType
from typing import Any
from uuid import uuid4

# One thread per worker for arithmetic: with more, workers fight over the cores and answer ten
# times fewer requests.
for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = "1"

METRICS = Path(
    os.environ.setdefault(
        "PROMETHEUS_MULTIPROC_DIR",
        str(Path(tempfile.gettempdir(), f"encore-metrics-{os.geteuid()}")),
    )
)
SHARED_MEMORY = "/dev/shm"
READ_SECONDS = 3


def cores() -> int:
    """The cores that this process may use; a container's CPU quota does not show, so set
    WEB_CONCURRENCY there."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # macOS
        return os.cpu_count() or 1


bind = "127.0.0.1:8080"
workers = int(os.environ.get("WEB_CONCURRENCY") or cores())
worker_class = "service.worker.Worker"
threads = 16  # made on demand; a caller who stalls holds one until READ_SECONDS are over
max_requests = 0  # workers that end on a count end together
# Heartbeats go through a file, which must not wait for a disk.
worker_tmp_dir = SHARED_MEMORY if os.access(SHARED_MEMORY, os.W_OK) else None
graceful_timeout = 20
keepalive = 75  # longer than the proxy keeps its idle connections, so that only the proxy closes
control_socket_disable = True
errorlog = "-"
loglevel = "info"


def on_starting(server: Any) -> None:
    """Begin anew: what workers of an earlier run counted and read is not of this one."""
    METRICS.mkdir(mode=0o700, parents=True, exist_ok=True)
    if METRICS.stat().st_uid != os.geteuid():
        raise SystemExit(f"{METRICS} is somebody else's; name another PROMETHEUS_MULTIPROC_DIR")
    for left in METRICS.glob("*.db"):
        left.unlink()
    for folder in METRICS.glob("items-*"):
        shutil.rmtree(folder, ignore_errors=True)
    items = METRICS / f"items-{uuid4().hex}"  # no other start's, which may know another ledger
    with suppress(OSError):  # without it workers say so in their log, and serve all the same
        items.mkdir(mode=0o700)
    os.environ["ENCORE_ITEMS"] = str(items)
    prepare()


def prepare() -> None:
    """Import all code and rank once with the model in service, before there are workers: they
    share the memory, and none is ended for taking its time to compile."""
    from service.decision.chance.best import warm
    from service.serving import ModelKeeper
    from service.wsgi import app  # noqa: F401

    warm()
    folder = os.environ.get("ENCORE_BUNDLES")
    if folder:
        ModelKeeper(Path(folder)).poll()
    gc.freeze()  # a collection would write to what is shared, and so copy it


def when_ready(server: Any) -> None:
    """Give up on callers who stop in the middle of a request: they would keep a thread for ever.

    A socket inherits the time-out of the one that it was accepted on.
    """
    for listener in server.LISTENERS:
        patience = struct.pack("ll", READ_SECONDS, 0)
        listener.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, patience)


def pre_fork(server: Any, worker: Any) -> None:
    """Choose the core that the fewest workers stay on.

    A worker's threads take turns anyway, and on one core they find its cache as they left it. Only
    where there are as many workers as cores, or a multiple: others had better go where there is
    room, and a quota without cores of its own shows all of the machine's.
    """
    known = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []
    worker.core = None
    if known and server.num_workers % len(known) == 0:
        taken = Counter(other.core for other in server.WORKERS.values())
        worker.core = min(known, key=lambda core: taken[core])


def post_fork(server: Any, worker: Any) -> None:
    """A worker ends with a master that was killed."""
    from service.processes import end_with_parent

    end_with_parent(signal.SIGTERM)
    if worker.core is not None:
        os.sched_setaffinity(0, {worker.core})


def post_worker_init(worker: Any) -> None:
    """On SIGTERM say "not ready" to whoever still asks, then do what gunicorn does."""
    finish = signal.getsignal(signal.SIGTERM)
    parts = worker.wsgi.extensions["encore"]

    def drain(number: int, frame: FrameType | None) -> None:
        parts.draining = True
        if callable(finish):
            finish(number, frame)

    signal.signal(signal.SIGTERM, drain)


def child_exit(server: Any, worker: Any) -> None:
    """Forget the live gauges of a worker that has ended."""
    # Imported here because prometheus_client looks for its folder when it is imported.
    from prometheus_client.multiprocess import mark_process_dead

    mark_process_dead(worker.pid)  # type: ignore[no-untyped-call]


def on_exit(server: Any) -> None:
    """Leave no items behind."""
    shutil.rmtree(os.environ["ENCORE_ITEMS"], ignore_errors=True)
