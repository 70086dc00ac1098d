"""What contacts cost: reads and checks `costs.toml`, the benchmark's or a centre's own.

Called at start, and when a manager enters costs (`PUT /v1/costs`), which are held to the same
rules. The report hands the figures to the ledger, which does the sums.
"""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from models.domain import EMPLOYERS
from service.settings import BadSettings

BENCHMARK: Final = Path(__file__).with_name("costs.toml")
BASES: Final = ("benchmark", "own")
LARGEST: Final = Decimal(1_000_000)
OTHER: Final = ""
"""The channel of whatever is not named; no contact has it, since names are not empty."""


@dataclass(frozen=True, slots=True)
class ChannelCost:
    """Money in the ledger's currency; `agent_time` False: handling takes no agent's minutes.

    `vendor_per_contact` is what an outsourcer bills for a contact, in place of time and fee.
    """

    per_contact: Decimal
    fee: Decimal = Decimal(0)
    concurrency: Decimal = Decimal(1)
    agent_time: bool = True
    vendor_per_contact: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Tooling:
    """Software that nothing else holds: for every contact, and by the month, spread over it."""

    per_contact: Decimal = Decimal(0)
    monthly: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class Costs:
    """Checked costs. `channels` always holds `OTHER`; `hourly` has a rate for each employer."""

    basis: str
    currency: str
    as_of: date
    source: str
    hourly: Mapping[str, Decimal]
    channels: Mapping[str, ChannelCost]
    tooling: Tooling = Tooling()
    version: int = 0
    """Of the costs that managers entered; 0: they are from the file."""

    def of_seconds(self, seconds: int, channel: str, employer: str | None = None) -> Decimal:
        """The unrounded wage of an agent's seconds; an unknown employer is the house itself."""
        cost = self.channels.get(channel, self.channels[OTHER])
        if not cost.agent_time:
            return Decimal(0)
        rate = self.hourly.get(employer or "in_house", self.hourly["in_house"])
        return seconds * rate / (3600 * cost.concurrency)

    def agent_seconds(self, seconds: int, channel: str) -> Decimal:
        """For how much of that an agent cannot serve another customer."""
        cost = self.channels.get(channel, self.channels[OTHER])
        return seconds / cost.concurrency if cost.agent_time else Decimal(0)

    def price_list(self) -> list[dict[str, str | None]]:
        """One row per channel for the ledger; rates are None where no agent's time is spent."""
        return [
            {
                "channel": channel,
                "per_contact": str(cost.per_contact),
                "fee": str(cost.fee),
                "concurrency": str(cost.concurrency),
                "in_house": str(self.hourly["in_house"]) if cost.agent_time else None,
                "outsourced": str(self.hourly["outsourced"]) if cost.agent_time else None,
                "vendor": _text(cost.vendor_per_contact),
            }
            for channel, cost in self.channels.items()
        ]


def load_costs(path: Path | None, channels: Collection[str], currency: str) -> Costs:
    """Read the costs and check them against what the centre declares.

    Args:
        path: a file of one's own; None for the benchmark beside this module.
        channels: every channel of the policy. A benchmark may leave some to `[other]`;
            costs that call themselves your own may not.
        currency: the ledger's, which your own costs must be in.

    Raises:
        BadSettings: with every line that is missing, misspelt or out of range.
    """
    place = path or BENCHMARK
    try:
        found = tomllib.loads(place.read_text("utf-8"), parse_float=Decimal)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, ArithmeticError) as problem:
        raise BadSettings(f"The costs in {place} cannot be read: {problem}") from problem
    costs, wrong = read_costs(found, channels, currency)
    if wrong:
        raise BadSettings(f"The costs in {place} need mending:\n  " + "\n  ".join(wrong))
    return costs


def read_costs(
    found: dict[str, Any], channels: Collection[str], currency: str
) -> tuple[Costs, list[str]]:
    """(The costs, what is wrong with them), of tables as TOML has them, numbers as `Decimal`.

    Each fault begins with the entry's name, its tables before it with dots between.
    """
    reader = _Reader()
    costs = reader.costs(found, currency)
    if costs.basis == "own" and found.get("currency") != currency:
        reader.wrong.append(
            f"currency is {found.get('currency')!r}: your own costs are in {currency!r}, "
            "the currency of the ledger"
        )
    named = set(costs.channels) - {OTHER}
    if unknown := sorted(named - set(channels)):
        reader.wrong.append(
            f"channels: unknown {', '.join(unknown)}; the policy declares {', '.join(channels)}"
        )
    if costs.basis == "own" and (missing := sorted(set(channels) - named)):
        reader.wrong.append(f"channels: no costs of your own for {', '.join(missing)}")
    return costs, reader.wrong


def _text(amount: Decimal | None) -> str | None:
    return None if amount is None else str(amount)


class _Reader:
    """Reads on after a mistake, so that all of them are told at once."""

    def __init__(self) -> None:
        self.wrong: list[str] = []

    def costs(self, found: dict[str, Any], currency: str) -> Costs:
        allowed = {
            "basis", "currency", "as_of", "source", "hourly", "tooling", "channels", "other",
        }  # fmt: skip
        self.refuse_others(found, allowed, "")
        channels = self.table(found, "channels", "")
        hourly = self.table(found, "hourly", "")
        self.refuse_others(hourly, set(EMPLOYERS), "hourly.")
        basis, as_of = found.get("basis"), found.get("as_of")
        if basis not in BASES:
            self.wrong.append(f"basis is {basis!r}: use one of {', '.join(BASES)}")
        if type(as_of) is not date:
            self.wrong.append(f"as_of is {as_of!r}: write a date such as 2026-11-01")
        source = found.get("source", "")
        if not isinstance(source, str) or not source.strip():
            self.wrong.append("source: say in words where the figures come from")
        if not isinstance(found.get("currency"), str):
            self.wrong.append('currency: write an ISO 4217 code such as "GBP"')
        tooling = self.table(found, "tooling", "") if "tooling" in found else {}
        self.refuse_others(tooling, {"per_contact", "monthly"}, "tooling.")
        named = {name: self.channel(channels, name, "channels.") for name in channels}
        return Costs(
            basis=str(basis),
            currency=currency,
            as_of=as_of if isinstance(as_of, date) else date.min,
            source=str(source),
            hourly={name: self.number(hourly, name, "hourly.") for name in EMPLOYERS},
            channels=named | {OTHER: self.channel(found, "other", "")},
            tooling=Tooling(
                self.number(tooling, "per_contact", "tooling.", absent=Decimal(0)),
                self.number(tooling, "monthly", "tooling.", absent=Decimal(0), places=2),
            ),
        )

    def channel(self, parent: dict[str, Any], name: str, where: str) -> ChannelCost:
        found, where = self.table(parent, name, where), f"{where}{name}."
        self.refuse_others(found, set(ChannelCost.__dataclass_fields__), where)
        agent_time = found.get("agent_time", True)
        if not isinstance(agent_time, bool):
            self.wrong.append(f"{where}agent_time is {agent_time!r}: write true or false")
        return ChannelCost(
            per_contact=self.number(found, "per_contact", where),
            fee=self.number(found, "fee", where, absent=Decimal(0)),
            concurrency=self.number(found, "concurrency", where, 1, absent=Decimal(1)),
            agent_time=agent_time is not False,
            vendor_per_contact=self.number(found, "vendor_per_contact", where)
            if "vendor_per_contact" in found
            else None,
        )

    def table(self, found: dict[str, Any], name: str, where: str) -> dict[str, Any]:
        value = found.get(name)
        if isinstance(value, dict):
            return value
        self.wrong.append(f"{where}{name}: the table [{where}{name}] is missing")
        return {}

    def number(
        self,
        found: dict[str, Any],
        name: str,
        where: str,
        least: int = 0,
        absent: Decimal | None = None,
        places: int = 4,
    ) -> Decimal:
        value = found.get(name, absent)
        if isinstance(value, int) and not isinstance(value, bool):
            value = Decimal(value)
        if (
            isinstance(value, Decimal)
            and value.is_finite()
            and least <= value <= LARGEST
            and value == round(value, places)
        ):
            return value
        shown = value if isinstance(value, Decimal) else repr(value)
        self.wrong.append(
            f"{where}{name} is {'missing' if value is None else shown}: write a number from "
            f"{least} to {LARGEST} with at most {places} decimals"
        )
        return Decimal(1)

    def refuse_others(self, found: dict[str, Any], allowed: set[str], where: str) -> None:
        for name in sorted(set(found) - allowed):
            self.wrong.append(
                f"{where}{name} is not a setting: use one of {', '.join(sorted(allowed))}"
            )
