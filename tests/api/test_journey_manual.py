"""The calls of docs/journey.md are run as they are, by a shell, against a worker that serves."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from threading import Thread
from typing import Any

import psycopg
import pytest
from werkzeug.serving import make_server

from service import keys
from service.app import create_app
from service.decision.policy import SHIPPED
from service.parts import Parts
from tests.api.shop_floor import Stock, a_request, customers_in

MANUAL = (Path(__file__).parents[2] / "docs/journey.md").read_text(encoding="utf-8")
(CALLS,) = re.findall(r"^```sh\n(.*?)^```", MANUAL, re.MULTILINE | re.DOTALL)


@pytest.fixture
def folder(
    floor: Parts, shelf: Stock, ledger: psycopg.Connection, tmp_path: Path
) -> Iterator[Path]:
    """A checkout's `var`, as `make run` leaves it, beside a service that answers."""
    customer = customers_in("treatment", floor, shelf)[0]
    returned = {"item_id": shelf.items[0].id, "reason": "unwanted_gift"}
    server = make_server("127.0.0.1", 0, create_app(floor.settings, parts=floor), threaded=True)
    demo: dict[str, Any] = {
        "url": f"http://127.0.0.1:{server.port}",
        "keys": {"agent": keys.make_key(ledger, "agent", datetime.now(UTC))},
        "example_request": a_request(customer, interaction={"items": [returned]}),
    }
    var = tmp_path / "var"
    var.mkdir()
    (var / "demo.json").write_text(json.dumps(demo))
    here = shlex.quote(str(Path(sys.executable).parent))
    (var / "env").write_text(f'PATH={here}:"$PATH"\n')
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield tmp_path
    server.shutdown()
    thread.join()
    server.server_close()


def test_the_calls_of_leas_story_work(folder: Path, ledger: psycopg.Connection) -> None:
    done = subprocess.run(
        ["sh", "-euc", CALLS], cwd=folder, capture_output=True, text=True, timeout=120,
        env={"PATH": os.environ["PATH"]},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr + done.stdout
    assert "urn:encore:problem" not in done.stdout, done.stdout
    journey = json.loads(done.stdout[done.stdout.rindex('{\n  "journey_id"') :])
    assert journey["channels"] == ["facebook", "web", "email", "phone"]
    assert {"message", "outcome"} <= {event["event"] for event in journey["events"]}
    reasons = [one["reason"] for one in journey["events"] if one["event"] == "decision"]
    assert sorted(map(str, reasons))[-2:] == ["just_converted", "public_channel"]
    opened = ledger.execute("SELECT count(opened_at) FROM messages").fetchone()
    assert opened == (1,)


@pytest.mark.parametrize("entry", ["days", "shop", "links"])
def test_every_entry_about_links_is_named_and_exists(entry: str) -> None:
    assert f"`[follow_up] {entry}`" in MANUAL
    table = SHIPPED.read_text().partition("[follow_up]\n")[2]
    assert re.search(rf"^{entry} = ", table, re.MULTILINE)
