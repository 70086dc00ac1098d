"""The items: what they are, measure, cost and match. All arrays are (items,) unless said."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from training.shop.categories import BUNDLES, CATEGORIES, KNOWN_ISSUES, STYLES
from training.shop.chance import Flags, Floats, Ints, stream
from training.shop.shelves import BANDS, Shelves, fill_shelves

MEASURES: Final = (("width", "cm"), ("depth", "cm"), ("height", "cm"), ("weight", "kg"))
NOT_LISTED: Final = (0.05, 0.15, 0.08, 0.12)
"""Share of items whose width, depth, height or weight nobody wrote down."""
COST_NOT_KNOWN: Final = 0.04
SOLD_OUT: Final = 0.05
WITHDRAWN: Final = 0.02
NEW: Final = 0.15
"""Share of items launched within the window."""
WITH_ISSUE: Final = 0.015
STILL_SOLD: Final = np.inf

NAMES: Final = tuple(kind.name for kind in CATEGORIES)
STYLE_NAMES: Final = tuple(STYLES)


@dataclass(frozen=True)
class Catalogue:
    ids: list[str]
    names: list[str]
    category: Ints
    style: Ints
    band: Ints
    colour: list[str]
    material: list[str]
    measures: Floats
    """(items, 4) true width, depth, height in cm and weight in kg; NaN where it has none."""
    listed: Flags
    """(items, 4) which of them the shop knows."""
    price: Ints
    """Pence, today's; before the day `repriced` it was `old_price`."""
    old_price: Ints
    repriced: Floats
    in_sales: Flags
    cost: Ints
    """Pence."""
    cost_known: Flags
    stock: Ints
    launched: Floats
    withdrawn: Floats
    """Day from which it is not sold any more; STILL_SOLD for nearly all."""
    issue: Ints
    """Place in KNOWN_ISSUES, or -1."""
    faulty: Floats
    """Chance that a piece is defective."""
    misdescribed: Floats
    """Chance that a buyer finds it not as described."""
    rhythm: Floats
    """Days that it lasts in an average home; NaN for what is not used up."""
    partner: Ints
    """The item that goes with it, or -1."""
    together: Floats
    """Chance that the partner is in the same order."""
    later: Floats
    """Chance that the partner is wanted in the weeks after."""
    shelves: Shelves

    @property
    def sellable(self) -> Flags:
        sold: Flags = self.withdrawn == STILL_SOLD
        return sold

    def on_sale(self, item: Ints, day: Floats | Ints) -> Flags:
        """Whether each item was launched and not yet withdrawn on the day beside it."""
        sold: Flags = (self.launched[item] <= day) & (day < self.withdrawn[item])
        return sold


def make_catalogue(seed: int, items: int, days: int) -> Catalogue:
    """`items` items, at least one of each category, for a window of `days` days."""
    rng = stream(seed, "catalogue")
    category = _spread(items)
    style = rng.integers(0, len(STYLES), items)
    band = rng.integers(0, BANDS, items)
    popularity = rng.lognormal(0.0, 0.8, items)
    shelves = fill_shelves(category, style, band, popularity)
    price = _prices(rng, category, band)
    margin = np.array([kind.margin for kind in CATEGORIES])[category] + rng.normal(0, 0.06, items)
    # a few loss leaders cost more than they bring
    margin = np.where(rng.random(items) < 0.01, -0.05, margin.clip(0.12, 0.75))
    measures = _measures(rng, category)
    issue = np.where(rng.random(items) < WITH_ISSUE, rng.integers(0, len(KNOWN_ISSUES), items), -1)
    colour = [_one(rng, STYLES[STYLE_NAMES[s]][1]) for s in style]
    partner, together, later = _partners(rng, category, style, band, shelves)
    number = np.arange(items) - np.searchsorted(category, category)
    return Catalogue(
        ids=[f"{CATEGORIES[c].code}{n + 1:04d}" for c, n in zip(category, number, strict=True)],
        names=_names(rng, category, style, colour, measures),
        category=category,
        style=style,
        band=band,
        colour=colour,
        material=[_one(rng, CATEGORIES[c].materials) for c in category],
        measures=measures,
        listed=~np.isnan(measures) & (rng.random((items, 4)) >= NOT_LISTED),
        price=price,
        old_price=_pence(price * rng.choice([0.9, 0.95, 1.0, 1.08], items)),
        repriced=rng.uniform(0, days, items),
        in_sales=rng.random(items) < 0.35,
        cost=_pence(price * (1 - margin)),
        cost_known=rng.random(items) >= COST_NOT_KNOWN,
        stock=np.where(rng.random(items) < SOLD_OUT, 0, rng.geometric(0.02, items)),
        launched=np.where(rng.random(items) < NEW, rng.uniform(0, 0.9 * days, items), 0.0),
        withdrawn=np.where(
            rng.random(items) < WITHDRAWN, rng.uniform(0.7, 1, items) * days, STILL_SOLD
        ),
        issue=issue,
        faulty=rng.beta(1.2, 90, items) + np.where(issue >= 0, 0.10, 0.0),
        misdescribed=rng.beta(0.8, 70, items),
        rhythm=_rhythms(rng, category),
        partner=partner,
        together=together,
        later=later,
        shelves=shelves,
    )


def _one(rng: np.random.Generator, options: tuple[str, ...]) -> str:
    return options[rng.integers(len(options))]


def _spread(items: int) -> Ints:
    """Which category each item is of, in order: more where more is wanted, none left out."""
    share = np.array([kind.demand**0.7 for kind in CATEGORIES])
    edges = np.cumsum(share / share.sum()) * (items - len(CATEGORIES))
    extra = np.diff(np.rint(edges).astype(np.int64), prepend=0)
    return np.repeat(np.arange(len(CATEGORIES)), extra + 1)


def _prices(rng: np.random.Generator, category: Ints, band: Ints) -> Ints:
    """Prices in pence, with the endings that shops like."""
    low, high = np.log(np.array([kind.price for kind in CATEGORIES])).T
    place = (band + rng.random(len(band))) / BANDS
    pounds = np.exp(low[category] + place * (high - low)[category])
    small = np.rint(pounds * 20) * 5 - 1
    large = np.rint(pounds) * 100 - np.where(pounds < 100, 1, 0)
    pence: Ints = np.where(pounds < 15, small, large).astype(np.int64)
    return pence


def _pence(amount: Floats) -> Ints:
    pence: Ints = np.maximum(1, np.rint(amount)).astype(np.int64)
    return pence


def _measures(rng: np.random.Generator, category: Ints) -> Floats:
    none = (np.nan,) * 4
    typical = np.array([kind.size or none for kind in CATEGORIES])[category]
    # one factor for the whole thing and a smaller one for each side
    whole = rng.lognormal(0, 0.20, (len(category), 1))
    sizes = typical * whole * rng.lognormal(0, 0.10, typical.shape)
    fine = sizes < 20
    return np.where(fine, np.maximum(np.round(sizes, 1), 0.1), np.rint(sizes))


def _rhythms(rng: np.random.Generator, category: Ints) -> Floats:
    spans = np.array([kind.rhythm or (np.nan, np.nan) for kind in CATEGORIES])[category]
    days: Floats = spans[:, 0] * (spans[:, 1] / spans[:, 0]) ** rng.random(len(category))
    return days


def _partners(
    rng: np.random.Generator, category: Ints, style: Ints, band: Ints, shelves: Shelves
) -> tuple[Ints, Floats, Floats]:
    """One fitting item of the matching category for each item that goes with something."""
    partner = np.full(len(category), -1)
    chances = np.zeros((2, len(category)))
    for anchor, goes_with, together, later in BUNDLES:
        these = np.flatnonzero(category == NAMES.index(anchor))
        other = np.full(len(these), NAMES.index(goes_with))
        partner[these] = shelves.take(rng, other, style[these], band[these])
        chances[:, these] = [[together], [later]]
    return partner, chances[0], chances[1]


def _names(
    rng: np.random.Generator, category: Ints, style: Ints, colour: list[str], measures: Floats
) -> list[str]:
    """Collection, colour and noun, with a width for large things; numbered where alike."""
    seen: dict[str, int] = {}
    names = []
    for c, s, tint, (width, *_) in zip(category, style, colour, measures, strict=True):
        kind = CATEGORIES[c]
        words = (_one(rng, STYLES[STYLE_NAMES[s]][0]), tint.title(), _one(rng, kind.nouns))
        name = " ".join(words) + (f" {width:.0f} cm" if width >= 60 else "")
        seen[name] = seen.get(name, 0) + 1
        names.append(name if seen[name] == 1 else f"{name} No. {seen[name]}")
    return names
