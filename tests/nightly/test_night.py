"""The night on a small shop: what passes is published, what does not is refused and says why."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from models import bundle
from service.errors import BadInput, ModelInUse, NotFound
from service.serving import ModelKeeper
from tests.conftest import Trained
from training.__main__ import BAD_INPUT, REFUSED, main, night
from training.evaluate import ndcg, recall
from training.examples import draw_examples, next_order
from training.gate import reasons_to_refuse
from training.load import BadData, load
from training.split import split_by_time

LATER = datetime(2026, 11, 24, 2, tzinfo=UTC)


def a_measurement(**changes: Any) -> dict[str, Any]:
    """A model that beats both baselines and is calibrated."""
    good = {"recall@10": 0.35, "ndcg@10": 0.30, "recall@10_high": 0.37, "ndcg@10_high": 0.32}
    return {
        "model": good,
        "personal_frequency": {"recall@10": 0.30, "ndcg@10": 0.25},
        "popular": {"recall@10": 0.05, "ndcg@10": 0.03},
        "calibration": {"predicted": 0.10, "realised": 0.11},
        "n": 900,
    } | changes


def test_what_was_published_measures_better_than_both_baselines(trained: Trained) -> None:
    version = bundle.current(trained.bundles)
    assert version is not None
    manifest = bundle.read_manifest(trained.bundles, version)
    measured = manifest["metrics"]
    for baseline in ("personal_frequency", "popular"):
        assert measured["model"]["ndcg@10"] > measured[baseline]["ndcg@10"]
    for part in ("repeat_", "explore_"):
        for metric in ("recall@3", "ndcg@3", "phr@3", "recall@10", "ndcg@10", "phr@10"):
            assert 0 <= measured["model"][part + metric] <= 1
    assert len(measured["calibration"]["deciles"]) == 10
    assert manifest["rows"]["customers"] > 400


def test_nothing_in_a_bundle_can_run_code(trained: Trained) -> None:
    folder = trained.bundles / str(bundle.current(trained.bundles))
    assert {path.suffix for path in folder.iterdir()} == {".npy", ".json"}
    for path in folder.glob("*.npy"):
        assert not np.load(path, allow_pickle=False).dtype.hasobject


@pytest.fixture
def short_nights(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nights that learn from fewer examples: enough for what is refused anyway."""
    monkeypatch.setattr("training.fit.EXAMPLES_PER_WINDOW", 250)
    monkeypatch.setattr("training.__main__.EVALUATED", 1000)


@pytest.mark.usefixtures("short_nights")
def test_a_clearly_worse_model_stays_unpublished(
    trained: Trained, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bundles = tmp_path / "bundles"
    shutil.copytree(trained.bundles, bundles)
    version = str(bundle.current(bundles))
    path = bundles / version / "manifest.json"
    manifest = json.loads(path.read_text())
    manifest["metrics"]["model"]["ndcg@10"] = 0.9
    path.write_text(json.dumps(manifest))
    assert night(trained.export, bundles, 1, LATER) == REFUSED
    assert "the serving model had 0.9" in capsys.readouterr().err
    assert bundle.current(bundles) == version
    assert bundle.versions(bundles) == [version]


@pytest.mark.usefixtures("short_nights")
def test_a_model_of_shuffled_customers_is_refused(trained: Trained, tmp_path: Path) -> None:
    """Nothing personal can be learned when every order belongs to somebody else."""
    export = tmp_path / "export"
    shutil.copytree(trained.export, export)
    lines = pq.read_table(export / "lines.parquet")
    ids = lines["customer_id"].to_numpy(zero_copy_only=False)
    shuffled = np.random.default_rng(1).permutation(ids)
    column = lines.schema.get_field_index("customer_id")
    lines = lines.set_column(column, "customer_id", pa.array(shuffled))
    pq.write_table(lines, export / "lines.parquet")
    measured_before = bundle.read_manifest(trained.bundles, str(bundle.current(trained.bundles)))[
        "metrics"
    ]["model"]["ndcg@10"]
    bundles = tmp_path / "bundles"
    shutil.copytree(trained.bundles, bundles)
    assert night(export, bundles, 1, LATER) == REFUSED
    assert measured_before > 0


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"n": 3}, "only 3 orders"),
        ({"personal_frequency": {"recall@10": 0.35, "ndcg@10": 0.1}}, "personal_frequency"),
        ({"popular": {"recall@10": 0.1, "ndcg@10": 0.31}}, "popular"),
        ({"calibration": {"predicted": 0.30, "realised": 0.10}}, "cannot be trusted"),
    ],
)
def test_the_gate_says_why(changes: dict[str, Any], words: str) -> None:
    assert reasons_to_refuse(a_measurement(), None) == []
    reasons = reasons_to_refuse(a_measurement(**changes), None)
    assert len(reasons) == 1
    assert words in reasons[0]


def test_within_its_interval_a_model_is_not_clearly_worse() -> None:
    serving = a_measurement(model={"recall@10": 0.36, "ndcg@10": 0.315})
    assert reasons_to_refuse(a_measurement(), serving) == []
    serving = a_measurement(model={"recall@10": 0.38, "ndcg@10": 0.33})
    assert len(reasons_to_refuse(a_measurement(), serving)) == 2


def test_no_example_knows_what_came_after_its_moment(trained: Trained) -> None:
    data = load(trained.export)
    split = split_by_time(float(data.purchases.days[0]), data.end)
    histories = data.purchases.histories()
    rng = np.random.default_rng(1)
    examples = draw_examples(histories, data.contacts, split.train[0], 300, rng)
    assert len(examples) == 300
    assert any(example.moment.topic for example in examples)
    assert any(len(example.target) for example in examples)
    for example in examples:
        assert example.moment.history.days[-1] <= example.moment.day
        assert split.train[0].start <= example.moment.day < split.train[0].end
    assert max(window.end + window.horizon for window in split.train) <= split.evaluate.start
    assert split.evaluate.end + split.evaluate.horizon <= data.end


def test_the_next_order_is_the_first_one_after_the_moment(trained: Trained) -> None:
    data = load(trained.export)
    history = max(data.purchases.histories().values(), key=len)
    first, second = np.flatnonzero(np.diff(history.orders, prepend=-1))[:2]
    before_second = float(history.days[second]) - 0.001
    wanted = history.items[history.orders == history.orders[second]]
    assert next_order(history, before_second, 1e9).tolist() == sorted(set(wanted.tolist()))
    assert len(next_order(history, float(history.days[-1]), 1e9)) == 0
    assert len(next_order(history, float(history.days[first]), float(history.days[first]))) == 0


def test_metrics_against_arithmetic_by_hand() -> None:
    hits = np.array([True, False, True, False])
    assert recall(hits, 5) == pytest.approx(2 / 5)
    ideal = 1 + 1 / np.log2(3) + 1 / np.log2(4) + 1 / np.log2(5)
    assert ndcg(hits, 5) == pytest.approx((1 + 1 / np.log2(4)) / ideal)
    assert ndcg(np.array([True, True]), 2) == pytest.approx(1)


@pytest.mark.parametrize("name", ["lines", "items", "interactions"])
def test_a_missing_or_damaged_file_is_bad_input(
    trained: Trained, tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    export = tmp_path / "export"
    shutil.copytree(trained.export, export)
    path = export / f"{name}.parquet"
    path.write_bytes(b"not parquet")
    with pytest.raises(BadData, match=name):
        load(export)
    path.unlink()
    arguments = ["training", str(export), "--bundles", str(tmp_path / "bundles")]
    monkeypatch.setattr("sys.argv", arguments)
    assert main() == BAD_INPUT


def test_too_short_a_history_is_bad_input_that_says_how_long_it_must_be() -> None:
    with pytest.raises(BadData, match="at least 60"):
        split_by_time(0, 40)


def test_workers_swap_to_a_new_version_and_back(trained: Trained, tmp_path: Path) -> None:
    bundles = tmp_path / "bundles"
    shutil.copytree(trained.bundles, bundles)
    old = str(bundle.current(bundles))
    keeper = ModelKeeper(bundles)
    keeper.poll()
    assert keeper.serving is not None
    recommender = keeper.serving.recommender
    newer = "20261124T0200Z-aaaa"
    bundle.save(bundles, newer, recommender, {"trained_at": LATER.isoformat()})
    bundle.activate(bundles, newer)
    keeper.poll()
    assert keeper.serving.version == newer
    keeper.activate(old)
    assert keeper.serving.version == old
    with pytest.raises(ModelInUse):
        keeper.retire(old)
    keeper.retire(newer)
    with pytest.raises(BadInput, match="retired"):
        keeper.activate(newer)
    with pytest.raises(NotFound):
        keeper.activate("20260101T0000Z-0000")
    assert [entry["state"] for entry in keeper.versions()] == ["retired", "serving"]


def test_a_corrupt_bundle_leaves_the_old_one_serving(trained: Trained, tmp_path: Path) -> None:
    bundles = tmp_path / "bundles"
    shutil.copytree(trained.bundles, bundles)
    old = str(bundle.current(bundles))
    keeper = ModelKeeper(bundles)
    keeper.poll()
    assert keeper.serving is not None
    newer = "20261124T0200Z-bbbb"
    bundle.save(bundles, newer, keeper.serving.recommender, {})
    damaged = bundles / newer / "ranker.values.npy"
    damaged.write_bytes(damaged.read_bytes()[:-7])
    bundle.activate(bundles, newer)
    keeper.poll()
    assert keeper.serving.version == old
    assert newer in keeper.refused
    assert {entry["version"]: entry["state"] for entry in keeper.versions()}[newer] == "refused"
