"""Step 3: learn. Sources and catalogue from everything before a day, the ranker from examples."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.isotonic import IsotonicRegression
from tqdm import tqdm

from models.candidates import SOURCES
from models.candidates.base import Source, gather
from models.catalogue import Catalogue, describe
from models.features import FEATURES, features
from models.purchases import Floats
from models.ranker import DEPTH, Ranker
from models.recommender import Recommender
from training.examples import Example, draw_examples, with_strangers
from training.load import BadData, Dataset
from training.split import Split, Window
from training.trees import complete_trees

EXAMPLES_PER_WINDOW = 2500
TREES = 60
LEARNING_RATE = 0.08
SMALLEST_LEAF = 200
CALIBRATION_POINTS = 200

Learned = tuple[Catalogue, tuple[Source, ...]]


def fit_sources(data: Dataset, day: float, seed: int) -> Learned:
    """Catalogue and candidate sources as they would have been in the night before `day`."""
    past = data.purchases.before(day)
    catalogue = describe(past, day, data.item_ids, data.prices, data.categories, data.sellable)
    sources = tuple(kind.fit(past, day, len(data.item_ids), seed) for kind in SOURCES)
    return catalogue, sources


def fit_ranker(data: Dataset, split: Split, seed: int) -> Ranker:
    """Trees on the train windows, then calibration on the later window that they never saw.

    Each window's sources are fitted on what was known when it began, as a night would have.
    """
    rng = np.random.default_rng(seed)
    histories = dict(data.purchases.histories())

    def table_of(window: Window) -> tuple[Floats, NDArray[np.bool_]]:
        learned = fit_sources(data, window.start, seed)
        drawn = draw_examples(histories, data.contacts, window, EXAMPLES_PER_WINDOW, rng)
        return labelled_table(learned, with_strangers(drawn, rng))

    windows = tqdm(split.train, desc="examples", unit="window", disable=None)
    tables, labels = zip(*(table_of(window) for window in windows), strict=True)
    if not any(part.any() for part in labels):
        raise BadData(
            "no known customer ordered again within the horizon, so there is nothing to learn from;"
            " import orders that name their customers"
        )
    trees = HistGradientBoostingClassifier(
        max_iter=TREES,
        max_depth=DEPTH,
        max_leaf_nodes=2**DEPTH,
        learning_rate=LEARNING_RATE,
        min_samples_leaf=SMALLEST_LEAF,
        l2_regularization=1.0,
        early_stopping=False,
        random_state=seed,
    ).fit(np.concatenate(tables), np.concatenate(labels))
    ranker = complete_trees(trees)
    return _calibrate(ranker, *table_of(split.calibrate))


def with_sources(data: Dataset, ranker: Ranker, day: float, seed: int) -> Recommender:
    """The ranker over sources that know everything before `day`."""
    return Recommender(*fit_sources(data, day, seed), ranker)


def labelled_table(
    learned: Learned, examples: Sequence[Example]
) -> tuple[Floats, NDArray[np.bool_]]:
    """Features of every candidate of every example, and whether it was in the next order."""
    catalogue, sources = learned
    tables = [np.empty((0, len(FEATURES)), dtype=np.float32)]
    labels = [np.empty(0, dtype=bool)]
    for example in examples:
        candidates = gather(sources, example.moment).only(catalogue.sellable)
        tables.append(features(example.moment, candidates, catalogue))
        labels.append(np.isin(candidates.items, example.target))
    return np.concatenate(tables), np.concatenate(labels)


def _calibrate(ranker: Ranker, table: Floats, labels: NDArray[np.bool_]) -> Ranker:
    """Isotonic regression of what happened on the log-odds, kept as `CALIBRATION_POINTS`."""
    raw = ranker.log_odds(table)
    isotonic = IsotonicRegression(y_min=0.0, y_max=1.0, out_of_bounds="clip").fit(raw, labels)
    points = np.unique(np.quantile(raw, np.linspace(0, 1, CALIBRATION_POINTS)))
    points = np.unique(np.concatenate([points, np.sort(raw)[-CALIBRATION_POINTS:]]))
    return Ranker(
        features=ranker.features,
        thresholds=ranker.thresholds,
        values=ranker.values,
        baseline=ranker.baseline,
        raw=points.astype(np.float32),
        calibrated=isotonic.predict(points).astype(np.float32),
    )
