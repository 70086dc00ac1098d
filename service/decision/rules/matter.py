"""Which earlier contacts are about the same thing as a later one."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from service.dealings import Contact, contact_of, with_what_was_fed
from service.decision.policy_file.reader import LONGEST_DAYS
from service.decision.situation import Situation

LONGEST: Final = timedelta(days=LONGEST_DAYS)


def contacts_until(situation: Situation, since: timedelta) -> Iterator[Contact]:
    """The customer's contacts of the last time, oldest first; the one decided about comes last."""
    current, begins = situation.interaction, situation.moment - since
    for contact in situation.profile.dealings.contacts:
        if begins < contact.at <= situation.moment and contact.id != current.id:
            yield contact
    yield with_what_was_fed(contact_of(current, situation.moment), situation.profile.dealings)


def same_matter(earlier: Contact, later: Contact, within: timedelta) -> bool:
    """One journey; or one topic and an item that both name, within days of each other."""
    if earlier.journey_id is not None and earlier.journey_id == later.journey_id:
        return True
    if later.at - earlier.at >= within or earlier.topic != later.topic:
        return False
    named = {item.item_id for item in earlier.items}
    return any(item.item_id in named for item in later.items)
