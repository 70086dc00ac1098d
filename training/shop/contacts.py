"""How contacts go: channel, agent, mood, how long they take, and what comes of those left open."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from models.domain import CHANNELS, FAULTS, RETURN_REASONS, STATUSES, TOPICS
from training.shop.catalogue import Catalogue
from training.shop.chance import Flags, Floats, Ints, choose, pick, stream
from training.shop.columns import joined, rows
from training.shop.customers import Customers
from training.shop.occasions import Occasions, Subjects
from training.shop.orders import NO
from training.shop.seasons import DAY, Calendar

HANDLE_SECONDS: Final = {
    "phone": 400, "web": 0, "chat": 540, "sms": 170, "twitter": 200, "facebook": 230, "email": 320,
}  # fmt: skip
"""An agent's time on a plain contact. On the web customers serve themselves."""
EFFORT: Final = {
    "return": 1.0, "exchange": 1.25, "damaged": 1.2, "wrong_item": 1.1, "delivery": 0.8,
    "billing": 1.15, "price": 0.7, "product_question": 0.85, "order_change": 0.75,
    "complaint": 1.5, "other": 0.8,
}  # fmt: skip
"""Handling time against a plain contact."""
SEVERE: Final = {
    "damaged": 0.5, "wrong_item": 0.4, "delivery": 0.2, "billing": 0.4, "complaint": 1.0,
    "product_question": -1.2, "price": -0.7, "other": -0.8, "order_change": -0.7,
}  # fmt: skip
"""How severe topics are against a return."""
TOPIC_FAULTS: Final = {
    "return": (0.1, 0.3, 0.0, 0.6), "exchange": (0.1, 0.3, 0.0, 0.6),
    "damaged": (0.45, 0.05, 0.5, 0.0), "wrong_item": (0.9, 0.1, 0.0, 0.0),
    "delivery": (0.2, 0.05, 0.7, 0.05), "billing": (0.6, 0.3, 0.0, 0.1),
    "price": (0.1, 0.0, 0.0, 0.9), "product_question": (0.0, 0.0, 0.0, 1.0),
    "order_change": (0.05, 0.6, 0.0, 0.35), "complaint": (0.7, 0.05, 0.15, 0.1),
    "other": (0.05, 0.15, 0.0, 0.8),
}  # fmt: skip
REASON_FAULTS: Final = {
    "defective": (0.85, 0.0, 0.15, 0.0), "not_as_described": (0.95, 0.05, 0.0, 0.0),
    "arrived_late": (0.3, 0.0, 0.7, 0.0),
}  # fmt: skip
"""Shares of FAULTS; a reason for a return says more than the topic."""
FAULT_FELT: Final = {"ours": 0.5, "customer": 0.0, "carrier": 0.35, "none": -0.2}
"""How much worse the mood is for it."""
FIRST_STATUSES: Final = {"resolved": 0.87, "unresolved": 0.08, "escalated": 0.05}
LATER_STATUSES: Final = {"resolved": 0.84, "reopened": 0.08, "escalated": 0.06, "unresolved": 0.02}
PUBLIC: Final = 0.4
"""Share of first contacts on Twitter and Facebook that everybody can read."""
COMES_BACK: Final = {"resolved": 0.03, "unresolved": 0.85, "reopened": 0.8, "escalated": 0.6}
"""Chance of a further contact about the same thing."""
ROUNDS: Final = 4
OPEN_HOURS: Final = (8, 20)
"""UTC, when agents work; the web is always open."""
AGENTS: Final = (12, 400)
"""Agents of a small centre, and customers for each further one."""
TEAMS: Final = {
    "north": "in_house", "south": "in_house", "east": "in_house", "west": "outsourced"
}  # fmt: skip
SEVERITY_LIMITS: Final = (0.2, 1.3)
MOOD_LIMITS: Final = (-1.0, 0.75, 1.9)
WEB: Final = CHANNELS.index("web")

_COMES_BACK = np.array([COMES_BACK[status] for status in STATUSES])
_FAULT_FELT = np.array([FAULT_FELT[fault] for fault in FAULTS])


@dataclass(frozen=True)
class Matters:
    """What lies behind each occasion, (occasions,) each."""

    fault: Ints
    severity: Ints
    effort: Floats
    """Handling time against a plain contact."""


@dataclass(frozen=True)
class Contacts:
    """(contacts,) each; words as places in the lists of `models.domain`."""

    story: Ints
    """The occasion, which all contacts about it share."""
    attempt: Ints
    """0 for the first contact of its story."""
    at: Ints
    """When it ended, in seconds since 1970."""
    channel: Ints
    status: Ints
    fault: Ints
    severity: Ints
    mood: Ints
    public: Flags
    seconds: Ints
    agent: Ints
    """A number, or NO for self-service; team and employer follow from it."""
    transfers: Ints


def make_contacts(
    seed: int,
    calendar: Calendar,
    catalogue: Catalogue,
    customers: Customers,
    occasions: Occasions,
    subjects: Subjects,
) -> Contacts:
    """All contacts in time order: the first about each occasion, and those that follow it."""
    rng = stream(seed, "contacts")
    matters = _matters(rng, catalogue, occasions, subjects)
    agents = agents_of(customers)
    story, at = np.arange(len(occasions.at)), occasions.at
    rounds = []
    for attempt in range(ROUNDS):
        channel = pick(rng, customers.channels[occasions.customer[story]])
        at = _opened(rng, channel, at)
        inside = at < calendar.end
        story, at, channel = story[inside], at[inside], channel[inside]
        contacts = _handled(rng, story, at, channel, rows(matters, story), attempt, agents)
        rounds.append(contacts)
        back = rng.random(len(story)) < _COMES_BACK[contacts.status]
        story = story[back]
        at = at[back] + (rng.gamma(2.0, 1.0, len(story)) * DAY).astype(np.int64) + 3_600
    contacts = joined(*rounds)
    return rows(contacts, np.lexsort((contacts.story, contacts.at)))


def agents_of(customers: Customers) -> int:
    """How many agents the centre has."""
    fewest, share = AGENTS
    return fewest + len(customers) // share


def _matters(
    rng: np.random.Generator, catalogue: Catalogue, occasions: Occasions, subjects: Subjects
) -> Matters:
    """Whose fault each occasion is, and how severe, by topic, reason and the item's price."""
    named = occasions.count > 0
    begin = np.where(named, occasions.begin, 0)
    # one row more, so that there is something to look at when no contact names an item
    reason = np.where(named, np.append(subjects.reason, NO)[begin], NO)
    price = np.where(named, catalogue.price[np.append(subjects.item, 0)[begin]], 2_000)
    by_topic = np.array([TOPIC_FAULTS[topic] for topic in TOPICS])
    by_reason = np.array([REASON_FAULTS.get(name, (0.0,) * 4) for name in (*RETURN_REASONS, "")])
    shares = by_reason[reason]  # NO is the last row
    shares = np.where(shares.sum(axis=1, keepdims=True) > 0, shares, by_topic[occasions.topic])
    score = np.array([SEVERE.get(topic, 0.0) for topic in TOPICS])[occasions.topic]
    score = score + 0.35 * np.log(price / 4_000) + rng.normal(0, 0.8, len(price))
    effort = np.array([EFFORT[topic] for topic in TOPICS])[occasions.topic]
    return Matters(pick(rng, shares), np.digitize(score, SEVERITY_LIMITS), effort)


def _opened(rng: np.random.Generator, channel: Ints, at: Ints) -> Ints:
    """The time itself on the web, else the next one at which agents work."""
    opens, closes = (hour * 3_600 for hour in OPEN_HOURS)
    second = at % DAY
    shut = (channel != WEB) & ((second < opens) | (second >= closes))
    morning = at - second + np.where(second >= closes, DAY, 0) + opens
    return np.where(shut, morning + rng.integers(0, 3 * 3_600, len(at)), at)


def _handled(
    rng: np.random.Generator,
    story: Ints,
    at: Ints,
    channel: Ints,
    matters: Matters,
    attempt: int,
    agents: int,
) -> Contacts:
    """One round of contacts, as an agent would log them."""
    n = len(story)
    feeling = (
        0.55 * matters.severity
        + _FAULT_FELT[matters.fault]
        + 0.7 * attempt
        + rng.normal(-0.4, 0.9, n)
    )
    mood = np.digitize(feeling, MOOD_LIMITS)
    social = np.isin(channel, [CHANNELS.index("twitter"), CHANNELS.index("facebook")])
    public = social & (rng.random(n) < PUBLIC) & (attempt == 0)
    shares = LATER_STATUSES if attempt else FIRST_STATUSES
    status = choose(rng, np.array([shares.get(name, 0.0) for name in STATUSES]), n)
    # what is told in public is asked to go on in private
    status = np.where(public & (rng.random(n) < 0.5), STATUSES.index("unresolved"), status)
    escalated = status == STATUSES.index("escalated")
    transfers = rng.poisson(0.1 + 0.7 * escalated + 0.15 * attempt)
    usual = np.array([HANDLE_SECONDS[name] for name in CHANNELS])[channel] * matters.effort
    seconds = usual * rng.lognormal(0, 0.4, n) * (1 + 0.12 * mood + 0.3 * transfers)
    return Contacts(
        story=story,
        attempt=np.full(n, attempt),
        at=at,
        channel=channel,
        status=status,
        fault=matters.fault,
        severity=matters.severity,
        mood=mood,
        public=public,
        seconds=seconds.astype(np.int64),
        agent=np.where(channel == WEB, NO, rng.integers(0, agents, n)),
        transfers=np.where(channel == WEB, 0, transfers),
    )
