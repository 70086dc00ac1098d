"""How long `make run` takes to answer when its folder is filled already."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from tests.bench.servers import free_port, tail
from tests.bench.stage import ROOT

PATIENCE = 60.0
LAST_WORDS = "Ctrl-C ends"


def seconds_of_a_later_start(folder: Path) -> float:
    """Start everything on the folder as an operator would, wait for the last line, end it."""
    log = folder / "later-start.log"
    command = [sys.executable, "-m", "service", "run", "--folder", str(folder)]
    began = time.monotonic()
    with log.open("wb") as output:
        process = subprocess.Popen(
            [*command, "--port", str(free_port())],
            cwd=ROOT, stdout=output, stderr=output, start_new_session=True, env=os.environ,
        )  # fmt: skip
    try:
        while LAST_WORDS not in log.read_text(errors="replace"):
            if process.poll() is not None or time.monotonic() - began > PATIENCE:
                raise SystemExit(f"`make run` did not start again:\n{tail(log)}")
            time.sleep(0.02)
        return time.monotonic() - began
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(PATIENCE)
