"""Moments of a window with what the customer ordered next: what is learned from and measured on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from models.moment import Moment
from models.purchases import History, Ints, no_history
from training.load import Contacts
from training.split import Window

STRANGERS = 0.1
"""Share of the moments to learn from in which the customer's history is withheld: what a caller
buys of whom nothing is known is learned from callers whose next order is."""


@dataclass(frozen=True, slots=True)
class Example:
    """A customer's moment and the items of the next order within the horizon; none: none came."""

    customer: int
    moment: Moment
    target: Ints


def draw_examples(
    histories: Mapping[int, History],
    contacts: Contacts,
    window: Window,
    limit: int,
    rng: np.random.Generator,
) -> list[Example]:
    """Every contact of the window, and per customer one more moment on a random day of it.

    Customers without an order before the moment are left out: nothing personal is known of them.
    At most `limit` are kept, contacts and days in the proportion in which they were drawn.
    """
    places = np.flatnonzero((contacts.days >= window.start) & (contacts.days < window.end))
    everybody = np.fromiter(histories, dtype=np.int32, count=len(histories))
    random_days = rng.uniform(window.start, window.end, size=len(everybody))
    customers = np.concatenate([contacts.customers[places], everybody])
    days = np.concatenate([contacts.days[places], random_days])
    nothing = np.empty(0, dtype=np.int32)
    examples = list[Example]()
    for drawn in rng.permutation(len(customers)).tolist():
        if len(examples) == limit:
            break
        customer, day = int(customers[drawn]), float(days[drawn])
        whole = histories.get(customer)
        known = whole.until(day) if whole is not None else None
        if whole is None or known is None or not len(known):
            continue
        topic, items = None, nothing
        if drawn < len(places):
            topic, items = contacts.topics[places[drawn]], contacts.items[places[drawn]]
        moment = Moment(known, day, topic, items)
        target = next_order(whole, day, day + window.horizon)
        examples.append(Example(customer, moment, target))
    return examples


def next_order(history: History, after: float, until: float) -> Ints:
    """Items of the first order later than `after`, if it came by `until`; rising, each once."""
    first = int(np.searchsorted(history.days, after, side="right"))
    if first == len(history) or history.days[first] > until:
        return np.empty(0, dtype=np.int32)
    return np.unique(history.items[history.orders == history.orders[first]])


def with_strangers(examples: Sequence[Example], rng: np.random.Generator) -> list[Example]:
    """The same examples, in some of which nobody knows the customer."""
    hidden = rng.random(len(examples)) < STRANGERS
    return [
        replace(example, moment=replace(example.moment, history=no_history()))
        if unknown
        else example
        for example, unknown in zip(examples, hidden, strict=True)
    ]
