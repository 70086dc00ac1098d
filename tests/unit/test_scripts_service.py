"""The words for a contact that ends without an offer: kind, true, and never selling."""

from __future__ import annotations

import re
from itertools import product
from typing import Any

import pytest
from msgspec.structs import replace

from models.domain import CHANNELS, FAULTS, MOODS, NO_OFFER_REASONS, TOPICS
from service.scripts.facts import ServiceFacts
from service.scripts.library import load_library
from service.scripts.tone import tone_of

LIBRARY = load_library()
TONE = tone_of("en")
assert TONE is not None
OPEN = ("unresolved", "reopened", "escalated")


def a_contact(**changes: Any) -> ServiceFacts:
    facts = ServiceFacts("phone", "return", "calm", "ours", None, False, "Lea", "en_GB")
    return replace(facts, **changes)


@pytest.mark.parametrize("reason", [*NO_OFFER_REASONS, None])
def test_every_reason_has_words_that_fit_sell_nothing_and_keep_the_measurement_quiet(
    reason: str | None,
) -> None:
    for channel, topic, mood, fault in product(CHANNELS, TOPICS, MOODS, FAULTS):
        words = LIBRARY.close_kindly(
            a_contact(channel=channel, topic=topic, mood=mood, fault=fault, reason=reason)
        )
        assert set(words.parts) <= {"acknowledge", "confirm", "decline"}
        assert words.parts["acknowledge"]
        assert words.parts["decline"]
        assert words.length_value <= words.length_limit
        assert not TONE.has("selling", words.text)
        assert not re.search("holdout|experiment|test|control|group", words.text, re.IGNORECASE)
        assert not re.search("holdout", words.id)


@pytest.mark.parametrize("reason", OPEN)
@pytest.mark.parametrize("channel", CHANNELS)
def test_an_open_matter_is_never_said_to_be_settled(channel: str, reason: str) -> None:
    for topic, mood, fault in product(TOPICS, MOODS, FAULTS):
        words = LIBRARY.close_kindly(
            a_contact(channel=channel, topic=topic, mood=mood, fault=fault, reason=reason)
        )
        assert "confirm" not in words.parts
        assert not TONE.has("settled", words.text.removeprefix(f"Subject: {words.subject}"))


def test_a_status_that_is_not_resolved_is_not_confirmed_whatever_the_reason() -> None:
    words = LIBRARY.close_kindly(a_contact(reason="not_recordable", status="unresolved"))
    assert "confirm" not in words.parts
    assert "confirm" in LIBRARY.close_kindly(a_contact(reason="not_recordable")).parts


@pytest.mark.parametrize("reason", ["angry", "severe", "vulnerable"])
@pytest.mark.parametrize("channel", CHANNELS)
def test_the_hard_cases_hear_an_apology_and_a_way_to_a_person(channel: str, reason: str) -> None:
    for mood, fault in product(MOODS, FAULTS):
        words = LIBRARY.close_kindly(
            a_contact(channel=channel, reason=reason, mood=mood, fault=fault)
        )
        assert "sorry" in words.text.lower()
        assert TONE.has("person", str(words.parts["decline"]))


def test_the_holdout_hears_what_everybody_else_hears() -> None:
    for channel in CHANNELS:
        holdout = LIBRARY.close_kindly(a_contact(channel=channel, reason="holdout"))
        assert holdout == LIBRARY.close_kindly(a_contact(channel=channel, reason="not_worth_it"))


@pytest.mark.parametrize("channel", CHANNELS)
@pytest.mark.parametrize("reason", NO_OFFER_REASONS)
def test_a_public_answer_holds_nothing_personal_and_invites_to_a_private_message(
    channel: str, reason: str
) -> None:
    for topic in TOPICS:
        facts = a_contact(channel=channel, topic=topic, reason=reason, public=True)
        words = LIBRARY.close_kindly(facts)
        assert "Lea" not in words.text
        assert "privat" in words.text
        assert "sorry" in words.text
        assert not re.search("order|return|item|settled|taken care", words.text)


def test_the_public_channel_reason_is_enough_to_be_public() -> None:
    words = LIBRARY.close_kindly(a_contact(channel="twitter", reason="public_channel"))
    assert "Lea" not in words.text
    assert "private message" in words.text


def test_an_unknown_first_name_leaves_no_gap() -> None:
    for channel in CHANNELS:
        words = LIBRARY.close_kindly(a_contact(channel=channel, first_name=None))
        assert not re.search(r"[{}]|None|  | [,.!?]", words.text)
