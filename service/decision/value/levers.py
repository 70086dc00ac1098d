"""Levers: what a manager wants asked for more, or less, than the sum says, and what that costs.

A lever moves an item among those that are worth asking for. It changes no worth, and makes nothing
worth asking for that is not.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

import msgspec

from models.domain import KINDS
from service.decision.policy_file.reader import Reader

LARGEST: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class Lever:
    """Items are ordered by worth x `times` + `plus`, money in the ledger's currency."""

    times: Decimal
    plus: Decimal


@dataclass(frozen=True, slots=True)
class Levers:
    """By kind and by item id; an item's own goes before that of its kind."""

    by_kind: Mapping[str, Lever]
    by_item: Mapping[str, Lever]

    def __bool__(self) -> bool:
        return bool(self.by_kind or self.by_item)

    def of(self, item_id: str, kind: str | None) -> tuple[str, Lever] | None:
        """(its name such as `kind:repeat`, the lever); None where there is none."""
        if lever := self.by_item.get(item_id):
            return f"item:{item_id}", lever
        if kind is not None and (lever := self.by_kind.get(kind)):
            return f"kind:{kind}", lever
        return None


class LeverCost(msgspec.Struct, frozen=True):
    """What the levers did to one choice.

    Attributes:
        first_without: the item that would have come first.
        cost: its worth less that of the item that does, in the ledger's currency.
        applied: names of the levers that moved any of the chosen items.
    """

    first_without: str
    cost: Decimal
    applied: tuple[str, ...]


def read_levers(tables: Any, reader: Reader) -> Levers:
    """From the table `levers` of a policy; what is wrong with it is told to the reader.

    Apart from all other entries, since the id of an item may hold dots.
    """
    tables = tables if isinstance(tables, dict) else {"": tables}
    for name in sorted(set(tables) - {"kind", "item"}):
        reader.wrong.append(f"levers.{name}: use [levers.kind.KIND] or [levers.item.ID]")
    by_kind, by_item = (
        _read(tables.get(of, {}), f"levers.{of}", reader) for of in ("kind", "item")
    )
    for kind in sorted(set(by_kind) - set(KINDS)):
        reader.wrong.append(f"levers.kind.{kind}: use one of {', '.join(KINDS)}")
    return Levers(by_kind, by_item)


def _read(tables: Any, where: str, reader: Reader) -> dict[str, Lever]:
    levers = {}
    for name, entries in (tables if isinstance(tables, dict) else {"": tables}).items():
        own = Reader(entries if isinstance(entries, dict) else {"": entries})
        times = own.number("times", 0, 100) if "times" in own else 1.0
        plus = own.number("plus", -LARGEST, LARGEST) if "plus" in own else 0.0
        levers[name] = Lever(Decimal(str(times)), Decimal(str(plus)))
        reader.wrong += [f"{where}.{name}.{fault}" for fault in (*own.wrong, *own.left_over())]
    return levers
