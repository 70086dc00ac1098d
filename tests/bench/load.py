"""The load generator, a process of its own: as many requests at once as it has connections.

Reads a job as JSON from stdin, writes what it saw as JSON to stdout. A closed loop over one epoll,
with requests encoded beforehand: it costs a small part of what it measures.
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


def connect(address: tuple[str, int]) -> Connection:
    opened = socket.create_connection(address, timeout=30)
    opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return Connection(address, opened)


def drive(
    address: tuple[str, int], requests: Sequence[bytes], connections: int
) -> tuple[float, list[float], list[bytes]]:
    """Send everything; returns (seconds, milliseconds of each request, every answer)."""
    milliseconds: list[float] = []
    answers: list[bytes] = []
    waiting = iter(requests)
    poller = select.epoll()
    open_now: dict[int, Connection] = {}

    def send(request: bytes, connection: Connection | None) -> None:
        began = time.perf_counter()
        if connection is None:
            connection = connect(address)
            open_now[connection.socket.fileno()] = connection
            poller.register(connection.socket, select.EPOLLIN)
        connection.received, connection.ends_at = bytearray(), 0
        connection.requests += 1
        connection.began = began
        connection.socket.sendall(request)

    def leave(connection: Connection) -> None:
        poller.unregister(connection.socket)
        del open_now[connection.socket.fileno()]
        connection.socket.close()

    started = time.perf_counter()
    for _, request in zip(range(connections), waiting, strict=False):
        send(request, None)
    while open_now:
        for number, _ in poller.poll(30):
            connection = open_now[number]
            if not connection.take():
                continue
            milliseconds.append((time.perf_counter() - connection.began) * 1000)
            answers.append(bytes(connection.received))
            keeps = None if connection.is_used_up() else connection
            if keeps is None:
                leave(connection)
            request = next(waiting, b"")
            if request:
                send(request, keeps)
            elif keeps is not None:
                leave(keeps)
    return time.perf_counter() - started, milliseconds, answers


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
    seconds, milliseconds, answers = drive((host, int(port)), requests, job["connections"])
    seen = {"seconds": seconds, "milliseconds": milliseconds}
    json.dump({**seen, "answers": Counter(map(sort_of, answers))}, sys.stdout)


if __name__ == "__main__":
    main()
