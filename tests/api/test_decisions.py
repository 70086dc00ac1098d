"""Writing a decision: all of it or nothing, and only for the customer it was taken about."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import msgspec
import psycopg
import pytest

from models.domain import Customer, Interaction
from service.ledger.customers import set_consent
from service.ledger.decisions import record_decision
from service.ledger.feed import upsert_interactions
from service.ledger.profiles import read_profile
from service.profile import Profile
from service.record import DecisionRecord, Kept, suggestion_id_of

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
LEA = Customer("lea", "en_GB", "Lea", marketing=True, time_zone="Europe/London")


@pytest.fixture
def connection(clean_stores: tuple[str, str]) -> Iterator[psycopg.Connection]:
    with psycopg.connect(clean_stores[0], autocommit=True) as made:
        yield made


def a_contact(contact_id: str = "c1", **facts: object) -> Interaction:
    return Interaction(contact_id, "web", "return", "resolved", NOW - timedelta(hours=1), **facts)  # type: ignore[arg-type]


def a_record(contact: Interaction, customer: Customer, version: int) -> DecisionRecord:
    return DecisionRecord(
        suggestion_id_of(contact.id), contact, customer, version, NOW, "no_offer", "fatigue",
        False, None, [], None, None, None, "1", "1", False, "{}", b"digest", b"answer",
    )  # fmt: skip


def known(connection: psycopg.Connection) -> Profile:
    return read_profile(connection, "lea", NOW)


def keep(
    connection: psycopg.Connection, contact: Interaction, customer: Customer, profile: Profile
) -> Kept:
    return record_decision(connection, a_record(contact, customer, profile.version), profile)


def met(connection: psycopg.Connection) -> Profile:
    """Lea, once somebody has decided about her."""
    assert keep(connection, a_contact("c0"), LEA, known(connection)) is Kept.KEPT
    return known(connection)


def contacts(connection: psycopg.Connection) -> list[tuple[str, str, str | None]]:
    """(id, customer, mood) of those that were decided about."""
    return connection.execute(
        "SELECT i.id, i.customer_id, mood FROM interactions i JOIN decisions d"
        " ON interaction_id = i.id AND d.customer_id = i.customer_id ORDER BY 1"
    ).fetchall()


def test_a_stranger_is_made_and_what_is_said_of_them_is_kept(
    connection: psycopg.Connection,
) -> None:
    profile = met(connection)
    assert (profile.version, profile.customer.first_name) == (1, "Lea")


@pytest.mark.parametrize("said", [Customer("lea"), LEA], ids=["nothing", "something"])
def test_a_stranger_of_whom_nothing_is_said_is_made_too(
    connection: psycopg.Connection, said: Customer
) -> None:
    assert keep(connection, a_contact(), said, known(connection)) is Kept.KEPT
    assert known(connection).version == 1


def test_without_news_of_the_customer_their_version_rises_and_nothing_else(
    connection: psycopg.Connection,
) -> None:
    profile = met(connection)
    assert keep(connection, a_contact(), profile.customer, profile) is Kept.KEPT
    after = known(connection)
    assert (after.version, after.customer) == (2, profile.customer)
    assert contacts(connection) == [("c0", "lea", None), ("c1", "lea", None)]


def test_news_of_the_customer_is_written(connection: psycopg.Connection) -> None:
    profile = met(connection)
    objecting = Customer("lea", "de_DE", objected=True, vulnerable=False)
    assert keep(connection, a_contact(), objecting, profile) is Kept.KEPT
    assert known(connection).customer == objecting
    opted_out = connection.execute("SELECT opted_out_at IS NOT NULL FROM customers").fetchone()
    assert opted_out == (True,)


@pytest.mark.parametrize("news", [False, True])
def test_a_customer_who_changed_meanwhile_is_not_written(
    connection: psycopg.Connection, news: bool
) -> None:
    profile = met(connection)
    set_consent(connection, "lea", marketing=False, objected=None)
    said = Customer("lea", "de_DE") if news else profile.customer
    assert keep(connection, a_contact(), said, profile) is Kept.OVERTAKEN
    assert known(connection).customer.marketing is False
    assert [one for one, *_ in contacts(connection)] == ["c0"]


def test_of_a_contact_that_was_fed_what_is_not_said_stays(connection: psycopg.Connection) -> None:
    met(connection)
    upsert_interactions(connection, [("lea", a_contact(mood="calm", team="north"))])
    profile = known(connection)
    assert keep(connection, a_contact(mood="upset"), profile.customer, profile) is Kept.KEPT
    row = connection.execute("SELECT mood, team FROM interactions WHERE id = 'c1'").fetchone()
    assert row == ("upset", "north")


def test_a_contact_of_somebody_else_becomes_this_customers(connection: psycopg.Connection) -> None:
    """Looking at this customer's contacts cannot tell that it is there."""
    profile = met(connection)
    upsert_interactions(connection, [("ben", a_contact(mood="calm"))])
    assert keep(connection, a_contact(), profile.customer, profile) is Kept.KEPT
    assert contacts(connection)[1] == ("c1", "lea", "calm")


@pytest.mark.parametrize("seen", [False, True])
def test_a_contact_is_decided_once(connection: psycopg.Connection, seen: bool) -> None:
    profile = met(connection)
    before = (
        profile if seen else msgspec.structs.replace(profile, dealings=type(profile.dealings)())
    )
    assert keep(connection, a_contact("c0"), profile.customer, before) is Kept.DECIDED
    assert known(connection).version == profile.version


def test_what_the_help_desk_feeds_of_it_later_is_news_once(connection: psycopg.Connection) -> None:
    met(connection)
    fed = [("lea", a_contact("c0"))]
    assert upsert_interactions(connection, fed).accepted == 1
    assert upsert_interactions(connection, fed).unchanged == 1
