"""The placeholder language: closed, dropped where a value is absent, and never evaluated."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.scripts.placeholders import BadPlaceholder, joined, parse, say

any_text = st.text(st.characters(exclude_categories=["Cs"]))


@pytest.mark.parametrize(
    "source",
    [
        "{name}", "{item_name.upper}", "{item_name!r}", "{item_name:>9}", "{0}", "{}", "{ price }",
        "{{price}}", "{price", "price}", "{item_name[0]}", "{7*7}", "{PRICE}", "}{",
    ],
)  # fmt: skip
def test_anything_but_a_known_name_in_braces_is_refused(source: str) -> None:
    with pytest.raises(BadPlaceholder):
        parse(f"It is {source} today.")


def test_the_refusal_lists_what_may_be_used() -> None:
    with pytest.raises(BadPlaceholder, match=r"\{discount\}: use one of \{item_name\}, \{price\}"):
        parse("Take {discount} off.")


def test_the_first_alternative_that_can_be_filled_is_said() -> None:
    entry = (parse("Hello {first_name}."), parse("Hello."))
    assert say(entry, {"first_name": "Lea"}) == "Hello Lea."
    assert say(entry, {}) == "Hello."


def test_a_sentence_without_its_value_is_dropped() -> None:
    entry = (parse("That is {price}. You had it on {last_bought_on}! Fine?"),)
    assert say(entry, {"price": "£1.50"}) == "That is £1.50. Fine?"


def test_a_sentence_ends_in_the_text_and_never_within_a_value() -> None:
    entry = (parse("Hello {first_name}. Yours is {item_name}."),)
    assert say(entry, {"item_name": "No. 5. Really! {price}"}) == "Yours is No. 5. Really! {price}."


@given(any_text, any_text)
def test_a_value_is_set_in_once_and_literally(name: str, price: str) -> None:
    entry = (parse("A {item_name} for {price}, {item_name}."),)
    said = say(entry, {"item_name": name, "price": price})
    assert said == "A " + name + " for " + price + ", " + name + "."


@given(
    st.lists(st.sampled_from(["", "Hello.", "That is {price}. Fine?", "{first_name}{price}"])),
    any_text, any_text,
)  # fmt: skip
def test_sentences_joined_are_filled_like_each_alone(
    sources: list[str], between: str, value: str
) -> None:
    sentences = [parse(source).whole for source in sources]
    values = {"price": value, "first_name": "{price}"}
    whole = joined(between, sentences)
    assert whole.fill(values) == between.join(one.fill(values) for one in sentences)
    assert whole.needs == {name for one in sentences for name in one.needs}
