"""Where links may lead, how they are signed, and when a message may be sent."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.domain import Customer
from service import links
from service.decision.policy import SHIPPED, BadPolicy, load_policy
from service.decision.policy_file.follow_up import FollowUp
from service.decision.policy_file.gates import Quiet
from service.decision.rules.quiet import asleep_in, not_before
from service.decision.rules.zones import zones_of_customer
from service.errors import NotFound
from service.settings import BadSettings, from_environment

QUIET = Quiet(time(21), time(8), "GB")
ENVIRONMENT = {
    "ENCORE_DATABASE_URL": "postgresql://host/db",
    "ENCORE_REDIS_URL": "redis://host/0",
    "ENCORE_BUNDLES": "bundles",
}


def policy_with(tmp_path: Path, entry: str, value: str) -> Path:
    text = SHIPPED.read_text()
    before = f'\n{entry} = ""'
    assert before in text
    own = tmp_path / "policy.toml"
    own.write_text(text.replace(before, f'\n{entry} = "{value}"', 1))
    return own


@pytest.mark.parametrize(
    "shop",
    [
        "https://shop.example/item/{item_id}",
        "https://shop.example/?sku={item_id}&from=encore",
        "http://127.0.0.1:9000/{item_id}",
    ],
)
def test_a_shops_address_holds_the_item_behind_its_host(tmp_path: Path, shop: str) -> None:
    policy = load_policy(policy_with(tmp_path, "shop", shop))
    assert policy.follow_up.page_of("18965091") == shop.replace("{item_id}", "18965091")


@pytest.mark.parametrize(
    "shop",
    [
        "https://shop.example/item/",
        "https://{item_id}/",
        "https://{item_id}.example/{item_id}",
        "http://shop.example/{item_id}",
        "javascript:alert({item_id})",
        "//shop.example/{item_id}",
        "https://good@evil.example/{item_id}",
        "https://shop.example/{item_id}/{name}",
        "https://shop.example/#{item_id}",
        "https://shop.example/ {item_id}",
        "https://[shop/{item_id}",
    ],
)
def test_any_other_address_is_refused_with_an_example(tmp_path: Path, shop: str) -> None:
    with pytest.raises(BadPolicy, match=r"follow_up.shop is .*https://shop\.example/item"):
        load_policy(policy_with(tmp_path, "shop", shop))


@pytest.mark.parametrize("host", ["ftp://a.example", "https://a.example/path", "a.example"])
def test_the_host_of_links_is_an_address_without_a_path(tmp_path: Path, host: str) -> None:
    with pytest.raises(BadPolicy, match=r"follow_up\.links is "):
        load_policy(policy_with(tmp_path, "links", host))


@settings(deadline=None)
@given(st.text())
def test_whatever_an_item_is_called_the_link_stays_on_the_shops_host(item_id: str) -> None:
    shop = FollowUp(timedelta(days=14), "https://shop.example/item/{item_id}", "")
    try:
        address = shop.page_of(item_id)
    except UnicodeEncodeError:  # a lone surrogate, which the edge refuses
        return
    assert address is not None
    assert address.startswith("https://shop.example/item/")
    assert address.isascii()
    assert not set(address.removeprefix("https://shop.example/item/")) & set("/?#\\ \r\n")


@settings(deadline=None)
@given(st.text(max_size=40))
def test_no_token_but_a_signed_one_is_taken(token: str) -> None:
    with pytest.raises(NotFound):
        links.id_of(token, ["k" * 32])


def test_ids_do_not_repeat_and_tokens_are_short_enough_for_a_text_message() -> None:
    ids = {links.new_id() for _ in range(1000)}
    assert len(ids) == 1000
    assert len(links.token_of(ids.pop(), ["k" * 32])) == 40


@pytest.mark.parametrize("keys", ["short", "k" * 32 + ",short", ",".join(["k" * 32] * 3)])
def test_keys_that_are_short_or_too_many_are_refused_and_not_repeated(keys: str) -> None:
    with pytest.raises(BadSettings, match="ENCORE_LINK_KEY") as refused:
        from_environment(ENVIRONMENT | {"ENCORE_LINK_KEY": keys})
    assert keys not in str(refused.value)


def test_two_keys_are_taken_and_kept_out_of_what_is_printed() -> None:
    settings = from_environment(ENVIRONMENT | {"ENCORE_LINK_KEY": "n" * 32 + "," + "o" * 32})
    assert settings.link_keys == ("n" * 32, "o" * 32)
    assert "nnn" not in repr(settings)


@pytest.mark.parametrize(
    ("zone", "now", "earliest"),
    [
        ("Europe/London", "2026-11-23T22:47", "2026-11-24T08:00"),
        ("Europe/London", "2026-11-23T20:59", "2026-11-23T20:59"),
        ("Europe/London", "2026-11-23T21:00", "2026-11-24T08:00"),
        ("Europe/London", "2026-11-23T07:59", "2026-11-23T08:00"),
        ("Europe/London", "2026-06-23T22:47", "2026-06-24T07:00"),
        ("Europe/Berlin", "2026-11-23T06:00", "2026-11-23T07:00"),
        ("Asia/Tokyo", "2026-11-23T22:47", "2026-11-23T23:00"),
        ("Europe/London", "2026-10-24T21:30", "2026-10-25T08:00"),
    ],
)
def test_a_message_waits_until_the_quiet_hours_end_there(
    zone: str, now: str, earliest: str
) -> None:
    """Times in UTC; London is an hour ahead of it from March to the last Sunday of October."""
    customer = Customer("lea", time_zone=zone)
    at = datetime.fromisoformat(now).replace(tzinfo=UTC)
    expected = datetime.fromisoformat(earliest).replace(tzinfo=UTC)
    assert not_before(customer, QUIET, at) == expected


@settings(deadline=None)
@given(st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC)))
def test_in_a_country_of_several_zones_it_waits_until_all_are_up(now: datetime) -> None:
    customer = Customer("lea", locale="en_US")
    earliest = not_before(customer, QUIET, now)
    assert now <= earliest <= now + timedelta(days=1)
    assert asleep_in(zones_of_customer(customer, "GB"), QUIET, earliest) is None


def test_where_no_hour_suits_the_whole_country_it_is_the_last_zones_morning() -> None:
    """Russia is ten hours wide: with only six hours awake nobody's suit all."""
    narrow = Quiet(time(14), time(8), "RU")
    now = datetime(2026, 11, 23, 12, tzinfo=UTC)
    earliest = not_before(Customer("lea", locale="ru_RU"), narrow, now)
    assert now < earliest <= now + timedelta(days=2)
