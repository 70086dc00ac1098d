"""What every number of the reports means, in words that a packer understands, and what it is for.

Shown under the report for people and by `GET /v1/definitions`. Each number says which of the three
roots it serves; one that serves none is refused, since nobody could act on it. A change of meaning
is a new VERSION, so that two reports are only compared when their versions are equal.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

VERSION: Final = "2"
LONGEST: Final = 200
"""Characters; whoever needs more has not understood it yet."""

ROOTS: Final = ("acquisition", "retention", "ltv")
"""Why one looks at a number: to win customers, to keep them, for what they bring in their life."""


@dataclass(frozen=True, slots=True)
class Definition:
    """
    Raises:
        ValueError: it serves none of `ROOTS`, or is longer than `LONGEST`.
    """

    meaning: str
    serves: tuple[str, ...]

    def __post_init__(self) -> None:
        if not self.serves or not set(self.serves) <= set(ROOTS):
            raise ValueError(f"serves is {self.serves}: name some of {', '.join(ROOTS)}")
        if not 0 < len(self.meaning) <= LONGEST:
            raise ValueError(f"{len(self.meaning)} characters: use 1 to {LONGEST}")


DEFINITIONS: Final[Mapping[str, Definition]] = {
    "contacts": Definition(
        "All contacts that were resolved, or else reached us, on the days of the report (UTC).",
        ("retention",),
    ),
    "eligible": Definition(
        "Contacts in which every rule allowed an ask, before chance put some customers in the "
        "holdout.",
        ("retention", "ltv"),
    ),
    "asked": Definition(
        "Contacts in which the customer accepted, declined or said maybe later.",
        ("retention", "ltv"),
    ),
    "accepted": Definition(
        "Contacts in which the customer said yes to at least one suggested item.", ("ltv",)
    ),
    "unreported": Definition(
        "Contacts with an offer on the screen of which nobody has told us what happened. "
        "Not the same as declined.",
        ("retention", "ltv"),
    ),
    "customers": Definition(
        "Different customers of the eligible contacts: those we may ask, and the holdout, whom "
        "we never ask.",
        ("retention",),
    ),
    "service cost": Definition(
        "Each contact's own cost, or its handle time at the hourly rate and the channel's fee, or "
        "what a contact costs; plus goodwill and software.",
        ("retention", "ltv"),
    ),
    "goodwill": Definition(
        "What was given away in contacts, such as vouchers. It is inside the service cost.",
        ("retention",),
    ),
    "tooling": Definition(
        "Software of the service desk, by contact or by the month. It is inside the service cost.",
        ("ltv",),
    ),
    "asking": Definition(
        "The part of the service cost that went into asking: the seconds of every ask really "
        "made, at the hourly rate. It is inside the service cost, not on top of it.",
        ("ltv",),
    ),
    "same contact": Definition(
        "What customers said yes to in the contact: its lines in the named order less discount "
        "and refunds, nothing if cancelled; the suggested price until that order is known.",
        ("ltv",),
    ),
    "attributed": Definition(
        "All orders placed within the window after a contact, less discounts and refunds, plus "
        "accepted items in none of them. Many of these orders would have come anyway.",
        ("retention",),
    ),
    "incremental": Definition(
        "What would not have come without the ask, measured against the holdout. "
        "The number to decide by.",
        ("retention", "ltv"),
    ),
    "net": Definition(
        "Incremental sales less the cost of goods, refunds and the cost of asking.",
        ("retention", "ltv"),
    ),
    "attribution inflation": Definition(
        "Attributed sales divided by incremental ones: how many times the help desk's number "
        "overstates.",
        ("ltv",),
    ),
    "ratio": Definition(
        "Sales divided by service cost. At 0.30 they are 30 percent of it, at 4.00 four times "
        "it. Empty when nothing was spent.",
        ("ltv",),
    ),
    "maturing": Definition(
        "The window of the last contacts is still open, so sales may come in: nothing is compared "
        "yet.",
        ("retention",),
    ),
    "first order": Definition(
        "Of customers who had never ordered before their first contact with an allowed ask, the "
        "share who ordered within the days named.",
        ("acquisition",),
    ),
    "order again": Definition(
        "Of customers who had ordered before that contact, the share who ordered again within the "
        "days named.",
        ("retention",),
    ),
    "second order": Definition(
        "Of customers who had ordered on exactly one day before that contact, the share who "
        "ordered again: the step that decides whether somebody stays.",
        ("retention",),
    ),
    "sales per customer": Definition(
        "What a customer bought within the days named after that contact, less discounts and "
        "refunds.",
        ("ltv",),
    ),
    "lifetime value": Definition(
        "What a customer is expected to buy in the next 365 days, judged by how often, how lately "
        "and for how much they bought so far.",
        ("ltv",),
    ),
    "skipped": Definition(
        "Contacts with an offer on the screen that the agent did not make, with the reason.",
        ("retention", "ltv"),
    ),
    "held out": Definition(
        "Contacts that allowed an ask, with a customer of the holdout: nothing was shown.",
        ("retention", "ltv"),
    ),
    "forgone": Definition(
        "What asks that were allowed and not made were expected to bring, less what asking costs, "
        "as written down when they were decided.",
        ("ltv",),
    ),
    "stage": Definition(
        "What came before the contact: another on the matter within 7 days, an order within 30, "
        "an older order, or none.",
        ("acquisition", "retention"),
    ),
    "opt-outs": Definition(
        "Customers who objected or refused marketing within the window after their first contact "
        "with an allowed ask.",
        ("retention",),
    ),
    "complaints": Definition(
        "Customers with a contact of the topic complaint within that window.", ("retention",)
    ),
    "repeat contacts": Definition(
        "Customers who contacted us again within the window, whatever about.", ("retention",)
    ),
    "low grades": Definition(
        "Customers who graded us 2 or less on average within that window, of those who gave one.",
        ("retention",),
    ),
    "returns": Definition(
        "Customers who ordered after that contact and had money back for it within the window.",
        ("retention", "ltv"),
    ),
    "touchpoint": Definition(
        "A channel, a topic and a stage. Ranked by what asking brings there per contact, not by "
        "how many contacts it has.",
        ("acquisition", "retention", "ltv"),
    ),
    "effort": Definition(
        "Something done beyond the contact, such as same-day shipping, with what it cost.",
        ("retention",),
    ),
    "repurchase": Definition(
        "The customer ordered again within 90 days after the contact.", ("retention",)
    ),
    "satisfaction": Definition(
        "The grade from 1 to 5 that customers gave the contact; contacts without one are left out.",
        ("retention",),
    ),
    "repeated": Definition(
        "Contacts that another one followed within 7 days, on the same topic or the same journey.",
        ("retention",),
    ),
    "contained": Definition(
        "Self-service contacts after which no agent was needed for the matter within 7 days.",
        ("retention", "ltv"),
    ),
    "deflection saving": Definition(
        "What self-service contacts would have cost with an agent, less what they cost, less the "
        "agents' contacts on the matter that followed all the same.",
        ("ltv",),
    ),
    "asked rate": Definition(
        "Asks per offer shown, as if the agent had the contacts that all agents have together.",
        ("retention", "ltv"),
    ),
    "accepted rate": Definition(
        "Acceptances per ask, as if the agent had the contacts that all agents have together.",
        ("ltv",),
    ),
    "hollow": Definition(
        "Accepted items that no order of the customer holds within the window, or only a "
        "cancelled one.",
        ("retention",),
    ),
    "returned": Definition(
        "Accepted items that were ordered and for which money came back.", ("retention", "ltv")
    ),
}


def serving(name: str) -> tuple[str, ...]:
    """What a number of a report is for.

    Raises:
        ValueError: it is not defined; a number that serves nothing has no place in a report.
    """
    if name not in DEFINITIONS:
        raise ValueError(f"{name} is not defined: say what it means and which root it serves")
    return DEFINITIONS[name].serves
