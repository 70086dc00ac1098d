"""How long a link in a message lives, and where it leads: checked, and nowhere else."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from urllib.parse import quote, urlsplit

from service.decision.policy_file.reader import Reader

ITEM: Final = "{item_id}"
NEARBY: Final = ("localhost", "127.0.0.1")
"""To try it out; anywhere else a link is https."""


@dataclass(frozen=True, slots=True)
class FollowUp:
    """
    Attributes:
        lives: a link, counted from when the message may be sent.
        shop: the address of an item's page, with `{item_id}` in it; empty, Encore shows its own.
        links: where customers reach Encore; empty, where the desk does.
    """

    lives: timedelta
    shop: str
    links: str

    def page_of(self, item_id: str) -> str | None:
        """The shop's page of an item; an id is only ever a part of its path or its query.

        >>> FollowUp(timedelta(1), "https://shop.example/item/{item_id}", "").page_of("a/../b?c")
        'https://shop.example/item/a%2F..%2Fb%3Fc'
        """
        return self.shop.replace(ITEM, quote(item_id, safe="")) if self.shop else None


def read_follow_up(reader: Reader) -> FollowUp:
    shop = reader.optional("follow_up.shop", "")
    links = reader.optional("follow_up.links", "")
    if shop and not _leads_to_items(shop):
        reader.wrong.append(
            f"follow_up.shop is {shop!r}: use https, one {ITEM} after the host, no other brace, "
            'such as "https://shop.example/item/{item_id}"'
        )
    if links and not (_is_address(links) and urlsplit(links).path in ("", "/")):
        reader.wrong.append(
            f'follow_up.links is {links!r}: use https and a host, such as "https://go.shop.example"'
        )
    return FollowUp(reader.days("follow_up.days", 1), str(shop), str(links))


def _leads_to_items(shop: object) -> bool:
    if not _is_address(shop):
        return False
    where = urlsplit(str(shop))
    behind = where.path + "?" + where.query
    rest = str(shop).replace(ITEM, "", 1)
    return ITEM in behind and ITEM not in where.netloc and not set("{}") & set(rest)


def _is_address(text: object) -> bool:
    if not isinstance(text, str) or not text.isascii() or any(map(str.isspace, text)):
        return False
    try:
        where = urlsplit(text)
        host = where.hostname
    except ValueError:
        return False
    safe = where.scheme == "https" or (where.scheme == "http" and host in NEARBY)
    return bool(host) and safe and "@" not in where.netloc
