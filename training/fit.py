"""Step 3: learn. Sources and catalogue from everything before a day, the ranker from examples."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingClassifier
from tqdm import tqdm

from models.candidates import SOURCES
from models.candidates.base import Source, gather
from models.catalogue import Catalogue, describe
from models.features import FEATURES, features
from models.past import Past
from models.purchases import Purchases
from models.ranker import DEPTH, Ranker
from models.recommender import Recommender
from training.calibrate import calibrated, likeliest
from training.examples import Example, draw_examples, with_strangers
from training.load import BadData, Dataset
from training.split import Split, Window
from training.table import Table
from training.trees import complete_trees
from training.weigh import Weights, judged, weigh, with_counting

EXAMPLES_PER_WINDOW = 2500
TREES = 60
LEARNING_RATE = 0.08
SMALLEST_LEAF = 200
L2_REGULARIZATION = 5.0
NEGATIVES = 0.3
"""Share of the candidates that were not bought that the trees learn from."""
CONTACT_WEIGHT = 3.0
"""A moment of a contact is what is asked for; one between contacts stands in for it."""
FOLDS = 2
"""Trees are calibrated by what trees of the other customers say."""

Learned = tuple[Catalogue, tuple[Source, ...]]


def fit_sources(
    data: Dataset, day: float, seed: int, examples: Sequence[Example] | None = None
) -> Learned:
    """Catalogue and candidate sources as they would have been in the night before `day`.

    Args:
        examples: who will be asked about; None: anybody may be.
    """
    asked = None if examples is None else _items_of(examples, len(data.item_ids))
    known = data.purchases.before(day)
    returned = None if data.returned is None else data.returned[: len(known)]
    return learn(data, known, day, seed, asked, returned)


def learn(
    data: Dataset,
    known: Purchases,
    day: float,
    seed: int,
    asked: NDArray[np.bool_] | None = None,
    returned: NDArray[np.bool_] | None = None,
) -> Learned:
    """The same from any purchases of these items; `asked` as in `Past`, `returned` line by line."""
    past = Past(known, day, data.prices, data.categories, data.sellable, asked)
    return describe(past, data.item_ids, returned), tuple(kind.fit(past, seed) for kind in SOURCES)


def fit_ranker(data: Dataset, split: Split, seed: int) -> Ranker:
    """Trees on the train windows, weighed against counting, calibrated on all of them.

    Each window's sources are fitted on what was known when it began, as a night would have. What
    is calibrated is said by trees that never saw the customer, so that every window serves for
    both, and the one after Christmas does not stand for the whole year.
    """
    rng = np.random.default_rng(seed)
    histories = data.purchases.histories()

    def table_of(window: Window) -> Table:
        drawn = draw_examples(histories, data.contacts, window, EXAMPLES_PER_WINDOW, rng)
        learned = fit_sources(data, window.start, seed, drawn)
        return labelled_table(learned, with_strangers(drawn, rng))

    windows = tqdm(split.train, desc="examples", unit="window", disable=None)
    tables = [table_of(window) for window in windows]
    weights = _weights(split.train, tables, seed)
    said = []
    for fold in range(FOLDS):
        trees = weighed(fit_trees(_of_the_others(tables, fold), seed), weights)
        for table in tables:
            asked = table.only(table.customers % FOLDS == fold)
            log_odds = trees.log_odds(asked.features)
            chosen = likeliest(log_odds, asked.moments)
            said.append((log_odds[chosen], asked.labels[chosen]))
    log_odds, came = (np.concatenate(columns) for columns in zip(*said, strict=True))
    return calibrated(weighed(fit_trees(tables, seed), weights), log_odds, came)


def _weights(windows: Sequence[Window], tables: Sequence[Table], seed: int) -> Weights | None:
    """By the newest window, and trees whose examples were all over when it began."""
    over = [
        table
        for window, table in zip(windows, tables, strict=True)
        if window.end + window.horizon <= windows[-1].start
    ]
    if not any(table.labels.any() for table in over):
        return None
    return weigh([judged(fit_trees(over, seed), tables[-1])])


def weighed(trees: Ranker, weights: Weights | None) -> Ranker:
    """Beside counting; alone where nothing later is known to weigh them by."""
    return trees if weights is None else with_counting(trees, weights)


def _of_the_others(tables: Sequence[Table], fold: int) -> Sequence[Table]:
    """Examples of the customers of other folds; of all where none of those ordered again."""
    others = [table.only(table.customers % FOLDS != fold) for table in tables]
    return others if any(table.labels.any() for table in others) else tables


def fit_trees(tables: Sequence[Table], seed: int) -> Ranker:
    """Boosted trees on all tables, uncalibrated.

    Raises:
        BadData: nobody ever ordered what was proposed.
    """
    if not any(table.labels.any() for table in tables):
        raise BadData(
            "no known customer ordered again within the horizon, so there is nothing to learn from;"
            " import orders that name their customers"
        )
    rng = np.random.default_rng(seed)
    learned = [table.thinned(NEGATIVES, rng) for table in tables]
    trees = HistGradientBoostingClassifier(
        max_iter=TREES,
        max_depth=DEPTH,
        max_leaf_nodes=2**DEPTH,
        learning_rate=LEARNING_RATE,
        min_samples_leaf=SMALLEST_LEAF,
        l2_regularization=L2_REGULARIZATION,
        early_stopping=False,
        random_state=seed,
    ).fit(
        np.concatenate([table.features for table in learned]),
        np.concatenate([table.labels for table in learned]),
        sample_weight=np.concatenate([table.weights for table in learned]),
    )
    return complete_trees(trees)


def with_sources(
    data: Dataset, ranker: Ranker, day: float, seed: int, examples: Sequence[Example] | None = None
) -> Recommender:
    """The ranker over sources that know everything before `day`; `examples` as in `fit_sources`."""
    return Recommender(*fit_sources(data, day, seed, examples), ranker)


def _items_of(examples: Sequence[Example], n_items: int) -> NDArray[np.bool_]:
    """Whether somebody bought the item or gets in touch about it, bool[n items]."""
    asked = np.zeros(n_items, dtype=bool)
    for example in examples:
        asked[example.moment.history.items] = True
        asked[example.moment.contact_items] = True
    return asked


def labelled_table(learned: Learned, examples: Sequence[Example]) -> Table:
    """Features and labels. Large orders count less than their size: they are one order each."""
    catalogue, sources = learned
    tables = [np.empty((0, len(FEATURES)), dtype=np.float32)]
    labels = [np.empty(0, dtype=bool)]
    for example in examples:
        candidates = gather(sources, example.moment)
        tables.append(features(example.moment, candidates, catalogue))
        labels.append(np.isin(candidates.items, example.target))
    sizes = [len(table) for table in tables[1:]]
    weights = [
        (CONTACT_WEIGHT if example.moment.topic else 1.0) / max(1, len(example.target)) ** 0.5
        for example in examples
    ]
    customers = np.array([example.customer for example in examples], dtype=np.int32)
    return Table(
        features=np.concatenate(tables),
        labels=np.concatenate(labels),
        moments=np.repeat(np.arange(len(examples), dtype=np.int32), sizes),
        customers=np.repeat(customers, sizes),
        weights=np.repeat(np.array(weights, dtype=np.float32), sizes),
    )
