"""Approval: agents hear only texts that a person has approved, until the day they expire.

The files of a folder are drafts. `approve` checks a draft, gives it a new version if its text has
changed, and keeps a copy in `approved/`; the service reads those copies alone, so that no edit,
good or bad, replaces approved words by itself.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any, Final

from service.errors import ScriptError
from service.scripts.lint import check_files
from service.scripts.read import BASE, PROOFS, Problem, ScriptFile, read_file

APPROVED: Final = "approved"
INDEX: Final = "index.toml"
_VERSION: Final = re.compile(r"^version[ \t]*=.*$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Approval:
    """Who approved which text of a file, and until when it may be used (that day included)."""

    version: int
    sha256: str
    approved_by: str
    approved_on: date
    expires_on: date

    def copy_of(self, name: str) -> str:
        """The name of the approved copy, such as `phone@3.toml`."""
        return f"{name.removesuffix('.toml')}@{self.version}.toml"


@dataclass(frozen=True, slots=True)
class Served:
    """Approved files, variants on their base, and what an operator should know of the others."""

    files: Sequence[ScriptFile]
    notes: Sequence[str]


def read_served(folder: Path) -> Served:
    """The approved texts of a folder. A variant that cannot be used is left out and noted.

    Raises:
        ScriptError: when an approved script was changed, or breaks a rule: what to do, for each.
    """
    index = read_index(folder)
    problems: list[Problem] = []
    files = [file for name, it in index.items() if (file := _copy(folder, name, it, problems))]
    whole, problems = check_files(folder, files, problems)
    letters = {file.name: file.variant for file in files}
    fatal = [it for it in problems if letters.get(it.file, _letter(it.file)) == BASE]
    if fatal:
        raise ScriptError(
            "Please mend the approved scripts (python -m service.scripts approve FILE):\n  "
            + "\n  ".join(map(str, fatal))
        )
    spoilt = {problem.file for problem in problems}
    notes = [f"{problem}; this variant is not used" for problem in problems]
    notes += [f"{name}: {what}" for name, what in unapproved(folder, index)]
    return Served([file for file in whole if file.name not in spoilt], notes)


def unapproved(folder: Path, index: Mapping[str, Approval]) -> Iterable[tuple[str, str]]:
    """(file, what to do) for drafts that agents do not hear as they stand."""
    for path in drafts(folder):
        approval = index.get(path.name)
        if approval is None:
            yield path.name, "was never approved, so it is not used: approve it"
        elif _sha256(path.read_bytes()) != approval.sha256:
            yield (
                path.name,
                f"was edited since version {approval.version}, which is used: approve it",
            )


def drafts(folder: Path) -> list[Path]:
    return sorted(path for path in folder.glob("*.toml") if path.name != PROOFS)


def read_index(folder: Path) -> dict[str, Approval]:
    """The approvals by file name; none where nothing was approved.

    Raises:
        ScriptError: when the index cannot be read.
    """
    path = folder / APPROVED / INDEX
    if not path.is_file():
        return {}
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
        return {name: _approval(entry) for name, entry in content.items()}
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, TypeError) as error:
        raise ScriptError(f"{APPROVED}/{INDEX} cannot be read: {error}") from error


def approve(
    folder: Path, names: Sequence[str], by: str, until: date, today: date
) -> dict[str, Approval]:
    """Check the drafts, raise their versions where the text is new, and keep copies.

    What is checked is what would be served: these drafts among all other approved files.

    Raises:
        ScriptError: with everything that is wrong; then nothing is approved.
    """
    if not by.strip():
        raise ScriptError("Say who approves: --by NAME")
    if until < today:
        raise ScriptError(f"--until {until} has passed: name a later day")
    index = read_index(folder)
    problems: list[Problem] = []
    files = {
        name: file for name, it in index.items() if (file := _copy(folder, name, it, problems))
    }
    problems = [problem for problem in problems if problem.file not in names]
    for name in names:
        draft = read_file(folder / name, name, problems)
        if draft is not None:
            files[name] = draft
    _, problems = check_files(folder, list(files.values()), problems)
    problems = [problem for problem in problems if problem.file != str(folder)]
    if problems:
        raise ScriptError("Not approved; please mend:\n  " + "\n  ".join(map(str, problems)))
    for name in names:
        index[name] = _keep(folder, name, files[name].version, index.get(name), by, until, today)
    _write(folder / APPROVED / INDEX, _index_text(index).encode())
    return {name: index[name] for name in names}


def _keep(
    folder: Path, name: str, version: int, known: Approval | None, by: str, until: date, today: date
) -> Approval:
    """Raise the draft's version if its text is new, and keep the copy."""
    text = (folder / name).read_bytes().decode()
    if known is not None:
        before = (folder / APPROVED / known.copy_of(name)).read_bytes().decode()
        changed = _VERSION.sub("", text, count=1) != _VERSION.sub("", before, count=1)
        version = max(version, known.version + 1) if changed else known.version
        text = _VERSION.sub(f"version = {version}", text, count=1)
    approval = Approval(version, _sha256(text.encode()), by.strip(), today, until)
    _write(folder / APPROVED / approval.copy_of(name), text.encode())
    _write(folder / name, text.encode())
    return approval


def _copy(
    folder: Path, name: str, approval: Approval, problems: list[Problem]
) -> ScriptFile | None:
    """The approved copy, if nobody has touched it since."""
    path = folder / APPROVED / approval.copy_of(name)
    if not path.is_file() or _sha256(path.read_bytes()) != approval.sha256:
        what = f"{APPROVED}/{path.name} is missing or was changed after its approval: approve again"
        problems.append(Problem(name, "", what))
        return None
    file = read_file(path, name, problems)
    return replace(file, expires_on=approval.expires_on) if file else None


def _letter(name: str) -> str:
    """The variant that a file's name tells: `b` of `phone.de.b.toml`."""
    last = name.removesuffix(".toml").split(".")[-1]
    return last if len(last) == 1 and "." in name.removesuffix(".toml") else BASE


def _approval(entry: Mapping[str, Any]) -> Approval:
    approval = Approval(**entry)
    if not isinstance(approval.expires_on, date) or type(approval.version) is not int:
        raise TypeError("an approval needs version, sha256, approved_by, approved_on, expires_on")
    return approval


def _index_text(index: Mapping[str, Approval]) -> str:
    lines = ["# Written by `python -m service.scripts approve`: what agents may be given to say."]
    for name, it in sorted(index.items()):
        lines += [
            "",
            f"[{json.dumps(name)}]",
            f"version = {it.version}",
            f'sha256 = "{it.sha256}"',
            f"approved_by = {json.dumps(it.approved_by, ensure_ascii=False)}",
            f"approved_on = {it.approved_on}",
            f"expires_on = {it.expires_on}",
        ]
    return "\n".join(lines) + "\n"


def _write(path: Path, content: bytes) -> None:
    """All or nothing: a full disk leaves what was there."""
    path.parent.mkdir(exist_ok=True)
    new = path.with_name(f".{path.name}.new")
    new.write_bytes(content)
    os.replace(new, path)


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
