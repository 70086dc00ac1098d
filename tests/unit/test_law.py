"""The law packs: every rule passes what it should and refuses what it must, and names itself."""

from __future__ import annotations

from datetime import date, time
from pathlib import Path
from typing import Any

import msgspec
import pytest

from service.errors import ScriptError
from service.scripts.law import PACKS, UNKNOWN, Rule, load_law
from service.scripts.law_checks import (
    CHECKS,
    OF_THE_CONTACT,
    OF_THE_TEXT,
    Asked,
    Contact,
    broken,
    denied,
)
from service.scripts.lint_law import ADVICE
from service.scripts.placeholders import parse
from service.scripts.tone import tone_of

LAW = load_law()
RULES = {rule.id: rule for rules in LAW.rules.values() for rule in rules}

TEXTS: dict[str, list[str]] = {
    "acknowledge": ["I am sorry."],
    "confirm": ["That is settled."],
    "permission": ["May I name something to buy?"],
    "offer": ["It is {item_name}, at {price}."],
    "disclosures": [
        "Delivery may cost extra.",
        "You can send it back.",
        "To hear no more of this, say so.",
        "To talk to a person, call us.",
    ],
    "close": ["Shall I add it, or not?"],
    "recap": ["That is {price} in total. You may cancel within fourteen days."],
    "decline": ["Of course."],
}
SUBJECT, TURNS = "Your return", (("acknowledge", "confirm"), ("permission", "offer", "close"))

WORSE: dict[str, dict[str, Any]] = {
    "permission_before_offer": {"permission": None},
    "purpose_named": {"permission": ["May I add something?"]},
    "goods_named": {"offer": ["There is one thing for {price}."]},
    "price_before_consent": {"offer": ["It is {item_name}."]},
    "terms_before_consent": {"disclosures": ["You can send it back."]},
    "easy_no": {"close": ["I shall add it now."]},
    "total_in_recap": {"recap": ["You may cancel within fourteen days."]},
    "no_more_named": {"disclosures": ["Delivery may cost extra.", "You can send it back."]},
    "withdrawal_named": {"recap": ["That is {price} in total."]},
    "way_to_a_person": {"disclosures": ["Delivery may cost extra.", "You can send it back."]},
    "no_card_data": {"close": ["Shall I, or not? Tell me your card number."]},
    "service_first": {"turns": (("acknowledge", "offer"), ("close",))},
}
"""For each check of the text a change that it must see."""
FORBIDDEN: dict[str, tuple[dict[str, Any], str]] = {
    "private": ({"public": True}, "public_channel"),
    "not_objected": ({"objected": True}, "objected"),
    "not_opted_out": ({"marketing": False}, "opted_out"),
    "consent_or_own_customer": ({"marketing": None, "bought": False}, "opted_out"),
    "not_vulnerable": ({"vulnerable": True}, "vulnerable"),
}
"""For each check of the contact a change that it must see, and the reason code."""


def an_ask(**changes: Any) -> Asked:
    turns = changes.pop("turns", TURNS)
    subject = changes.pop("subject", SUBJECT)
    texts = {part: said for part, said in (TEXTS | changes).items() if said is not None}
    parts = {part: [(parse(source),) for source in said] for part, said in texts.items()}
    tone = tone_of("en")
    assert tone is not None
    return Asked(parts, turns, [(parse(subject),)], tone)


def a_contact(**changes: Any) -> Contact:
    contact = Contact(public=False, objected=False, marketing=None, vulnerable=False, bought=True)
    return msgspec.structs.replace(contact, **changes)


def test_every_check_has_its_bad_case_and_its_advice() -> None:
    assert WORSE.keys() == OF_THE_TEXT.keys() == ADVICE.keys()
    assert FORBIDDEN.keys() == OF_THE_CONTACT.keys()
    assert {name for rule in RULES.values() for name in rule.requires} == CHECKS.keys()


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_a_good_ask_passes_every_rule(rule: Rule) -> None:
    assert broken(rule.requires, an_ask()) == []
    assert denied(rule.requires, a_contact()) is None


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_every_rule_refuses_what_it_is_about(rule: Rule) -> None:
    for name in rule.requires:
        if name in OF_THE_TEXT:
            assert name in broken(rule.requires, an_ask(**WORSE[name]))
        else:
            change, reason = FORBIDDEN[name]
            assert denied(rule.requires, a_contact(**change)) == reason
    if not rule.requires:
        assert rule.hours == (time(8), time(21))


@pytest.mark.parametrize(
    ("marketing", "bought", "reason"),
    [
        (True, False, None), (True, True, None), (None, True, None),
        (None, False, "opted_out"), (False, True, "opted_out"), (False, False, "opted_out"),
    ],
)  # fmt: skip
def test_a_message_needs_consent_or_an_own_customer(
    marketing: bool | None, bought: bool, reason: str | None
) -> None:
    """PECR reg. 22(3): the soft opt-in is for whoever bought here and did not say no."""
    contact = a_contact(marketing=marketing, bought=bought)
    assert denied(RULES["gb.pecr_22"].requires, contact) == reason


def test_a_selling_subject_makes_a_service_email_a_commercial_one() -> None:
    assert broken(RULES["us.can_spam"].requires, an_ask(subject="Our offer")) == ["service_first"]


@pytest.mark.parametrize(
    ("locale", "jurisdiction"),
    [
        ("en_GB", "gb"), ("en-US", "us"), ("de_DE", "de"), ("de_AT", "eu"), ("fr-BE", "eu"),
        ("es_ES", "es"), ("fr_FR", "fr"), ("en_IE", "eu"), ("de-Latn-DE", "de"),
        ("de_CH", UNKNOWN), ("es_MX", UNKNOWN), ("en", UNKNOWN), ("", UNKNOWN), (None, UNKNOWN),
    ],
)  # fmt: skip
def test_the_law_is_that_of_the_locales_country(locale: str | None, jurisdiction: str) -> None:
    assert LAW.jurisdiction(locale) == jurisdiction


def test_a_country_inherits_what_is_european_and_what_holds_everywhere() -> None:
    ids = {rule.id for rule in LAW.on("de", "email")}
    assert {"de.uwg_7", "eu.eprivacy_13", "eu.crd_withdrawal", "everywhere.card_data"} <= ids
    assert "gb.pecr_22" not in ids
    assert "de.uwg_7" not in {rule.id for rule in LAW.on("de", "phone")}


def test_where_the_country_is_unknown_all_rules_hold_together() -> None:
    assert {rule.id for rule in LAW.rules[UNKNOWN]} == RULES.keys()


def test_hours_are_those_of_the_recipient_and_the_narrowest() -> None:
    assert LAW.hours("us", "sms") == (time(8), time(21))
    assert LAW.hours("gb", "sms") is None


def test_a_rule_unchecked_for_over_a_year_is_named() -> None:
    checked = max(rule.checked for rule in RULES.values())
    assert LAW.stale(checked) == []
    assert LAW.stale(checked.replace(year=checked.year + 1)) == []
    assert "gb.pecr_22" in LAW.stale(date(checked.year + 1, checked.month, checked.day + 1))


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ('requires = ["service_first"]', 'requires = ["kindness"]',
         "us.toml [can_spam] requires kindness: use permission_before_offer"),
        ('channels = ["email"]', 'channels = ["fax"]', "channels fax: use any, phone"),
        ('["08:00", "21:00"]', '["21:00", "08:00"]', "the first must be before the second"),
        ('["08:00", "21:00"]', '"morning"', 'use two times such as ["08:00", "21:00"]'),
        ("checked = 2026-11-28", 'checked = "soon"', "checked: a day such as"),
        ('source = "CAN-SPAM rule, 16 CFR 316.3"\n', "", "us.toml [can_spam] needs source"),
        ('requires = ["service_first"]', "requires = []", "requires nothing: name a check"),
        ('territories = ["US"]', 'territories = ["US"]\ninherits = ["moon"]', "no such pack"),
        ("[can_spam]", "[can_spam", "us.toml cannot be read"),
    ],
)  # fmt: skip
def test_a_mistake_in_a_pack_is_refused(tmp_path: Path, old: str, new: str, problem: str) -> None:
    for path in PACKS.glob("*.toml"):
        text = path.read_text(encoding="utf-8")
        if path.name == "us.toml":
            assert old in text
            text = text.replace(old, new, 1)
        (tmp_path / path.name).write_text(text, encoding="utf-8")
    with pytest.raises(ScriptError) as refused:
        load_law(tmp_path)
    assert problem in refused.value.detail
