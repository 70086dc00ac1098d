"""The one question: worth what hangs on it, in the customer's unit, and why not in plain words."""

from __future__ import annotations

from decimal import Decimal

from msgspec.structs import replace

from models.domain import Attribute, Item, Need
from models.needs import bound_of, bound_of_return
from service.decision.fitting.question import Weighed, question_of
from service.decision.fitting.wanted import Unclear, Wanted
from service.decision.fitting.words import why_not

ALCOVE = tuple(
    bound_of(Need(side, max=Decimal(most), unit="cm"))
    for side, most in (("width", 80), ("depth", 30))
)
WANTED = Wanted(needs=ALCOVE)


def a_bookcase(name: str, **listed: tuple[str, str | None]) -> Item:
    attributes = {side: Attribute(Decimal(size), unit) for side, (size, unit) in listed.items()}
    return Item(name, name, Decimal(100), "GBP", category="bookcases", attributes=attributes)


def weighed(worth: float, item: Item, wanted: Wanted = WANTED) -> Weighed:
    return Weighed(item, wanted.judge(item), worth)


def asked(wanted: Wanted, *weighed: Weighed) -> str | None:
    question = question_of(weighed, wanted)
    return question.text if question else None


def test_the_question_is_the_one_on_which_most_money_hangs() -> None:
    first = weighed(1.0, a_bookcase("Holm", width=("70", "cm")))
    second = weighed(3.0, a_bookcase("Oslo", width=("31", "in")))
    third = weighed(9.0, a_bookcase("Fits", width=("70", "cm"), depth=("20", "cm")))
    text = "What is the depth of Oslo, in cm? It is not listed; at most 30 cm will do."
    assert asked(WANTED, first, second, third) == text


def test_two_open_points_share_what_the_item_is_worth() -> None:
    nothing_listed = weighed(1.8, a_bookcase("Oslo"))
    one_open = weighed(1.0, a_bookcase("Holm", width=("70", "cm")))
    assert str(asked(WANTED, nothing_listed, one_open)).startswith("What is the depth of Holm")


def test_nobody_asks_about_what_is_not_worth_asking_for() -> None:
    assert asked(WANTED, weighed(-0.1, a_bookcase("Holm"))) is None
    assert (
        asked(WANTED, weighed(5, a_bookcase("Holm", width=("7", "cm"), depth=("2", "cm")))) is None
    )


def test_a_missing_unit_is_asked_for_once_and_settles_all_items_together() -> None:
    bare = Wanted(needs=(bound_of(Need("width", max=Decimal(80))),))
    one = weighed(1.0, a_bookcase("Holm", width=("70", "cm")), bare)
    two = weighed(1.0, a_bookcase("Oslo", width=("31", "in")), bare)
    other = weighed(1.9, a_bookcase("Bare"), bare)
    text = "In which unit is the width of at most 80: mm, cm, m, in, ft?"
    assert asked(bare, one, two, other) == text


def test_an_item_that_the_customer_names_comes_first() -> None:
    liked = a_bookcase("Fairelane", width=("70", "cm"))
    wanted = Wanted(needs=ALCOVE, named=(liked,))
    likely = weighed(3.0, a_bookcase("Oslo", width=("70", "cm")))
    assert str(asked(wanted, likely)).startswith("What is the depth of Fairelane, in cm?")


def test_which_side_was_too_large_is_asked_unless_no_item_hangs_on_it() -> None:
    returned = a_bookcase("Holm", width=("90", "cm"), depth=("40", "cm"))
    bounds = [bound_of_return(returned, side, "too_large") for side in ("width", "depth")]
    known = [bound for bound in bounds if bound is not None]
    wanted = Wanted(unclear=[Unclear(returned, "too_large", ["width", "depth"], known)])
    narrow = a_bookcase("Oslo", width=("80", "cm"), depth=("45", "cm"))
    smaller = a_bookcase("Bergen", width=("80", "cm"), depth=("35", "cm"))
    text = "What was too large about Holm: its width or depth?"
    assert asked(wanted, weighed(1, narrow, wanted)) == text
    assert asked(wanted, weighed(1, smaller, wanted)) is None
    sofa = Item("Sofa", "Sofa", Decimal(1), "GBP", category="sofas")
    assert asked(wanted, weighed(1, sofa, wanted)) is None


def test_the_unlisted_size_of_what_came_back_is_asked_for() -> None:
    wanted = Wanted(unclear=[Unclear(a_bookcase("Holm"), "too_large", ["width"])])
    text = "What is the width of Holm, which was too large? It is not listed."
    assert asked(wanted, weighed(1, a_bookcase("Oslo"), wanted)) == text


def test_a_listing_without_a_usable_number_is_read_out() -> None:
    heavy = a_bookcase("Holm", width=("70", "cm"), depth=("3", "kg"))
    text = "What is the depth of Holm, in cm? It is listed as 3 kg; at most 30 cm will do."
    assert asked(WANTED, weighed(1, heavy)) == text


def test_why_not_says_both_numbers_and_both_units() -> None:
    assert why_not(a_bookcase("Holm", width=("90", "cm")), WANTED) == "width 90 cm, at most 80 cm"
    inches = why_not(a_bookcase("Holm", width=("36", "in"), depth=("31", "cm")), WANTED)
    assert inches == "width 36 in (91.44 cm), at most 80 cm; depth 31 cm, at most 30 cm"
    wide = Wanted(needs=(bound_of(Need("width", Decimal(1), unit="m")),))
    assert (
        why_not(a_bookcase("Holm", width=("90", "cm")), wide) == "width 90 cm (0.9 m), at least 1 m"
    )


def test_why_not_names_what_came_back() -> None:
    bound = bound_of_return(a_bookcase("Holm", width=("90", "cm")), "width", "too_large")
    assert bound is not None
    wanted = Wanted(of_category={"bookcases": (bound,)})
    text = "width 90 cm, less than 90 cm, the width of Holm"
    assert why_not(a_bookcase("Oslo", width=("90", "cm")), wanted) == text


def test_why_not_says_that_turning_does_not_help() -> None:
    fixed = a_bookcase("Holm", width=("90", "cm"), depth=("85", "cm"))
    turns = {"rotatable": Attribute("width-depth")}
    turned = replace(fixed, attributes={**fixed.attributes, **turns})
    text = (
        "width 90 cm, at most 80 cm; depth 85 cm, at most 30 cm, and turned it does not fit either"
    )
    assert why_not(turned, WANTED) == text
