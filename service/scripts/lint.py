"""Checks script files, says all that is wrong at once: `python -m service.scripts.lint [FOLDER]`.

The library runs the same checks when it loads, so that a bad edit never reaches an agent.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from models.domain import CHANNELS
from service.scripts.lint_form import form_problems
from service.scripts.lint_lengths import length_problems
from service.scripts.lint_wording import wording_problems
from service.scripts.read import ENGLISH, PUBLIC, Problem, ScriptFile, read_folder

FOLDER: Final = Path(__file__).parent / "library"
"""The scripts that come with Encore."""


def check(folder: Path) -> tuple[list[ScriptFile], list[Problem]]:
    """The script files of a folder, and everything that must be mended before they may be used."""
    files, problems = read_folder(folder)
    problems.extend(_folder_problems(folder, files, {problem.file for problem in problems}))
    for file in files:
        problems.extend(form_problems(file))
        problems.extend(wording_problems(file))
        problems.extend(length_problems(file))
    return files, problems


def _folder_problems(
    folder: Path, files: Sequence[ScriptFile], unreadable: set[str]
) -> Iterator[Problem]:
    seen: dict[tuple[str, str], str] = {}
    for file in files:
        key = (file.language, file.channel)
        if key in seen:
            yield Problem(file.name, "", f"has the channel and language of {seen[key]}: keep one")
        seen[key] = file.name
        if key == (ENGLISH, PUBLIC) and "public" not in file.tables:
            yield Problem(file.name, "public", "is missing: other channels fall back to it")
    for channel in CHANNELS:
        if (ENGLISH, channel) not in seen and f"{channel}.toml" not in unreadable:
            what = f"has no English script for {channel}: add {channel}.toml"
            yield Problem(str(folder), "", what)


def main(arguments: Sequence[str]) -> int:
    """0 when all scripts may be used, 1 when something is wrong, 2 when called wrongly."""
    if len(arguments) > 1 or (arguments and not Path(arguments[0]).is_dir()):
        print("usage: python -m service.scripts.lint [FOLDER]", file=sys.stderr)
        return 2
    folder = Path(arguments[0]) if arguments else FOLDER
    files, problems = check(folder)
    for problem in problems:
        print(problem)
    if problems:
        print(f"{len(problems)} to mend in {folder}")
        return 1
    print(f"{len(files)} script files in {folder} may be used")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
