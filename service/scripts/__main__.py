"""Checks and approves scripts: `python -m service.scripts lint [FOLDER]` and `... approve FILE`."""

from __future__ import annotations

import argparse
import sys
from datetime import UTC, date, datetime
from pathlib import Path

from service.errors import ScriptError
from service.scripts import lint
from service.scripts.approved import approve
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
    given = parser.parse_args(arguments)
    if given.command == "lint":
        return lint.main([str(given.folder)])
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


if __name__ == "__main__":
    sys.exit(main())
