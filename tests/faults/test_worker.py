"""What gunicorn refuses before the application sees it is a problem too, like any other."""

from __future__ import annotations

import json
import os
import re
import socket
import time

import pytest

from tests.faults.machine import Machine, wait_for

REQUEST = b"GET /livez HTTP/1.1\r\nHost: here\r\n\r\n"


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


def test_whoever_goes_on_at_once_or_after_a_while_is_answered_on_the_same_connection(
    machine: Machine,
) -> None:
    """At once, the thread that answered answers again; later, the main thread finds another."""
    with socket.create_connection(("127.0.0.1", machine.port), timeout=10) as caller:
        for pause in (0.0, 0.0, 0.2, 0.0, 0.2):
            time.sleep(pause)
            caller.sendall(REQUEST)
            assert whole_answer(caller).startswith(b"HTTP/1.1 200 ")
        caller.sendall(REQUEST + REQUEST)  # the second is here before the first is answered
        assert whole_answer(caller).startswith(b"HTTP/1.1 200 ")
        assert whole_answer(caller).startswith(b"HTTP/1.1 200 ")


def whole_answer(caller: socket.socket) -> bytes:
    """One answer with a length, and nothing of the next."""
    answer = b""
    while b"\r\n\r\n" not in answer:
        answer += caller.recv(1)
    length = re.search(rb"content-length: (\d+)", answer.lower())
    assert length is not None
    left = int(length[1])
    while left:
        piece = caller.recv(left)
        assert piece, "the connection ended within an answer"
        answer, left = answer + piece, left - len(piece)
    return answer


def test_as_many_workers_as_cores_stay_on_one_each(machine: Machine) -> None:
    """Here `make run` starts one worker for each core that it may use."""
    cores = os.sched_getaffinity(0)
    wait_for(lambda: len(machine.processes("gunicorn")) == 1 + len(cores))
    found = [os.sched_getaffinity(number) for number in machine.processes("gunicorn")]
    assert sorted(map(sorted, found)) == sorted([[core] for core in cores] + [sorted(cores)])
