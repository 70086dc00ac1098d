"""What the seed knows about asking and no real centre does, for people and tests to compare with.

Written as `truth.json` beside the shop's tables. Money is in decimal strings.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, Final

import numpy as np

from models.domain import CHANNELS, TOPICS
from training.shop.asks import ASKED_DAYS, HOLDOUT, Asks
from training.shop.chance import Flags, Ints
from training.shop.contacts import Contacts
from training.shop.effects import Effects
from training.shop.gestures import EFFORT_PENCE, USELESS, Gestures
from training.shop.occasions import Occasions
from training.shop.orders import NEVER, NO
from training.shop.replies import INFLUENTIAL
from training.shop.seasons import DAY, Calendar
from training.shop.tables import CURRENCY

WINDOW_DAYS: Final = 7
"""As the report has it, unless it is asked for another."""


def what_was_planted(
    seed: int,
    calendar: Calendar,
    occasions: Occasions,
    contacts: Contacts,
    gestures: Gestures,
    asks: Asks,
    effects: Effects,
    cheat: int,
) -> dict[str, Any]:
    """JSON: the effect of asking in all, by channel and by touchpoint, and what else is hidden.

    Days are as a report takes them: `from` and `to` both included.
    """
    channel = contacts.channel[asks.contact]
    touchpoint = channel * len(TOPICS) + occasions.topic[contacts.story[asks.contact]]
    names = [f"{c}/{t}" for c in CHANNELS for t in TOPICS]
    sums = _Sums(contacts, asks, effects)
    warm = asks.warmth >= np.median(asks.warmth) if len(asks.warmth) else asks.offered
    begin = max(calendar.start, calendar.end - ASKED_DAYS * DAY)
    return {
        "seed": seed,
        "currency": CURRENCY,
        "from": _day(begin),
        "to": _day(calendar.end - 1),
        "window_days": WINDOW_DAYS,
        "holdout_customers": len(set(asks.customer[asks.reason == HOLDOUT].tolist())),
        "total": sums.of(np.ones(len(channel), bool)),
        "by_channel": [*_parts(sums, channel, CHANNELS)],
        "by_touchpoint": [*_parts(sums, touchpoint, names)],
        "influential_touchpoint": "/".join(INFLUENTIAL),
        "useless_effort": {
            "name": USELESS,
            "contacts": int(gestures.hurried.sum()),
            "cost": _money(int(gestures.hurried.sum()) * EFFORT_PENCE),
            "incremental_sales": _money(0),
        },
        "cheating_agent": {"agent_id": f"csr-{cheat + 1}", "invented": int(asks.invented.sum())},
        "asked_share": {
            "warm_customers": _share(sums.asked[asks.offered & warm]),
            "other_customers": _share(sums.asked[asks.offered & ~warm]),
        },
    }


class _Sums:
    """Adds up asks and effects of some of the decisions."""

    def __init__(self, contacts: Contacts, asks: Asks, effects: Effects) -> None:
        self.asks, self.effects = asks, effects
        self.asked: Flags = (asks.result != NO) & (asks.why_not == NO)
        late = effects.forgone_at - contacts.at[asks.contact] > WINDOW_DAYS * DAY
        self.forgone_in_window: Ints = np.where(late, 0, effects.forgone)

    def of(self, these: Flags) -> dict[str, Any]:
        """Of what an ask brought, `incremental_…_in_window` is what a report can see at once."""
        asks, effects = self.asks, self.effects
        eligible = int((asks.eligible & these).sum())
        offered = int((asks.offered & these).sum())
        added, forgone = int(effects.added[these].sum()), int(effects.forgone[these].sum())
        in_window = added - int(self.forgone_in_window[these].sum())
        margin = int((effects.added_margin - effects.forgone_margin)[these].sum())
        return {
            "decisions": int(these.sum()),
            "eligible": eligible,
            "offered": offered,
            "asked": int((self.asked & these).sum()),
            "reported_accepted": int((asks.accepted & these).sum()),
            "truly_accepted": int((asks.accepted & ~asks.invented & these).sum()),
            "sales_of_accepted_orders": _money(added),
            "brought_forward": int(((effects.forgone_at != NEVER) & these).sum()),
            "sales_brought_forward": _money(forgone),
            "incremental_sales": _money(added - forgone),
            "incremental_margin": _money(margin),
            "incremental_sales_in_window": _money(in_window),
            "incremental_sales_in_window_if_nobody_were_held_out": _money(
                round(in_window * eligible / offered) if offered else 0
            ),
        }


def _parts(sums: _Sums, part: Ints, names: list[str] | tuple[str, ...]) -> Iterator[dict[str, Any]]:
    for place, name in enumerate(names):
        these = part == place
        if these.any():
            yield {"group": name, **sums.of(these)}


def _money(pence: int) -> str:
    return f"{'-' if pence < 0 else ''}{abs(pence) // 100}.{abs(pence) % 100:02d}"


def _share(flags: Flags) -> float:
    return round(float(flags.mean()), 3) if len(flags) else 0.0


def _day(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).date().isoformat()
