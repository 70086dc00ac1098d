"""Checks, shows and approves scripts: `python -m service.scripts --help`."""

from __future__ import annotations

import argparse
import sys
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

from models.domain import CHANNELS, Money
from service.errors import ScriptError
from service.scripts import lint
from service.scripts.approved import approve
from service.scripts.choose import ASK_DIMENSIONS
from service.scripts.facts import Facts
from service.scripts.library import load_drafts
from service.scripts.read import PROOFS


def main(arguments: list[str] | None = None) -> int:
    """0 when done, 1 when something is to be mended, 2 when called wrongly."""
    parser = argparse.ArgumentParser(prog="python -m service.scripts", description=__doc__)
    known = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    check = known.add_parser("lint", help="check all scripts of a folder")
    check.add_argument("folder", nargs="?", type=Path, default=lint.FOLDER)
    use = known.add_parser("approve", help="let agents say what these files say now")
    use.add_argument("files", nargs="+", type=Path, metavar="FILE", help="of one folder")
    use.add_argument("--by", required=True, metavar="NAME", help="who has read and approves them")
    use.add_argument(
        "--until", required=True, type=date.fromisoformat, metavar="DATE", help="2027-11-30"
    )
    show = known.add_parser("show", help="write an ask as the drafts have it, to read it aloud")
    show.add_argument("folder", type=Path)
    show.add_argument("channel", choices=CHANNELS)
    for name, values in ASK_DIMENSIONS.items():
        show.add_argument(f"--{name}", choices=values, default=values[0])
    show.add_argument("--locale", default="en_GB")
    show.add_argument("--variant", default="a", metavar="LETTER")
    show.add_argument("--short", action="store_true", help="as when callers wait")
    given = parser.parse_args(arguments)
    if given.command == "lint":
        return lint.main([str(given.folder)])
    if given.command == "show":
        return _show(given)
    folders = {file.parent for file in given.files}
    if len(folders) > 1 or not all(file.is_file() for file in given.files):
        parser.error("name existing files of one folder")
    try:
        approved = approve(
            folders.pop(),
            [file.name for file in given.files if file.name != PROOFS],
            given.by,
            given.until,
            datetime.now(UTC).date(),
        )
    except ScriptError as error:
        print(error.detail)
        return 1
    for name, approval in approved.items():
        print(f"{name}: version {approval.version} approved until {approval.expires_on}")
    return 0


def _show(given: argparse.Namespace) -> int:
    """An ask with made-up facts; what follows a yes and a no after it."""
    facts = Facts(
        channel=given.channel,
        topic=given.topic,
        kind=given.kind,
        item_name="Fairelane",
        price=Money(Decimal("49.90"), "EUR"),
        mood=given.mood,
        fault=given.fault,
        locale=given.locale,
        first_name="Lea",
        returned_item_name="Kallax",
        last_bought_on=date(2026, 10, 18),
        short=given.short,
    )
    try:
        words = load_drafts(given.folder).write(facts, given.variant)
    except (ScriptError, ValueError) as error:
        print(error)
        return 1
    print(words.text, f"[yes] {words.parts['recap']}", f"[no] {words.parts['decline']}", sep="\n\n")
    print(f"\n{words.id}, {words.length_value} of {words.length_limit} {words.length_unit}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
