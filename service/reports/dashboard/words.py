"""What the numbers of a report say, in whole sentences for somebody who has one minute."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Final

VERDICTS: Final = {
    "gain": "Asking pays",
    "loss": "Asking loses money",
    "not_enough_data": "Not enough data yet",
    "arms_do_not_match": "No verdict",
    "maturing": "Maturing",
}
REASONS: Final = {
    "gain": "After the cost of goods and of asking, more is left than without asking. That holds "
    "however often one looks.",
    "loss": "After the cost of goods and of asking, less is left than without asking. That holds "
    "however often one looks.",
    "arms_do_not_match": "The customers we may ask and the holdout cannot be compared; the notes "
    "say why.",
}


def headline(document: dict[str, Any]) -> str:
    """What came back for each unit of money spent on service."""
    found, currency = document["total"]["incremental"], document["currency"]
    if found is None or found["ratio"] is None:
        return "What asking brought back cannot be told for this period; the verdict says why."
    ratio = Decimal(found["ratio"])
    if not is_known(document["total"]):
        return (
            f"The best guess so far is {ratio:.2f} {currency} of sales for every 1.00 {currency} "
            "of service cost, and it may be chance."
        )
    if ratio < 0:
        return (
            f"For every 1.00 {currency} of service cost, asking lost {-ratio:.2f} {currency} of "
            "sales that would have come otherwise."
        )
    return (
        f"For every 1.00 {currency} of service cost, asking brought back {ratio:.2f} {currency} of "
        "sales that would not have come otherwise."
    )


def is_known(row: dict[str, Any]) -> bool:
    """Whether the comparison has come to a verdict; until then its numbers are guesses."""
    return row["verdict"] in ("gain", "loss")


def summary(document: dict[str, Any]) -> str:
    """The headline for a terminal: three numbers and the verdict."""
    total, currency = document["total"], document["currency"]
    basis = ", benchmark, not yours" if document["cost_basis"] == "benchmark" else ""
    lines = [
        f"Service recovery, {document['from']} to {document['to']}",
        f"Service cost  {_money(total['service_cost'])} {currency}{basis}",
    ]
    for name, of in (("Attributed", "sales"), ("Incremental", "sales"), ("Net", "margin")):
        found = total[name.lower()]
        if found is None:
            lines.append(f"{name:12}  not known")
            continue
        ratio = "no ratio" if found["ratio"] is None else f"ratio {Decimal(found['ratio']):.2f}"
        ends = f" ({interval(found)})" if "low" in found and interval(found) else ""
        lines.append(f"{name:12}  {_money(found[of])} {currency}, {ratio}{ends}")
    lines.append(f"{verdict(total)}. {reason(document)}")
    lines += [one["text"] for one in document["statements"]]
    return "\n".join(lines)


def _money(amount: str) -> str:
    return f"{Decimal(amount):,}"


def interval(found: dict[str, Any] | None) -> str:
    """The ends between which the true ratio lies, as far as the data tell.

    >>> interval({"ratio": "0.2699", "low": "0.0400", "high": None, "unbounded": True})
    '0.04 to unbounded'
    """
    if found is None or (found["ratio"] is None and not found["unbounded"]):
        return ""
    low, high = (
        "unbounded" if found[end] is None else f"{Decimal(found[end]):.2f}"
        for end in ("low", "high")
    )
    return f"{low} to {high}"


def verdict(row: dict[str, Any]) -> str:
    """Two or three words, and how many customers are missing."""
    needed = f": about {row['needed']:,} more customers" if row["needed"] else ""
    return VERDICTS[row["verdict"]] + needed


def reason(document: dict[str, Any]) -> str:
    """The verdict on the whole, explained."""
    row = document["total"]
    if row["verdict"] == "maturing":
        return f"Orders count until {document['matures_at'][:10]}. {_come(document)}".strip()
    if row["verdict"] != "not_enough_data":
        return REASONS[row["verdict"]]
    if row["net"] is None:
        return "Too little is known to compare customers whom we ask with those whom we never ask."
    return "The interval of what is left, net, still holds zero: it could be chance."


def why_they_differ(document: dict[str, Any]) -> str:
    """Why three numbers stand side by side."""
    total, days = document["total"], document["window_days"]
    inflation = total["attribution_inflation"] if is_known(total) else None
    overstates = f" and overstates {inflation} times" if inflation else ""
    return (
        f"Attributed counts every order up to {days} days after a contact, also those that would "
        f"have come anyway{overstates}; incremental is the difference to customers whom nobody "
        "asks; net takes off the cost of goods and of asking."
    )


def _come(document: dict[str, Any]) -> str:
    curve = document["maturity"]
    if not curve:
        return ""
    middle = curve[len(curve) // 2]
    return (
        f"By past contacts {Decimal(middle['share']):.0%} of a window's sales have come by day "
        f"{middle['day']}."
    )
