"""The made shop: the same for a seed, whole in itself, and with the truth in it to be found."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from models import domain
from service.api.schemas import InteractionFeedSchema, ItemSchema, OrderSchema
from training.shop import BadShop, Shop, make_shop, write
from training.shop.__main__ import main
from training.shop.make import TABLES
from training.shop.seasons import make_calendar

ROOT = Path(__file__).parents[2]
UNTIL = date(2026, 10, 31)
SMALL = {"seed": 3, "items": 200, "customers": 300, "months": 6, "until": UNTIL}
FILES = (*(f"{name}.parquet" for name in TABLES), "truth.json")


@dataclass(frozen=True)
class Sold:
    """Every order line of a shop, in columns."""

    order: np.ndarray
    customer: np.ndarray
    day: np.ndarray
    item: np.ndarray
    quantity: np.ndarray
    price: np.ndarray
    cost: np.ndarray


@pytest.fixture(scope="module")
def shop() -> Shop:
    """The default size."""
    return make_shop(seed=1, items=2_000, customers=5_000, months=18, until=UNTIL)


@pytest.fixture(scope="module")
def sold(shop: Shop) -> Sold:
    lists = shop.orders["lines"].combine_chunks()
    order = lists.value_parent_indices().to_numpy()
    lines = lists.flatten()
    placed = shop.orders["placed_at"].to_numpy().astype("datetime64[s]").astype(np.int64)
    return Sold(
        order=order,
        customer=texts(shop.orders["customer_id"])[order],
        day=placed[order] / 86_400,
        item=texts(lines.field("item_id")),
        quantity=lines.field("quantity").to_numpy(),
        price=texts(lines.field("unit_price")).astype(float),
        cost=np.array([float(cost or "nan") for cost in lines.field("unit_cost").to_pylist()]),
    )


def texts(column: Any) -> np.ndarray:
    return np.array(column.to_pylist(), dtype=object).astype(str)


def category_of(shop: Shop) -> dict[str, str]:
    return dict(zip(texts(shop.items["id"]), texts(shop.items["category"]), strict=True))


def returns_of(shop: Shop) -> list[tuple[str, str, str]]:
    """(customer, item, reason) of everything that first contacts say goes back."""
    columns = shop.interactions.select(["customer_id", "first_contact", "items"]).to_pylist()
    return [
        (row["customer_id"], about["item_id"], about["reason"])
        for row in columns
        if row["first_contact"]
        for about in row["items"]
        if about["reason"]
    ]


def run(folder: Path, *arguments: str) -> int:
    sizes = ("--customers", "60", "--items", "60", "--months", "3")
    return main([str(folder), *sizes, *arguments], today=date(2026, 11, 23))


# Sameness and size


def test_the_same_arguments_give_the_same_files_to_the_byte(tmp_path: Path) -> None:
    """Not even another process with another hash seed and other threads makes a difference."""
    arguments = ["--customers", "300", "--items", "200", "--months", "6", "--until", str(UNTIL)]
    main([str(tmp_path / "here"), *arguments], today=date(2026, 11, 23))
    other = {**os.environ, "PYTHONHASHSEED": "7", "OPENBLAS_NUM_THREADS": "1"}
    command = [sys.executable, "-m", "training.shop", str(tmp_path / "there"), *arguments]
    subprocess.run(command, check=True, cwd=ROOT, env=other)
    for name in FILES:
        assert (tmp_path / "here" / name).read_bytes() == (tmp_path / "there" / name).read_bytes()


def test_another_seed_gives_another_shop() -> None:
    one, other = make_shop(**SMALL), make_shop(**{**SMALL, "seed": 4})
    assert not one.items.equals(other.items)
    assert not one.orders.equals(other.orders)
    assert not one.interactions.equals(other.interactions)


def test_a_shop_of_the_default_size_is_as_large_as_promised(shop: Shop, sold: Sold) -> None:
    assert shop.items.num_rows == 2_000
    assert 20 <= len(set(category_of(shop).values())) <= 30
    assert 50_000 <= shop.orders.num_rows <= 70_000
    assert 4_500 <= len(set(sold.customer)) <= 5_000
    refunded = len(shop.orders["refunds"].combine_chunks().flatten())
    assert 0.06 <= refunded / len(sold.item) <= 0.08


def test_a_shop_may_be_as_small_as_one_customer_and_one_month() -> None:
    for seed in range(5):
        tiny = make_shop(seed=seed, items=28, customers=1, months=1, until=UNTIL)
        assert tiny.items.num_rows == 28
        assert set(texts(tiny.orders["customer_id"])) <= {"10001"}


def test_months_are_counted_back_from_the_day_after_the_last() -> None:
    assert make_calendar(18, date(2026, 11, 22)).first == date(2025, 5, 23)
    assert make_calendar(1, date(2026, 2, 28)).first == date(2026, 2, 1)
    assert make_calendar(1, date(2024, 3, 30)).first == date(2024, 2, 29)
    assert make_calendar(12, date(2026, 12, 31)).days == 365


# Whole in itself


def test_every_row_is_one_that_the_feed_takes(shop: Shop) -> None:
    """The columns are the fields of the contract; null means absent."""
    for table, schema in (
        (shop.items, ItemSchema()),
        (shop.orders.slice(20_000, 500), OrderSchema()),
    ):
        for row in table.to_pylist():
            assert schema.load(without_nulls(row)).id == row["id"]
    for row in shop.interactions.slice(5_000, 500).to_pylist():
        customer_id, interaction = InteractionFeedSchema().load(without_nulls(row))
        assert (customer_id, interaction.id) == (row["customer_id"], row["id"])


def without_nulls(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: without_nulls(inner) for name, inner in value.items() if inner is not None}
    return [without_nulls(inner) for inner in value] if isinstance(value, list) else value


def test_ids_are_unique_and_lines_name_items(shop: Shop, sold: Sold) -> None:
    for table in (shop.items, shop.orders, shop.interactions):
        assert len(set(texts(table["id"]))) == table.num_rows
    assert set(sold.item) <= set(texts(shop.items["id"]))
    known = set(texts(shop.truth.customers["customer_id"]))
    assert set(sold.customer) | set(texts(shop.interactions["customer_id"])) <= known
    pairs = list(zip(sold.order, sold.item, strict=True))
    assert len(set(pairs)) == len(pairs)


def test_refunds_pay_back_no_more_than_was_bought(shop: Shop) -> None:
    for row in shop.orders.to_pylist():
        lines = {line["item_id"]: line for line in row["lines"]}
        for refund in row["refunds"]:
            line = lines[refund["item_id"]]
            assert 1 <= refund["quantity"] <= line["quantity"]
            paid = refund["quantity"] * float(line["unit_price"])
            assert float(refund["amount"]) == pytest.approx(paid)
            assert refund["refunded_at"] > row["placed_at"]
        assert not (row["refunds"] and row["cancelled_at"])


def test_nothing_happens_outside_the_window(shop: Shop) -> None:
    first = datetime(2025, 5, 1, tzinfo=UTC)
    after = datetime.combine(UNTIL + timedelta(days=1), datetime.min.time(), UTC)
    refunds = shop.orders["refunds"].combine_chunks().flatten().field("refunded_at")
    columns = (
        shop.orders["placed_at"],
        shop.orders["cancelled_at"].drop_null(),
        shop.interactions["resolved_at"],
        refunds,
    )
    for column in columns:
        times = column.to_pylist()
        assert first <= min(times)
        assert max(times) < after


def test_a_contact_about_a_return_comes_after_the_order(shop: Shop) -> None:
    bought: dict[tuple[str, str], datetime] = {}
    for row in shop.orders.to_pylist():
        for line in row["lines"]:
            bought.setdefault((row["customer_id"], line["item_id"]), row["placed_at"])
    about_returns = 0
    for row in shop.interactions.to_pylist():
        for about in row["items"]:
            if about["reason"]:
                about_returns += 1
                assert row["resolved_at"] > bought[row["customer_id"], about["item_id"]]
    assert about_returns > 5_000


def test_contacts_of_one_journey_tell_one_story(shop: Shop) -> None:
    journeys: dict[str, list[dict[str, Any]]] = {}
    for row in shop.interactions.to_pylist():
        if row["journey_id"]:
            journeys.setdefault(row["journey_id"], []).append(row)
    assert len(journeys) > 500
    for contacts in journeys.values():
        assert len(contacts) > 1
        assert [row["first_contact"] for row in contacts] == [True] + [False] * (len(contacts) - 1)
        assert len({(row["customer_id"], row["topic"], str(row["items"])) for row in contacts}) == 1


# Alive


def test_every_word_of_the_contract_occurs(shop: Shop) -> None:
    for column, words in (
        ("channel", domain.CHANNELS),
        ("topic", domain.TOPICS),
        ("status", domain.STATUSES),
        ("mood", domain.MOODS),
        ("severity", domain.SEVERITIES),
        ("fault", domain.FAULTS),
    ):
        assert set(texts(shop.interactions[column])) == set(words)
    assert {reason for _, _, reason in returns_of(shop)} == set(domain.RETURN_REASONS)


def test_agents_belong_to_one_team_and_the_web_serves_itself(shop: Shop) -> None:
    teams: dict[str, set[tuple[str, str]]] = {}
    for row in shop.interactions.to_pylist():
        if row["channel"] == "web":
            assert (row["agent_id"], row["team"], row["handle_seconds"]) == (None, None, 0)
        else:
            teams.setdefault(row["agent_id"], set()).add((row["team"], row["employer"]))
            assert row["handle_seconds"] > 0
            assert (row["cost"] is not None) == (row["employer"] == "outsourced")
    assert all(len(team) == 1 for team in teams.values())
    assert {employer for team in teams.values() for _, employer in team} == set(domain.EMPLOYERS)


def test_only_twitter_and_facebook_are_public(shop: Shop) -> None:
    public = shop.interactions["public"].to_numpy()
    assert set(texts(shop.interactions["channel"])[public]) == {"twitter", "facebook"}
    assert public.sum() > 100


def test_prices_are_positive_and_nearly_always_above_cost(shop: Shop, sold: Sold) -> None:
    assert sold.price.min() > 0
    known = ~np.isnan(sold.cost)
    assert 0.9 < known.mean() < 1
    assert (sold.price[known] > sold.cost[known]).mean() > 0.95


def test_the_catalogue_has_the_gaps_of_a_real_one(shop: Shop) -> None:
    rows = shop.items.to_pylist()
    furniture = [row["attributes"] for row in rows if row["category"] == "bookcases"]
    depths = [attributes["depth"] for attributes in furniture]
    assert 0 < sum(depth is None for depth in depths) < 0.4 * len(depths)
    assert {depth["unit"] for depth in depths if depth} == {"cm"}
    assert 0 < sum(row["stock"] == 0 for row in rows) < 200
    assert 0 < sum(not row["sellable"] for row in rows) < 100
    assert 0 < sum(row["known_issue"] is not None for row in rows) < 100


def test_sellable_is_what_was_not_withdrawn(shop: Shop, sold: Sold) -> None:
    """Some withdrawn items were sold before, so they still teach."""
    withdrawn = set(texts(shop.items["id"])[~shop.items["sellable"].to_numpy()])
    assert withdrawn & set(sold.item)
    assert not withdrawn & set(sold.item[sold.day > sold.day.max() - 1])


# There to be learned


def test_bundles_are_bought_together_far_more_than_chance(shop: Shop, sold: Sold) -> None:
    """Lift: orders with both, against those expected if the two were bought independently."""
    orders: dict[str, set[int]] = {}
    for item, order in zip(sold.item, sold.order, strict=True):
        orders.setdefault(item, set()).add(order)
    both, expected = 0, 0.0
    for row in shop.truth.bundles.to_pylist():
        anchors = orders.get(row["item_id"], set())
        partners = orders.get(row["partner_id"], set())
        both += len(anchors & partners)
        expected += len(anchors) * len(partners) / shop.orders.num_rows
    assert both > 2_000
    assert both / expected > 20


def test_rhythms_can_be_read_from_the_orders(shop: Shop, sold: Sold) -> None:
    """The median gap of a customer's item is near its true one, over the year."""
    days: dict[tuple[str, str], list[float]] = {}
    for pair, day in zip(zip(sold.customer, sold.item, strict=True), sold.day, strict=True):
        days.setdefault(pair, []).append(day)
    seen, true = [], []
    for row in shop.truth.rhythms.to_pylist():
        bought = days.get((row["customer_id"], row["item_id"]), [])
        if len(bought) >= 5:
            seen.append(float(np.median(np.diff(bought))))
            true.append(row["gap_days"])
    assert len(seen) > 1_000
    assert 0.9 < np.median(np.array(seen) / true) < 1.1
    assert np.corrcoef(np.log(seen), np.log(true))[0, 1] > 0.7


def test_seasons_show_in_what_is_sold(shop: Shop, sold: Sold) -> None:
    """Share of the month's lines: garden in April and May, gifts in December."""
    month = (sold.day * 86_400).astype("datetime64[s]").astype("datetime64[M]").astype(int) % 12
    categories = category_of(shop)
    category = np.array([categories[item] for item in sold.item])

    def share(name: str, months: Sequence[int]) -> float:
        return float((category[np.isin(month, months)] == name).mean())

    assert share("garden furniture", [3, 4]) > 4 * share("garden furniture", [10, 11])
    assert share("decorations and gifts", [11]) > 2 * share("decorations and gifts", [3, 4, 5])
    assert share("plant food", [3, 4, 5]) > 1.5 * share("plant food", [10, 11, 0])


def test_what_is_too_large_is_wide_for_the_customers_home(shop: Shop, sold: Sold) -> None:
    width = {
        row["id"]: row["attributes"]["width"]["value"]
        for row in shop.items.to_pylist()
        if row["attributes"]["width"]
    }
    categories = category_of(shop)
    space = dict(
        zip(
            texts(shop.truth.customers["customer_id"]),
            shop.truth.customers["space"].to_pylist(),
            strict=True,
        )
    )
    typical = {
        name: np.median([width[item] for item in width if categories[item] == name])
        for name in set(categories.values())
        if any(categories[item] == name for item in width)
    }

    def relative(pairs: Sequence[tuple[str, str]]) -> float:
        known = [(who, item) for who, item in pairs if item in width]
        return float(
            np.median([width[item] / typical[categories[item]] / space[who] for who, item in known])
        )

    sent_back = returns_of(shop)
    usual = relative(list(zip(sold.customer, sold.item, strict=True)))
    large = relative([(who, item) for who, item, reason in sent_back if reason == "too_large"])
    small = relative([(who, item) for who, item, reason in sent_back if reason == "too_small"])
    assert large > 1.3 * usual
    assert small < 0.75 * usual


def test_items_with_a_known_issue_come_back_defective(shop: Shop, sold: Sold) -> None:
    issues = set(texts(shop.items["id"])[shop.items["known_issue"].is_valid().to_numpy()])
    bad = [item in issues for _, item, reason in returns_of(shop) if reason == "defective"]
    assert np.mean(bad) > 3 * np.mean(np.isin(sold.item, list(issues)))


def test_lasting_things_are_not_bought_twice(shop: Shop, sold: Sold) -> None:
    """Except in place of one that was defective or came late."""
    sofas = np.char.startswith(sold.item.astype(str), "SOF")
    pairs = list(zip(sold.customer[sofas], sold.item[sofas], strict=True))
    again = {pair for pair in pairs if pairs.count(pair) > 1}
    excused = {
        (who, item)
        for who, item, reason in returns_of(shop)
        if reason in ("defective", "arrived_late")
    }
    assert again <= excused


# From the shell


def test_the_command_writes_files_that_read_back(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "shop"
    assert run(folder) == 0
    for name in TABLES:
        assert pq.read_table(folder / f"{name}.parquet").num_rows > 0
    assert json.loads((folder / "truth.json").read_text())["seed"] == 1
    assert sorted(path.name for path in (tmp_path / "new" / "shop").iterdir()) == sorted(FILES)


def test_the_history_ends_yesterday_unless_told(tmp_path: Path) -> None:
    run(tmp_path / "default")
    run(tmp_path / "told", "--until", "2026-11-22")
    one, other = (tmp_path / name / "orders.parquet" for name in ("default", "told"))
    assert one.read_bytes() == other.read_bytes()


def test_without_a_terminal_there_is_no_progress_bar(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run(tmp_path)
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--customers", "0"], "customers is 0; take 1 or more"),
        (["--items", "3"], "items is 3; take 28 or more"),
        (["--months", "0"], "months is 0; take 1 or more"),
        (["--months", "9999"], "do not lie between 1970 and 9999"),
        (["--seed", "-1"], "seed is -1; take 0 or more"),
        (["--until", "2026-02-30"], "2026-02-30 is no day"),
        (["--until", "2026-11-23"], "take 2026-11-22 or earlier"),
        (["--customers", "many"], "invalid int value"),
    ],
)
def test_bad_arguments_end_with_code_2_and_say_why(
    arguments: list[str], said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as exit_:
        run(tmp_path / "shop", *arguments)
    assert exit_.value.code == 2
    assert said in capsys.readouterr().err
    assert not (tmp_path / "shop").exists()


def test_a_folder_that_is_a_file_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "shop").write_text("here already")
    with pytest.raises(SystemExit) as exit_:
        run(tmp_path / "shop")
    assert exit_.value.code == 2
    assert "cannot write to" in capsys.readouterr().err


def test_all_faults_are_told_at_once() -> None:
    with pytest.raises(BadShop) as error:
        make_shop(seed=-1, items=0, customers=0, months=0, until=UNTIL)
    assert len(str(error.value).splitlines()) == 4


def test_a_failed_write_leaves_the_old_file(tmp_path: Path, monkeypatch: Any) -> None:
    """A reader never sees half a table."""
    write(make_shop(**SMALL), tmp_path)
    before = (tmp_path / "items.parquet").read_bytes()

    def full(table: pa.Table, where: Path, **_: Any) -> None:
        Path(where).write_bytes(before[:100])
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(pq, "write_table", full)
    with pytest.raises(OSError, match="No space left"):
        write(make_shop(**{**SMALL, "seed": 4}), tmp_path)
    assert (tmp_path / "items.parquet").read_bytes() == before
