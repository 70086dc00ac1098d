"""Checks script files, says all that is wrong at once: `python -m service.scripts.lint [FOLDER]`.

The library runs the same checks when it loads, so that a bad edit never reaches an agent.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

from models.domain import CHANNELS
from service.scripts.law import load_law
from service.scripts.lint_form import form_problems, out_of_order
from service.scripts.lint_law import law_problems
from service.scripts.lint_lengths import length_problems
from service.scripts.lint_wording import wording_problems
from service.scripts.proofs import read_proofs
from service.scripts.read import BASE, ENGLISH, PUBLIC, Problem, ScriptFile, on_base, read_folder
from service.scripts.tone import SHIPPED, tone_of

FOLDER: Final = SHIPPED
"""The scripts that come with Encore."""


def check(folder: Path) -> tuple[list[ScriptFile], list[Problem]]:
    """The script files of a folder, and everything that must be mended before they may be used."""
    return check_files(folder, *read_folder(folder))


def check_files(
    folder: Path, files: Sequence[ScriptFile], problems: Sequence[Problem]
) -> tuple[list[ScriptFile], list[Problem]]:
    """Files that were read, variants on their base, and all that is wrong with them.

    Args:
        folder: holds the word lists and the proofs.
        problems: what was wrong already when they were read.
    """
    found = [*problems]
    found.extend(_folder_problems(folder, files, {problem.file for problem in problems}))
    proofs = read_proofs(folder)
    bases = {(file.language, file.channel): file for file in files if file.variant == BASE}
    known = {key: list(_file_problems(base, base, folder, proofs)) for key, base in bases.items()}
    whole = list(bases.values())
    for own in known.values():
        found.extend(own)
    for file in files:
        key = (file.language, file.channel)
        if file.variant == BASE or key not in bases:
            continue
        variant = on_base(file, bases[key])
        whole.append(variant)
        # what is wrong with the base is told once, where it stands
        told = {(problem.table, problem.what) for problem in known[key]}
        found.extend(_variant_problems(file, bases[key]))
        found.extend(
            problem
            for problem in _file_problems(variant, file, folder, proofs)
            if (problem.table, problem.what) not in told
        )
    return whole, found


def _file_problems(
    file: ScriptFile, own: ScriptFile, folder: Path, proofs: Mapping[str, Sequence[str]]
) -> Iterator[Problem]:
    """What is wrong with a file as it is said; its wording is its `own`, the rest its base's."""
    yield from form_problems(file)
    tone = tone_of(file.language, folder)
    yield from wording_problems(own, tone, proofs.get(file.language, ()))
    yield from length_problems(file)
    if tone is not None:
        yield from law_problems(file, tone, load_law())


def _variant_problems(file: ScriptFile, base: ScriptFile) -> Iterator[Problem]:
    yield from out_of_order(file)
    if file.locale != base.locale:
        yield Problem(file.name, "", f"speaks {file.locale}, but its base {base.locale}: use that")
    for table, entries in file.tables.items():
        if entries == base.tables.get(table):
            yield Problem(file.name, table, f"is the same as in {base.name}: leave the table out")


def _folder_problems(
    folder: Path, files: Sequence[ScriptFile], unreadable: set[str]
) -> Iterator[Problem]:
    seen: dict[tuple[str, str, str], str] = {}
    for file in files:
        key = (file.language, file.channel, file.variant)
        if key in seen:
            what = f"has the channel, language and variant of {seen[key]}: keep one"
            yield Problem(file.name, "", what)
        seen[key] = file.name
        if key == (ENGLISH, PUBLIC, BASE) and "public" not in file.tables:
            yield Problem(file.name, "public", "is missing: other channels fall back to it")
    for language, channel, variant in seen:
        if variant != BASE and (language, channel, BASE) not in seen:
            what = f"is a variant of nothing: add the script of {channel} that it differs from"
            yield Problem(seen[language, channel, variant], "", what)
    for channel in CHANNELS:
        if (ENGLISH, channel, BASE) not in seen and f"{channel}.toml" not in unreadable:
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
