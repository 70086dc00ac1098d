"""Variants of the words: what tells them apart, which may be said, and the short form of each."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from models.domain import CHANNELS, KINDS, MOODS, Money
from service.decision.policy import load_policy
from service.scripts.channels import PARTS
from service.scripts.facts import Facts
from service.scripts.library import load_drafts, load_library
from service.scripts.lint import check
from tests.script_folders import a_folder

LIBRARY = load_library()
LANGUAGES = {"en": "en_GB", "de": "de_DE", "fr": "fr_FR", "es": "es_ES"}
ASKING_MOODS = [mood for mood in MOODS if mood not in load_policy().angry]


def some_facts(**changes: Any) -> Facts:
    """A calm return on the phone; override what the test is about."""
    price = Money(Decimal("12.75"), "GBP")
    facts = Facts("phone", "return", "repeat", "CAKESTAND", price, "calm", "en_GB", "ours", "Lea")
    return replace(facts, **changes)


@pytest.fixture
def scripts(tmp_path: Path) -> Path:
    """A manager's own copy of the scripts."""
    return a_folder(tmp_path / "scripts")


@pytest.mark.parametrize("locale", LANGUAGES.values())
def test_at_least_two_variants_may_be_said_wherever_asking_is_allowed(locale: str) -> None:
    for channel, kind, mood, short in product(CHANNELS, KINDS, ASKING_MOODS, (False, True)):
        for topic in ("return", "other"):
            facts = some_facts(
                channel=channel, kind=kind, mood=mood, topic=topic, locale=locale, short=short
            )
            said = {LIBRARY.write(facts, variant).text for variant in LIBRARY.variants(facts)}
            assert len(said) >= 2, (channel, kind, mood, topic, short)


def test_a_variant_says_the_same_offer_in_other_words_and_tells_its_name() -> None:
    first = LIBRARY.write(some_facts())
    second = LIBRARY.write(some_facts(), "b")
    assert (first.id, first.variant) == ("phone.return.repeat.calm", "a")
    assert (second.id, second.variant) == ("phone.return.repeat.calm.b", "b")
    assert first.text != second.text
    assert "£12.75" in second.text
    assert second.edition == f"{first.edition}.{second.version}"


def test_a_table_of_a_variant_replaces_that_of_its_base_as_a_whole(scripts: Path) -> None:
    variant = 'channel = "phone"\nlocale = "en_GB"\nvariant = "c"\nversion = 7\n'
    variant += '[close]\nany = "Shall I? No is a fine answer."\n'
    (scripts / "phone.c.toml").write_text(variant, encoding="utf-8")
    library = load_drafts(scripts)
    base, words = (
        library.write(some_facts(mood="upset")),
        library.write(some_facts(mood="upset"), "c"),
    )
    assert words.parts == {**base.parts, "close": "Shall I? No is a fine answer."}
    assert library.variants(some_facts()) == ("a", "b", "c")


def test_a_variant_that_says_nothing_else_in_this_contact_is_none(scripts: Path) -> None:
    """An arm that does what another does would only dilute the comparison."""
    variant = 'channel = "phone"\nlocale = "en_GB"\nvariant = "c"\nversion = 1\n[confirm]\n'
    variant += 'return = "Your return is on its way."\nany = "That is all taken care of."\n'
    (scripts / "phone.c.toml").write_text(variant, encoding="utf-8")
    library = load_drafts(scripts)
    assert "c" in library.variants(some_facts(topic="return"))
    assert "c" not in library.variants(some_facts(topic="other"))


def test_an_unknown_variant_is_a_mistake_of_ours() -> None:
    with pytest.raises(ValueError, match="use one of a, b"):
        LIBRARY.write(some_facts(), "z")


@pytest.mark.parametrize(
    ("name", "header", "table", "problem"),
    [
        ("fax.b.toml", 'channel = "fax"\nlocale = "en_GB"\nvariant = "b"', "",
         "is a variant of nothing: add the script of fax"),
        ("phone.c.toml", 'channel = "phone"\nlocale = "en_GB"\nvariant = "cc"', "",
         'needs variant = one small letter such as "b"'),
        ("phone.c.toml", 'channel = "phone"\nlocale = "en_US"\nvariant = "c"', "",
         "speaks en_US, but its base en_GB"),
        ("phone.c.toml", 'channel = "phone"\nlocale = "en_GB"\nvariant = "b"', "",
         "has the channel, language and variant of phone.b.toml"),
        ("phone.c.toml", 'channel = "phone"\nlocale = "en_GB"\nvariant = "c"',
         '[labels]\naccept = "Add to order"\ndecline = "Not today"',
         "[labels] is the same as in phone.toml: leave the table out"),
        ("phone.c.toml", 'channel = "phone"\nlocale = "en_GB"\nvariant = "c"',
         '[close]\nany = "Shall I, or not?"\n[permission]\nany = "May I name something to buy?"',
         "phone.c.toml: [close] stands in the wrong place"),
        ("phone.c.toml", 'channel = "phone"\nlocale = "en_GB"\nvariant = "c"',
         f'[bridge]\nany = "{"And now something else. " * 20}"',
         "phone.c.toml: [bridge] does not fit"),
    ],
)  # fmt: skip
def test_a_mistake_in_a_variant_is_told_under_its_name(
    scripts: Path, name: str, header: str, table: str, problem: str
) -> None:
    (scripts / name).write_text(f"{header}\nversion = 1\n{table}\n", encoding="utf-8")
    assert problem in "\n".join(map(str, check(scripts)[1]))


def test_what_is_wrong_with_a_base_is_told_once_and_not_again_for_its_variants(
    scripts: Path,
) -> None:
    path = scripts / "phone.toml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("any = ", "any = 7 #", 1), encoding="utf-8")
    assert {problem.file for problem in check(scripts)[1]} == {"phone.toml"}


@pytest.mark.parametrize("locale", LANGUAGES.values())
def test_a_short_script_keeps_what_the_customer_must_hear(locale: str) -> None:
    for channel, kind, variant in product(CHANNELS, KINDS, ("a", "b")):
        facts = some_facts(channel=channel, kind=kind, locale=locale)
        full = LIBRARY.write(facts, variant)
        short = LIBRARY.write(replace(facts, short=True), variant)
        assert short.short
        assert list(short.parts) == [part for part in PARTS if part not in ("bridge", "benefit")]
        assert all(short.parts[part] == full.parts[part] for part in short.parts)
        assert len(short.text) < len(full.text)
        assert short.length_value <= full.length_value
        assert "  " not in short.text


@pytest.mark.parametrize("locale", LANGUAGES.values())
def test_the_suggestion_of_a_call_can_be_written_as_an_email(locale: str) -> None:
    called = some_facts(locale=locale, last_bought_on=date(2026, 10, 18))
    letter = LIBRARY.write(replace(called, channel="email"))
    assert letter.subject
    assert letter.text.startswith(f"Subject: {letter.subject}\n\n")
    assert "CAKESTAND" in letter.text


def test_amounts_and_days_are_written_as_in_the_customers_country() -> None:
    bought = date(2026, 10, 18)
    american = LIBRARY.write(some_facts(locale="en_US", last_bought_on=bought)).text
    swiss = LIBRARY.write(
        some_facts(locale="de-CH", price=Money(Decimal("1234.50"), "CHF"), channel="email")
    ).text
    assert "October 18, 2026" in american
    assert "CHF 1’234.50" in swiss  # noqa: RUF001
