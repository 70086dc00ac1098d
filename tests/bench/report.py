"""`make bench-report`: the reports over a million decisions and five million order lines.

Cold is the first view of a worker on a PostgreSQL that was just started; repeated is the same view
again. Every round starts PostgreSQL anew, and views go through the API, JSON and all.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg

from service import keys
from service.app import create_app
from service.embedded import start_postgres, start_redis
from service.ledger import schema
from service.parts import make_parts
from service.processes import Server
from service.settings import Settings
from tests.bench.accounting import cpu_seconds, family, resident_peak
from tests.bench.figures import spread

FILL = Path(__file__).with_name("report_ledger.sql")
MIB = 1024 * 1024
INSIGHTS = (
    "touchpoints", "efforts", "retention", "channels", "adherence", "lost-opportunities", "harm",
    "coaching", "integrity",
)  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.report", description=__doc__)
    parser.add_argument("--decisions", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--folder", type=Path, help="keep the ledger here, and use it next time")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="encore-report-") as made:
        folder = given.folder or Path(made)
        memory = start_redis(folder / "redis")
        try:
            if not (folder / "filled").exists():
                fill(folder, given.decisions)
            for name, query in views():
                measure(folder, memory, name, query, given.rounds)
        finally:
            memory.stop()


def views() -> list[tuple[str, str]]:
    """The month and the year that end a window before now, so that they are mature.

    Each with its address below `/v1/reports`.
    """
    last = datetime.now(UTC).date() - timedelta(days=9)
    month, year = last - timedelta(days=29), last - timedelta(days=354)
    return [
        ("a month", f"recovery?from={month}&to={last}"),
        ("a month by channel", f"recovery?from={month}&to={last}&group_by=channel"),
        ("a month by agent", f"recovery?from={month}&to={last}&group_by=agent"),
        ("a year", f"recovery?from={year}&to={last}"),
        ("a year by channel", f"recovery?from={year}&to={last}&group_by=channel"),
        *((f"{name}, a month", f"{name}?from={month}&to={last}") for name in INSIGHTS),
    ]


def fill(folder: Path, decisions: int) -> None:
    began = time.monotonic()
    server = start_postgres(folder / "postgres")
    try:
        schema.migrate(server.url)
        values = {
            "decisions": decisions,
            "customers": decisions * 2 // 5,
            "orders": decisions * 2,
            "end": datetime.now(UTC),
        }
        with psycopg.ClientCursor(psycopg.connect(server.url, autocommit=True)) as cursor:
            cursor.execute("SET synchronous_commit = off")
            for command in FILL.read_text("utf-8").split(";\n"):
                if command.strip():
                    cursor.execute(command, values)
            cursor.execute("VACUUM ANALYZE")
            cursor.execute("SELECT count(*), pg_database_size(current_database()) FROM order_lines")
            lines, size = cursor.fetchone()  # type: ignore[misc]
    finally:
        server.stop()
    (folder / "filled").touch()
    print(f"{decisions:,} decisions, {lines:,} order lines, {size / MIB:,.0f} MiB; filled in "
          f"{time.monotonic() - began:,.0f} s", flush=True)  # fmt: skip


def measure(folder: Path, memory: Server, name: str, query: str, rounds: int) -> None:
    cold, repeated, postgres, processor = [], [], [], []
    for _ in range(rounds):
        server = start_postgres(folder / "postgres")
        try:
            before = cpu_seconds(server.process.pid) + time.process_time()
            first, again, peak = one_round(server, memory, query)
            processor.append(cpu_seconds(server.process.pid) + time.process_time() - before)
        finally:
            server.stop()
        cold.append(first)
        repeated.append(again)
        postgres.append(peak)
    times = ", ".join(
        f"{label} {found.middle:.2f} s ({found.low:.2f} to {found.high:.2f})"
        for label, found in (("cold", spread(cold)), ("repeated", spread(repeated)))
    )
    worker, server_peak = resident_peak(os.getpid()) / MIB, max(postgres) / MIB
    seconds = spread(processor).middle
    print(f"{name}: {times}; processor {seconds:.1f} s; PostgreSQL {server_peak:,.0f} MiB, "
          f"worker {worker:,.0f} MiB", flush=True)  # fmt: skip


def one_round(server: Server, memory: Server, query: str) -> tuple[float, float, int]:
    """(seconds of the first view, of the second one, PostgreSQL's peak in bytes)."""
    parts = make_parts(Settings(server.url, memory.url, bundles=folder_of_none()))
    try:
        with parts.pool.connection() as connection:
            parts.see_schema(connection)
            parts.note_holdout(connection)
            key = keys.make_key(connection, "manager", datetime.now(UTC))
        client = create_app(parts.settings, parts=parts).test_client()

        def view() -> float:
            began = time.perf_counter()
            answer: Any = client.get(
                f"/v1/reports/{query}", headers={"Authorization": f"Bearer {key}"}
            )
            seconds = time.perf_counter() - began
            assert answer.status_code == 200, answer.text
            document = answer.get_json()
            assert document["contacts"] if "contacts" in document else document["rows"]
            return seconds

        first, again = view(), view()
        return first, again, sum(map(resident_peak, family(server.process.pid)))
    finally:
        parts.close()


def folder_of_none() -> Path:
    """There is no model, and none is asked."""
    return Path(tempfile.gettempdir()) / "encore-no-bundles"


if __name__ == "__main__":
    main()
