"""What the words are made from, and the words: plain values between decision and library."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import msgspec

from models.domain import Money


class Facts(msgspec.Struct, frozen=True):
    """One suggestion to be put into words. Absent facts are None; nothing is made up for them.

    Attributes:
        because: why it is suggested, as a ready sentence for the agent.
        returned_item_name: the item this contact sent back, where there is one.
        last_bought_on: the day the customer last ordered the suggested item.
        short: leaves out bridge and benefit, for when others wait in the queue.
        today: the day of the contact; texts that expired before it are not used. None uses all.
    """

    channel: str
    topic: str
    kind: str
    item_name: str
    price: Money
    mood: str | None = None
    locale: str | None = None
    fault: str | None = None
    first_name: str | None = None
    because: str | None = None
    returned_item_name: str | None = None
    last_bought_on: date | None = None
    short: bool = False
    today: date | None = None


class ServiceFacts(msgspec.Struct, frozen=True):
    """A contact to be ended kindly, with no offer.

    Attributes:
        reason: one of NO_OFFER_REASONS; None beside an offer, for an agent who rather does not ask.
        public: whether anybody can read the answer; then it holds nothing personal.
        status: only a contact that is `resolved` is said to be so.
    """

    channel: str
    topic: str
    mood: str | None = None
    fault: str | None = None
    reason: str | None = None
    public: bool = False
    first_name: str | None = None
    locale: str | None = None
    status: str = "resolved"


class Words(msgspec.Struct, frozen=True):
    """What to say.

    Attributes:
        parts: in the ten-part order; `disclosures` is a list, all else a string. Where nothing is
            offered: acknowledge, confirm (when it is true) and decline, the closing line.
        text: all that is said before the customer answers; `recap` follows a yes, `decline` a no.
        subject: the subject of an e-mail, which is also the first line of its text.
        variant: the letter of the wording; `a` where nothing is offered.
        edition: the version, and of a variant that of the script it differs from before it.
        rules: ids of the rules of law that the text was held against and that it meets.
        short: whether bridge and benefit were left out.
        length_value: the length of `text` in `length_unit`, at most `length_limit`.
    """

    id: str
    version: int
    locale: str
    parts: Mapping[str, str | list[str]]
    text: str
    length_unit: str
    length_value: int
    length_limit: int
    accept_label: str
    decline_label: str
    subject: str | None = None
    variant: str = "a"
    edition: str = ""
    rules: tuple[str, ...] = ()
    short: bool = False
