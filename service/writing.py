"""Puts a decision into writing: one decision, one ask, in the words of another channel.

Encore sends nothing: the desk does, not before it is told.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Final

import msgspec
from msgspec.structs import replace
from psycopg import Connection

from models.domain import Customer, Money
from service import links
from service.decision.rules.quiet import not_before
from service.decision.words import returned_name
from service.errors import MessageRefused
from service.ledger.messages import Decided, Message, last_bought
from service.message import suggestion_in
from service.parts import Parts
from service.scripts.channels import RULES, Length
from service.scripts.facts import Facts, Words
from service.scripts.library import Library

LOOKED_AT: Final = "web"
"""A page is there when the customer looks: it needs no hour."""

_encode: Final = msgspec.json.Encoder().encode


@dataclass(frozen=True, slots=True)
class Written:
    """Words with the link at their end; without it where the channel has no room for it."""

    words: Words
    text: str
    length: Length
    has_link: bool


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
    entry, follow_up = suggestion_in(known, item_id), parts.policy.follow_up
    bought = last_bought(connection, known.customer_id, item_id, known.decided_at)
    returned = returned_name(known.contact, parts.catalogue)
    facts = _facts(known, entry, customer, channel, returned, bought, now)
    variant = _variant(known, facts, parts.library)
    like = parts.library.channel_like(channel)
    earliest = not_before(customer, parts.policy.gates.quiet, now) if like != LOOKED_AT else now
    expires_at = earliest + follow_up.lives
    id_ = links.new_id()
    token = links.token_of(id_, links.keys_of(parts.settings, connection))
    link = f"{(follow_up.links or otherwise).rstrip('/')}/f/{token}"
    written = _written(facts, variant, link, like, parts.library)
    words = written.words
    whoever = parts.library.write(replace(facts, first_name=None), variant)
    page = {
        "locale": words.locale, "name": entry["name"], "price": entry["price"],
        "accept_label": words.accept_label, "recap": whoever.parts["recap"],
    }  # fmt: skip
    answer = {
        "message_id": id_,
        "suggestion_id": suggestion_id,
        "channel": channel,
        "item_id": item_id,
        "not_before": _told(earliest),
        "subject": words.subject,
        "text": written.text,
        "length": written.length._asdict(),
        "link": link,
        "link_label": words.accept_label,
        "link_in_text": written.has_link,
        "link_expires_at": _told(expires_at),
        "script": {
            "id": words.id, "version": words.version, "variant": words.variant,
            "locale": words.locale,
        },
        "rules": words.rules,
    }  # fmt: skip
    return Message(
        id_, suggestion_id, channel, item_id, now, earliest, expires_at, page, _encode(answer)
    )


def _facts(
    known: Decided,
    entry: Mapping[str, Any],
    customer: Customer,
    channel: str,
    returned: str | None,
    bought: datetime | None,
    now: datetime,
) -> Facts:
    """What was decided, to be said on another channel."""
    contact, price = known.contact, entry["price"]
    return Facts(
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
        returned_item_name=returned,
        last_bought_on=bought.astimezone(UTC).date() if bought else None,
        today=now.astimezone(UTC).date(),
    )


def _variant(known: Decided, facts: Facts, library: Library) -> str:
    """The wording that was heard, where this channel has it."""
    variants = library.variants(facts)
    if not variants:
        raise MessageRefused(f"No approved words may be used by {facts.channel}: approve a script.")
    return known.variant if known.variant in variants else variants[0]


def _written(facts: Facts, variant: str, link: str, like: str, library: Library) -> Written:
    """The words with the link; if need be the short ones, or all of them without it."""
    rule = RULES[like]
    between = rule.between if "\n" in rule.between else " "
    whole = library.write(facts, variant)
    for words in (whole, library.write(replace(facts, short=True), variant)):
        text = f"{words.text}{between}{words.accept_label}: {link}"
        length = rule.measure(text)
        if length.value <= length.limit:
            return Written(words, _body(words, text), length, True)
    return Written(whole, _body(whole, whole.text), rule.measure(whole.text), False)


def _body(words: Words, text: str) -> str:
    """Without the subject, which is told apart."""
    return text.removeprefix(f"Subject: {words.subject}\n\n")


def _told(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds")
