"""Puts a decision into writing for after the contact: one decision, one ask, in other words.

Called by `service/api/messages.py`. Encore sends nothing: the desk does, not before it is told.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Final

import msgspec
from psycopg import Connection

from models.domain import Customer, Item, Money
from service import links
from service.decision.gates_customer import objected, opted_out, vulnerable
from service.decision.lawful import denials
from service.decision.quiet import not_before
from service.decision.situation import Situation
from service.decision.words import returned_name
from service.errors import BadInput, MessageRefused, NotFound
from service.ledger.messages import Decided, Message, decided, last_bought
from service.parts import Parts
from service.profile import Profile
from service.scripts.channels import RULES
from service.scripts.facts import Facts, Words

WRITTEN: Final = ("email", "sms", "web")
"""Channels on which a decision can be put into writing: themselves, and channels that are like
them."""
LOOKED_AT: Final = "web"
"""A page is there when the customer looks: it needs no hour."""

_encode: Final = msgspec.json.Encoder().encode


def about(connection: Connection, suggestion_id: str) -> Decided:
    """The decision.

    Raises:
        NotFound: the ledger has no such one.
        MessageRefused: nothing was shown, so there is nothing to put into writing.
    """
    known = decided(connection, suggestion_id)
    if known is None:
        raise NotFound("There is no suggestion of this id; it is in the answer's body.")
    if not known.item_ids:
        raise MessageRefused(
            "This contact ended without an offer, so there is none to put into writing."
        )
    return known


def item_of(known: Decided, named: str | None) -> str:
    """The item that the message is about: the one that is named, or was accepted, or came first.

    Raises:
        BadInput: it was not shown.
        MessageRefused: the customer does not want it.
    """
    accepted = (item for item in known.item_ids if known.said.get(item) == "accepted")
    item_id = named or next(accepted, known.item_ids[0])
    if item_id not in known.item_ids:
        shown = ", ".join(known.item_ids)
        raise BadInput(f"This suggestion showed {shown}; name one of these.", pointer="/item_id")
    if known.said.get(item_id) == "declined":
        raise MessageRefused(f"The customer declined {item_id}; one no ends it.")
    return item_id


def check_allowed(
    known: Decided, profile: Profile, channel: str, parts: Parts, now: datetime
) -> None:
    """What the customer and the law say today, and on that channel, counts.

    Raises:
        MessageRefused: with the reason code, and the rule where there is one.
    """
    contact = replace(known.contact, channel=channel)
    situation = Situation(contact, profile, parts.policy, now, now)
    closed = next(
        filter(None, (gate(situation) for gate in (objected, opted_out, vulnerable))), None
    )
    forbidden = denials(contact, profile, parts.library)
    if closed or forbidden:
        why = closed.reason if closed else forbidden[0].reason
        rules = ", ".join(one.rule for one in forbidden)
        by = f" (by {rules})" if rules else ""
        raise MessageRefused(f"Do not write to this customer by {channel}: {why}{by}.")


def suggestion_in(known: Decided, item_id: str) -> Mapping[str, Any]:
    """What the answer said of the item."""
    entries: list[Mapping[str, Any]] = known.answer["suggestions"]
    return next(one for one in entries if one["item_id"] == item_id)


def check_true(known: Decided, item_id: str, parts: Parts) -> None:
    """
    Raises:
        MessageRefused: the item cannot be had any more, or not at the price that was told.
    """
    if not still_true(parts.catalogue.get(item_id), suggestion_in(known, item_id)["price"]):
        raise MessageRefused(
            f"Price or stock of {item_id} changed since; ask for suggestions anew."
        )


def still_true(item: Item | None, price: Mapping[str, str]) -> bool:
    """Whether the item can still be had, at that price."""
    if item is None or not item.sellable or item.known_issue:
        return False
    in_stock = item.stock is None or item.stock > 0
    same = item.price == Decimal(price["amount"]) and item.currency == price["currency"]
    return in_stock and same


def write(
    connection: Connection,
    suggestion_id: str,
    known: Decided,
    item_id: str,
    customer: Customer,
    channel: str,
    parts: Parts,
    otherwise: str,
    now: datetime,
) -> Message:
    """The message, not yet kept.

    Args:
        otherwise: the address at which customers reach Encore where the policy names none.

    Raises:
        MessageRefused: no approved words may be used.
    """
    entry = suggestion_in(known, item_id)
    bought = last_bought(connection, known.customer_id, item_id, known.decided_at)
    words, private = _words(known, entry, customer, channel, bought, parts, now)
    follow_up = parts.policy.follow_up
    waits = parts.library.channel_like(channel) != LOOKED_AT
    earliest = not_before(customer, parts.policy.gates.quiet, now) if waits else now
    expires_at = earliest + follow_up.lives
    id_ = links.new_id()
    token = links.token_of(id_, links.keys_of(parts.settings, connection))
    link = f"{(follow_up.links or otherwise).rstrip('/')}/f/{token}"
    page = {
        "locale": words.locale, "name": entry["name"], "price": entry["price"],
        "accept_label": words.accept_label, "recap": private.parts["recap"],
    }  # fmt: skip
    answer = {
        "message_id": id_,
        "suggestion_id": suggestion_id,
        "channel": channel,
        "item_id": item_id,
        "not_before": _told(earliest),
        "link": link,
        "link_label": words.accept_label,
        "link_expires_at": _told(expires_at),
        **_written(words, link, parts.library.channel_like(channel)),
        "script": {
            "id": words.id, "version": words.version, "variant": words.variant,
            "locale": words.locale,
        },
        "rules": words.rules,
    }  # fmt: skip
    return Message(
        id_, suggestion_id, channel, item_id, now, earliest, expires_at, page, _encode(answer)
    )


def _words(
    known: Decided,
    entry: Mapping[str, Any],
    customer: Customer,
    channel: str,
    bought: datetime | None,
    parts: Parts,
    now: datetime,
) -> tuple[Words, Words]:
    """The words for the customer, and the same without their name, for a page that all may see."""
    contact, price = known.contact, entry["price"]
    facts = Facts(
        channel=channel,
        topic=contact.topic,
        kind=entry["kind"],
        item_name=entry["name"],
        price=Money(Decimal(price["amount"]), price["currency"]),
        mood=contact.mood,
        locale=customer.locale,
        fault=contact.fault,
        first_name=customer.first_name,
        because=entry["because"][0]["text"],
        returned_item_name=returned_name(contact, parts.catalogue),
        last_bought_on=bought.astimezone(UTC).date() if bought else None,
        today=now.astimezone(UTC).date(),
    )
    variants = parts.library.variants(facts)
    if not variants:
        raise MessageRefused(f"No approved words may be used by {channel}: approve a script.")
    variant = known.variant if known.variant in variants else variants[0]
    nobody = msgspec.structs.replace(facts, first_name=None)
    return parts.library.write(facts, variant), parts.library.write(nobody, variant)


def _written(words: Words, link: str, like: str) -> dict[str, Any]:
    """Subject and text, with the link as its last line where the channel has room for it."""
    heading = f"Subject: {words.subject}\n\n" if words.subject is not None else ""
    rule = RULES[like]
    between = rule.between if "\n" in rule.between else " "
    with_link = f"{words.text}{between}{words.accept_label}: {link}"
    length = rule.measure(with_link)
    fits = length.value <= length.limit
    text = with_link if fits else words.text
    if not fits:
        length = rule.measure(words.text)
    return {
        "subject": words.subject,
        "text": text.removeprefix(heading),
        "link_in_text": fits,
        "length": length._asdict(),
    }


def _told(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds")
