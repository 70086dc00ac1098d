"""What gunicorn refuses before the application sees it is a problem too, like any other."""

from __future__ import annotations

import json
import os
import socket

import pytest

from tests.faults.machine import Machine, wait_for


@pytest.mark.parametrize(
    ("sent", "status", "code"),
    [
        (b"GET /livez HTTP/9.9\r\n\r\n", 400, "malformed_request"),
        (b"\x16\x03\x01 not http\r\n\r\n", 400, "malformed_request"),
        (b"GET /livez HTTP/1.1\r\nno colon\r\n\r\n", 400, "malformed_request"),
        (b"GET /" + b"x" * 5_000 + b" HTTP/1.1\r\n\r\n", 414, "address_too_long"),
        (b"GET / HTTP/1.1\r\nX-A: " + b"x" * 9_000 + b"\r\n\r\n", 431, "headers_too_large"),
        (
            b"POST /v1/orders HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip2\r\n\r\n",
            501,
            "unknown_transfer_coding",
        ),
    ],
)
def test_a_request_that_is_none_is_answered_with_a_problem(
    machine: Machine, sent: bytes, status: int, code: str
) -> None:
    with socket.create_connection(("127.0.0.1", machine.port), timeout=10) as caller:
        caller.sendall(sent)
        answer = b"".join(iter(lambda: caller.recv(65_536), b""))
    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 %d " % status)
    assert b"content-type: application/problem+json" in head.lower()
    found = json.loads(body)
    assert (found["status"], found["code"]) == (status, code)
    assert found["detail"]


def test_as_many_workers_as_cores_stay_on_one_each(machine: Machine) -> None:
    """Here `make run` starts one worker for each core that it may use."""
    cores = os.sched_getaffinity(0)
    wait_for(lambda: len(machine.processes("gunicorn")) == 1 + len(cores))
    found = [os.sched_getaffinity(number) for number in machine.processes("gunicorn")]
    assert sorted(map(sorted, found)) == sorted([[core] for core in cores] + [sorted(cores)])
