"""The examples of `docs/importing.md` are imported, and its commands understood."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import psycopg
import pytest

from service import __main__ as command_line
from service.importers.csv_orders import COLUMNS, ORDER, REFUND
from service.importers.objects import SCHEMAS
from service.importers.run import import_file

ROOT = Path(__file__).parents[2]
MANUAL = (ROOT / "docs/importing.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```csv\n(.*?)```", MANUAL, re.DOTALL)
COMMANDS = [line for block in re.findall(r"```sh\n(.*?)```", MANUAL, re.DOTALL)
            for line in block.splitlines()]  # fmt: skip


def test_every_csv_example_can_be_imported(ledger: psycopg.Connection, tmp_path: Path) -> None:
    path = tmp_path / "example.csv"
    for kind, text in zip(
        ("items", "interactions", "orders", "rates", "decisions", "outcomes"), EXAMPLES, strict=True
    ):
        path.write_text(text, encoding="utf-8")
        report = import_file(ledger, kind, path, "csv", "GBP", lambda _: None)
        assert report.rejected == 0, str(report)
        assert report.accepted[kind] > 0
    refunded = ledger.execute("SELECT order_id, item_id, amount::float FROM refunds").fetchall()
    assert refunded == [("581587", "B-80", 129.0)]


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_is_understood(command: str) -> None:
    python, dash, module, *arguments = shlex.split(command)
    assert (python, dash, module) == ("python", "-m", "service")
    assert command_line._parser().parse_args(arguments).command


@pytest.mark.parametrize("kind", SCHEMAS)
def test_every_field_is_in_the_manual(kind: str) -> None:
    for name in SCHEMAS[kind]().fields:
        assert f"`{name}`" in MANUAL, name


def test_every_column_of_orders_is_in_the_manual() -> None:
    for name in (*ORDER, *REFUND, *COLUMNS):
        assert re.search(rf"\b{name}\b", MANUAL), name


def test_every_code_of_a_rejected_row_is_in_the_manual() -> None:
    sources = (ROOT / "service/importers").glob("*.py")
    text = "\n".join(path.read_text(encoding="utf-8") for path in sources)
    codes = set(re.findall(r'(?:Fault\(|line\.invoice, )"([a-z_]+)"', text))
    assert codes >= {"broken_quotes", "rows_differ", "rows_not_adjacent", "wrong_cell_count"}
    for code in codes:
        assert f"| `{code}` |" in MANUAL
