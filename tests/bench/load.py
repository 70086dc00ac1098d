"""The load generator, a process of its own: some requests at once, or so many a second.

Reads a job as JSON from stdin, writes what it saw as JSON to stdout. One loop over one epoll, with
requests encoded beforehand: it costs a small part of what it measures.
"""

from __future__ import annotations

import gc
import json
import re
import select
import socket
import sys
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

CONTENT_LENGTH = re.compile(rb"\r\ncontent-length: (\d+)", re.IGNORECASE)
CLOSES = re.compile(rb"\r\nconnection: close", re.IGNORECASE)
REQUESTS_PER_CONNECTION = 50
"""Then a new one: idle workers accept first, so the load spreads evenly as it does behind a
proxy. Four connections that are kept for ever may all have met the same worker."""


@dataclass(slots=True)
class Connection:
    """A connection, and the answer that is arriving on it."""

    address: tuple[str, int]
    socket: socket.socket
    requests: int = 0
    began: float = 0.0
    received: bytearray = field(default_factory=bytearray)
    ends_at: int = 0
    """Length of the whole answer; 0 while its headers are not here yet."""

    def send(self, request: bytes) -> None:
        self.received, self.ends_at = bytearray(), 0
        self.requests += 1
        self.began = time.perf_counter()
        self.socket.sendall(request)

    def take(self) -> bool:
        """Read what has arrived; whether the answer is complete."""
        piece = self.socket.recv(262_144)
        if not piece:
            raise ConnectionError(f"{self.address} closed before it had answered")
        self.received += piece
        if not self.ends_at:
            head = self.received.find(b"\r\n\r\n")
            if head < 0:
                return False
            length = CONTENT_LENGTH.search(self.received, 0, head)
            assert length is not None, "an answer without its length"
            self.ends_at = head + 4 + int(length[1])
        return len(self.received) >= self.ends_at

    def is_used_up(self) -> bool:
        head = self.received.find(b"\r\n\r\n")
        closes = CLOSES.search(self.received, 0, head) is not None
        return closes or self.requests >= REQUESTS_PER_CONNECTION


def connect(address: tuple[str, int], poller: select.epoll) -> Connection:
    opened = socket.create_connection(address, timeout=30)
    opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    poller.register(opened, select.EPOLLIN)
    return Connection(address, opened)


def drive(
    address: tuple[str, int], requests: Sequence[bytes], connections: int, rate: float | None
) -> tuple[float, list[float], list[bytes]]:
    """Send everything; returns (seconds, milliseconds of each request, every answer).

    Args:
        connections: so many requests are under way at once, where there is no `rate`.
        rate: requests a second, sent evenly whether or not the earlier ones are answered.
    """
    milliseconds: list[float] = []
    answers: list[bytes] = []
    poller = select.epoll()
    busy: dict[int, Connection] = {}
    idle: list[Connection] = []
    sent, started = 0, time.perf_counter()

    def is_due() -> bool:
        if rate is None:
            return len(busy) < connections
        return time.perf_counter() >= started + sent / rate

    while sent < len(requests) or busy:
        while sent < len(requests) and is_due():
            connection = idle.pop() if idle else connect(address, poller)
            busy[connection.socket.fileno()] = connection
            connection.send(requests[sent])
            sent += 1
        pause = 30.0
        if rate is not None and sent < len(requests):
            pause = max(0.0, started + sent / rate - time.perf_counter())
        for number, _ in poller.poll(pause):
            connection = busy[number]
            if not connection.take():
                continue
            milliseconds.append((time.perf_counter() - connection.began) * 1000)
            answers.append(bytes(connection.received))
            del busy[number]
            if connection.is_used_up():
                connection.socket.close()
            else:
                idle.append(connection)
    seconds = time.perf_counter() - started
    for connection in idle:
        connection.socket.close()
    return seconds, milliseconds, answers


def encode(host: str, path: str, key: str, body: Any) -> bytes:
    content = json.dumps(body).encode()
    head = (
        f"POST {path} HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {key}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(content)}\r\n\r\n"
    )
    return head.encode() + content


def sort_of(answer: bytes) -> str:
    """`offer`, the reason of a `no_offer`, or the HTTP status where there is neither."""
    status, body = answer[9:12].decode(), answer.partition(b"\r\n\r\n")[2]
    if status != "200":
        return f"{status} {body[:200].decode(errors='replace')}"
    said = json.loads(body)
    return said.get("reason") or said.get("decision") or status


def main() -> None:
    job = json.load(sys.stdin)
    host, _, port = job["url"].removeprefix("http://").partition(":")
    requests = [encode(f"{host}:{port}", job["path"], job["key"], body) for body in job["bodies"]]
    gc.disable()  # a pause of the generator would be taken for one of the service
    seconds, milliseconds, answers = drive(
        (host, int(port)), requests, job["connections"], job["rate"]
    )
    seen = {"seconds": seconds, "milliseconds": milliseconds}
    json.dump({**seen, "answers": Counter(map(sort_of, answers))}, sys.stdout)


if __name__ == "__main__":
    main()
