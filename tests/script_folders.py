"""A manager's own folder of scripts, small so that checking it is quick."""

from __future__ import annotations

import shutil
from pathlib import Path

from service.scripts.approved import APPROVED, INDEX, read_index
from service.scripts.lint import FOLDER

OTHERS = ("*.fr*.toml", "*.es*.toml", "*.de*.toml")


def a_folder(target: Path) -> Path:
    """The English scripts as they come, with their approvals; word lists and proofs of all."""
    shutil.copytree(FOLDER, target, ignore=shutil.ignore_patterns(*OTHERS))
    index = target / APPROVED / INDEX
    blocks = index.read_text(encoding="utf-8").split("\n\n")
    kept = [it for it in blocks if not any(f".{other}." in it[:30] for other in ("fr", "es", "de"))]
    index.write_text("\n\n".join(kept).rstrip() + "\n", encoding="utf-8")
    assert set(read_index(target)) == {path.name for path in target.glob("*.toml")} - {
        "proofs.toml"
    }
    return target


def add_file(folder: Path, name: str) -> None:
    """One more of the files that come with Encore, still a draft."""
    shutil.copy(FOLDER / name, folder / name)


def edit(folder: Path, file: str, old: str, new: str) -> None:
    """Replace the first find of a text that must be there."""
    path = folder / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
