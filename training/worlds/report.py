"""Customers in two arms whose true effect of asking is known, to prove the recovery report with.

Every customer buys now and then without a word, some often (warm), and warm ones are asked more
often. Asking adds orders, pulls later ones into the window, or drives customers off, as the story
says; the truth follows from the story, not from the draw.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cache
from typing import Final

import numpy as np
from scipy.stats import gamma

from training.shop.chance import Flags, Floats, Ints, stream

DAYS: Final = 60
BEFORE: Final = 6
"""The time before the first contact that is known, in windows."""
POINTS: Final = 20_000
"""At which the truth is averaged over customers' warmth."""


@dataclass(frozen=True, slots=True)
class Story:
    """What asking does in a world. Orders are means per customer; money is in one currency."""

    name: str
    customers: int = 6_000
    holdout: float = 0.1
    orders: float = 0.30
    """Within the window after the first contact, by customers who are not asked."""
    later: float = 0.0
    """After the window, of which asking may pull some into it."""
    adds: float = 0.0
    """Orders that asking makes, per customer who is asked."""
    pulls: float = 0.0
    """Share of the later orders that asking only makes earlier."""
    drives_off: float = 0.0
    """Share of the orders within the window that asking costs."""
    warmth: float = 1.0
    """Shape of the gamma distribution of customers' order rates; small is few who buy much."""
    asked: float = 0.5
    """Share of treated customers who are asked, were all equally warm."""
    agents_choose: float = 1.0
    """0: whom they ask is chance; 1: customers in proportion to how warm they are."""
    order_value: float = 60.0
    spread: float = 0.6
    """Standard deviation of the logarithm of order values."""
    returned: float = 0.12
    return_cost: float = 4.0
    margin: float = 0.40
    ask_cost: float = 0.30
    contact_cost: float = 8.0
    more_contacts: float = 0.4
    """Further contacts of a customer of average warmth; warm ones contact more."""
    not_eligible: float = 0.5
    """Cost of contacts in which nobody may be asked, as a share of that of the others."""
    lost: float = 0.0
    """Share of the holdout's buyers whom a broken split loses."""


@dataclass(frozen=True, slots=True)
class World:
    """The customers of a story, one row each (n,), and what a perfect report would say of them."""

    story: Story
    treated: Flags
    contacts: Ints
    asked: Flags
    sales: Floats
    margin: Floats
    cost: Floats
    before: Floats
    entered: Ints
    service_cost: Decimal
    true_sales_ratio: float
    true_margin_ratio: float
    """Incremental sales and margin per service cost, over all worlds of the story."""
    true_attributed_ratio: float
    """All sales in the window per service cost, which is what help desks print."""

    def until(self, day: int) -> World:
        """The customers who had come by the end of a day, the first being 0."""
        come = self.entered <= day
        rows = {name: getattr(self, name)[come] for name in COLUMNS}
        spent = float(rows["cost"].sum()) * (1 + self.story.not_eligible)
        return replace(self, service_cost=_cents(spent), **rows)


COLUMNS: Final = (
    "treated", "contacts", "asked", "sales", "margin", "cost", "before", "entered",
)  # fmt: skip

NO_EFFECT: Final = Story("no effect", ask_cost=0.0)
NO_EFFECTS: Final = (
    NO_EFFECT,
    replace(NO_EFFECT, name="no effect, half held out", holdout=0.5, customers=2_400),
    replace(NO_EFFECT, name="no effect, few who buy much", warmth=0.35, spread=0.8),
)
"""Worlds in which every finding is false."""
STORIES: Final = (
    NO_EFFECT,
    Story("warm customers asked more often", adds=0.06, agents_choose=1.0),
    Story(
        "orders pulled forward", orders=0.10, later=0.30, adds=0.02, pulls=0.25, customers=12_000
    ),
    Story("many returns", adds=0.10, returned=0.45, return_cost=9.0),
    Story("asking drives customers off", drives_off=0.15, ask_cost=0.6),
    Story("few who buy much", adds=0.08, warmth=0.35, spread=0.8, customers=12_000),
    Story("half held out", adds=0.05, holdout=0.5, customers=3_000),
)
"""Worlds large enough for a number."""
FEW: Final = Story("few customers", adds=0.10, customers=300)
CORRUPTED: Final = Story("split corrupted", customers=20_000, lost=0.75)
"""Of four buyers in the holdout three are missing, so that asking seems to do wonders."""


def make_world(story: Story, seed: int) -> World:
    """One world of a story; the same seed makes the same world."""
    rng = stream(seed, story.name)
    n = story.customers
    warm = rng.gamma(story.warmth, 1 / story.warmth, n)
    treated = rng.random(n) >= story.holdout
    asked = treated & (rng.random(n) < _chance_of_ask(story, warm))
    stay = 1 - story.drives_off * asked
    orders = rng.poisson(
        warm * (story.orders * stay + story.later * story.pulls * asked) + story.adds * asked
    )
    sales, returns = _spent(story, rng, orders)
    before, _ = _spent(story, rng, rng.poisson(warm * story.orders * BEFORE))
    contacts = 1 + rng.poisson(story.more_contacts * warm)
    cost = contacts * story.contact_cost * rng.gamma(4.0, 0.25, n)
    costs = returns * story.return_cost + asked * story.ask_cost
    entered = rng.integers(0, DAYS, n)
    kept = treated | (sales == 0) | (rng.random(n) >= story.lost)
    truth = _truth(story)
    return World(
        story=story,
        treated=treated[kept],
        contacts=contacts[kept],
        asked=asked[kept],
        sales=sales[kept],
        margin=(sales * story.margin - costs)[kept],
        cost=cost[kept],
        before=before[kept],
        entered=entered[kept],
        service_cost=_cents(float(cost[kept].sum()) * (1 + story.not_eligible)),
        true_sales_ratio=truth[0],
        true_margin_ratio=truth[1],
        true_attributed_ratio=truth[2],
    )


def _chance_of_ask(story: Story, warm: Floats) -> Floats:
    chances: Floats = np.minimum(
        1.0, story.asked * ((1 - story.agents_choose) + story.agents_choose * warm)
    )
    return chances


def _spent(story: Story, rng: np.random.Generator, orders: Ints) -> tuple[Floats, Ints]:
    """What each customer's orders come to after returns, and how many were returned."""
    n, buyer = len(orders), np.repeat(np.arange(len(orders)), orders)
    # the logarithm's mean makes order_value the mean of the values
    typical = np.log(story.order_value) - story.spread**2 / 2
    values = rng.lognormal(typical, story.spread, len(buyer))
    back = rng.random(len(buyer)) < story.returned
    kept: Floats = np.bincount(buyer, values * ~back, n).astype(np.float64)
    returns: Ints = np.bincount(buyer, back, n).astype(np.int64)
    return kept, returns


@cache
def _truth(story: Story) -> tuple[float, float, float]:
    """Sales, margin and attributed sales per service cost, expected over customers' warmth."""
    warm = gamma.ppf((np.arange(POINTS) + 0.5) / POINTS, story.warmth, scale=1 / story.warmth)
    chance = _chance_of_ask(story, warm)
    own = (1 - story.returned) * story.order_value
    more = chance * (
        story.adds + warm * (story.later * story.pulls - story.orders * story.drives_off)
    )
    sales = own * float(more.mean())
    returned = story.return_cost * story.returned * float(more.mean())
    margin = story.margin * sales - returned - story.ask_cost * float(chance.mean())
    spent = story.contact_cost * (1 + story.more_contacts) * (1 + story.not_eligible)
    attributed = own * story.orders + (1 - story.holdout) * sales
    return sales / spent, margin / spent, attributed / spent


def _cents(amount: float) -> Decimal:
    return Decimal(amount).quantize(Decimal("0.01"))
