"""The customers: tastes, purse, home and habits. All arrays are (customers,) unless said."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from models.domain import CHANNELS
from training.shop.catalogue import Catalogue
from training.shop.categories import CATEGORIES, STYLES
from training.shop.chance import Floats, Ints, pick, softmax, stream
from training.shop.shelves import BANDS

PERSONAS: Final = 10
"""Kinds of customer; everybody is a mixture of few, which is what makes customers alike."""
LOCALES: Final = ("en_GB", "en_IE", "de_DE", "fr_FR", "es_ES")
LOCALE_SHARES: Final = (0.93, 0.025, 0.015, 0.015, 0.015)
FIRST_NAMES: Final = (
    "Lea", "Amir", "Sophie", "Jack", "Priya", "Tom", "Grace", "Kwame", "Emily", "Oliver", "Zofia",
    "Daniel", "Hannah", "Yusuf", "Megan", "Callum", "Ines", "Harry", "Mei", "Rhys", "Chloe",
    "Mateo", "Isla", "George", "Fatima", "Lewis", "Nina", "Samuel", "Aoife", "Ravi",
)  # fmt: skip
CHANNEL_HABITS: Final = {
    "phone": 3.2, "web": 2.6, "chat": 2.0, "sms": 0.8, "twitter": 0.5, "facebook": 0.7,
    "email": 2.2,
}  # fmt: skip
"""How gladly people use each channel for a contact."""
NEWCOMERS: Final = 0.35
"""Share of customers whose first order falls into the window."""
STAY_DAYS: Final = 900
"""How long customers stay, on average."""


@dataclass(frozen=True)
class Customers:
    name: Ints
    """Place in FIRST_NAMES."""
    locale: Ints
    """Place in LOCALES."""
    taste: Floats
    """(customers, categories) shares of what is wanted."""
    styles: Floats
    """(customers, styles) shares."""
    bands: Floats
    """(customers, price bands) shares."""
    budget: Floats
    """Pence to spend on wishes in a quarter."""
    space: Floats
    """Room at home against a typical home: 1.2 takes things a fifth wider."""
    restless: Floats
    """Wishes come up so many times a month."""
    stocks: Floats
    """How many things are kept in stock at home, on average."""
    pace: Floats
    """How long things last against an average home."""
    patience: Floats
    """Days over which needs are put together into one order."""
    fussy: Floats
    """Returns against those of an average customer."""
    channels: Floats
    """(customers, channels) shares of contacts."""
    joined: Floats
    left: Floats
    """Days of the window between which the customer buys."""

    def __len__(self) -> int:
        return len(self.name)

    def take(
        self, rng: np.random.Generator, catalogue: Catalogue, who: Ints, category: Ints
    ) -> Ints:
        """An item of each `category` after the taste and purse of the customers `who`."""
        style, band = pick(rng, self.styles[who]), pick(rng, self.bands[who])
        return catalogue.shelves.take(rng, category, style, band)


def make_customers(seed: int, customers: int, days: int) -> Customers:
    """People for a window of `days`; some are new in it, and some are gone before its end."""
    rng = stream(seed, "customers")
    demand = np.array([kind.demand for kind in CATEGORIES])
    likes = demand * rng.lognormal(0, 1.0, (PERSONAS, len(CATEGORIES)))
    looks = rng.dirichlet(np.full(len(STYLES), 0.5), PERSONAS)
    mixture = rng.dirichlet(np.full(PERSONAS, 0.12), customers)
    taste = _mixed(mixture, likes / likes.sum(axis=1, keepdims=True))
    taste *= rng.lognormal(0, 0.5, taste.shape)
    own_look = rng.dirichlet(np.full(len(STYLES), 0.4), customers)
    wealth = rng.normal(0, 1, customers)
    band = 1.5 + 1.1 * wealth[:, None] - np.arange(BANDS)
    joined = np.where(rng.random(customers) < NEWCOMERS, rng.random(customers) * 0.9 * days, 0.0)
    return Customers(
        name=rng.integers(0, len(FIRST_NAMES), customers),
        locale=rng.choice(len(LOCALES), customers, p=LOCALE_SHARES),
        taste=taste / taste.sum(axis=1, keepdims=True),
        styles=0.6 * _mixed(mixture, looks) + 0.4 * own_look,
        bands=softmax(-(band**2) / 1.2),
        budget=np.exp(np.log(60_000) + 0.55 * wealth + rng.normal(0, 0.35, customers)),
        space=rng.lognormal(0, 0.18, customers),
        restless=rng.gamma(1.3, 0.75 / 1.3, customers),
        stocks=rng.gamma(1.2, 1.5 / 1.2, customers),
        pace=rng.lognormal(0, 0.25, customers),
        patience=rng.uniform(5, 20, customers),
        fussy=rng.gamma(2.0, 0.5, customers),
        channels=rng.dirichlet([CHANNEL_HABITS[name] for name in CHANNELS], customers),
        joined=joined,
        left=np.minimum(joined + rng.exponential(STAY_DAYS, customers) + 20, days),
    )


def _mixed(mixture: Floats, shares: Floats) -> Floats:
    """(customers, k): the shares (personas, k) of each customer's mixture of personas."""
    # `@` adds up in an order that depends on the number of threads, and so does its last bit
    mixed: Floats = np.einsum("cp,pk->ck", mixture, shares)
    return mixed
