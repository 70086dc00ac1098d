"""What the seed knows and no real shop does: tastes, rhythms and bundles, for tests to find."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from training.shop.catalogue import NAMES, STYLE_NAMES, Catalogue
from training.shop.chance import Floats
from training.shop.customers import FIRST_NAMES, LOCALES, Customers
from training.shop.rhythms import Rhythms
from training.shop.tables import customer_ids


@dataclass(frozen=True)
class Truth:
    customers: pa.Table
    """customer_id, first_name, locale, budget (pounds a quarter), space, fussy, pace, the days
    joined and left, and the shares `taste`, `styles` and `bands`, in the order of the names below.
    """
    rhythms: pa.Table
    """customer_id, item_id, gap_days, quantity, and the days between which it holds."""
    bundles: pa.Table
    """item_id, partner_id, and the chance that the partner is bought together or later."""
    categories: tuple[str, ...] = NAMES
    styles: tuple[str, ...] = STYLE_NAMES


def tell(catalogue: Catalogue, customers: Customers, rhythms: Rhythms) -> Truth:
    items = pa.array(catalogue.ids)
    anchors = np.flatnonzero(catalogue.partner >= 0)
    return Truth(
        customers=pa.table(
            {
                "customer_id": customer_ids(np.arange(len(customers))),
                "first_name": pa.array(FIRST_NAMES).take(pa.array(customers.name)),
                "locale": pa.array(LOCALES).take(pa.array(customers.locale)),
                "budget": pa.array(customers.budget / 100),
                "space": pa.array(customers.space),
                "fussy": pa.array(customers.fussy),
                "pace": pa.array(customers.pace),
                "joined": pa.array(customers.joined),
                "left": pa.array(customers.left),
                "taste": _shares(customers.taste),
                "styles": _shares(customers.styles),
                "bands": _shares(customers.bands),
            }
        ),
        rhythms=pa.table(
            {
                "customer_id": customer_ids(rhythms.customer),
                "item_id": items.take(pa.array(rhythms.item)),
                "gap_days": pa.array(rhythms.gap),
                "quantity": pa.array(rhythms.quantity),
                "first": pa.array(rhythms.first),
                "last": pa.array(rhythms.last),
            }
        ),
        bundles=pa.table(
            {
                "item_id": items.take(pa.array(anchors)),
                "partner_id": items.take(pa.array(catalogue.partner[anchors])),
                "together": pa.array(catalogue.together[anchors]),
                "later": pa.array(catalogue.later[anchors]),
            }
        ),
    )


def _shares(shares: Floats) -> pa.Array:
    return pa.FixedSizeListArray.from_arrays(pa.array(shares.ravel()), shares.shape[1])
