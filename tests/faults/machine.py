"""Starts `python -m service run` as an operator would, and looks at what it does from outside."""

from __future__ import annotations

import http.client
import json
import os
import shlex
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
SMALL_SHOP = "--items 120 --customers 200 --months 9"
PATIENCE = 60.0


class Machine:
    """A supervisor and its folder."""

    def __init__(self, folder: Path, port: int, *options: str, prefix: Sequence[str] = ()) -> None:
        self.folder, self.port = folder, port
        self.log = folder.with_name(folder.name + ".output")
        self.began = time.monotonic()
        command = [*prefix] or [sys.executable, "-m", "service", "run"]
        command += [] if prefix else ["--folder", str(folder), "--port", str(port), *options]
        with self.log.open("wb") as output:
            self.process = subprocess.Popen(
                command, cwd=ROOT, stdout=output, stderr=output, start_new_session=True,
                preexec_fn=_as_from_a_terminal,
            )  # fmt: skip

    def output(self) -> str:
        return self.log.read_text()

    def demo(self) -> dict[str, Any]:
        demo: dict[str, Any] = json.loads((self.folder / "demo.json").read_text())
        return demo

    def until_told(self) -> float:
        """Wait for the text that ends a start; returns the seconds that it took."""
        wait_for(lambda: "Ctrl-C ends" in self.output() or self.process.poll() is not None)
        assert self.process.poll() is None, self.output()
        return time.monotonic() - self.began

    def ask(self, **changes: Any) -> tuple[int, dict[str, Any]]:
        """Post the example request; returns status and answer."""
        demo = self.demo()
        body = {**demo["example_request"], **changes}
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        headers = {"Authorization": f"Bearer {demo['keys']['agent']}"}
        headers["Content-Type"] = "application/json"
        try:
            connection.request("POST", "/v1/suggestions", json.dumps(body), headers)
            answer = connection.getresponse()
            return answer.status, json.loads(answer.read())
        finally:
            connection.close()

    def get(self, path: str) -> dict[str, Any]:
        """What a manager is answered."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            key = self.demo()["keys"]["manager"]
            connection.request("GET", path, headers={"Authorization": f"Bearer {key}"})
            answer: dict[str, Any] = json.loads(connection.getresponse().read())
            return answer
        finally:
            connection.close()

    def setting(self, name: str) -> str:
        """From the file `env`, as the operator's shell reads it."""
        command = f'. {shlex.quote(str(self.folder / "env"))} && printf %s "${name}"'
        return subprocess.run(
            ["sh", "-c", command], capture_output=True, text=True, check=True
        ).stdout

    def interrupt(self) -> int:
        """Ctrl-C: SIGINT to the whole foreground group."""
        os.killpg(self.process.pid, signal.SIGINT)
        return self.process.wait(PATIENCE)

    def until_gone(self) -> None:
        """Wait until no process of it is left."""
        wait_for(lambda: not self.processes(), 20)

    def processes(self, word: str = "") -> dict[int, str]:
        """The living processes that know this folder, by number, whose command has `word`."""
        found = {}
        for entry in Path("/proc").glob("[0-9]*"):
            try:
                command = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode()
                known = command.encode() + (entry / "environ").read_bytes()
            except OSError:
                continue
            if os.fsencode(self.folder) in known and word in command and command:
                found[int(entry.name)] = command
        return found


def _as_from_a_terminal() -> None:
    """Under `nohup` the tests would hand on that SIGHUP is ignored."""
    signal.signal(signal.SIGHUP, signal.SIG_DFL)


def wait_for(condition: Callable[[], Any], seconds: float = PATIENCE) -> None:
    """Wait until it holds; fails after `seconds`."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(0.05)


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def publish_whatever_it_is_worth(folder: Path) -> None:
    """A model without the gate: a shop of this size teaches too little to pass it."""
    from datetime import UTC, datetime

    from training.fit import fit_ranker, with_sources
    from training.load import load
    from training.publish import publish
    from training.split import split_by_time

    data = load(folder / "export")
    split = split_by_time(float(data.purchases.days[0]), data.end)
    ranker = fit_ranker(data, split, 1)
    made = with_sources(data, ranker, data.end, 1)
    publish(folder / "bundles", made, data, {}, 1, datetime.now(UTC))
    state = json.loads((folder / "state.json").read_text())
    state["done"].append("train")
    (folder / "state.json").write_text(json.dumps(state))
