"""The words of an offer: ten parts, filled from facts alone, within the channel's length."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from itertools import product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from models.domain import CHANNELS, FAULTS, KINDS, MOODS, TOPICS, Money
from service.scripts.channels import PARTS
from service.scripts.facts import Facts
from service.scripts.library import Library, load_library

LIBRARY = load_library()
INJECTIONS = (
    "{{7*7}}", "${7*7}", "<%= 7*7 %>", "#{7*7}", "*{7*7}", "{7*7}", "{{=7*7}}", "{% raw %}x",
    "{item_name}", "{price}", "{first_name}", "{{item_name}}", "{0}", "{}", "{0.__class__}",
    "{item_name.__class__}", "{item_name!r}", "{item_name:>99}", "{self}", "{__import__('os')}",
    "%s", "%(price)s", "%n%n%n", "%d", "%%", "$price", "${price}", "$$", "\\g<0>", "\\1", "\\n",
    "{{config}}", "{{''.__class__}}", "{{request}}", "{% if 1 %}y", "{%print(1)%}", "{#note#}",
    "@{7*7}", "~{7*7}", "[[7*7]]", "[[${7*7}]]", "<script>alert(1)</script>", "<!--#exec-->",
    "javascript:alert(1)", "'; DROP TABLE x;--", "`id`", "$(id)", "|id", "&lt;b&gt;", "=1+1",
    "{$smarty.version}", "#set($x=1)", "<#assign x=1>", "{php}echo 1;", "{{{x}}}", "}{", "{", "}",
)  # fmt: skip


def some_facts(**changes: Any) -> Facts:
    """A calm return on the phone; override what the test is about."""
    facts = Facts(
        channel="phone",
        topic="return",
        kind="repeat",
        item_name="REGENCY CAKESTAND 3 TIER",
        price=Money(Decimal("12.75"), "GBP"),
        mood="calm",
        locale="en_GB",
        fault="ours",
        first_name="Lea",
        because="Usually reorders every 34 days; last bought 36 days ago",
        returned_item_name="WHITE HANGING HEART",
        last_bought_on=date(2026, 10, 18),
    )
    return replace(facts, **changes)


def test_a_script_reads_like_something_an_agent_would_say() -> None:
    words = LIBRARY.write(some_facts())
    assert words.text == (
        "I am sorry, Lea. This was our mistake. Your return is taken care of. I also noticed"
        " something that you have ordered before. May I suggest something to buy? Do say if you"
        " would rather not. It is REGENCY CAKESTAND 3 TIER again, at £12.75. You last ordered it"
        " on 18 October 2026, so you know what you would be getting. I will tell you any delivery"
        " charge before I place the order. You can send it back under our usual return terms."
        " Shall I add it for you, or leave it for today? Either is fine."
    )
    assert (words.id, words.locale) == ("phone.return.repeat.calm", "en_GB")
    assert (words.length_unit, words.length_value, words.length_limit) == ("seconds", 39, 50)
    assert (words.accept_label, words.decline_label) == ("Add to order", "Not today")


def test_every_sort_of_contact_gets_all_ten_parts_in_their_order_within_the_limit() -> None:
    for channel, topic, kind, mood, fault in product(CHANNELS, TOPICS, KINDS, MOODS, FAULTS):
        words = LIBRARY.write(
            some_facts(channel=channel, topic=topic, kind=kind, mood=mood, fault=fault)
        )
        assert tuple(words.parts) == PARTS
        assert all(words.parts.values())
        assert words.length_value <= words.length_limit
        assert words.id == f"{channel}.{topic}.{kind}.{mood}"


@pytest.mark.parametrize("channel", CHANNELS)
def test_the_text_is_what_is_said_before_the_customer_answers(channel: str) -> None:
    """A recap follows a yes and the decline line a no: saying both would make no sense."""
    words = LIBRARY.write(some_facts(channel=channel))
    place = 0
    for part in PARTS[:8]:
        said = words.parts[part]
        for sentence in [said] if isinstance(said, str) else said:
            place = words.text.index(sentence, place) + len(sentence)
    assert str(words.parts["recap"]) not in words.text
    assert str(words.parts["decline"]) not in words.text


@pytest.mark.parametrize("channel", CHANNELS)
def test_every_number_comes_from_the_facts(channel: str) -> None:
    facts = some_facts(channel=channel, item_name="TRAY", returned_item_name="CUP")
    allowed = {"12.75", "18", "2026"}
    for kind, topic in product(KINDS, TOPICS):
        words = LIBRARY.write(replace(facts, kind=kind, topic=topic))
        said = f"{words.text} {words.parts['recap']} {words.parts['decline']}"
        assert set(re.findall(r"\d+(?:\.\d+)?", said)) <= allowed


@pytest.mark.parametrize("channel", CHANNELS)
def test_price_item_and_total_are_stated(channel: str) -> None:
    words = LIBRARY.write(some_facts(channel=channel))
    assert "REGENCY CAKESTAND 3 TIER" in words.parts["offer"]
    assert "£12.75" in words.text
    assert "£12.75" in words.parts["recap"]


@pytest.mark.parametrize("channel", CHANNELS)
@pytest.mark.parametrize("attack", INJECTIONS)
def test_values_are_set_in_literally(channel: str, attack: str) -> None:
    """Names come from customers and catalogues; nothing in them is ever interpreted."""
    words = LIBRARY.write(some_facts(channel=channel, item_name=attack, first_name=None))
    assert attack in words.parts["offer"]
    name = LIBRARY.write(some_facts(channel="email", first_name=attack[:24])).parts["acknowledge"]
    assert str(name).startswith(f"Hello {attack[:24].strip()}, ")


def test_there_are_at_least_fifty_injections() -> None:
    assert len(set(INJECTIONS)) >= 50


def test_absent_facts_leave_no_gap() -> None:
    facts = some_facts(first_name=None, returned_item_name=None, last_bought_on=None, because=None)
    for channel, kind in product(CHANNELS, KINDS):
        words = LIBRARY.write(replace(facts, channel=channel, kind=kind, fault=None, mood=None))
        assert not re.search(r"[{}]|None|  | [,.!?]|,,", words.text)


def test_a_first_name_too_long_to_say_is_left_out() -> None:
    words = LIBRARY.write(some_facts(channel="sms", first_name="Wolfeschlegelsteinhausen"))
    assert "Wolfe" not in words.text


def test_our_fault_brings_an_apology_and_the_customers_no_blame() -> None:
    for channel in CHANNELS:
        ours = LIBRARY.write(some_facts(channel=channel, fault="ours"))
        theirs = LIBRARY.write(some_facts(channel=channel, fault="customer"))
        assert "sorry" in str(ours.parts["acknowledge"]).lower()
        assert "mistake" not in str(theirs.parts["acknowledge"]).lower()


def test_a_private_text_message_stays_in_plain_letters() -> None:
    """One letter outside GSM-7 would leave 67 letters a message instead of 153."""
    words = LIBRARY.write(
        some_facts(channel="sms", first_name="Zoë", item_name="Café \u2013 “Größe” Çup…")
    )
    assert words.length_unit == "septets"
    assert "Zoe" in words.text
    assert 'Café - "Größe" Çup...' in words.text


def test_an_email_opens_with_a_neutral_subject_and_the_service() -> None:
    words = LIBRARY.write(some_facts(channel="email"))
    assert words.subject == "Your return"
    subject, service, ask = words.text.split("\n\n")
    assert subject == "Subject: Your return"
    assert service == f"{words.parts['acknowledge']} {words.parts['confirm']}"
    assert "£12.75" in ask


def test_chat_goes_in_short_turns() -> None:
    words = LIBRARY.write(some_facts(channel="chat"))
    turns = words.text.split("\n")
    assert len(turns) == 4
    assert words.length_value == max(map(len, turns))


def test_other_languages_fall_back_to_english_and_say_so() -> None:
    words = LIBRARY.write(some_facts(locale="nl_NL"))
    assert words.locale == "en_GB"
    assert "£12.75" in words.text


def test_an_undescribed_channel_uses_the_one_it_is_like_or_chat() -> None:
    library = load_library(like={"whatsapp": "facebook", "fax": "carrier_pigeon"})
    assert library.channel_like("phone") == "phone"
    assert library.channel_like("whatsapp") == "facebook"
    assert library.channel_like("fax") == "chat"
    assert library.channel_like("telegram") == "chat"
    assert library.write(some_facts(channel="whatsapp")).id == "facebook.return.repeat.calm"


def test_unknown_topic_mood_and_fault_count_as_the_plainest() -> None:
    words = LIBRARY.write(some_facts(topic="weather", mood="giddy", fault="moon"))
    assert words.id == "phone.other.repeat.calm"


def test_an_unknown_kind_is_a_mistake_of_ours() -> None:
    with pytest.raises(ValueError, match="repeat, complement, substitute, discover"):
        LIBRARY.write(some_facts(kind="upsell"))


def test_the_plans_kept_do_not_grow_with_what_callers_send() -> None:
    library = load_library()
    for number in range(1_000):
        library.write(some_facts(topic=f"t{number}", mood=f"m{number}", fault=f"f{number}"))
    assert _plans(library) == 1


def _plans(library: Library) -> int:
    return len(library._plans)


printable = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=250)


@settings(max_examples=200, deadline=None)
@given(
    channel=st.sampled_from(CHANNELS),
    kind=st.sampled_from(KINDS),
    topic=st.sampled_from(TOPICS),
    mood=st.sampled_from(MOODS),
    fault=st.sampled_from(FAULTS),
    item_name=printable,
    returned=st.none() | printable,
    first_name=st.none() | printable,
    bought=st.none() | st.dates(date(2000, 1, 1), date(2030, 12, 31)),
    amount=st.decimals(Decimal("0.01"), Decimal("9999999999.99"), places=2),
    currency=st.sampled_from(["GBP", "EUR", "USD", "PLN", "INR", "JPY", "XYZ"]),
)
def test_whatever_the_facts_the_text_fits_its_channel(
    channel: str,
    kind: str,
    topic: str,
    mood: str,
    fault: str,
    item_name: str,
    returned: str | None,
    first_name: str | None,
    bought: date | None,
    amount: Decimal,
    currency: str,
) -> None:
    words = LIBRARY.write(
        Facts(
            channel, topic, kind, item_name, Money(amount, currency), mood, "en_GB", fault,
            first_name, None, returned, bought,
        )
    )  # fmt: skip
    assert words.length_value <= words.length_limit
