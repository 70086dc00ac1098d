"""Off-policy estimates: against hand arithmetic, in worlds whose truth is known, in the gate."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from models import bundle
from models.moment import Moment
from models.recommender import Recommender
from tests.conftest import Trained
from tests.nightly.test_night import a_measurement
from training.asks import MATURED_DAYS, Ask, read_asks, value_of_asks
from training.gate import reasons_to_refuse
from training.load import BadData, Dataset, load
from training.policy_value import CLIP, FEWEST_EFFECTIVE, Log, effective_size, value_of

WORLDS, ASKS = 200, 2_000


def a_log(*rows: tuple[float, float, float, float, float]) -> Log:
    return Log(*np.array(rows, dtype=float).reshape(-1, 5).T)


def test_four_asks_against_arithmetic_by_hand() -> None:
    value = value_of(
        a_log(  # reward, propensity, target, modelled of the shown, expected of the new
            (1.0, 0.50, 1.0, 0.6, 0.6),
            (0.0, 0.50, 0.0, 0.4, 0.6),
            (1.0, 0.25, 1.0, 0.5, 0.5),
            (0.0, 1.00, 1.0, 0.2, 0.2),
        )
    )
    assert value.logging is not None
    assert value.ips is not None
    assert value.snips is not None
    assert value.dr is not None
    assert value.logging.value == pytest.approx(2 / 4)
    # weights 2, 0, 4 and 1
    assert value.ips.value == pytest.approx((2 + 0 + 4 + 0) / 4)
    assert value.snips.value == pytest.approx(6 / 7)
    # 0.6 + 2 x 0.4, 0.6, 0.5 + 4 x 0.5, 0.2 - 0.2
    assert value.dr.value == pytest.approx((1.4 + 0.6 + 2.5 + 0.0) / 4)
    assert value.effective == pytest.approx(7**2 / (4 + 16 + 1))
    deviation = np.std([1.4, 0.6, 2.5, 0.0], ddof=1)
    assert value.dr.high - value.dr.value == pytest.approx(1.96 * deviation / 2)


def a_world(seed: int) -> tuple[Log, float]:
    """Five sorts of contact, three items; what is logged, and the new policy's true value.

    The policy in service shows each item with one of the probabilities that a draw gives; the
    reward model is wrong by up to a half.
    """
    rng = np.random.default_rng(seed)
    shares = rng.dirichlet(np.full(5, 5.0))
    gains, rates = rng.uniform(2, 12, (5, 3)), rng.uniform(0.05, 0.5, (5, 3))
    logging = 0.06 + 0.82 * rng.dirichlet(np.ones(3), size=5)
    target = rng.integers(0, 3, 5)
    model = rates * gains * rng.uniform(0.5, 1.5, (5, 3))
    truth = float((shares * (rates * gains)[np.arange(5), target]).sum())
    sort = rng.choice(5, ASKS, p=shares)
    shown = (rng.random((ASKS, 1)) > logging[sort].cumsum(axis=1)[:, :2]).sum(axis=1)
    rewards = gains[sort, shown] * (rng.random(ASKS) < rates[sort, shown])
    log = Log(
        rewards=rewards,
        propensities=logging[sort, shown],
        target=(shown == target[sort]).astype(float),
        modelled=model[sort, shown],
        expected=model[sort, target[sort]],
    )
    return log, truth


def test_in_worlds_of_known_truth_the_intervals_hold_it_as_often_as_they_say() -> None:
    """Of 200 intervals of 95% each at least 93% hold the truth; the doubly robust ones are the
    narrowest, and on average no estimate is off."""
    held, widths, errors = np.zeros(3), np.zeros(3), np.zeros(3)
    for seed in range(WORLDS):
        log, truth = a_world(seed)
        value = value_of(log)
        assert value.effective > FEWEST_EFFECTIVE
        for place, estimate in enumerate((value.ips, value.snips, value.dr)):
            assert estimate is not None
            held[place] += estimate.low <= truth <= estimate.high
            widths[place] += estimate.high - estimate.low
            errors[place] += (estimate.value - truth) / truth / WORLDS
    assert (held / WORLDS >= 0.93).all(), held / WORLDS
    assert widths[2] < widths[1] < widths[0]
    assert np.abs(errors).max() < 0.01


def test_a_policy_that_is_worse_is_found_to_be_and_a_better_one_is_not() -> None:
    def log_of(target: int) -> Log:
        rng = np.random.default_rng(1)
        rates, n = np.array([0.4, 0.1]), 2_000
        shown = rng.integers(0, 2, n)
        rewards = (rng.random(n) < rates[shown]).astype(float)
        modelled = rates[shown]
        expected = np.full(n, rates[target])
        return Log(rewards, np.full(n, 0.5), (shown == target).astype(float), modelled, expected)

    better, worse = value_of(log_of(0)), value_of(log_of(1))
    assert better.worse is False
    assert worse.worse is True
    assert worse.verdict.startswith("clearly worse: 0.1")
    refused = reasons_to_refuse(a_measurement(asks=worse.to_json()), None)
    assert refused == [f"with the asks on record it would be {worse.verdict}"]
    assert reasons_to_refuse(a_measurement(asks=better.to_json()), None) == []


@pytest.mark.parametrize(
    ("log", "words"),
    [
        (a_log(), "no asks on record"),
        (a_log(*[(0.0, 0.5, 1.0, 0.5, 0.5)] * 40), "40 asks say as much as 40 would"),
        (a_log(*[(1.0, 0.5, 0.0, 0.5, 0.5)] * 900), "never have shown what was shown"),
    ],
)
def test_where_the_log_says_too_little_there_is_no_verdict_and_nothing_is_refused(
    log: Log, words: str
) -> None:
    value = value_of(log)
    assert value.worse is None
    assert "no verdict" in value.verdict
    assert words in value.verdict
    assert reasons_to_refuse(a_measurement(asks=value.to_json()), None) == []


def test_few_asks_with_great_weight_are_few() -> None:
    """Of a thousand asks one was rare: it weighs as twenty, not as a thousand."""
    rows = [(0.0, 1.0, 1.0, 0.0, 0.0)] * 99 + [(1.0, 0.001, 1.0, 0.0, 0.0)]
    value = value_of(a_log(*rows))
    assert value.ips is not None
    assert value.ips.value == pytest.approx(CLIP / 100)
    assert value.effective == pytest.approx((99 + CLIP) ** 2 / (99 + CLIP**2))
    assert effective_size(np.zeros(3)) == 0


def test_a_propensity_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="propensity"):
        value_of(a_log((1.0, 0.0, 1.0, 0.5, 0.5)))


@pytest.fixture(scope="module")
def data(trained: Trained) -> Dataset:
    return load(trained.export)


@pytest.fixture(scope="module")
def recommender(trained: Trained) -> Recommender:
    return bundle.load(trained.bundles, str(bundle.current(trained.bundles))).recommender


def asks_of(data: Dataset, recommender: Recommender, accepted: int) -> list[Ask]:
    """Half of the asks showed the likelier of two items that bring the same, half the other; a
    third of those that showed the one at the place `accepted` got a yes."""
    asks = []
    for number, history in enumerate(list(data.purchases.histories().values())[:600]):
        moment = Moment(history, float(history.days[-1]) + 20, "delivery")
        ranking = recommender.rank(moment)
        first, second = ranking.candidates.items[ranking.order[:2]].tolist()
        ids = [data.item_ids[first], data.item_ids[second]]
        shown = number % 2
        said_yes = shown == accepted and number % 3 == 0
        asks.append(Ask(moment, ids, shown, 0.5, np.full(2, 10.0), np.full(2, -0.1), said_yes))
    return asks


def test_the_new_ranking_is_judged_by_what_it_would_have_shown_first(
    data: Dataset, recommender: Recommender
) -> None:
    """It shows the likelier item: right where only that was accepted, wrong where the other was."""
    liked = value_of_asks(asks_of(data, recommender, accepted=0), recommender)
    disliked = value_of_asks(asks_of(data, recommender, accepted=1), recommender)
    assert (liked.n, liked.effective) == (600, 300)
    good, bad = liked.to_json(), disliked.to_json()
    assert good["ips"]["value"] == pytest.approx(2 * good["logging"]["value"])
    assert bad["ips"]["value"] == bad["snips"]["value"] == 0
    assert (liked.worse, disliked.worse) == (False, True)


def test_asks_out_of_what_the_new_ranking_never_proposes_are_left_out(
    data: Dataset, recommender: Recommender
) -> None:
    strange = replace(asks_of(data, recommender, 0)[0], ids=["no", "such"])
    assert value_of_asks([strange], recommender).n == 0


SINCE = datetime(2026, 9, 1, tzinfo=UTC)
NOON = datetime(2026, 10, 1, 12, tzinfo=UTC)


def an_ask(number: int, **changes: Any) -> dict[str, Any]:
    return {
        "suggestion_id": f"sug_{number}", "interaction_id": f"case-{number}", "customer_id": None,
        "decided_at": NOON, "decision": "offer", "item_ids": ["b", "a", "c"], "propensity": 0.3,
        "eligible_ids": ["a", "b"], "eligible_worths": [0.9, 0.8], "eligible_gains": [10.0, 20.0],
        "eligible_probabilities": [0.1, 0.05],
    } | changes  # fmt: skip


def an_export(folder: Path, trained: Trained, *decisions: dict[str, Any]) -> Path:
    """The shop's, with these decisions; the first was accepted, and told of a day later."""
    export = folder / "export"
    shutil.copytree(trained.export, export)
    pq.write_table(pa.Table.from_pylist(list(decisions)), export / "decisions.parquet")
    told = {"item_id": "b", "result": "accepted", "occurred_at": NOON + timedelta(days=1)}
    outcomes = [{**told, "suggestion_id": decisions[0]["suggestion_id"]}]
    pq.write_table(pa.Table.from_pylist(outcomes), export / "outcomes.parquet")
    return export


def days(at: datetime) -> float:
    return at.timestamp() / 86_400


def test_an_ask_is_read_with_what_was_known_and_what_came_of_it(
    trained: Trained, tmp_path: Path, data: Dataset
) -> None:
    [contact] = [
        one
        for one in pq.read_table(trained.export / "interactions.parquet").to_pylist()
        if one["customer_id"] in data.customer_ids.to_pylist() and one["item_ids"]
    ][-1:]
    about = {"customer_id": contact["customer_id"], "interaction_id": contact["interaction_id"]}
    later = contact["occurred_at"] + timedelta(minutes=2)
    first = an_ask(1, **about, decided_at=later)
    stranger = an_ask(2, decided_at=later, item_ids=["a"], propensity=0.7)
    export = an_export(tmp_path, trained, first, stranger, an_ask(3, decided_at=later + 2 * DAY))
    known, unknown = read_asks(export, data, days(later) - 1)
    assert (known.shown, known.propensity, known.accepted) == (1, 0.3, True)
    assert known.gains.tolist() == [10, 20]
    assert known.paid_anyway == pytest.approx([-0.1, -0.2])
    assert (known.moment.topic, known.moment.day) == (
        contact["topic"],
        days(contact["occurred_at"]),
    )
    items = [data.item_ids[item] for item in known.moment.contact_items.tolist()]
    assert items == contact["item_ids"]
    assert len(known.moment.history)
    assert known.moment.history.days[-1] <= known.moment.day
    assert (unknown.shown, unknown.propensity, unknown.accepted) == (0, 0.7, False)
    assert (unknown.moment.topic, len(unknown.moment.history)) == (None, 0)


DAY = timedelta(days=1)


@pytest.mark.parametrize(
    "changes",
    [
        {"decision": "no_offer", "item_ids": []},
        {"propensity": None},
        {"eligible_ids": ["b"]},
        {"eligible_ids": None},
        {"decided_at": SINCE - DAY},
        {"decided_at": NOON + DAY / 2},
    ],
)
def test_only_asks_count_in_which_there_was_a_choice_and_whose_outcome_is_known(
    trained: Trained, tmp_path: Path, data: Dataset, changes: dict[str, Any]
) -> None:
    """Also not those of a time that the ranking has learned from."""
    export = an_export(tmp_path, trained, an_ask(1, decided_at=NOON - DAY), an_ask(2, **changes))
    assert [ask.accepted for ask in read_asks(export, data, days(SINCE))] == [True]
    assert MATURED_DAYS == 1


def test_without_decisions_there_were_no_asks_and_a_wrong_file_is_named(
    trained: Trained, tmp_path: Path, data: Dataset
) -> None:
    export = an_export(tmp_path, trained, an_ask(1))
    table = pq.read_table(export / "decisions.parquet").drop_columns(["propensity"])
    pq.write_table(table, export / "decisions.parquet")
    with pytest.raises(BadData, match="no column propensity"):
        read_asks(export, data, 0)
    (export / "decisions.parquet").unlink()
    assert read_asks(export, data, 0) == []
