"""What `make run` does once: fill the ledger, export it, train. Each step is remembered when done.

Importing twice changes nothing, and everything else writes its files anew, so a step that was
interrupted is simply done again.
"""

from __future__ import annotations

import hashlib
import json
import os
import shlex
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from models.arm import Experiment
from service.errors import BadInput

RETAIL_SUFFIXES = (".parquet", ".csv", ".xlsx")
FILES = {
    "items": "items", "orders": "orders", "interactions": "interactions", "decisions": "asks",
    "outcomes": "outcomes",
}  # fmt: skip
"""The kinds to import, in this order, and the made shop's files of them."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where the data comes from: a shop made with these options, or somebody's orders."""

    shop: str = ""
    """Options of `python -m training.shop`, as one would type them."""
    orders: Path | None = None
    sha256: str | None = None
    """Of the orders file, so that a copy of it elsewhere is known as the same."""

    def __str__(self) -> str:
        if self.orders:
            return f"the orders of {self.orders.name}"
        return f"the made shop ({self.shop})" if self.shop else "the made shop"


@dataclass(frozen=True, slots=True)
class Step:
    name: str
    says: str
    arguments: tuple[str, ...]
    """For `python -m`."""


def source_of(shop: str, orders: Path | None) -> Source | None:
    """What the operator asked for, checked; None when nothing in particular.

    Raises:
        BadInput: the file is not there, or not of a kind that can be imported.
    """
    if orders is None:
        return Source(shop) if shop else None
    if shop:
        raise BadInput("Choose one of ORDERS and SHOP: a folder holds one retailer.")
    if orders.suffix.lower() not in RETAIL_SUFFIXES:
        raise BadInput(f"ORDERS={orders}: use a file ending in {', '.join(RETAIL_SUFFIXES)}.")
    try:
        with orders.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise BadInput(f"ORDERS={orders}: {error.strerror}.") from error
    return Source(orders=orders.resolve(), sha256=digest)


def agreed_source(folder: Path, asked: Source | None) -> Source:
    """The source that this folder is filled from, or is going to be.

    Raises:
        BadInput: it is filled from another one already.
    """
    state = _read(folder)
    if state is None:
        return asked or Source()
    kept = Source(
        state["shop"], Path(state["orders"]) if state["orders"] else None, state["sha256"]
    )
    if asked is None or (asked.shop, asked.sha256) == (kept.shop, kept.sha256):
        return kept if asked is None or asked.orders is None else asked
    raise BadInput(
        f"{folder} already holds {kept}. For {asked} use another folder"
        f" (VAR=another-folder), or remove this one first (make clean-data)."
    )


def fill(
    folder: Path,
    source: Source,
    run: Callable[[str, tuple[str, ...]], object],
    experiment: Experiment | None = None,
) -> None:
    """Do the steps that are not done yet.

    Args:
        experiment: whom the policy holds out: the made shop did the same. None: as shipped.
        run: given a heading and the arguments for `python -m`, returns when that has succeeded.
    """
    state = _read(folder) or {"done": []}
    steps = steps_for(folder, source, experiment)
    for number, step in enumerate(steps, 1):
        if step.name in state["done"]:
            continue
        orders = str(source.orders) if source.orders else None
        # Written before as well: from the first step on this folder belongs to that source.
        state |= {"shop": source.shop, "orders": orders, "sha256": source.sha256}
        write_privately(folder / "state.json", json.dumps(state))
        run(f"[{number}/{len(steps)}] {step.says}", step.arguments)
        state["done"].append(step.name)
        write_privately(folder / "state.json", json.dumps(state))


def is_filled(folder: Path, source: Source) -> bool:
    """Whether nothing is left to do."""
    done = (_read(folder) or {"done": ()})["done"]
    return all(step.name in done for step in steps_for(folder, source))


def steps_for(folder: Path, source: Source, experiment: Experiment | None = None) -> list[Step]:
    """The steps in their order. That the data are made is on record before any of them is in."""
    if source.orders:
        retail = ("import", "orders", str(source.orders), "--format", "online-retail")
        fill = [Step("import", f"Importing {source.orders.name}", ("service", *retail))]
    else:
        shop = folder / "shop"
        making = ("training.shop", str(shop), *_holdout(experiment), *shlex.split(source.shop))
        marking = ("service", "made-data", str(shop / "truth.json"))
        fill = [
            Step("shop", "Making a shop with customers, orders, contacts and asks", making),
            Step("made-data", "Noting that its data are made", marking),
        ]
        for kind, name in FILES.items():
            loading = ("import", kind, str(shop / f"{name}.parquet"), "--format", "parquet")
            fill.append(Step(kind, f"Importing its {name}", ("service", *loading)))
    exported = str(folder / "export")
    return [
        *fill,
        Step("export", "Exporting what the ledger knows", ("service", "export", exported)),
        Step("train", "Training", ("training", exported)),
    ]


def _holdout(experiment: Experiment | None) -> tuple[str, ...]:
    if experiment is None:
        return ()
    share, name, salt = f"{experiment.share}", experiment.name, experiment.salt
    return (f"--holdout-share={share}", f"--experiment={name}", f"--salt={salt}")


def write_privately(path: Path, text: str) -> None:
    """Replace a file that only its owner may read, in one step."""
    unfinished = path.with_name(path.name + ".unfinished")
    unfinished.unlink(missing_ok=True)
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with open(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(path)


def _read(folder: Path) -> dict[str, Any] | None:
    try:
        state: dict[str, Any] = json.loads((folder / "state.json").read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    if not (folder / "bundles" / "CURRENT").exists():
        state["done"] = [name for name in state["done"] if name not in ("export", "train")]
    if "shop" in state["done"] and not (folder / "shop" / "truth.json").exists():
        # Made before shops had asks: it stays as it is until it is cleared.
        state["done"] += ["made-data", "decisions", "outcomes"]
    return state
