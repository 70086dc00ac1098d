"""One retailer in a temporary folder: stores, ledger, export, training, each step measured."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from signal import SIGTERM

from service.embedded import start_postgres, start_redis
from service.first_fill import Source, fill
from service.ledger import schema
from service.processes import Server, popen
from service.settings import Settings, from_environment
from tests.bench.accounting import family, resident_now, resident_peak

ROOT = Path(__file__).resolve().parents[2]
LOOK_SECONDS = 0.02
THREADS = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")


class StepFailed(SystemExit):
    """Shows the end of what a step wrote."""


@dataclass(frozen=True, slots=True)
class Measured:
    """A step: how long it took, and the most memory that it had at once, children included."""

    name: str
    seconds: float
    peak_bytes: int


@dataclass(slots=True)
class Stage:
    """Both stores, running, and what every process is told of them."""

    folder: Path
    environment: Mapping[str, str]
    ledger: Server
    memory: Server
    steps: list[Measured] = field(default_factory=list)

    @property
    def settings(self) -> Settings:
        return from_environment(self.environment)

    def measure(self, name: str, *arguments: str, **more: str) -> None:
        """Run `python -m` with these arguments to its end, with `more` in its environment."""
        self.steps.append(measure(name, arguments, {**self.environment, **more}, self.folder))


@contextmanager
def set_up(folder: Path, source: Source) -> Iterator[Stage]:
    """Fill a folder as the first start of `make run` does; the stores stop at the end."""
    folder.chmod(0o711)  # PostgreSQL, which root runs as another user, must pass
    with ExitStack() as at_end:
        ledger = start_postgres(folder / "postgres")
        at_end.callback(ledger.stop)
        memory = start_redis(folder / "redis")
        at_end.callback(memory.stop)
        schema.migrate(ledger.url)
        environment = {
            **os.environ,
            "ENCORE_DATABASE_URL": ledger.url,
            "ENCORE_REDIS_URL": memory.url,
            "ENCORE_BUNDLES": str(folder / "bundles"),
            "PEER_FOLDER": str(folder / "peer"),
        }
        stage = Stage(folder, environment, ledger, memory)
        fill(folder, source, lambda says, arguments: stage.measure(says, *arguments))
        if not (folder / "peer").exists():
            one_thread = dict.fromkeys(THREADS, "1")
            learned = ("tests.bench.peer_fit", str(folder / "export"), str(folder / "peer"))
            stage.measure("The peer's training", *learned, **one_thread)
        yield stage


def measure(
    name: str, arguments: tuple[str, ...], environment: Mapping[str, str], folder: Path
) -> Measured:
    """Run a module and look at its memory while it runs.

    Raises:
        StepFailed: it did not end well.
    """
    print(f"  {name} …", end="", flush=True, file=sys.stderr)
    log = folder / "steps.log"
    began = time.monotonic()
    process = popen(
        [sys.executable, "-m", *arguments],
        end_with_parent=SIGTERM,
        environment=environment,
        log=log,
        folder=ROOT,
    )
    peak = 0
    while True:
        peak = max(peak, resident_peak(process.pid), resident_now(family(process.pid)))
        try:
            status = process.wait(LOOK_SECONDS)
        except subprocess.TimeoutExpired:
            continue
        break
    took = time.monotonic() - began
    print(f" {took:.1f} s", flush=True, file=sys.stderr)
    if status:
        end = "\n".join(log.read_text(errors="replace").splitlines()[-20:])
        raise StepFailed(f"{name} ended with status {status}:\n{end}")
    return Measured(name, took, peak)
