"""The load generator waits for answers, or goes on without them."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager

from tests.bench.load import drive

ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"
MANY = 6


@contextmanager
def a_server(asked_together: int) -> Iterator[tuple[str, int]]:
    """Answers nobody before so many have asked."""
    everybody = threading.Barrier(asked_together)

    def answer(connection: socket.socket) -> None:
        with closing(connection):
            while connection.recv(1000):
                everybody.wait(timeout=10)
                connection.sendall(ANSWER)

    def accept() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:  # closed: the test is over
                return
            threading.Thread(target=answer, args=(connection,), daemon=True).start()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=accept, daemon=True).start()
        yield listener.getsockname()
        listener.shutdown(socket.SHUT_RDWR)


def test_at_a_rate_requests_go_out_while_earlier_ones_are_unanswered() -> None:
    with a_server(MANY) as address:
        _, milliseconds, answers = drive(address, [b"ask"] * MANY, 1, rate=1000.0)
    assert answers == [ANSWER] * MANY
    assert len(milliseconds) == MANY


def test_without_a_rate_as_many_are_under_way_as_there_are_connections() -> None:
    with a_server(2) as address:
        _, _, answers = drive(address, [b"ask"] * MANY, 2, rate=None)
    assert answers == [ANSWER] * MANY
