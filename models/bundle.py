"""One published version of everything learned: a folder with `manifest.json` and plain arrays.

    bundles/CURRENT                      one line: the version that serves
    bundles/<version>/manifest.json      schema, metrics, and size and sha256 of every array
    bundles/<version>/<part>.<name>.npy  numpy's own format, never with pickled objects

A version is checked against its manifest, headers first, before a byte of it is mapped into
memory. Publishing writes a new folder, syncs it, and then replaces `CURRENT` in one step.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from tokenize import TokenError
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from models.candidates import SOURCES
from models.catalogue import FACTS, MONTHS, Catalogue
from models.features import FEATURES
from models.ids import Ids
from models.ranker import DEPTH, Ranker
from models.recommender import Recommender

SCHEMA: Final = 4
VERSION: Final = re.compile(r"[0-9]{8}T[0-9]{4}Z-[0-9a-f]{4,16}")
LARGEST_MANIFEST: Final = 4 << 20
RETIRED: Final = "RETIRED"


class BadBundle(Exception):
    """The folder is not a bundle that this code can serve; says why."""


@dataclass(frozen=True)
class Bundle:
    """A loaded version."""

    version: str
    manifest: Mapping[str, Any]
    recommender: Recommender


def save(folder: Path, version: str, recommender: Recommender, facts: Mapping[str, Any]) -> None:
    """Write a version into `folder/version`, whole or not at all.

    Args:
        folder: where the versions live; made when it is missing.
        version: such as `20261123T0200Z-5f2c`.
        recommender: what was learned.
        facts: what else the manifest tells: `trained_at`, `metrics`, `rows` and the like.
    """
    folder.mkdir(parents=True, exist_ok=True)
    draft = folder / f".{version}.tmp"
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir()
    files = {}
    for name, array in _arrays(recommender).items():
        path = draft / f"{name}.npy"
        np.save(path, array, allow_pickle=False)
        _sync(path)
        files[path.name] = {
            "bytes": path.stat().st_size,
            "sha256": _sha256(path),
            "dtype": array.dtype.str,
            "shape": list(array.shape),
        }
    manifest = {
        "schema": SCHEMA,
        "version": version,
        "features": list(FEATURES),
        "tree_depth": DEPTH,
        **facts,
        "files": files,
    }
    path = draft / "manifest.json"
    path.write_text(json.dumps(manifest, indent=2, sort_keys=True) + "\n")
    _sync(path)
    _sync(draft)
    draft.rename(folder / version)
    _sync(folder)


def load(folder: Path, version: str) -> Bundle:
    """Verify a version and map it into memory.

    Raises:
        BadBundle: anything is missing, damaged, of another schema, or not what it claims to be.
    """
    place, manifest = folder / version, read_manifest(folder, version)
    if manifest["features"] != list(FEATURES) or manifest.get("tree_depth") != DEPTH:
        raise BadBundle(f"{version} was trained with other features; train again with this release")
    checked = {name: _checked(place, name, fact) for name, fact in manifest["files"].items()}
    try:
        recommender = _recommender(checked)
    except (KeyError, TypeError) as error:
        raise BadBundle(f"{version} lacks or has too many arrays: {error}") from error
    _check_sizes(version, recommender)
    # Mapped anew: the check has read all of every array into this process.
    return Bundle(
        version, manifest, _recommender({name: _mapped(place / name) for name in checked})
    )


def read_manifest(folder: Path, version: str) -> dict[str, Any]:
    """The manifest of a version, of a schema that we know.

    Raises:
        BadBundle: it is missing or unreadable.
    """
    if not VERSION.fullmatch(version):
        raise BadBundle(f"{version!r} is not a version, such as 20261123T0200Z-5f2c")
    path = folder / version / "manifest.json"
    try:
        if path.stat().st_size > LARGEST_MANIFEST:
            raise BadBundle(f"the manifest of {version} is larger than any honest one")
        manifest = json.loads(path.read_text())
        known = manifest["schema"] == SCHEMA and manifest["version"] == version
        known = known and isinstance(manifest["files"], dict) and "features" in manifest
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise BadBundle(f"the manifest of {version} cannot be read: {error}") from error
    if not known:
        raise BadBundle(f"{version} has a schema that this release does not know")
    return dict(manifest)


def current(folder: Path) -> str | None:
    """The version that should be serving, or None before the first training."""
    try:
        return (folder / "CURRENT").read_text(errors="replace").strip() or None
    except FileNotFoundError:
        return None


def activate(folder: Path, version: str) -> None:
    """Make a version the current one, in one step that a crash cannot halve."""
    draft = folder / ".CURRENT.tmp"
    draft.write_text(version + "\n")
    _sync(draft)
    draft.replace(folder / "CURRENT")
    _sync(folder)


def retire(folder: Path, version: str) -> None:
    """Mark a version as not to be activated again."""
    (folder / version / RETIRED).touch()


def is_retired(folder: Path, version: str) -> bool:
    return (folder / version / RETIRED).exists()


def prune(folder: Path, keep: int) -> list[str]:
    """Remove all but the newest `keep` versions, never the current one; returns which.

    Files are unlinked, not changed: a worker that has one mapped goes on reading it.
    """
    removed = [version for version in versions(folder)[keep:] if version != current(folder)]
    for version in removed:
        shutil.rmtree(folder / version)
    return removed


def versions(folder: Path) -> list[str]:
    """Every published version, newest first."""
    if not folder.is_dir():
        return []
    return sorted((p.name for p in folder.iterdir() if VERSION.fullmatch(p.name)), reverse=True)


def _arrays(recommender: Recommender) -> dict[str, NDArray[Any]]:
    catalogue = recommender.catalogue
    arrays: dict[str, NDArray[Any]] = {
        "ids.codes": catalogue.ids.codes,
        "catalogue.categories": catalogue.categories,
        "catalogue.facts": catalogue.facts,
        "catalogue.seasons": catalogue.seasons,
        "catalogue.return_rates": catalogue.return_rates,
    }
    parts = [(source.name, source.arrays()) for source in recommender.sources]
    for part, fields in [*parts, ("ranker", recommender.ranker.arrays())]:
        arrays |= {f"{part}.{name}": array for name, array in fields.items()}
    return arrays


def _recommender(arrays: Mapping[str, NDArray[Any]]) -> Recommender:
    """The inverse of `_arrays`; raises KeyError or TypeError where arrays lack or are unknown."""
    parts: dict[str, dict[str, NDArray[Any]]] = {}
    for name, array in arrays.items():
        part, _, field = name.removesuffix(".npy").partition(".")
        parts.setdefault(part, {})[field] = array
    return Recommender(
        catalogue=Catalogue(ids=Ids(**parts["ids"]), **parts["catalogue"]),
        sources=tuple(kind.from_arrays(parts.get(kind.name, {})) for kind in SOURCES),
        ranker=Ranker.from_arrays(parts["ranker"]),
    )


def _mapped(path: Path) -> NDArray[Any]:
    """A plain view of the map: numpy's memmap class costs a Python call at every indexing."""
    array: NDArray[Any] = np.load(path, mmap_mode="r", allow_pickle=False).view(np.ndarray)
    return array


def _checked(place: Path, name: str, fact: Mapping[str, Any]) -> NDArray[Any]:
    """Map one array after comparing header, size and hash with the manifest."""
    path = place / name
    try:
        if "/" in name or path.is_symlink() or path.stat().st_size != fact["bytes"]:
            raise BadBundle(f"{path} has not the size that its manifest names")
        if _sha256(path) != fact["sha256"]:
            raise BadBundle(f"{path} was changed since it was published")
        with path.open("rb") as file:
            major, _ = np.lib.format.read_magic(file)
            if major != 1:
                raise BadBundle(f"{path} has a header that this release does not know")
            shape, _, dtype = np.lib.format.read_array_header_1_0(file)
            header = file.tell()
        claimed = header + int(np.prod(shape, dtype=object)) * dtype.itemsize
        if dtype.hasobject or claimed != fact["bytes"]:
            raise BadBundle(f"{path} claims more or less than it holds")
        if list(shape) != fact["shape"] or dtype.str != fact["dtype"]:
            raise BadBundle(f"{path} is not the array that its manifest names")
        array = _mapped(path)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, TokenError) as error:
        raise BadBundle(f"{path} cannot be read: {error}") from error
    # The lowest of all is not a number if any is not; looking so needs no memory.
    if array.dtype.kind == "f" and np.isnan(array.min(initial=0.0)):
        raise BadBundle(f"{path} holds values that are not numbers")
    return array


def _check_sizes(version: str, recommender: Recommender) -> None:
    """Arrays that do not fit each other would answer with the wrong item."""
    n, catalogue = len(recommender.catalogue), recommender.catalogue
    ranker = recommender.ranker
    trees = len(ranker.values)
    right = (
        n > 0
        and catalogue.ids.are_unique()
        and len(catalogue.categories) == n
        and catalogue.facts.shape == (n, len(FACTS))
        and catalogue.seasons.shape == (n, MONTHS)
        and catalogue.return_rates.shape == (n,)
        and ranker.features.shape == ranker.thresholds.shape == (trees, 2**DEPTH - 1)
        and ranker.values.shape == (trees, 2 ** (DEPTH + 1) - 1)
        and int(ranker.features.max(initial=0)) < len(FEATURES)
        and int(ranker.features.min(initial=0)) >= 0
        and len(ranker.raw) == len(ranker.calibrated) > 0
        and all(source.fits(n) for source in recommender.sources)
    )  # fmt: skip
    if not right:
        raise BadBundle(f"{version} has arrays that do not fit each other")


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
