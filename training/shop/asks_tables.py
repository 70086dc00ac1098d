"""Asks and what came of them as Arrow tables, whose columns are those of the importers.

See "Past asks from another system" in docs/importing.md.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from models.domain import (
    CHANNELS,
    KINDS,
    NO_OFFER_REASONS,
    NOT_OFFERED_REASONS,
    RESULTS,
    TOPICS,
)
from training.shop.arrow import lists, money, numbered, repeated, structs, times, words_at
from training.shop.asks import ASK_SECONDS, HOLDOUT, Asks
from training.shop.catalogue import Catalogue
from training.shop.chance import Ints
from training.shop.contacts import Contacts
from training.shop.occasions import Occasions
from training.shop.orders import NO
from training.shop.tables import CURRENCY, customer_ids


def asks_table(
    catalogue: Catalogue, occasions: Occasions, contacts: Contacts, asks: Asks
) -> pa.Table:
    """One row for each contact of the last months. What the holdout would have seen is told too."""
    offered, eligible, n = asks.offered, asks.eligible, len(asks.contact)
    shown = (asks.item != NO) & eligible[:, None]
    item, count = asks.item[shown], shown.sum(axis=1)
    channel = contacts.channel[asks.contact]
    topic = occasions.topic[contacts.story[asks.contact]]
    suggestions = structs(
        item_id=pa.array(catalogue.ids).take(pa.array(item)),
        kind=words_at(KINDS, asks.kind[shown]),
        price=structs(amount=money(catalogue.price[item]), currency=repeated(CURRENCY, len(item))),
        probability=pa.array(asks.chance[shown]),
        worth=structs(amount=money(asks.worth[shown]), currency=repeated(CURRENCY, len(item))),
    )
    # named as the shipped scripts are: channel, topic, kind of what comes first, tone
    names = [f"{c}.{t}.{k}.past" for c in CHANNELS for t in TOPICS for k in KINDS]
    script = (channel * len(TOPICS) + topic) * len(KINDS) + asks.kind[:, 0]
    arm = np.where(eligible, np.where(asks.reason == HOLDOUT, 1, 0), NO)
    return pa.table(
        {
            "suggestion_id": _ids(asks),
            "interaction_id": numbered("contact-", asks.contact + 1),
            "customer_id": customer_ids(asks.customer),
            "decided_at": times(contacts.at[asks.contact]),
            "decision": words_at(("offer", "no_offer"), np.where(offered, 0, 1)),
            "reason": words_at(NO_OFFER_REASONS, asks.reason),
            "arm": words_at(("treatment", "holdout"), arm),
            "suggestions": lists(np.concatenate([[0], np.cumsum(count)]), suggestions),
            "script_id": words_at(names, np.where(offered, script, NO)),
            "ask_seconds": pa.array(
                np.array([ASK_SECONDS[name] for name in CHANNELS])[channel], mask=~offered
            ),
            "model_version": pa.nulls(n, pa.string()),
        }
    )


def outcomes_table(
    catalogue: Catalogue, contacts: Contacts, asks: Asks, orders: pa.Array
) -> pa.Table:
    """One row for each ask of which word came.

    Args:
        orders: the ids of all orders.
    """
    told = np.flatnonzero(asks.result != NO)
    agent = contacts.agent[asks.contact[told]]
    return pa.table(
        {
            "event_id": numbered("answer-", asks.contact[told] + 1),
            "suggestion_id": _ids(asks).take(pa.array(told)),
            "item_id": pa.array(catalogue.ids).take(pa.array(asks.item[told, 0])),
            "result": words_at(RESULTS, asks.result[told]),
            "reason": words_at(NOT_OFFERED_REASONS, asks.why_not[told]),
            "order_id": _known(orders, asks.order[told]),
            "agent_id": numbered("csr-", agent + 1, agent != NO),
            "occurred_at": times(asks.told[told]),
        }
    )


def _ids(asks: Asks) -> pa.Array:
    return numbered("ask-", asks.contact + 1)


def _known(ids: pa.Array, places: Ints) -> pa.Array:
    return ids.take(pa.array(places, mask=places == NO))
