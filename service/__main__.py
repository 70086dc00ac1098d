"""The command line: `python -m service COMMAND`; `--help` lists the commands.

Whatever goes wrong is one line on stderr and exit status 2; what the commands do is in
`service/commands.py`.
"""

from __future__ import annotations

import argparse
import os
import sys
from datetime import date
from pathlib import Path
from typing import NoReturn

from service import commands
from service.errors import EncoreError, InvalidFields
from service.processes import RunError

FAILED = 2
KINDS = ("orders", "items", "interactions", "rates", "decisions", "outcomes")
FORMATS = ("csv", "parquet", "online-retail")
ROLES = ("agent", "ingest", "trainer", "manager", "admin")


class Parser(argparse.ArgumentParser):
    """Says what is wrong in one line, without the usage before it."""

    def error(self, message: str) -> NoReturn:
        self.exit(FAILED, f"{self.prog}: {message} (see {self.prog} --help)\n")


def main() -> int:
    """Run one command; returns the exit status."""
    arguments = _parser().parse_args()
    try:
        arguments.command(arguments)
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:  # the reader, such as `head`, has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except (Exception, SystemExit) as error:
        message = explain(error)
        if message is None:
            raise
        print(f"encore: {message}", file=sys.stderr)
        return FAILED
    return 0


def explain(error: BaseException) -> str | None:
    """What to tell an operator; None for a fault of the program, which shows its traceback."""
    import psycopg

    match error:
        case InvalidFields():
            return " ".join(f"{pointer[1:]}: {hint}" for pointer, hint in error.faults)
        case EncoreError():
            return error.detail
        case RunError():
            return str(error)
        case psycopg.errors.UndefinedTable():
            return "The ledger has no tables yet; run `python -m service migrate` first."
        case psycopg.OperationalError():
            return f"PostgreSQL cannot be reached: {_one_line(str(error))}"
        case SystemExit(code=str() as text):
            return _one_line(text)
        case OSError(filename=str() as name):
            return f"{name}: {error.strerror}"
    return None


def _one_line(text: str) -> str:
    return "; ".join(line.strip() for line in text.splitlines() if line.strip())


def _parser() -> Parser:
    parser = Parser(prog="python -m service", description="Encore's operating commands.")
    known = parser.add_subparsers(metavar="COMMAND", required=True)

    run = known.add_parser("run", help="everything on one machine (`make run`)")
    run.add_argument("--folder", type=Path, default=Path("var"), help="its data (default: var)")
    run.add_argument("--port", type=_port, default=8080)
    run.add_argument("--orders", type=Path, help="a retailer's orders to start on")
    run.add_argument("--shop", default="", help="options of `python -m training.shop`")
    run.add_argument("--with-parent", action="store_true", help="end when the parent ends")
    run.set_defaults(command=commands.run_all)

    clear = known.add_parser("clear", help="remove the data of `run` for good (`make clean-data`)")
    clear.add_argument("--folder", type=Path, default=Path("var"))
    clear.set_defaults(command=commands.clear)

    migrate = known.add_parser("migrate", help="bring the ledger's tables up to date")
    migrate.set_defaults(command=commands.migrate)

    keys = known.add_parser("keys", help="create, list and revoke API keys")
    actions = keys.add_subparsers(metavar="ACTION", required=True)
    create = actions.add_parser("create", help="make a key and print it, this once")
    create.add_argument("--role", required=True, choices=ROLES)
    create.add_argument("--label", default="", help="whose it is")
    create.add_argument("--expires-in-days", type=_days, metavar="N")
    create.set_defaults(command=commands.create_key)
    listing = actions.add_parser("list", help="list all keys, without what is secret")
    listing.set_defaults(command=commands.list_keys)
    revoke = actions.add_parser("revoke", help="end a key; every worker refuses it within 5 s")
    revoke.add_argument("id", help="its id, as listed")
    revoke.set_defaults(command=commands.revoke_key)

    rotate = known.add_parser(
        "rotate-link-key", help="sign links with a new key; those of the last one still work"
    )
    rotate.set_defaults(command=commands.rotate_link_key)

    load = known.add_parser("import", help="bring a file into the ledger")
    load.add_argument("kind", choices=KINDS)
    load.add_argument("file", type=Path)
    load.add_argument("--format", choices=FORMATS, help="default: by the end of the file's name")
    load.set_defaults(command=commands.import_file)

    report = known.add_parser("report", help="what service cost and brought back")
    report.add_argument("--from", dest="from_date", type=_day, required=True, metavar="DAY")
    report.add_argument("--to", dest="to_date", type=_day, required=True, metavar="DAY")
    report.add_argument("--window-days", type=_days, default=7, metavar="N")
    report.add_argument("--channel", help="only its contacts")
    report.add_argument("--team", help="only its contacts")
    report.add_argument("--html", type=Path, metavar="FILE", help="write the page, to mail")
    report.set_defaults(command=commands.report)

    made = known.add_parser("made-data", help="say that the ledger's data are made by a seed")
    made.add_argument("truth", type=Path, help="what the seed knows: truth.json of the made shop")
    made.set_defaults(command=commands.made_data)

    export = known.add_parser("export", help="write what the training reads")
    export.add_argument("folder", type=Path)
    export.set_defaults(command=commands.export)
    return parser


def _port(text: str) -> int:
    if text.isascii() and text.isdigit() and 1 <= int(text) <= 65535:
        return int(text)
    raise argparse.ArgumentTypeError(f"{text!r} is not a port; use a number from 1 to 65535")


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a day; write it as 2026-11-30") from None


def _days(text: str) -> int:
    if text.isascii() and text.isdigit() and 1 <= int(text) <= 36_500:
        return int(text)
    raise argparse.ArgumentTypeError(f"{text!r} is not a number of days from 1 to 36500")


if __name__ == "__main__":
    sys.exit(main())
