"""The shop in one screen: who buys what, what goes back, who gets in touch, who is asked."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from tqdm import tqdm

from models.arm import Experiment
from training.shop import tables
from training.shop.asks import make_asks
from training.shop.asks_tables import asks_table, outcomes_table
from training.shop.catalogue import make_catalogue
from training.shop.categories import CATEGORIES
from training.shop.contacts import make_contacts
from training.shop.customers import make_customers
from training.shop.effects import take_effect
from training.shop.gestures import make_gestures
from training.shop.occasions import make_occasions
from training.shop.orders import cancel_some, in_time_order, place_orders
from training.shop.planted import what_was_planted
from training.shop.returns import order_instead, send_back
from training.shop.seasons import make_calendar
from training.shop.truth import Truth, tell
from training.shop.wants import make_wants

TABLES: Final = ("items", "orders", "interactions", "asks", "outcomes")
AS_SHIPPED: Final = Experiment("ask-or-not", "encore", 0.10)
"""How the shipped policy draws its holdout."""
ROW_GROUP: Final = 50_000
"""Rows that a reader of the files has to hold at once."""


class BadShop(ValueError):
    """A shop that cannot be made; the message says what to change, one line for each fault."""


@dataclass(frozen=True)
class Shop:
    """The tables have the fields of the feed, `asks` and `outcomes` those of the importers."""

    items: pa.Table
    orders: pa.Table
    interactions: pa.Table
    asks: pa.Table
    outcomes: pa.Table
    truth: Truth
    planted: dict[str, Any]
    """What asking truly did, and what a report should find: JSON, told by `planted.py`."""


def make_shop(
    seed: int,
    items: int,
    customers: int,
    months: int,
    until: date,
    experiment: Experiment = AS_SHIPPED,
) -> Shop:
    """The same shop for the same arguments, to the byte.

    Args:
        items: at least one for each of the categories.
        months: length of the history, which ends with the day `until`, in UTC.
        experiment: who is held out from being asked.

    Raises:
        BadShop: when an argument is out of range.
    """
    check(seed, items, customers, months, until)
    with tqdm(total=7, desc="Making the shop", unit="step", disable=None) as progress:
        calendar = make_calendar(months, until)
        catalogue = make_catalogue(seed, items, calendar.days)
        people = make_customers(seed, customers, calendar.days)
        progress.update()
        wants, rhythms = make_wants(seed, calendar, catalogue, people)
        progress.update()
        orders, lines = place_orders(seed, calendar, catalogue, people, wants)
        lines = send_back(seed, calendar, catalogue, people, orders, lines)
        orders, lines = order_instead(seed, calendar, catalogue, people, orders, lines)
        orders, lines = in_time_order(orders, lines)
        orders = cancel_some(seed, calendar, orders, lines)
        progress.update()
        occasions, subjects = make_occasions(seed, calendar, catalogue, people, orders, lines)
        contacts = make_contacts(seed, calendar, catalogue, people, occasions, subjects)
        gestures = make_gestures(seed, occasions, contacts)
        progress.update()
        ids = tables.customer_ids(np.arange(customers)).to_pylist()
        asks, cheat = make_asks(
            seed, calendar, catalogue, people, orders, lines, occasions, subjects, contacts,
            experiment, ids,
        )  # fmt: skip
        orders, lines, asks, effects = take_effect(
            seed, calendar, catalogue, people, orders, lines, contacts, asks
        )
        progress.update()
        sales = tables.orders_table(catalogue, orders, lines)
        progress.update()
        shop = Shop(
            items=tables.items_table(catalogue),
            orders=sales,
            interactions=tables.interactions_table(
                catalogue, occasions, subjects, contacts, gestures
            ),
            asks=asks_table(catalogue, occasions, contacts, asks),
            outcomes=outcomes_table(catalogue, contacts, asks, tables.order_ids(sales.num_rows)),
            truth=tell(catalogue, people, rhythms),
            planted=what_was_planted(
                seed, calendar, occasions, contacts, gestures, asks, effects, cheat
            ),
        )
        progress.update()
    return shop


def check(seed: int, items: int, customers: int, months: int, until: date) -> None:
    """Report every argument that is out of range at once."""
    wrong = []
    if seed < 0:
        wrong.append(f"seed is {seed}; take 0 or more")
    if items < len(CATEGORIES):
        wrong.append(f"items is {items}; take {len(CATEGORIES)} or more, one for each category")
    if customers < 1:
        wrong.append(f"customers is {customers}; take 1 or more")
    if months < 1:
        wrong.append(f"months is {months}; take 1 or more")
    else:
        try:
            make_calendar(months, until)
        except OverflowError:
            wrong.append(f"{months} months until {until} do not lie between 1970 and 9999")
    if wrong:
        raise BadShop("\n".join(wrong))


def write(shop: Shop, folder: Path) -> None:
    """Write a Parquet file for each of TABLES, and `truth.json`; each whole or not at all.

    Raises:
        OSError: when the folder cannot be made or written to.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for name in TABLES:
        partial = folder / f".{name}.parquet.partial"
        pq.write_table(getattr(shop, name), partial, compression="zstd", row_group_size=ROW_GROUP)
        os.replace(partial, folder / f"{name}.parquet")
    partial = folder / ".truth.json.partial"
    partial.write_text(json.dumps(shop.planted, indent=2) + "\n", encoding="utf-8")
    os.replace(partial, folder / "truth.json")
