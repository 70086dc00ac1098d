"""What a rule of law may require: a closed list of checks, of the text or of the contact.

A check of the text looks at what can be said in each part of an ask and is made once per text; a
check of the contact is made with every decision and, where it fails, says the reason code.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final

import msgspec

from service.scripts.channels import AFTER_THE_ANSWER, PARTS
from service.scripts.placeholders import Entry, always_says
from service.scripts.tone import Tone


class Asked(msgspec.Struct, frozen=True):
    """An ask as it may be said: for each part the texts of which one is said, in their order.

    Of `disclosures` all are said. `turns` are the groups in which the channel sends the parts.
    """

    parts: Mapping[str, Sequence[Entry]]
    turns: tuple[tuple[str, ...], ...]
    subjects: Sequence[Entry]
    tone: Tone


class Contact(msgspec.Struct, frozen=True):
    """What the law asks of a contact. `bought`: the customer has an order with us."""

    public: bool
    objected: bool
    marketing: bool | None
    vulnerable: bool
    bought: bool


BEFORE: Final = tuple(part for part in PARTS if part not in (*AFTER_THE_ANSWER, "close"))
"""What is said before the customer is asked for a yes."""


def permission_before_offer(asked: Asked) -> bool:
    order = list(asked.parts)
    return {"permission", "offer"} <= set(order) and order.index("permission") < order.index(
        "offer"
    )


def purpose_named(asked: Asked) -> bool:
    return _says(asked, "permission", "purpose")


def goods_named(asked: Asked) -> bool:
    return _all(always_says(entry, "item_name") for entry in asked.parts.get("offer", ()))


def price_before_consent(asked: Asked) -> bool:
    return any(
        _all(always_says(entry, "price") for entry in asked.parts.get(part, ()))
        if part != "disclosures"
        else any(always_says(entry, "price") for entry in asked.parts.get(part, ()))
        for part in BEFORE
    )


def terms_before_consent(asked: Asked) -> bool:
    """What delivery costs and how an item goes back."""
    return all(
        any(_each(asked.tone, name, entry) for entry in asked.parts.get("disclosures", ()))
        for name in ("delivery", "returns")
    )


def easy_no(asked: Asked) -> bool:
    return _says(asked, "close", "easy_no")


def total_in_recap(asked: Asked) -> bool:
    return _all(always_says(entry, "price") for entry in asked.parts.get("recap", ()))


def no_more_named(asked: Asked) -> bool:
    """Somewhere before the answer it says how to hear no more such ideas."""
    disclosed = asked.parts.get("disclosures", ())
    return any(_each(asked.tone, "no_more", entry) for entry in disclosed) or any(
        _says(asked, part, "no_more")
        for part in asked.parts
        if part not in ("disclosures", *AFTER_THE_ANSWER)
    )


def withdrawal_named(asked: Asked) -> bool:
    """In the recap, which comes before the order is placed, or in a disclosure."""
    disclosed = asked.parts.get("disclosures", ())
    return _says(asked, "recap", "withdrawal") or any(
        _each(asked.tone, "withdrawal", entry) for entry in disclosed
    )


def way_to_a_person(asked: Asked) -> bool:
    return any(_each(asked.tone, "person", it) for it in asked.parts.get("disclosures", ()))


def no_card_data(asked: Asked) -> bool:
    texts = (text for entries in asked.parts.values() for entry in entries for text in entry)
    return not any(asked.tone.has("card", text.source) for text in texts)


def service_first(asked: Asked) -> bool:
    """The first group is service alone, and no subject sells."""
    neutral = not any(
        asked.tone.has("selling", text.source) for entry in asked.subjects for text in entry
    )
    return neutral and set(asked.turns[0]) <= {"acknowledge", "confirm"}


def private(contact: Contact) -> str | None:
    return "public_channel" if contact.public else None


def not_objected(contact: Contact) -> str | None:
    return "objected" if contact.objected else None


def not_opted_out(contact: Contact) -> str | None:
    return "opted_out" if contact.marketing is False else None


def consent_or_own_customer(contact: Contact) -> str | None:
    """Consent, or the soft opt-in: whoever bought here may hear of similar goods from here."""
    allowed = contact.marketing or (contact.marketing is None and contact.bought)
    return None if allowed else "opted_out"


def not_vulnerable(contact: Contact) -> str | None:
    return "vulnerable" if contact.vulnerable else None


OF_THE_TEXT: Final[Mapping[str, Callable[[Asked], bool]]] = {
    check.__name__: check
    for check in (
        permission_before_offer, purpose_named, goods_named, price_before_consent,
        terms_before_consent, easy_no, total_in_recap, no_more_named, withdrawal_named,
        way_to_a_person, no_card_data, service_first,
    )
}  # fmt: skip
OF_THE_CONTACT: Final[Mapping[str, Callable[[Contact], str | None]]] = {
    check.__name__: check
    for check in (private, not_objected, not_opted_out, consent_or_own_customer, not_vulnerable)
}
CHECKS: Final = {**OF_THE_TEXT, **OF_THE_CONTACT}


def broken(requires: Sequence[str], asked: Asked) -> list[str]:
    """The checks of the text, out of those a rule requires, that fail."""
    return [name for name in requires if name in OF_THE_TEXT and not OF_THE_TEXT[name](asked)]


def denied(requires: Sequence[str], contact: Contact) -> str | None:
    """The reason code of the first check of the contact that fails; None when all hold."""
    for name in requires:
        check = OF_THE_CONTACT.get(name)
        reason = check(contact) if check else None
        if reason:
            return reason
    return None


def _says(asked: Asked, part: str, name: str) -> bool:
    """Whichever text of the part is said, it holds words of the list."""
    return _all(_each(asked.tone, name, entry) for entry in asked.parts.get(part, ()))


def _each(tone: Tone, name: str, entry: Entry) -> bool:
    return all(tone.has(name, text.source) for text in entry)


def _all(results: Iterable[bool]) -> bool:
    """True for all, and false for none at all."""
    found = list(results)
    return bool(found) and all(found)
