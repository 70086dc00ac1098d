"""Chance among what is worth asking: exact probabilities, never past the margin, the same draw."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import beta

from models.candidates.base import Candidates
from models.domain import Interaction, Item
from models.fit import Fit
from models.recommender import Ranking
from service.decision.chance.best import Option, chances_to_be_best
from service.decision.chance.explore import close_to_best, draw_variant, explore, taken_apart
from service.decision.chance.learned import Asked, Counts, Learned
from service.decision.chance.thompson import drawn, draws, probabilities_of
from service.decision.choose import Choice, Chosen
from service.decision.policy import SHIPPED, BadPolicy, load_policy
from service.decision.value.levers import LeverCost
from service.decision.worth import Worth

RULES = load_policy().explore
NOTHING = Learned(Counts(), RULES.script_asks, RULES.item_asks)
DRAWS = 100_000


def chosen(item_id: str, gain: str, chance: float, fit: Fit | None = None) -> Chosen:
    """An item whose yes is worth `gain`; an ask costs 0.10."""
    margin = (Decimal(gain) * Decimal(str(chance))).quantize(Decimal("0.01"))
    asking = Decimal("-0.10")
    worth = Worth(margin + asking, {"expected_margin": margin, "asking": asking}, "unit_cost")
    item = Item(item_id, item_id.title(), Decimal(gain), "GBP")
    return Chosen(item, int(item_id[1:]), chance, worth, fit)


CLOSE = (chosen("b0", "10", 0.10), chosen("b1", "20", 0.048), chosen("b2", "5", 0.18))
"""Worth 0.90, 0.86 and 0.80: all within a fifth of the best."""


def a_ranking(n: int = 4) -> Ranking:
    nothing = Candidates(np.arange(n, dtype=np.int32), np.zeros((1, n), dtype=np.float32))
    table = np.arange(n, dtype=np.float32)[:, None]
    return Ranking(nothing, np.arange(n), table, np.zeros(n, dtype=np.float32))


RANKING = a_ranking()


def contact_id(number: int) -> str:
    return f"case-{number}"


def contact(number: int) -> Interaction:
    return Interaction(contact_id(number), "phone", "return", "resolved")


def first_of(number: int, items: Sequence[Chosen] = CLOSE, learned: Learned = NOTHING) -> str:
    made = explore(Choice(list(items), None, {}), RANKING, contact(number), 3, RULES, learned)
    return made.choice.chosen[0].item.id


def test_what_is_logged_as_its_probability_is_how_often_it_is_shown() -> None:
    """100,000 contacts, of which every fiftieth takes the whole way; off by five standard errors
    once in a million."""
    choice = Choice(list(CLOSE), None, {})
    logged = explore(choice, RANKING, contact(0), 3, RULES, NOTHING).eligible
    probabilities = [one.propensity for one in logged]
    assert sum(probabilities) == pytest.approx(1, abs=1e-12)
    shown = Counter[int]()
    for number in range(DRAWS):
        place = drawn(probabilities, draws(RULES.salt, contact_id(number))[0])
        shown[place] += 1
        if number % 50 == 0:
            made = explore(choice, RANKING, contact(number), 3, RULES, NOTHING)
            assert made.choice.chosen[0] is CLOSE[place]
            assert (made.eligible, made.propensity) == (logged, probabilities[place])
    for place, probability in enumerate(probabilities):
        error = (probability * (1 - probability) / DRAWS) ** 0.5
        assert shown[place] / DRAWS == pytest.approx(probability, abs=5 * error)


def test_variants_are_said_as_often_as_is_logged() -> None:
    counts = Counts({("phone.return.repeat.calm", "a"): Asked(40, 8)})
    learned = Learned(counts, RULES.script_asks, RULES.item_asks)
    said, logged = Counter[str](), dict[str, float]()
    for number in range(DRAWS):
        name, probability = draw_variant(
            "phone.return.repeat.calm", ("a", "b"), draws("salt", str(number))[1], RULES, learned
        )
        said[name] += 1
        logged[name] = probability
    assert sum(logged.values()) == pytest.approx(1)
    for name, probability in logged.items():
        error = (probability * (1 - probability) / DRAWS) ** 0.5
        assert said[name] / DRAWS == pytest.approx(probability, abs=5 * error)


@pytest.mark.parametrize(
    "options",
    [
        [Option(10, 10), Option(12, 10)],
        [Option(15, 35, 5, -0.2), Option(1, 49, 75, -0.2)],
        [Option(2, 50, 30), Option(3, 60, 22), Option(4, 46, 20, 0.3)],
        [Option(0.2, 50, 300, -0.1), Option(5, 45, 11, -0.1), Option(20, 30, 3, -0.1)],
    ],
)
def test_the_integral_is_what_thompson_sampling_does(options: list[Option]) -> None:
    """Against a million draws of each rate."""
    rng, n = np.random.default_rng(1), 1_000_000
    values = [one.gain * rng.beta(one.a, one.b, n) + one.rest for one in options]
    often = np.bincount(np.argmax(values, axis=0), minlength=len(options)) / n
    assert chances_to_be_best(options) == pytest.approx(often.tolist(), abs=0.003)


def test_chances_to_be_best_against_arithmetic_by_hand() -> None:
    """Rates that are uniform; then Beta(2, 1) beats a uniform rate with E[x] = 2/3."""
    assert chances_to_be_best([Option(1, 1)] * 4) == pytest.approx([0.25] * 4, abs=1e-4)
    assert chances_to_be_best([Option(2, 1), Option(1, 1)]) == pytest.approx([2 / 3, 1 / 3], 1e-3)
    # one is worth 0 to 1, the other 1/2 to 3/2: the first wins where x > y + 1/2, an eighth
    assert chances_to_be_best([Option(1, 1), Option(1, 1, 1, 0.5)])[0] == pytest.approx(
        0.125, abs=0.003
    )


@settings(max_examples=50)
@given(st.lists(st.tuples(st.floats(0.05, 5000), st.floats(0.05, 5000)), min_size=2, max_size=4))
def test_chances_are_chances_whatever_was_learned(shapes: list[tuple[float, float]]) -> None:
    probabilities = probabilities_of([Option(a, b) for a, b in shapes], 0.01)
    assert sum(probabilities) == pytest.approx(1, abs=1e-9)
    assert min(probabilities) >= 0.01 - 1e-12


@pytest.mark.parametrize(("a", "b"), [(0.3, 40.0), (12.0, 30.0), (900.0, 4100.0)])
def test_the_distribution_function_is_that_of_scipy(a: float, b: float) -> None:
    """A rate that is as good as known is beaten as often as lies above it."""
    for level in (0.1, 0.5, 0.9):
        point = float(beta.ppf(level, a, b))
        sharp = Option(point * 1e7, (1 - point) * 1e7)
        assert chances_to_be_best([sharp, Option(a, b)])[0] == pytest.approx(level, abs=0.01)


def test_every_attempt_at_a_contact_draws_the_same_and_contacts_differ() -> None:
    assert [first_of(7) for _ in range(5)] == [first_of(7)] * 5
    assert {first_of(number) for number in range(50)} == {"b0", "b1", "b2"}
    assert draws("one", "case-7") != draws("two", "case-7")


def test_only_what_is_nearly_worth_as_much_comes_first() -> None:
    poor = chosen("b3", "10", 0.08)  # worth 0.70, less than four fifths of 0.90
    close = close_to_best([CLOSE[0], poor, *CLOSE[1:]], RULES)
    assert [one.chosen.item.id for one in close] == ["b0", "b1", "b2"]
    made = explore(Choice([CLOSE[0], poor], None, {}), RANKING, contact(1), 3, RULES, NOTHING)
    assert made.propensity == 1.0
    assert [one.item_id for one in made.eligible] == ["b0"]


def test_what_may_not_fit_never_comes_before_what_fits() -> None:
    sure, unsure = Fit("fits", ()), Fit("unknown", ("width",))
    items = [chosen("b0", "10", 0.1, sure), chosen("b1", "12", 0.1, unsure)]
    assert {first_of(number, items) for number in range(300)} == {"b0"}


def test_the_others_keep_their_order_and_the_limit_holds() -> None:
    for number in range(60):
        made = explore(Choice(list(CLOSE), None, {}), RANKING, contact(number), 2, RULES, NOTHING)
        first, second = (one.item.id for one in made.choice.chosen)
        assert second == ("b1" if first == "b0" else "b0")
        assert [one.item_id for one in made.eligible] == ["b0", "b1", "b2"]
        propensities = {one.item_id: one.propensity for one in made.eligible}
        assert made.propensity == propensities[first]


def test_what_a_lever_put_first_stays_first() -> None:
    levers = LeverCost("b0", Decimal("0.04"), ("item:b1",))
    pushed = Choice([CLOSE[1], CLOSE[0], CLOSE[2]], None, {}, levers=levers)
    for number in range(50):
        made = explore(pushed, RANKING, contact(number), 3, RULES, NOTHING)
        assert (made.choice, made.propensity) == (pushed, 1.0)


def test_switched_off_the_best_comes_first_with_certainty() -> None:
    off = replace(RULES, enabled=False)
    for number in range(50):
        made = explore(Choice(list(CLOSE), None, {}), RANKING, contact(number), 3, off, NOTHING)
        assert (made.choice.chosen, made.propensity) == (list(CLOSE), 1.0)
    assert draw_variant("phone.x", ("a", "b"), 0.99, off, NOTHING) == ("a", 1.0)


def test_a_yes_is_worth_what_the_terms_say() -> None:
    """0.90 with a cost of 0.10 at a chance of a tenth: a yes brings 10."""
    assert taken_apart(CLOSE[0])[1:] == pytest.approx((10, -0.10))
    hopeless = Chosen(CLOSE[0].item, 0, 0.0, CLOSE[0].worth, None)
    assert taken_apart(hopeless).gain == 0
    assert len(close_to_best([hopeless, *CLOSE], RULES)) == 1


def test_asks_that_were_refused_make_an_item_rarer_and_a_yes_makes_it_more_frequent() -> None:
    def share(asked: Asked) -> float:
        """Of the first item; the others' asks went as their chances said."""
        as_expected = {"b1": Asked(500, 24, 24.0), "b2": Asked(500, 90, 90.0)}
        learned = Learned(Counts(items={"b0": asked} | as_expected), 20, 50)
        made = explore(Choice(list(CLOSE), None, {}), RANKING, contact(1), 3, RULES, learned)
        return made.eligible[0].propensity

    refused, as_said, liked = (share(Asked(500, yes, 50.0)) for yes in (5, 50, 120))
    assert refused < as_said < liked
    assert refused == pytest.approx(0.01, abs=0.002)
    assert liked == pytest.approx(0.98, abs=0.002)


def test_an_items_record_is_held_against_what_its_chances_let_expect() -> None:
    """All asks are accepted half as often as the chances say: then so is an ordinary item."""
    counts = Counts(items={"b0": Asked(1000, 50, 100.0), "b9": Asked(9000, 450, 900.0)})
    option = Learned(counts, 20, 50).item("b0", 0.1, 10.0, -0.1)
    # scale = (500 + 50) / (1000 + 50); mean = 0.1 x (50 + 5) / (100 x scale + 5)
    mean = 0.1 * 55 / (100 * 550 / 1050 + 5)
    assert option.a / (option.a + option.b) == pytest.approx(mean)
    assert option.a + option.b == pytest.approx(1050)
    assert (option.gain, option.rest) == (10.0, -0.1)


def test_where_chances_are_those_of_a_yes_it_is_the_plain_beta_binomial() -> None:
    """Beta(50 x 0.1, 50 x 0.9) and 30 of 200: Beta(35, 215)."""
    counts = Counts(items={"b0": Asked(200, 30, 20.0), "b1": Asked(200, 10, 20.0)})
    option = Learned(counts, 20, 50).item("b0", 0.1, 10.0, 0.0)
    assert (option.a, option.b) == pytest.approx((35, 215))


def test_a_variant_is_shrunk_to_how_it_does_on_the_channel() -> None:
    counts = Counts(
        {
            ("phone.return.repeat.calm", "a"): Asked(100, 30),
            ("phone.delivery.repeat.calm.b", "b"): Asked(100, 10),
            ("chat.return.repeat.calm", "a"): Asked(10, 9),
        }
    )
    learned = Learned(counts, 20, 50)
    overall = 50 / 212
    group = (10 + 20 * overall) / 120  # b on the phone
    unseen = learned.variant("phone.return.repeat.calm", "b")
    assert (unseen.a, unseen.b) == pytest.approx((20 * group, 20 * (1 - group)))
    known = learned.variant("phone.delivery.repeat.calm", "b")
    assert (known.a, known.b) == pytest.approx((20 * group + 10, 20 * (1 - group) + 90))
    assert learned.variant("sms.other.repeat.calm", "c").a == pytest.approx(20 * overall)
    better, worse = learned.variants("phone.return.repeat.calm", ("a", "b"), 0.01)
    assert better > 0.9
    assert worse >= 0.01


def test_number_and_place_of_a_draw() -> None:
    assert [drawn([0.2, 0.3, 0.5], draw) for draw in (0, 0.19, 0.21, 0.51, 1 - 1e-17)] == [
        0, 0, 1, 2, 2,
    ]  # fmt: skip


def test_the_context_is_the_same_for_the_same_situation_only() -> None:
    def context(ranking: Ranking, topic: str = "return") -> str:
        made = replace(contact(1), topic=topic)
        return explore(Choice(list(CLOSE), None, {}), ranking, made, 3, RULES, NOTHING).context

    other = a_ranking()
    other.table[1] += 1
    assert context(RANKING) == context(a_ranking())
    assert len({context(RANKING), context(other), context(RANKING, "delivery")}) == 3


def test_bad_entries_of_the_policy_are_named(tmp_path_factory: pytest.TempPathFactory) -> None:
    bad = tmp_path_factory.mktemp("policy") / "policy.toml"
    text = SHIPPED.read_text().replace("enabled = true ", 'enabled = "yes"')
    bad.write_text(text.replace("floor = 0.01", "floor = 0.5"))
    with pytest.raises(BadPolicy) as refused:
        load_policy(bad)
    for name in ("explore.enabled: true or false", "explore.floor is 0.5"):
        assert name in str(refused.value)
