"""`make run` from outside: it starts, says what one needs, and survives what may be done to it."""

from __future__ import annotations

import contextlib
import http.client
import http.server
import json
import os
import re
import shlex
import signal
import stat
import subprocess
import sys
import threading
from pathlib import Path

import psycopg
import pytest

from service.ledger.made import is_made, made_truth
from tests.faults.machine import ROOT, Machine, free_port, wait_for

pytestmark = pytest.mark.skipif(
    not sys.platform.startswith("linux"), reason="looks at processes through /proc"
)


def test_it_answers_within_8_seconds_and_the_printed_curl_line_works(
    filled: Path, no_machine: None, running: list[Machine]
) -> None:
    machine = Machine(filled, free_port())
    running.append(machine)
    assert machine.until_told() < 8
    (line,) = re.findall(r"^curl .*$", machine.output(), re.MULTILINE)
    asked = subprocess.run(["sh", "-c", line], capture_output=True, check=True, timeout=20)
    answer = json.loads(asked.stdout)
    assert answer["decision"] in ("offer", "no_offer"), answer
    if machine.demo()["example_customers"]:
        assert len(answer["suggestions"]) == 3


def test_demo_json_is_for_its_owner_alone_and_keys_survive_a_restart(
    filled: Path, machine: Machine, running: list[Machine]
) -> None:
    """A key for each role; `env` points the operating commands at the running service."""
    demo = machine.demo()
    assert set(demo["keys"]) == {"agent", "ingest", "trainer", "manager", "admin"}
    assert demo["url"] == f"http://127.0.0.1:{machine.port}"
    assert stat.S_IMODE((filled / "demo.json").stat().st_mode) == 0o600
    listed = subprocess.run(
        ["sh", "-c", f". {shlex.quote(str(filled / 'env'))} && python -m service keys list"],
        cwd=ROOT, capture_output=True, text=True, check=True, timeout=20,
    )  # fmt: skip
    assert demo["keys"]["agent"].split("_")[1] in listed.stdout
    machine.interrupt()
    running[:] = [Machine(filled, free_port())]
    running[0].until_told()
    assert running[0].demo()["keys"] == demo["keys"]
    assert running[0].ask()[0] == 200


def test_the_first_report_is_filled_and_its_data_are_marked_as_made(
    filled: Path, machine: Machine
) -> None:
    """Half a year of asks in both arms; what the seed knows of them is in the ledger."""
    truth = json.loads((filled / "shop" / "truth.json").read_text())
    days = f"from={truth['from']}&to={truth['to']}"
    report = machine.get(f"/v1/reports/recovery?{days}")["total"]
    assert report["eligible"] == truth["total"]["eligible"] > 0
    assert report["asked"] == truth["total"]["asked"] > 0
    assert report["accepted"] == truth["total"]["reported_accepted"] > 0
    assert report["customers"]["holdout"] == truth["holdout_customers"] > 0
    assert report["customers"]["treatment"] > report["customers"]["holdout"]
    with psycopg.connect(machine.setting("ENCORE_DATABASE_URL")) as ledger:
        assert is_made(ledger)
        assert made_truth(ledger) == truth


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_signals_end_everything_and_leave_no_process(machine: Machine, number: int) -> None:
    """Twice in a row, as people do.

    A client that keeps its connection open does not hold it up, and is told on it meanwhile that
    this service is not ready any more.
    """
    with contextlib.closing(http.client.HTTPConnection("127.0.0.1", machine.port)) as idle:
        assert status_of(idle) == 200
        os.killpg(machine.process.pid, number)
        os.killpg(machine.process.pid, number)
        wait_for(lambda: status_of(idle) == 503, 5)
        assert machine.process.wait(10) == 0
    assert machine.processes() == {}


def status_of(connection: http.client.HTTPConnection) -> int:
    connection.request("GET", "/readyz")
    with connection.getresponse() as answer:
        answer.read()
        return answer.status


@pytest.mark.parametrize(
    ("word", "name"),
    [("gunicorn", "Encore's web server"), ("postgres -D", "PostgreSQL"), ("valkey", "Redis")],
)
def test_what_is_killed_is_started_again(machine: Machine, word: str, name: str) -> None:
    """One line says so, and the service answers as before."""
    number = min(machine.processes(word))  # the parent among processes of one name
    os.kill(number, signal.SIGKILL)
    wait_for(lambda: f"{name} ended (-9); started again" in machine.output(), 20)
    wait_for(lambda: ready(machine), 20)
    assert number not in machine.processes(word)


def test_a_killed_worker_is_replaced_without_a_word(machine: Machine) -> None:
    said = machine.output()
    worker = max(machine.processes("gunicorn"))
    os.kill(worker, signal.SIGKILL)
    wait_for(lambda: worker not in machine.processes() and ready(machine), 10)
    assert machine.output() == said


def test_workers_share_one_file_of_the_items_which_each_start_makes_anew(
    machine: Machine,
) -> None:
    before = items_of(machine)
    master, *workers = sorted(machine.processes("gunicorn"))
    assert workers
    wait_for(lambda: all(str(before / "data.mdb") in mapped_by(worker) for worker in workers), 10)
    os.kill(master, signal.SIGKILL)
    wait_for(lambda: not before.exists() and ready(machine), 20)
    after = items_of(machine)
    assert machine.interrupt() == 0
    assert not after.exists()


def mapped_by(process: int) -> str:
    return Path(f"/proc/{process}/maps").read_text()


def items_of(machine: Machine) -> Path:
    """The folder of their file."""
    (folder,) = (machine.folder / "metrics").glob("items-*")
    return folder


def ready(machine: Machine) -> bool:
    status, answer = machine.ask(dry_run=True)
    return status == 200 and not answer["degraded"]


@pytest.mark.parametrize("all_killed", [False, True])
def test_the_next_start_recovers_from_kill_9(
    filled: Path, machine: Machine, running: list[Machine], all_killed: bool
) -> None:
    """Of the supervisor alone, and of all processes at once; the port is free again, too."""
    assert machine.ask()[0] == 200
    for number in [machine.process.pid, *(machine.processes() if all_killed else ())]:
        with contextlib.suppress(ProcessLookupError):
            os.kill(number, signal.SIGKILL)
    machine.process.wait()
    running[:] = [Machine(filled, machine.port)]
    assert running[0].until_told() < 12
    assert running[0].ask()[0] == 200


def test_a_second_run_on_the_same_folder_says_so(machine: Machine) -> None:
    second = Machine(machine.folder.with_name("x"), 0, prefix=service("run", machine, free_port()))
    assert second.process.wait(10) == 2
    assert f"runs from {machine.folder} already (process {machine.process.pid}" in second.output()
    assert f"http://127.0.0.1:{machine.port}" in second.output()
    wait_for(lambda: ready(machine), 10)  # a start beside it may keep a store waiting


def service(command: str, machine: Machine, port: int) -> list[str]:
    options = ["--folder", str(machine.folder), "--port", str(port)]
    return [sys.executable, "-m", "service", command, *options]


def test_a_taken_port_is_told_before_any_long_work(tmp_path: Path) -> None:
    """With a port that is free, and nothing filled or started."""
    with http.server.HTTPServer(("127.0.0.1", 0), http.server.BaseHTTPRequestHandler) as other:
        threading.Thread(target=other.serve_forever, daemon=True).start()
        machine = Machine(tmp_path / "var", other.server_port)
        assert machine.process.wait(10) == 2
        other.shutdown()
    told = re.fullmatch(
        r"encore: Port (\d+) is taken by another program\. "
        r"Choose another one: make run PORT=(\d+)\n",
        machine.output(),
    )
    assert told is not None, machine.output()
    assert told[1] != told[2]
    assert not (tmp_path / "var" / "postgres").exists()


def test_another_retailer_on_a_filled_folder_is_refused(
    filled: Path, no_machine: None, tmp_path: Path
) -> None:
    """Two retailers in one ledger would be neither; what to do instead is said."""
    orders = tmp_path / "orders.csv"
    orders.write_text("Invoice\n")
    machine = Machine(filled, free_port(), "--orders", str(orders))
    assert machine.process.wait(10) == 2
    assert "already holds the made shop" in machine.output()
    assert "make clean-data" in machine.output()


@pytest.mark.parametrize("make_killed", [False, True])
def test_make_run_is_the_same_and_ends_with_make(
    filled: Path, no_machine: None, make_killed: bool
) -> None:
    """Ctrl-C, and `kill -9` of make itself, leave no process."""
    port = free_port()
    machine = Machine(filled, port, prefix=["make", "run", f"VAR={filled}", f"PORT={port}"])
    machine.until_told()
    if make_killed:
        machine.process.kill()
        machine.process.wait()
    else:
        machine.interrupt()
    wait_for(lambda: not machine.processes(), 15)
    assert "Error" not in machine.output()
    assert "Traceback" not in machine.output()
