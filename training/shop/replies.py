"""What would come of asking in each contact: what customers say, and what agents report.

Here the truth about asking is planted. Agents ask warm customers more often, and these accept more
often. At one touchpoint asking works far better than elsewhere. One agent reports acceptances that
never were.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from models.domain import CHANNELS, KINDS, NOT_OFFERED_REASONS, RESULTS, TOPICS
from training.shop.chance import Flags, Floats, Ints, choose
from training.shop.contacts import WEB, Contacts
from training.shop.orders import NO
from training.shop.suggested import BY_KIND, Suggested

ACCEPTED: Final = 0.11
"""Chance of a yes to a customer of average warmth, before the factors below."""
BY_CHANNEL: Final = {
    "phone": 1.1, "web": 0.4, "chat": 1.2, "sms": 0.6, "twitter": 0.5, "facebook": 0.6,
    "email": 0.7,
}  # fmt: skip
BY_TOPIC: Final = {
    "return": 0.9, "exchange": 1.1, "damaged": 0.5, "wrong_item": 0.5, "delivery": 0.6,
    "billing": 0.4, "price": 1.0, "product_question": 1.3, "order_change": 1.1, "complaint": 0.3,
    "other": 0.8,
}  # fmt: skip
INFLUENTIAL: Final = ("chat", "return")
"""Channel and topic of the touchpoint where asking works best, and by how many times."""
TIMES: Final = 3.0
LIKELIEST: Final = 0.6
SKILL: Final = (0.55, 0.9)
"""The share of their chances in which agents ask a customer of no warmth at all, from and to."""
WARMTH_MATTERS: Final = 0.15
"""How much oftener they ask for each step of warmth."""
UNREPORTED: Final = 0.1
UNREPORTED_WEB: Final = 0.45
"""Shares of asks of which no word comes; pages are simply closed."""
MAYBE_LATER: Final = 0.15
"""Share of those who do not accept."""
INVENTED: Final = 0.3
"""Share of the cheat's asks without a yes that are reported as one."""
WHY_NOT: Final = {
    "customer_in_hurry": 0.35, "did_not_feel_right": 0.3, "already_owns": 0.1,
    "out_of_stock": 0.04, "wrong_suggestion": 0.1, "too_expensive": 0.06, "other": 0.05,
}  # fmt: skip
OBJECTS: Final = 0.012
"""Share of those who decline who object to being asked, for good."""


@dataclass(frozen=True)
class Replies:
    """(contacts,) each: what would come of asking."""

    result: Ints
    """As it is reported: place in RESULTS, or NO for no word."""
    why_not: Ints
    """Place in NOT_OFFERED_REASONS, or NO."""
    invented: Flags
    """Reported as accepted though nobody accepted."""
    objects: Flags
    chance: Floats
    """(contacts, SHOWN): the chance of a yes that was expected of each item."""


def reply(
    rng: np.random.Generator,
    contacts: Contacts,
    topic: Ints,
    warmth: Floats,
    suggested: Suggested,
    agents: int,
) -> tuple[Replies, int]:
    """The replies, and the number of the agent who cheats."""
    n = len(topic)
    channel, agent = contacts.channel, contacts.agent
    cheat = int(rng.integers(agents))
    skill = rng.uniform(*SKILL, agents)
    base = _factors(BY_CHANNEL, CHANNELS)[channel] * _factors(BY_TOPIC, TOPICS)[topic] * ACCEPTED
    base = base * np.sqrt(warmth)
    here = channel == CHANNELS.index(INFLUENTIAL[0])
    here &= topic == TOPICS.index(INFLUENTIAL[1])
    likely = (base * np.where(here, TIMES, 1.0))[:, None] * _factors(BY_KIND, KINDS)[suggested.kind]
    likely = np.where(suggested.kind == NO, 0.0, likely).clip(0, LIKELIEST)

    by_page = channel == WEB
    told = rng.random(n) >= np.where(by_page, UNREPORTED_WEB, UNREPORTED)
    asks = by_page | (rng.random(n) < skill[agent] + WARMTH_MATTERS * (warmth - 1))
    yes = told & asks & (rng.random(n) < likely[:, 0])
    invented = told & asks & ~yes & ~by_page & (agent == cheat) & (rng.random(n) < INVENTED)
    later = rng.random(n) < MAYBE_LATER
    result = np.where(later, RESULTS.index("maybe_later"), RESULTS.index("declined"))
    result = np.where(yes | invented, RESULTS.index("accepted"), result)
    result = np.where(asks, result, RESULTS.index("not_offered"))
    result = np.where(told, result, NO)
    why_not = choose(rng, _factors(WHY_NOT, NOT_OFFERED_REASONS), n)
    objects = (result == RESULTS.index("declined")) & (rng.random(n) < OBJECTS)
    # nobody knows a chance exactly: an assistant is off by a quarter here and there
    chance = likely * rng.lognormal(0, 0.25, likely.shape)
    return Replies(
        result=result,
        why_not=np.where(result == RESULTS.index("not_offered"), why_not, NO),
        invented=invented,
        objects=objects,
        chance=np.round(chance.clip(0, LIKELIEST), 4),
    ), cheat


def _factors(by_name: dict[str, float], names: tuple[str, ...]) -> Floats:
    return np.array([by_name[name] for name in names])
