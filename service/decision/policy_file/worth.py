"""What `policy.toml` says of money: returns, lifetime, annoyance, the queue, uplift and levers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any, Final

from models.domain import KINDS
from service.decision.policy_file.reader import Reader
from service.decision.value.levers import Levers, read_levers

LARGEST: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class QueueRules:
    """As `models.queueing.price_per_second` takes them; older than `fresh` says nothing."""

    per_caller_minute: Decimal
    spare_agents: int
    fresh: timedelta


@dataclass(frozen=True, slots=True)
class UpliftRules:
    """Contacts of `history` count, once the `window` for orders that may follow has closed."""

    history: timedelta
    window: timedelta


@dataclass(frozen=True, slots=True)
class Pricing:
    """Money in the ledger's currency.

    Attributes:
        incremental_share: orders that asking adds for each that the model expects anyway, as long
            as the holdout has not measured it.
        return_cost: of taking one piece back.
        most_pieces: of one item that an expectation counts.
        lifetime: what an order of each kind adds to the customer's value beside its margin.
        goodwill: what is given away with every ask, such as a voucher.
        annoyance: for each ask that the customer heard within `Policy.fatigue`.
    """

    incremental_share: float
    return_cost: Decimal
    most_pieces: int
    lifetime: Mapping[str, Decimal]
    goodwill: Decimal
    annoyance: Decimal
    queue: QueueRules
    uplift: UpliftRules
    levers: Levers

    @property
    def lifetime_differs(self) -> bool:
        return len(set(self.lifetime.values())) > 1

    def lifetime_of(self, kind: str | None) -> Decimal:
        """None: of whatever kind, where they do not differ."""
        return self.lifetime[kind or KINDS[0]]


def read_pricing(reader: Reader, levers: Any, return_cost: float) -> Pricing:
    """Take the entries from the policy.

    Args:
        levers: that table, apart from all others since its names may hold dots.
        return_cost: of one piece, which the gates count with, too.
    """
    return Pricing(
        incremental_share=reader.number("worth.incremental_share", 0, 10),
        return_cost=Decimal(str(return_cost)),
        most_pieces=int(reader.number("worth.most_pieces", 1, 10_000)),
        lifetime={kind: _money(reader, f"lifetime.{kind}", -LARGEST) for kind in KINDS},
        goodwill=_money(reader, "worth.goodwill"),
        annoyance=_money(reader, "worth.annoyance"),
        queue=QueueRules(
            per_caller_minute=_money(reader, "queue.per_caller_minute"),
            spare_agents=int(reader.number("queue.spare_agents", 0, 10_000)),
            fresh=timedelta(seconds=reader.number("queue.fresh_seconds", 1, 3600)),
        ),
        uplift=UpliftRules(
            history=timedelta(days=reader.number("uplift.history_days", 1, 3650)),
            window=timedelta(days=reader.number("uplift.window_days", 1, 365)),
        ),
        levers=read_levers(levers, reader),
    )


def _money(reader: Reader, key: str, low: float = 0) -> Decimal:
    return Decimal(str(reader.number(key, low, LARGEST)))
