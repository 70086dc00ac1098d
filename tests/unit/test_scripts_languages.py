"""The shipped words in four languages and two wordings: complete, different, and short enough."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from decimal import Decimal
from itertools import product

import pytest

from models.domain import CHANNELS, KINDS, MOODS, NO_OFFER_REASONS, Money
from service.scripts.facts import Facts
from service.scripts.gsm7 import is_gsm7
from service.scripts.lint import FOLDER, check
from service.scripts.placeholders import say
from service.scripts.plan import Plan, ask_plan, service_plan
from service.scripts.read import ScriptFile
from service.scripts.values import values_of

FILES = check(FOLDER)[0]
LANGUAGES = ("en", "de", "fr", "es")
ASKED_MOODS = tuple(mood for mood in MOODS if mood != "angry")
SORTS = tuple(product(("return", "other"), KINDS, ASKED_MOODS, ("ours", "carrier", "none")))
NAMES = (
    "Oak bookcase",
    "Étagère à chaussures en chêne massif, trois niveaux, avec banc d'entrée rembourré",
    "Bücherregal Fairelane, geölt, mit fünf verstellbaren Böden und Kippsicherung",
    "WWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWW",
    "Ράφι βιβλιοθήκης από δρυ με πέντε ρυθμιζόμενα ράφια",
)


def of_both_wordings() -> dict[tuple[str, str], list[ScriptFile]]:
    found: dict[tuple[str, str], list[ScriptFile]] = defaultdict(list)
    for file in FILES:
        found[file.language, file.channel].append(file)
    return found


def said(plan: Plan, file: ScriptFile, name: str) -> str:
    """The longest that a customer of long names, dear items and a long date may be told."""
    facts = Facts(
        file.channel,
        "return",
        "repeat",
        name,
        Money(Decimal("999999.99"), "USD"),
        first_name="Maximiliane",
        returned_item_name=name,
        last_bought_on=date(2026, 9, 30),
    )
    words = plan.write(values_of(facts, plan.rule, plan.rules_of, plan.locale))
    assert words.length_value <= words.length_limit, (file.name, words.text)
    return words.text


def test_every_channel_speaks_every_language_in_two_wordings() -> None:
    wordings = {key: len(files) for key, files in of_both_wordings().items()}
    assert wordings == dict.fromkeys(product(LANGUAGES, CHANNELS), 2)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_second_wording_leads_asks_names_and_closes_in_other_words(language: str) -> None:
    for channel, sort in product(CHANNELS, SORTS):
        first, second = (ask_plan(file, *sort) for file in of_both_wordings()[language, channel])
        for part in ("bridge", "permission", "offer", "close"):
            assert first.chosen[part] != second.chosen[part], (channel, sort, part)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_ask_fits_its_channel_whatever_the_item_is_called(language: str) -> None:
    for file in (it for it in FILES if it.language == language):
        for sort in SORTS:
            plan = ask_plan(file, *sort)
            for name in NAMES:
                said(plan, file, name)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_text_message_keeps_to_the_cheap_alphabet(language: str) -> None:
    for file in of_both_wordings()[language, "sms"]:
        for sort, name in product(SORTS, NAMES[:4]):
            assert is_gsm7(said(ask_plan(file, *sort), file, name)), (file.name, sort, name)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_reason_not_to_ask_has_kind_words_that_fit(language: str) -> None:
    for file in (it for it in FILES if it.language == language):
        for reason, mood in product(NO_OFFER_REASONS, MOODS):
            for known in ({}, {"first_name": "Maximiliane"}):
                words = service_plan(file, "return", reason, mood, "ours", True).write(known)
                assert words.length_value <= words.length_limit, (file.name, reason)
                assert words.parts["decline"]


def test_no_two_languages_share_a_sentence_that_is_said() -> None:
    """A forgotten translation would show here."""
    speakers: dict[str, set[str]] = defaultdict(set)
    for file in FILES:
        for table, entries in file.tables.items():
            for entry in entries.values():
                if table not in ("offer", "labels"):
                    speakers[say(entry, {})].add(file.language)
    assert [text for text, languages in speakers.items() if text and len(languages) > 1] == []
