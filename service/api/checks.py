"""What a request must agree on with this installation: its channels and its one currency."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from models.domain import Interaction, Item, Money, SuggestionRequest
from service import errors


def check_channel(interaction: Interaction, channels: Collection[str], pointer: str = "") -> None:
    """
    Raises:
        errors.UnknownChannel: the policy does not declare it; lists those that it does.
    """
    if interaction.channel not in channels:
        raise errors.UnknownChannel(
            f"This channel is not in the policy; use one of: {', '.join(channels)}.",
            pointer=f"{pointer}/channel",
        )


def check_currency(value: SuggestionRequest | Item, ledger: str) -> None:
    """
    What is fed in another currency is converted (`service/exchange.py`); a price to sell at and
    what comes with a request, which cannot wait, is not.

    Raises:
        errors.MixedCurrencies: some money is not in the ledger's currency.
    """
    check_currencies(_currencies(value), ledger)


def check_currencies(named: Iterable[tuple[str, str]], ledger: str) -> None:
    """
    Args:
        named: (JSON Pointer, currency).

    Raises:
        errors.MixedCurrencies: one of them is not the ledger's.
    """
    for pointer, currency in named:
        if currency != ledger:
            raise errors.MixedCurrencies(
                f"This ledger keeps {ledger} alone; convert amounts in {currency} first.",
                pointer=pointer,
            )


def _currencies(
    value: SuggestionRequest | Interaction | Item,
) -> list[tuple[str, str]]:
    """Every (JSON Pointer, currency) that `value` names."""
    if isinstance(value, Interaction):
        named: list[tuple[str, Money | None]] = [
            ("/cost", value.cost),
            ("/goodwill", value.goodwill),
            ("/agent_authority", value.agent_authority),
        ]
        efforts = enumerate(value.efforts or ())
        named += [(f"/efforts/{place}/cost", effort.cost) for place, effort in efforts]
        return [(f"{at}/currency", money.currency) for at, money in named if money]
    if isinstance(value, SuggestionRequest):
        found = [(f"/interaction{at}", code) for at, code in _currencies(value.interaction)]
        orders = enumerate(value.orders)
        return found + [(f"/orders/{index}/currency", order.currency) for index, order in orders]
    return [("/currency", value.currency)]
